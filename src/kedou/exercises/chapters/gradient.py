"""Chapter 8: two parameters, all steps of a descent, and scaling the input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.exercises.chapters.tadpoles import X, Y
from kedou.exercises.kinds import Exercise, Function, Number

Step = Callable[[Floats, Floats, float, float, float], tuple[float, float]]
_DB = -2.0 * float(np.mean(Y - 2.0))
_RATE = 0.08


def _descend(step: Step, more: int = 0) -> Callable[..., Any]:
    """Return a descent made of some way of stepping."""

    def run(x: Floats, y: Floats, w: float, b: float, rate: float, steps: int) -> Any:
        for _ in range(steps + more):
            w, b = step(x, y, w, b, rate)
        return w, b

    return run


def _step(
    for_w: float = -2.0, for_b: float = -2.0, times_x: bool = True, b_times_x: bool = False
) -> Step:
    def step(x: Floats, y: Floats, w: float, b: float, rate: float) -> tuple[float, float]:
        e = y - (w * x + b)
        dw = for_w * np.mean(x * e if times_x else e)
        db = for_b * np.mean(x * e if b_times_x else e)
        return float(w - rate * dw), float(b - rate * db)

    return step


def _in_turn(x: Floats, y: Floats, w: float, b: float, rate: float) -> tuple[float, float]:
    w = w + 2.0 * rate * float(np.mean(x * (y - (w * x + b))))
    return w, b + 2.0 * rate * float(np.mean(y - (w * x + b)))


def _sum(x: Floats, y: Floats, w: float, b: float, rate: float) -> tuple[float, float]:
    return _step()(x, y, w, b, rate * len(x))


EXERCISES: dict[str, Exercise] = {
    "first-b": Number(
        2.0 - _RATE * _DB,
        {
            "goal": 0.180389,
            "lowered": 2.0 + _RATE * _DB,
            "no-rate": 2.0 - _DB,
            "lowered-no-rate": 2.0 + _DB,
            "half": 2.0 - _RATE * _DB / 2,
            "unchanged": 2.0,
            "step": -_RATE * _DB,
        },
        tolerance=0.006,
    ),
    "descend": Function(
        ("x", "y", "w", "b", "learning_rate", "steps"),
        [(X, Y, 0.0, 0.0, 0.01, 3), (X, Y, 0.0, 2.0, 0.08, 12), (X[:4], Y[:4], 1.0, -1.0, 0.05, 5)],
        _descend(_step()),
        {
            "in-turn": _descend(_in_turn),
            "plus": _descend(_step(for_w=2.0, for_b=2.0)),
            "forgot-x": _descend(_step(times_x=False)),
            "x-for-b": _descend(_step(b_times_x=True)),
            "forgot-2": _descend(_step(for_w=-1.0, for_b=-1.0)),
            "sum": _descend(_sum),
            "swapped": lambda *case: _descend(_step())(*case)[::-1],
            "b-stays": _descend(_step(for_b=0.0)),
            "one-more": _descend(_step(), more=1),
            "one-less": _descend(_step(), more=-1),
        },
        tolerance=1e-7,
        last=True,
    ),
    "standardise": Function(
        ("x",),
        [(X,), (np.array([3.0, 1.0, 4.0, 1.5, 9.0]),)],
        lambda x: (x - x.mean()) / x.std(),
        {
            "not-divided": lambda x: x - x.mean(),
            "not-centred": lambda x: x / x.std(),
            "n-1": lambda x: (x - x.mean()) / x.std(ddof=1),
            "variance": lambda x: (x - x.mean()) / x.var(),
            "min-max": lambda x: (x - x.min()) / np.ptp(x),
            "precedence": lambda x: x - x.mean() / x.std(),
            "flipped": lambda x: (x.mean() - x) / x.std(),
        },
    ),
}
