"""Squared error: l(y, s) = (y - s)^2, without a 1/2.

Squaring makes the farthest point the loudest; the best constant is the mean.

Source: Legendre (1805), Nouvelles méthodes pour la détermination des orbites des comètes; Gauss
(1809), Theoria motus.

Differences from well-known implementations
-------------------------------------------
1. No factor 1/2 (scikit-learn's SGDRegressor has one): the mean of l is the mean squared error,
   so slopes and the learning-rate limit carry the factor 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats


@dataclass(frozen=True, slots=True)
class SquaredError:
    """The square of the point error e = y - score.

    Examples
    --------
    >>> import numpy as np
    >>> loss = SquaredError()
    >>> loss.value(np.array([3.0]), np.array([1.0])), loss.slope(np.array([3.0]), np.array([1.0]))
    (array([4.]), array([-4.]))
    """

    name: ClassVar[str] = "squared"
    convex: ClassVar[bool] = True
    curvature_bound: ClassVar[float | None] = 2.0

    def value(self, y: Floats, score: Floats) -> Floats:
        """Return e^2."""
        return np.square(y - score)

    def slope(self, y: Floats, score: Floats) -> Floats:
        """Return -2 e."""
        return 2.0 * (score - y)

    def curvature(self, y: Floats, score: Floats) -> Floats:
        """Return 2."""
        return np.full_like(score, 2.0)

    def predict(self, score: Floats) -> Floats:
        """Return the score itself."""
        return score

    def check_target(self, y: Floats) -> None:
        """Accept any number."""
