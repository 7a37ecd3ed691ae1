"""Chapter 9: which curve to trust, and the loss on what was left out."""

from __future__ import annotations

import numpy as np

from kedou.block import Floats
from kedou.exercises.chapters.tadpoles import X, Y
from kedou.exercises.kinds import Choice, Exercise, Function


def _errors(x: Floats, y: Floats, power: int, hide: bool = True) -> Floats:
    """Return the error at each point of the curve fitted to the others, or to all."""
    found = []
    for i in range(len(x)):
        seen = np.arange(len(x)) != (i if hide else -1)
        powers = x[:, None] ** np.arange(power + 1)
        curve = np.linalg.lstsq(powers[seen], y[seen], rcond=None)[0]
        found.append(float(y[i] - powers[i] @ curve))
    return np.array(found)


EXERCISES: dict[str, Exercise] = {
    "which": Choice(
        {
            "line": ("直线", "straight", "straight line", "linear", "一次", "1"),
            "cubic": ("三次曲线", "三次", "3"),
        },
        frozenset({"line"}),
    ),
    "left-out": Function(
        ("x", "y", "power"),
        [(X, Y, 1), (X, Y, 2), (X, Y, 3)],
        lambda x, y, power: np.mean(_errors(x, y, power) ** 2),
        {
            "seen": lambda x, y, power: np.mean(_errors(x, y, power, hide=False) ** 2),
            "root": lambda x, y, power: np.sqrt(np.mean(_errors(x, y, power) ** 2)),
            "sum": lambda x, y, power: np.sum(_errors(x, y, power) ** 2),
            "mean-before-square": lambda x, y, power: np.mean(_errors(x, y, power)) ** 2,
            "absolute": lambda x, y, power: np.mean(np.abs(_errors(x, y, power))),
            "last-only": lambda x, y, power: _errors(x, y, power)[-1] ** 2,
            "first-only": lambda x, y, power: _errors(x, y, power)[0] ** 2,
            "always-a-line": lambda x, y, power: np.mean(_errors(x, y, 1) ** 2),
        },
        tolerance=1e-5,
    ),
}
