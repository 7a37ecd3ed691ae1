"""Huber's loss: squared for small errors, absolute for large ones.

    l(y, s) = e^2 / 2                    where |e| <= delta,
              delta (|e| - delta / 2)    beyond,          e = y - s.

The slope is -e cut off at +-delta: a far point pulls, but no harder than one at distance delta.

Source: Huber (1964), Robust estimation of a location parameter, Ann. Math. Statist. 35.

Differences from well-known implementations
-------------------------------------------
1. The scaling is Huber's own, with the 1/2 (so is PyTorch's HuberLoss and SciPy's
   ``special.huber``): it is half of ``SquaredError`` near zero. The scaling moves no minimum.
2. delta is in the unit of y and stays what it is; scikit-learn's HuberRegressor estimates a scale
   of the errors as it goes and measures epsilon in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from kedou.block import Floats
from kedou.errors import OptionError, OptionTypeError


@dataclass(frozen=True, slots=True)
class Huber:
    """Squared inside delta, absolute outside.

    Parameters
    ----------
    delta : float
        The error, in the unit of y, from which on a point pulls no harder; positive.

    Raises
    ------
    OptionError, OptionTypeError
        If delta is not a positive finite number.

    Examples
    --------
    >>> import numpy as np
    >>> Huber(delta=1.0).value(np.array([0.5, 3.0]), np.array([0.0, 0.0]))
    array([0.125, 2.5  ])
    """

    name: ClassVar[str] = "huber"
    convex: ClassVar[bool] = True
    curvature_bound: ClassVar[float | None] = 1.0
    delta: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "delta", _checked_delta(self.delta))

    def value(self, y: Floats, score: Floats) -> Floats:
        """Return e^2 / 2, or delta (|e| - delta / 2) beyond delta."""
        size = np.abs(y - score)
        inside = np.minimum(size, self.delta)
        return inside * (size - 0.5 * inside)

    def slope(self, y: Floats, score: Floats) -> Floats:
        """Return -e, cut off at +-delta."""
        return np.clip(score - y, -self.delta, self.delta)

    def curvature(self, y: Floats, score: Floats) -> Floats:
        """Return 1 where |e| <= delta, else 0."""
        return (np.abs(y - score) <= self.delta).astype(np.float64)

    def predict(self, score: Floats) -> Floats:
        """Return the score itself."""
        return score

    def check_target(self, y: Floats) -> None:
        """Accept any number."""


def _checked_delta(delta: Any) -> float:
    if isinstance(delta, bool) or not isinstance(delta, Real):
        raise OptionTypeError("losses.delta-not-a-number", got=repr(delta))
    if not 0.0 < float(delta) < float("inf"):
        raise OptionError("losses.delta-not-positive", got=str(float(delta)))
    return float(delta)
