"""Chapter 7: how many steps a rate needs, and the one that needs one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kedou.exercises.chapters.tadpoles import BEST_W, LIMIT, slope
from kedou.exercises.kinds import Exercise, Function, Measured, Number

NEAR = 0.001
_RATES = (0.01, 0.02, 0.035, 0.049979, 0.07, 0.09)


def steps_needed(rate: float) -> int:
    """Return the first step at which w is within 0.001 of the best one, from 0."""
    w, steps = 0.0, 0
    while abs(w - BEST_W) > NEAR:
        w, steps = w - rate * slope(w), steps + 1
    return steps


def _from_one_side(rate: float) -> int:
    """Count as if w were near once it is no longer below."""
    w, steps = 0.0, 0
    while BEST_W - w > NEAR:
        w, steps = w - rate * slope(w), steps + 1
    return steps


def _one_step(rate: float) -> tuple[str, Mapping[str, Any]]:
    landed = -rate * slope(0.0)
    values = {"rate": rate, "w": landed, "best": BEST_W}
    if abs(landed - BEST_W) <= NEAR:
        return "", values
    if abs(rate - LIMIT) <= 0.01 * LIMIT:
        return "limit", values
    if rate == 0:
        return "still", values
    if rate < 0:
        return "uphill", values
    return ("short" if landed < BEST_W else "beyond"), values


EXERCISES: dict[str, Exercise] = {
    "steps": Number(
        float(steps_needed(0.09)),
        {"nine-times-faster": 30 / 9, "same": 30.0, "nine-times-slower": 270.0},
        tolerance=0.5,
    ),
    "one-step": Measured(_one_step),
    "steps-needed": Function(
        ("learning_rate",),
        [(rate,) for rate in _RATES],
        steps_needed,
        {
            "one-more": lambda rate: steps_needed(rate) + 1,
            "one-less": lambda rate: steps_needed(rate) - 1,
            "one-sided": _from_one_side,
            "forgot-2": lambda rate: steps_needed(rate / 2),
        },
        tolerance=1e-3,
    ),
}
