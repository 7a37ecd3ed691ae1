"""Chapter 5: where the second step lands, the gradient, and the update."""

from __future__ import annotations

from kedou.exercises.chapters.tadpoles import X, Y, slope
from kedou.exercises.kinds import Checked, Exercise, Number

_FIRST = -0.01 * slope(0.0)
_LENGTH = -0.01 * slope(_FIRST)

EXERCISES: dict[str, Exercise] = {
    "step-two": Number(
        _FIRST + _LENGTH,
        {
            "equal-steps": 2 * _FIRST,
            "length": _LENGTH,
            "stays": _FIRST,
            "backwards": _FIRST - _LENGTH,
        },
        tolerance=0.0035,
    ),
    "gradient": Checked("gradient", X, Y),
    "update": Checked("update", X, Y),
}
