"""Chapter 4: one tadpole through two weights, and the slopes back."""

from __future__ import annotations

from collections.abc import Callable

from kedou.exercises.kinds import Exercise, Function, Number

Pair = tuple[float, float]
_CASES = [(2.0, 0.4, 3.2, 2.9), (-0.5, 1.5, 0.8, 1.0), (0.7, -1.1, 4.2, 3.8)]


def _parts(use: Callable[[float, float, float, float], Pair]) -> Callable[..., Pair]:
    """Return a gradient written with e, the error, in place of y."""
    return lambda w1, w2, x, y: use(w1, w2, x, y - w2 * (w1 * x))


EXERCISES: dict[str, Exercise] = {
    "moved": Number(
        0.01 * 3.2 * 0.4,
        {
            "not-multiplied": 0.01,
            "no-w2": 0.01 * 3.2,
            "no-x": 0.01 * 0.4,
            "with-w1": 0.01 * 2.0 * 3.2 * 0.4,
            "whole-output": 2.01 * 3.2 * 0.4,
            "down": -0.01 * 3.2 * 0.4,
            "slope": 3.2 * 0.4,
            "still": 0.0,
        },
        tolerance=0.0003,
    ),
    "gradient": Function(
        ("w1", "w2", "x", "y"),
        _CASES,
        _parts(lambda w1, w2, x, e: (-2 * e * w2 * x, -2 * e * w1 * x)),
        {
            "flipped": _parts(lambda w1, w2, x, e: (2 * e * w2 * x, 2 * e * w1 * x)),
            "forgot-2": _parts(lambda w1, w2, x, e: (-e * w2 * x, -e * w1 * x)),
            "swapped": _parts(lambda w1, w2, x, e: (-2 * e * w1 * x, -2 * e * w2 * x)),
            "forgot-x": _parts(lambda w1, w2, x, e: (-2 * e * w2, -2 * e * w1)),
            "forgot-w2": _parts(lambda w1, w2, x, e: (-2 * e * x, -2 * e * w1 * x)),
            "forgot-w1": _parts(lambda w1, w2, x, e: (-2 * e * w2 * x, -2 * e * x)),
            "forgot-both": _parts(lambda w1, w2, x, e: (-2 * e * x, -2 * e * x)),
            "only-output": _parts(lambda w1, w2, x, e: (w2 * x, w1 * x)),
        },
    ),
}
