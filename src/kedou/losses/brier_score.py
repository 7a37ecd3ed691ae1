"""Brier score: l(y, s) = (p - y)^2, p = sigma(s), for y = 0 or 1.

With m = 1 - 2y and q = sigma(m s), the probability given to what did not happen:
l = q^2, dl/ds = 2 m q^2 (1 - q), d2l/ds2 = 2 q^2 (1 - q)(2 - 3q).

The second derivative turns negative where q > 2/3: a forecast that is certain and wrong lies on
a plateau, so the loss is not convex in the score and descent may be slow to leave it. Its
Gauss-Newton part, 2 q^2 (1 - q)^2, is never negative; ``curvature`` is the true derivative.

Source: Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather
Review 78.

Differences from well-known implementations
-------------------------------------------
1. Brier's own sum runs over both outcomes and is twice this; this is the usual one today.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats
from kedou.losses.sigmoid import away, check_zero_one, sigmoid

# The bend is steepest where its derivative 4 - 15 q + 12 q^2 (times q) vanishes.
_Q = (15.0 - math.sqrt(33.0)) / 24.0
_STEEPEST = 2.0 * _Q**2 * (1.0 - _Q) * (2.0 - 3.0 * _Q)


@dataclass(frozen=True, slots=True)
class BrierScore:
    """The squared error of a probability, for a target of 0 or 1.

    Examples
    --------
    A forecast of rain on a day that stayed dry; 80 % costs 256 times what 5 % costs.

    >>> import numpy as np
    >>> p = np.array([0.8, 0.05])
    >>> cost = BrierScore().value(np.zeros(2), np.log(p / (1 - p)))
    >>> cost.round(4), float((cost[0] / cost[1]).round(6))
    (array([0.64  , 0.0025]), 256.0)
    """

    name: ClassVar[str] = "brier"
    convex: ClassVar[bool] = False
    curvature_bound: ClassVar[float | None] = _STEEPEST

    def value(self, y: Floats, score: Floats) -> Floats:
        """Return (p - y)^2, as q^2."""
        return np.square(sigmoid(away(y) * score))

    def slope(self, y: Floats, score: Floats) -> Floats:
        """Return 2 m q^2 (1 - q)."""
        m = away(y)
        q, rest = sigmoid(m * score), sigmoid(-m * score)
        return 2.0 * m * np.square(q) * rest

    def curvature(self, y: Floats, score: Floats) -> Floats:
        """Return 2 q^2 (1 - q)(2 - 3q), negative where q > 2/3."""
        m = away(y)
        q, rest = sigmoid(m * score), sigmoid(-m * score)
        return 2.0 * np.square(q) * rest * (2.0 - 3.0 * q)

    def predict(self, score: Floats) -> Floats:
        """Return the probability sigma(s)."""
        return sigmoid(score)

    def check_target(self, y: Floats) -> None:
        """Raise DataError unless every target is 0 or 1."""
        check_zero_one(y, self.name)
