"""Comparing the function's numbers with the right ones, and with those of each mistake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.gradient_check.calling import Task, answer_at, where
from kedou.gradient_check.mistakes import (
    gradient_at,
    in_turn,
    loss_at,
    named_factors,
    wrong_gradients,
    wrong_losses,
)
from kedou.gradient_check.verdict import POINTS, GradientCheck

SAME = 1e-6
_NEAR = 1e-2


def compare(task: Task) -> GradientCheck:
    """Call the function at every point and judge what it gave."""
    points = points_of(task)
    answers = []
    for theta in points:
        answer = answer_at(task, theta)
        if isinstance(answer, GradientCheck):
            return answer
        answers.append(answer)
    got = np.array(answers)
    if task.kind == "loss":
        expected = np.array([[loss_at(task, theta)] for theta in points])
        tables = [dict(wrong_losses(task, theta)) for theta in points]
        wrong = [(code, np.array([[table[code]] for table in tables])) for code in tables[0]]
        return judge(task, points, got, expected, wrong, named_factors(task))
    right = np.array([gradient_at(task, theta) for theta in points])
    lists = [list(wrong_gradients(task, theta)) for theta in points]
    wrong = [
        (code, np.array([each[i][1] for each in lists])) for i, (code, _) in enumerate(lists[0])
    ]
    if task.kind == "gradient":
        two = task.k == 1 and task.form.has_b
        if two and same(got, right[:, ::-1]) and not same(got, right):
            return _verdict(task, points, got, right, 0, ("swapped",))
        return judge(task, points, got, right, wrong, named_factors(task))
    return _judge_update(task, points, got, right, wrong)


def judge(
    task: Task,
    points: Floats,
    got: Floats,
    right: Floats,
    wrong: list[tuple[str, Floats]],
    factors: Mapping[float, tuple[str, ...]],
) -> GradientCheck:
    """Find the first wrong component and the mistake that explains it."""
    for j in range(got.shape[1]):
        if same(got[:, j], right[:, j]):
            continue
        columns = [(code, table[:, j]) for code, table in wrong]
        mistakes, factor = explain(got[:, j], right[:, j], columns, factors)
        return _verdict(task, points, got, right, j, mistakes, factor)
    return GradientCheck("right", task.kind, point=tuple(points[0].tolist()))


def _judge_update(
    task: Task,
    points: Floats,
    new: Floats,
    right: Floats,
    wrong: list[tuple[str, Floats]],
) -> GradientCheck:
    """Judge an update by the gradient that its step stands for."""
    step = points - new
    told = task.form.rate_argument != "none"
    rate = task.rate if told else rate_used(step, right)
    size = task.rate if rate is None or told else abs(rate)
    expected = points - size * right
    if same_but_rounding(new, expected):
        return GradientCheck("right", "update", point=tuple(points[0].tolist()), rate=size)
    wrong = [*wrong, *in_turn(task, points, right, size)]
    factors = named_factors(task, task.rate if told else None)
    found = judge(task, points, step / size, right, wrong, factors)
    if found.ok:
        return GradientCheck("right", "update", point=found.point, rate=size)
    if np.array_equal(new, points):
        return _verdict(task, points, new, expected, 0, ("unchanged",))
    alone = rate_used(new, right)
    if alone is not None and same(new, alone * right):
        expected = expected if told else points - abs(alone) * right
        return _verdict(task, points, new, expected, 0, ("only-step",))
    if rate is None:
        return _formula_of_step(task, points, new, right, wrong)
    mistakes = found.mistakes or (found.verdict,)
    j = task.names.index(str(found.component))
    factor = found.values.get("factor")
    return _verdict(task, points, new, expected, j, mistakes, factor, size)


def _formula_of_step(
    task: Task,
    points: Floats,
    new: Floats,
    right: Floats,
    wrong: list[tuple[str, Floats]],
) -> GradientCheck:
    """Name the wrong formula of an update none of whose steps is right, whatever its rate."""
    for j in range(new.shape[1]):
        for code, table in wrong:
            factor = ratio(points[:, j] - new[:, j], table[:, j])
            if factor is not None:
                plus = () if factor > 0 else ("plus",)
                expected = points - abs(factor) * right
                return _verdict(task, points, new, expected, j, (code, *plus))
    return _verdict(task, points, new, points - task.rate * right, 0, ("unknown",))


def rate_used(step: Floats, right: Floats) -> float | None:
    """Return the rate for which some component's step is rate times its gradient."""
    rates = [ratio(step[:, j], right[:, j]) for j in range(step.shape[1])]
    return next((rate for rate in rates if rate is not None), None)


