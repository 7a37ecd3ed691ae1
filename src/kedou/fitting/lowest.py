"""The lowest point of a loss without a closed form: the exact answer beside a descent by passes.

SciPy's ``trust-exact`` (Conn, Gould, Toint, "Trust Region Methods", 2000) with the true gradient
and Hessian, each one pass over the rows; BFGS where a loss of one's own has no curvature. A corner
has no Hessian: the absolute loss is followed through Huber losses of shrinking delta,
|e| - delta/2 <= Huber_delta(e)/delta <= |e|, each started where the last one ended.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.descent import Minimum
from kedou.fitting.surface import PassSurface
from kedou.losses import AbsoluteError, Huber, OwnLoss
from kedou.spectrum import Quadratic

MOST_NEWTON_STEPS = 60
SHRINK = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)


def lowest_point(surface: PassSurface, quadratic: Quadratic) -> Minimum | None:
    """Return the lowest point found, or None where none was (no finite minimum, for example)."""
    spread = float(np.sqrt(quadratic.design.q)) or 1.0
    start = quadratic.best if quadratic.answer.rank else np.zeros_like(quadratic.best)
    if isinstance(surface.loss, AbsoluteError):
        theta = start
        for share in SHRINK:
            smooth = replace(surface, loss=Huber(delta=share * spread), least=0.0, passes=0)
            found = _newton(smooth, theta, share * spread)
            surface.passes += smooth.passes
            theta = found if found is not None else theta
        ended: Floats | None = theta
    else:
        ended = _newton(surface, start, 1.0)
    if ended is None:
        return None
    user = surface.coordinates.outward(ended)
    sums = surface.sums(user)
    loss = sums.loss_sum / sums.weight_sum
    if not np.isfinite(loss):
        return None
    return Minimum(user, loss, len(quadratic.design.columns))


def _newton(surface: PassSurface, start: Floats, unit: float) -> Floats | None:
    from scipy.optimize import minimize

    method = "trust-exact"
    options: dict[str, Any] = {
        "maxiter": MOST_NEWTON_STEPS,
        "gtol": 1e-9,
        "initial_trust_radius": 1.0 + float(np.linalg.norm(start)),
        "max_trust_radius": 1e15,
    }
    own = surface.loss.loss if isinstance(surface.loss, OwnLoss) else surface.loss
    if not callable(getattr(own, "curvature", None)):
        method, options = "BFGS", {"gtol": 1e-9}
    coordinates = surface.coordinates

    def value_and_gradient(theta: Floats) -> tuple[float, Floats]:
        gap, gradient = surface.evaluate(theta)
        return (gap + surface.least) / unit, gradient / unit

    def hessian(theta: Floats) -> Floats:
        sums = surface.sums(coordinates.outward(theta), curvature=True)
        assert sums.curvature_sum is not None
        H = sums.curvature_sum / sums.weight_sum
        inward = coordinates.gradient_inward(coordinates.gradient_inward(H).T)
        return np.asarray((inward + inward.T) / (2 * unit))

    result: Any = minimize(
        value_and_gradient,
        start,
        jac=True,
        hess=hessian if method == "trust-exact" else None,
        method=method,
        options=options,
    )
    theta: Floats = np.asarray(result.x, dtype=np.float64)
    if not np.isfinite(theta).all() or not np.isfinite(result.fun):
        return None
    _, gradient = value_and_gradient(theta)
    still_falling = float(np.linalg.norm(gradient)) > 1e-4 * (1.0 + abs(float(result.fun)))
    runs_away = float(np.abs(theta).max(initial=0.0)) > 1e6 * (
        1.0 + float(np.abs(start).max(initial=0.0))
    )
    return None if (still_falling or runs_away) and not result.success else theta
