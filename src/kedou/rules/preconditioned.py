"""Preconditioned descent: theta - P gradient(theta), P an inverse of the matrix of curvature.

Plain descent zigzags where the bowl is steep one way and flat another. Multiplied by H^-1 the
gradient points straight at the bottom, whatever the shape: on a quadratic one step would do, were
it not for rounding. What rounding left is taken away by the next step, *if the gradient is right*.
On exact moments (``kd.scan(..., precision="exact")``) the gradient is evaluated without rounding,
so three steps reach every digit of the exact answer, even where float64 alone would leave six.

Source: I. Newton, J. Raphson (1690); Nocedal & Wright, Numerical Optimization (2nd ed.), section
3.3. With an exact residual this is iterative refinement (J. H. Wilkinson, 1963).

Differences from the textbook
-----------------------------
1. The objective may offer ``preconditioned(theta, gradient)``, its own H^-1 gradient; the bowl of
   moments does, from its factor rounded to float64. The answer itself is never put in place.
2. Elsewhere H is formed from p curvature products; directions without curvature stay put.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats
from kedou.rules.rule import Objective

FLAT = 1e-12
"""Curvature below this share of the largest counts as none."""


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

    def init(self, theta: Floats) -> tuple[()]:
        """Return the state: nothing to remember."""
        return ()

    def update(
        self, gradient: Floats, state: tuple[()], theta: Floats, objective: Objective
    ) -> tuple[Floats, tuple[()]]:
        """Take one step."""
        own = getattr(objective, "preconditioned", None)
        if own is not None:
            return theta - own(theta, gradient), state
        H = np.array([objective.curvature(theta, v) for v in np.eye(len(theta))])
        return theta - np.linalg.pinv(0.5 * (H + H.T), rcond=FLAT, hermitian=True) @ gradient, state
