"""Preconditioned descent: theta - P gradient(theta), P an inverse of the matrix of curvature.

Plain descent zigzags where the bowl is steep one way and flat another. Multiplied by H^-1 the
gradient points straight at the bottom, whatever the shape: on a quadratic one step would do, were
it not for rounding. What rounding left is taken away by the next step, *if the gradient is right*.
On exact moments (``kd.scan(..., precision="exact")``) the gradient is evaluated without rounding,
so three steps reach every digit of the exact answer, even where float64 alone would leave six.
(From a condition of some 1e16 on, after scaling, a theta of float64 is itself too coarse for that:
the walk then hovers some digits short of ``kd.solve``.)

Source: I. Newton, J. Raphson (1690); Nocedal & Wright, Numerical Optimization (2nd ed.), section
3.3. With an exact residual this is iterative refinement (J. H. Wilkinson, 1963).

Differences from the textbook
-----------------------------
1. The objective may offer ``preconditioned(theta, gradient)``, its own H^-1 gradient; the bowl of
   moments does, from its factor rounded to float64. The answer itself is never put in place.
2. Elsewhere H is formed from p curvature products; directions without curvature stay put.
3. After a step that is no longer than the rounding of theta the rule has arrived, and stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats
from kedou.rules.rule import Objective

FLAT = 1e-12
"""Curvature below this share of the largest counts as none."""
ARRIVED = 8 * float(np.finfo(np.float64).eps)
"""A step below this share of theta is rounding."""


@dataclass(frozen=True, slots=True)
class Preconditioned:
    """Step by the gradient times an inverse of the curvature. It has no constant to choose.

    Examples
    --------
    >>> import numpy as np
    >>> class Bowl:
    ...     def curvature(self, theta, v):
    ...         return np.array([2.0, 8.0]) * v
    >>> rule = Preconditioned()
    >>> theta = np.array([3.0, 1.0])
    >>> rule.update(np.array([6.0, 8.0]), rule.init(theta), theta, Bowl())[0]
    array([0., 0.])
    """

    name: ClassVar[str] = "preconditioned"
    constant: ClassVar[str | None] = None

    def init(self, theta: Floats) -> bool:
        """Return the state: whether the rule has arrived."""
        return False

    def update(
        self, gradient: Floats, state: bool, theta: Floats, objective: Objective
    ) -> tuple[Floats, bool]:
        """Take one step."""
        if state:
            return theta, True
        own = getattr(objective, "preconditioned", None)
        if own is None:
            H = np.array([objective.curvature(theta, v) for v in np.eye(len(theta))])
            step = np.linalg.pinv(0.5 * (H + H.T), rcond=FLAT, hermitian=True) @ gradient
        else:
            step = own(theta, gradient)
        after = theta - step
        longest = float(np.abs(step).max(initial=0.0))
        return after, longest <= ARRIVED * float(np.abs(after).max(initial=0.0))
