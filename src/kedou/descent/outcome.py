"""How a run ended: one of seven names, judged from evidence in a fixed order.

====  ================  ==========================================================================
rank  outcome           when
====  ================  ==========================================================================
1     wrong-gradient    the loss's own gradient disagrees with its values at the start
2     wrong-direction   the first step went uphill and the loss never got below its start
3     diverged          gradient descent on moments: |1 - lr lambda| > 1 on a direction the start
                        has a component in, whatever ``steps`` is; any rule: the loss left 1e30 x
                        its start
4     converged         the last loss is within the tolerance of the exact one (1 % if none given)
5     looping           the last steps repeat themselves (period 2 to 128) away from the answer
6     stepped-over      it had been lower, and now walks on uphill with steps that do not shrink
7     diverged          the envelope of the loss grows and has left its start
8     slow              everything else: on its way, and not there yet
====  ================  ==========================================================================

``oscillating`` is a separate fact: see ``oscillates``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kedou.block import Floats
from kedou.descent.walk import Walk
from kedou.spectrum import Quadratic
from kedou.spectrum.rates import grows

ARRIVED = 0.01


class Outcome(StrEnum):
    """The name of how a run ended; ``str`` of one is exactly that name."""

    CONVERGED = "converged"
    SLOW = "slow"
    LOOPING = "looping"
    STEPPED_OVER = "stepped-over"
    WRONG_DIRECTION = "wrong-direction"
    WRONG_GRADIENT = "wrong-gradient"
    DIVERGED = "diverged"


@dataclass(frozen=True, slots=True)
class Context:
    """What is known besides the walk itself.

    Attributes
    ----------
    target : float
        The gap that counts as arrived.
    grows : bool or None
        The spectrum's verdict; None where it has none.
    gradient_is_wrong : bool
        Finite differences disagree with the gradient.
    """

    target: float
    grows: bool | None = None
    gradient_is_wrong: bool = False


def judge(walk: Walk, context: Context) -> Outcome:
    """Name the outcome of a walk; the table above is the order of the tests."""
    if context.gradient_is_wrong:
        return Outcome.WRONG_GRADIENT
    if _went_uphill(walk):
        return Outcome.WRONG_DIRECTION
    if context.grows or walk.stop == "ceiling":
        return Outcome.DIVERGED
    if walk.gap[-1] <= context.target:
        return Outcome.CONVERGED
    if _repeats(walk.tail):
        return Outcome.LOOPING
    if _walks_away(walk):
        return Outcome.STEPPED_OVER
    if context.grows is None and _envelope_grows(walk.gap):
        return Outcome.DIVERGED
    return Outcome.SLOW


def _went_uphill(walk: Walk) -> bool:
    if len(walk.theta) < 2:
        return False
    first = walk.theta[1] - walk.theta[0]
    uphill = float(first @ walk.gradient[0]) > 0
    return uphill and float(walk.gap[1:].min()) >= walk.gap[0]


def _repeats(tail: Floats) -> bool:
    """Whether the last points repeat with a period from 2 up, while moving."""
    n = len(tail)
    if n < 5:
        return False
    moves = np.abs(np.diff(tail, axis=0)).max()
    if moves == 0:
        return False
    for period in range(2, n // 2 + 1):
        if np.abs(tail[-period:] - tail[-2 * period : -period]).max() <= 1e-9 * moves:
            return bool(np.abs(tail[-1] - tail[-2]).max() > 1e-6 * moves)
    return False


def _walks_away(walk: Walk) -> bool:
    if len(walk.tail) < 3 or walk.gap[-1] <= walk.gap.min():
        return False
    before, last = walk.tail[-2] - walk.tail[-3], walk.tail[-1] - walk.tail[-2]
    size_before, size = float(np.linalg.norm(before)), float(np.linalg.norm(last))
    uphill = float(last @ walk.gradient[-1]) > 0
    onward = float(last @ before) > 0.99 * size * size_before
    return uphill and onward and size >= size_before * (1 - 1e-9)


def _envelope_grows(gap: Floats) -> bool:
    if len(gap) < 6:
        return False
    third = len(gap) // 3
    middle, late = float(gap[third : 2 * third].max()), float(gap[2 * third :].max())
    return late > middle and late > gap[0]


def oscillates(walk: Walk, surface: object, rate: float | None) -> bool:
    """Say whether the run swings from side to side in a way one can see.

    Gradient descent on moments with a constant rate: some direction has a negative factor
    1 - lr lambda, and still holds a thousandth of the first gap at the third step. Otherwise: at
    least three successive steps each turned back on the one before.
    """
    if rate is not None and isinstance(surface, Quadratic):
        shares = surface.shares(walk.theta[0])
        factors = 1.0 - rate * surface.eigenvalues
        visible = shares * np.minimum(np.abs(factors), 1.0) ** 6 > 1e-3 * shares.sum()
        return bool((visible & (factors < 0) & (shares > 0)).any())
    points = walk.theta if walk.steps[-1] == len(walk.steps) - 1 else walk.tail
    moves = np.diff(points, axis=0)
    back = np.einsum("ij,ij->i", moves[1:], moves[:-1]) < 0
    return bool(len(back) >= 3 and (back[2:] & back[1:-1] & back[:-2]).any())


def spectrum_says(surface: Quadratic, rate: float, start: Floats) -> bool:
    """Return whether the spectrum foresees divergence of this rate from this start."""
    return grows(surface.shares(start), surface.eigenvalues, rate)
