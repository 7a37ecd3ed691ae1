"""Exact line search: the best step along the gradient, alpha = g'g / g'Hg.

On a quadratic, L(theta - alpha g) is a parabola in alpha whose bottom is at g'g / g'Hg; elsewhere
this is the bottom of the parabola that has the same slope and curvature there. Where g'Hg <= 0
that parabola has no bottom, and where g = 0 there is nowhere to go: theta stays put.

Source: Nocedal & Wright, Numerical Optimization (2nd ed.), eq. 3.26.

Differences from the textbook
-----------------------------
1. Away from quadratics the textbook searches L itself along the line; we take the one Newton step
   along it, which needs a single curvature product and may, on a steep loss, overshoot.
2. g is divided by its largest component before it is squared, so that a tiny or a huge gradient
   neither vanishes nor overflows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats
from kedou.rules.rule import Objective


@dataclass(frozen=True, slots=True)
class ExactLineSearch:
    """Step to the lowest point along the gradient. It has no constant to choose.

    Examples
    --------
    >>> import numpy as np
    >>> class Bowl:
    ...     def curvature(self, theta, v):
    ...         return np.array([2.0, 8.0]) * v
    >>> rule = ExactLineSearch()
    >>> theta = np.array([0.0, 1.0])
    >>> rule.update(np.array([0.0, 8.0]), rule.init(theta), theta, Bowl())[0]
    array([0., 0.])
    """

    name: ClassVar[str] = "exact-line-search"
    constant: ClassVar[str | None] = None

    def init(self, theta: Floats) -> tuple[()]:
        """Return the state: nothing to remember."""
        return ()

    def update(
        self, gradient: Floats, state: tuple[()], theta: Floats, objective: Objective
    ) -> tuple[Floats, tuple[()]]:
        """Take one step."""
        largest = float(np.max(np.abs(gradient), initial=0.0))
        if largest == 0.0:
            return theta, state
        direction = gradient / largest
        bend = float(direction @ objective.curvature(theta, direction))
        if bend <= 0.0:
            return theta, state
        alpha = float(direction @ direction) / bend
        return theta - alpha * gradient, state
