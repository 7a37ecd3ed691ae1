"""The seven tadpoles and the parabola L(w), b = 0, as every chapter uses them."""

from __future__ import annotations

import numpy as np

from kedou.block import Floats
from kedou.data import load

_TADPOLES = load("tadpoles")
X: Floats = _TADPOLES.X[:, 0]
Y: Floats = _TADPOLES.y
ROWS = len(Y)

CURVATURE = 2.0 * float(np.mean(X * X))
BEST_W = float(np.mean(X * Y) / np.mean(X * X))
LIMIT = 2.0 / CURVATURE


def loss(w: float, b: float = 0.0, x: Floats = X, y: Floats = Y) -> float:
    """Return the mean squared error of the line w x + b."""
    return float(np.mean((y - w * x - b) ** 2))


def slope(w: float) -> float:
    """Return dL/dw with b = 0."""
    return -2.0 * float(np.mean(X * (Y - w * X)))
