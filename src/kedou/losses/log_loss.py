"""Log loss: l(y, s) = -y log p - (1 - y) log(1 - p), p = sigma(s), for y = 0 or 1.

With m = 1 - 2y this is log(1 + exp(m s)): the surprise, in nats, at what happened. A certain and
wrong forecast costs without limit.

Source: Good (1952), Rational decisions, J. R. Stat. Soc. B 14; Cox (1958), The regression
analysis of binary sequences.

Differences from well-known implementations
-------------------------------------------
1. It takes scores, not probabilities, so nothing is clipped (scikit-learn's log_loss clips p).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats
from kedou.losses.sigmoid import away, check_zero_one, sigmoid


@dataclass(frozen=True, slots=True)
class LogLoss:
    """The surprise at what happened, for a target of 0 or 1 (logistic regression).

    Examples
    --------
    >>> import numpy as np
    >>> LogLoss().value(np.array([1.0, 0.0]), np.array([0.0, -40.0]))
    array([6.93147181e-01, 4.24835426e-18])
    """

    name: ClassVar[str] = "log"
    convex: ClassVar[bool] = True
    curvature_bound: ClassVar[float | None] = 0.25

    def value(self, y: Floats, score: Floats) -> Floats:
        """Return log(1 + exp(m s)), as max(m s, 0) + log1p(exp(-|s|))."""
        return np.maximum(away(y) * score, 0.0) + np.log1p(np.exp(-np.abs(score)))

    def slope(self, y: Floats, score: Floats) -> Floats:
        """Return sigma(s) - y, as m sigma(m s)."""
        m = away(y)
        return m * sigmoid(m * score)

    def curvature(self, y: Floats, score: Floats) -> Floats:
        """Return sigma(s) (1 - sigma(s))."""
        return sigmoid(score) * sigmoid(-score)

    def predict(self, score: Floats) -> Floats:
        """Return the probability sigma(s)."""
        return sigmoid(score)

    def check_target(self, y: Floats) -> None:
        """Raise DataError unless every target is 0 or 1."""
        check_zero_one(y, self.name)
