"""Chapter 3: a loss of another kind, whose line moves, and what a forecast costs."""

from __future__ import annotations

import numpy as np

from kedou.block import Floats
from kedou.exercises.kinds import Choice, Exercise, Function, Number

_ERRORS = np.array([-3.2, -1.5, -1.0, -0.4, 0.0, 0.3, 0.9, 1.0, 1.7, 2.6])


def huber(e: Floats, inside: float = 0.5, off: float = 0.5) -> Floats:
    """Return e^2 times one factor within 1, and |e| less an offset beyond."""
    size = np.abs(e)
    return np.where(size <= 1.0, inside * size**2, size - off)


EXERCISES: dict[str, Exercise] = {
    "huber": Function(
        ("e",),
        [(_ERRORS,), (_ERRORS[2:],)],
        huber,
        {
            "twice": lambda e: 2.0 * huber(e),
            "no-half": lambda e: huber(e, inside=1.0),
            "jump": lambda e: huber(e, off=0.0),
            "both": lambda e: huber(e, inside=1.0, off=0.0),
            "one-sided": lambda e: np.where(e <= 1.0, e**2 / 2, np.abs(e) - 0.5),
            "negative": lambda e: np.where(np.abs(e) <= 1.0, e**2 / 2, e - 0.5),
            "squared": lambda e: e**2 / 2,
            "absolute": np.abs,
            "slope": lambda e: np.clip(e, -1.0, 1.0),
            "exchanged": lambda e: np.where(np.abs(e) > 1.0, e**2 / 2, np.abs(e) - 0.5),
        },
        each=True,
    ),
    "moves": Choice(
        {
            "squared": ("平方", "平方损失", "square", "l2", "mse"),
            "huber": ("Huber", "huber损失", "huber 损失"),
            "absolute": ("绝对值", "绝对值损失", "绝对", "abs", "l1", "mae"),
        },
        frozenset({"squared", "huber"}),
    ),
    "rain": Number(
        0.8**2 / 0.05**2,
        {
            "not-squared": 0.8 / 0.05,
            "upside-down": 0.05**2 / 0.8**2,
            "log-loss": float(np.log(0.2) / np.log(0.95)),
            "difference": 0.8**2 - 0.05**2,
            "rainy-day": 0.2**2 / 0.95**2,
            "rainy-day-upside-down": 0.95**2 / 0.2**2,
        },
        tolerance=0.9,
    ),
}
