"""Chapter 2: signed errors, the mean squared error, and a line set by eye."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kedou.exercises.chapters.tadpoles import BEST_W, X, Y, loss
from kedou.exercises.kinds import Checked, Exercise, Function, Measured

GOOD_LOSS = 0.17


def _by_eye(w: float) -> tuple[str, Mapping[str, Any]]:
    """Judge a line through zero by its loss."""
    values = {"w": w, "loss": loss(w)}
    if loss(w) < GOOD_LOSS:
        return "", values
    if abs(w - 0.9) <= 0.025:
        return "three-touch", values
    return ("high" if w > BEST_W else "low"), values


EXERCISES: dict[str, Exercise] = {
    "errors": Function(
        ("w", "b", "x", "y"),
        [(0.5, 0.0, X, Y), (1.2, -0.3, X, Y), (-0.7, 2.0, X[:4], Y[:4])],
        lambda w, b, x, y: y - (w * x + b),
        {
            "flipped": lambda w, b, x, y: (w * x + b) - y,
            "absolute": lambda w, b, x, y: np.abs(y - (w * x + b)),
            "squared": lambda w, b, x, y: (y - (w * x + b)) ** 2,
            "forgot-b": lambda w, b, x, y: y - w * x,
            "plus-b": lambda w, b, x, y: y - w * x + b,
            "forgot-y": lambda w, b, x, y: w * x + b,
        },
    ),
    "loss": Checked("loss", X, Y),
    "weight": Measured(_by_eye),
}
