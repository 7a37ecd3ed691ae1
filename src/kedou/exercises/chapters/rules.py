"""Chapter 6: who wins the race, and a rule of one's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.exercises.calling import StoppedError, call, numbers
from kedou.exercises.chapters.tadpoles import X, Y
from kedou.exercises.kinds import Choice, Exercise, right, wrong
from kedou.exercises.verdict import Verdict
from kedou.texts import Message

STEPS, START, NEAR, FAR = 20, 1.0, 0.01, 1e6


@dataclass(frozen=True)
class OwnRule:
    """A rule (w, slope) -> new w, or with the number of the step as a third argument.

    It is right if it brings w near the best one in 20 steps, on the tadpoles and on others whose
    best w lies as far on the other side of the start: a rule that was told the answer fails there.
    """

    wants: str = "function"

    def judge(self, name: str, answer: Any) -> Verdict:
        """Let it run, and tell what it did."""
        path, best = self._run(answer, X, Y)
        away = np.abs(path - best)
        values: dict[str, Any] = {"w": float(path[-1]), "best": best, "steps": len(path) - 1}
        if away[-1] <= NEAR and np.isfinite(path).all():
            other, other_best = self._run(answer, X, (2 * START - best) / best * Y)
            fair = abs(other[-1] - other_best) <= 2 * NEAR
            return right(name, **values) if fair else wrong(name, "told", **values)
        fate = "only-step" if self._ignores_w(answer) else self._fate(path, best)
        return wrong(name, fate, **values)

    def _ignores_w(self, rule: Callable[..., Any]) -> bool:
        """Say whether the same comes back wherever w is: the step alone, or a number."""
        rest = (4.0, 1) if _takes_step(rule) else (4.0,)
        near, far = (call(rule, (w, *rest), ("w", "slope")) for w in (START, START + 3.0))
        return bool(np.array_equal(numbers(near), numbers(far)))

    def _fate(self, path: Floats, best: float) -> str:
        away = np.abs(path - best)
        if (path == path[0]).all():
            return "unchanged"
        down = np.sign(best - path[0])
        if np.sign(path[1] - path[0]) == -down:
            return "uphill"
        if (
            away[-1] > away[0]
            and len(path) > 2
            and np.sign(path[2] - best) != np.sign(path[1] - best)
        ):
            return "diverges"
        if away[-1] >= FAR:
            return "diverges"
        repeats = np.ptp(path[-6::2]) <= 1e-9 and np.ptp(path[-5::2]) <= 1e-9
        if repeats and abs(path[-1] - path[-2]) > NEAR / 10:
            return "loops"
        if np.sign(path[-1] - best) == -np.sign(path[0] - best) and away[-1] > away[-2]:
            return "past"
        sides = np.sign(path - best)
        if (sides[1:] == -sides[:-1]).all():
            return "bounces"
        return "slow" if sides[-1] == sides[0] and away[-1] < away[0] else "elsewhere"

    def _run(self, rule: Callable[..., Any], x: Floats, y: Floats) -> tuple[Floats, float]:
        """Return w at every step, as far as it is finite, and the best w."""
        best = float(np.mean(x * y) / np.mean(x * x))
        timed = _takes_step(rule)
        wanted = ("w", "slope", "t") if timed else ("w", "slope")
        path = [START]
        for t in range(1, STEPS + 1):
            w = path[-1]
            here = -2.0 * float(np.mean(x * (y - w * x)))
            value = numbers(call(rule, (w, here, t) if timed else (w, here), wanted))
            if value.size != 1:
                said = Message("exercises.count", {"count": value.size, "needed": 1})
                raise StoppedError("count", said)
            path.append(float(value.ravel()[0]))
            if abs(path[-1]) > FAR:
                break
        return np.array(path), best


def _takes_step(rule: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(rule).parameters.values()
    except (TypeError, ValueError):
        return False
    return sum(p.default is p.empty for p in parameters) == 3


EXERCISES: dict[str, Exercise] = {
    "first": Choice(
        {
            "gradient": ("梯度下降", "gradient descent", "gradient-descent", "梯度下降法", "梯度"),
            "slope": ("斜率法", "slope rule", "斜率"),
            "sign": ("符号法", "sign rule", "符号"),
            "fixed": ("固定值法", "fixed value", "fixed-step", "fixed-value rule", "固定值"),
        },
        frozenset({"gradient"}),
    ),
    "own": OwnRule(),
}