def explain(
    got: Floats,
    right: Floats,
    wrong: list[tuple[str, Floats]],
    factors: Mapping[float, tuple[str, ...]],
) -> tuple[tuple[str, ...], float | None]:
    """Return the mistakes that give these numbers at every point, and the factor if it is odd."""
    if not np.any(got):
        return ("zero",), None
    times = ratio(got, right)
    named = _named(times, factors)
    if named:
        return named, None
    for code, column in wrong:
        extra = _named(ratio(got, column), factors)
        if extra is not None:
            return (code, *extra), None
    scale = float(np.max(np.abs(right)))
    if float(np.max(np.abs(got - right))) <= _NEAR * scale:
        return ("approximate",), None
    if times is not None:
        return ("factor",), times
    return ("unknown",), None


def _named(ratio: float | None, factors: Mapping[float, tuple[str, ...]]) -> tuple[str, ...] | None:
    if ratio is None:
        return None
    for factor, names in factors.items():
        if abs(ratio - factor) <= SAME * abs(factor):
            return names
    return None


def ratio(got: Floats, base: Floats) -> float | None:
    """Return c where got = c base at every point, else None."""
    if not np.isfinite(base).all() or not np.any(base) or not np.any(got):
        return None
    size = float(np.max(np.abs(base)))
    unit = base / size
    c = float(unit @ got) / float(unit @ unit)
    if float(np.max(np.abs(got - c * unit))) > SAME * float(np.max(np.abs(got))):
        return None
    return c / size


def same(got: Floats, right: Floats) -> bool:
    """Say whether each component agrees, measured by its own largest value."""
    scale = np.max(np.abs(right), axis=0)
    return bool(np.all(np.max(np.abs(got - right), axis=0) <= SAME * scale))


def same_but_rounding(got: Floats, right: Floats) -> bool:
    """Say whether they agree to the last few bits."""
    epsilon = 4 * np.finfo(np.float64).eps
    return bool(np.all(np.abs(got - right) <= epsilon * np.maximum(np.abs(got), np.abs(right))))


def _verdict(
    task: Task,
    points: Floats,
    got: Floats,
    right: Floats,
    j: int,
    mistakes: tuple[str, ...],
    factor: float | None = None,
    rate: float | None = None,
) -> GradientCheck:
    """Report component j at the first point where the difference shows."""
    gaps = np.abs(got[:, j] - right[:, j])
    i = int(np.argmax(gaps > 0.5 * SAME * np.max(np.abs(right[:, j]))))
    values: dict[str, Any] = {"rows": len(task.y), **where(task, points[i])}
    if factor is not None:
        values["factor"] = factor
    approximate = mistakes == ("approximate",)
    return GradientCheck(
        "approximate" if approximate else "wrong",
        task.kind,
        component=None if task.kind == "loss" else task.names[j],
        expected=float(right[i, j]),
        got=float(got[i, j]),
        point=tuple(points[i].tolist()),
        mistakes=() if approximate else mistakes,
        rate=rate,
        values=values,
    )


def points_of(task: Task) -> Floats:
    """Return the points to look at: the caller's first, then seeded ones of the data's size."""
    Z = task.x.reshape(len(task.y), -1)
    size_y = float(np.sqrt(np.mean(task.y**2))) or 1.0
    size_x = np.sqrt(np.mean(Z**2, axis=0))
    scale = np.append(size_y / np.where(size_x > 0, size_x, 1.0), size_y)
    random, shape = np.random.default_rng(7), (POINTS, task.k + 1)
    drawn = random.choice([-1.0, 1.0], shape) * random.uniform(0.4, 2.0, shape) * scale
    drawn = np.array([[float(f"{v:.2g}") for v in point] for point in drawn])  # easy to retype
    if task.first is not None:
        drawn[0] = task.first
    points: Floats = drawn if task.form.has_b else drawn[:, :-1]
    return points
