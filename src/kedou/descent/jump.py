"""Plain gradient descent on moments without walking: the closed form, for very long runs.

    theta_t = theta* + Q diag((1 - lr lambda)^t) Q' (theta_0 - theta*)

gives any step directly, so a run whose history is thinned anyway computes only the steps that
are kept. A law test holds it to the walked path.
"""

from __future__ import annotations

import numpy as np

from kedou.block import Floats
from kedou.descent.history import TAIL, stride_for
from kedou.descent.walk import Stop, Walk, ceiling_above
from kedou.spectrum import Quadratic
from kedou.spectrum.rates import gap_after, rises_at, steps_to


def jump(
    surface: Quadratic, rate: float, start: Floats, steps: int, tolerance: float | None = None
) -> Walk:
    """Return the walk of ``GradientDescent(rate)`` on moments, its kept steps computed directly.

    Parameters are those of ``walk``.
    """
    along = surface.eigenvectors.T @ (start - surface.best)
    roots = np.sqrt(0.5 * surface.eigenvalues) * along
    shares = roots * roots
    last, stop = steps, "steps"
    if tolerance is not None:
        arrival = steps_to(shares, surface.eigenvalues, rate, tolerance * surface.scale_of_loss)
        if arrival is not None and arrival <= last:
            last, stop = arrival, "tolerance"
    first_gap = float(shares.sum())
    ceiling = ceiling_above(first_gap, surface)
    leaving = _leaves(shares, surface.eigenvalues, rate, ceiling, last)
    if leaving is not None:
        last, stop = leaving - 1, "ceiling"
    stride = stride_for(last)
    kept = np.arange(0, last + 1, stride, dtype=np.int64)
    if kept[-1] != last:
        kept = np.append(kept, last)
    theta = path(surface, rate, start, kept)
    tail = path(surface, rate, start, np.arange(max(0, last - TAIL + 1), last + 1))
    gap = surface.gaps(theta)
    if stop == "tolerance":
        # theta is rounded, so its own gap may stand just above a target near rounding.
        gap[-1] = min(gap[-1], gap_after(shares, surface.eigenvalues, rate, last))
    result: Stop = "tolerance" if stop == "tolerance" else "ceiling" if leaving else "steps"
    return Walk(kept, theta, gap, surface.gradients(theta), result, tail)


def path(
    surface: Quadratic,
    rate: float,
    start: Floats,
    steps: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
) -> Floats:
    """Return theta_t of the closed form for each step number t, shape (len(steps), p)."""
    along = surface.eigenvectors.T @ (start - surface.best)
    factors = 1.0 - rate * surface.eigenvalues
    factors = np.where(along == 0, 0.0, factors)  # nothing there to grow
    with np.errstate(under="ignore"):
        size = np.abs(factors) ** steps[:, None].astype(np.float64)
    sign = np.where((factors < 0) & (steps[:, None] % 2 == 1), -1.0, 1.0)
    distances = sign * size * along
    theta: Floats = surface.best + distances @ surface.eigenvectors.T
    theta[steps == 0] = start
    return theta


def _leaves(
    shares: Floats, eigenvalues: Floats, rate: float, ceiling: float, last: int
) -> int | None:
    """Return the first step whose gap exceeds the ceiling, if there is one up to ``last``."""
    turning = rises_at(shares, eigenvalues, rate)
    if turning is None or not gap_after(shares, eigenvalues, rate, last) > ceiling:
        return None
    low, high = turning, last
    while high - low > 1:
        middle = (low + high) // 2
        if gap_after(shares, eigenvalues, rate, middle) > ceiling:
            high = middle
        else:
            low = middle
    return high
