"""Absolute error: l(y, s) = |y - s|.

Every point pulls with the same force however far it lies, so one runaway point cannot drag the
line; the best constant is the median.

Source: Boscovich (1757); Laplace (1789); Koenker & Bassett (1978), Regression quantiles,
Econometrica 46.

Differences from well-known implementations
-------------------------------------------
1. At the corner, e = 0, the slope is 0 (any value of [-1, 1] would be a subgradient).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats


@dataclass(frozen=True, slots=True)
class AbsoluteError:
    """The size of the point error e = y - score.

    Its curvature is 0 away from the corner and endless in it, so there is no bound.

    Examples
    --------
    >>> import numpy as np
    >>> AbsoluteError().value(np.array([3.0]), np.array([1.0]))
    array([2.])
    """

    name: ClassVar[str] = "absolute"
    convex: ClassVar[bool] = True
    curvature_bound: ClassVar[float | None] = None

    def value(self, y: Floats, score: Floats) -> Floats:
        """Return |e|."""
        return np.abs(y - score)

    def slope(self, y: Floats, score: Floats) -> Floats:
        """Return -sign(e), with sign(0) = 0."""
        return np.sign(score - y)

    def curvature(self, y: Floats, score: Floats) -> Floats:
        """Return 0."""
        return np.zeros_like(score)

    def predict(self, score: Floats) -> Floats:
        """Return the score itself."""
        return score

    def check_target(self, y: Floats) -> None:
        """Accept any number."""
