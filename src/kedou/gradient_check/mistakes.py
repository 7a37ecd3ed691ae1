"""The right formulas, and what each known mistake would give in their place.

A new mistake is one line here and one sentence per language, ``mistake-<code>``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.gradient_check.calling import Task


def predict(task: Task, theta: Floats) -> Floats:
    """Return x w + b, shape (n,)."""
    Z = task.x.reshape(len(task.y), -1)
    b = theta[task.k] if task.form.has_b else 0.0
    score: Floats = Z @ theta[: task.k] + b
    return score


def loss_at(task: Task, theta: Floats) -> float:
    """Return the mean squared error."""
    return float(np.mean((task.y - predict(task, theta)) ** 2))


def gradient_of(task: Task, r: Floats) -> Floats:
    """Return the mean of r x_j for each weight and of r for b; r = -2 e gives the gradient."""
    Z = task.x.reshape(len(task.y), -1)
    by_weight: Floats = Z.T @ r / len(r)
    return np.append(by_weight, np.mean(r)) if task.form.has_b else by_weight


def gradient_at(task: Task, theta: Floats) -> Floats:
    """Return the gradient of the mean squared error, shape (p,)."""
    return gradient_of(task, -2.0 * (task.y - predict(task, theta)))


def wrong_losses(task: Task, theta: Floats) -> Iterator[tuple[str, float]]:
    """Yield (mistake, the loss it would give)."""
    y, y_hat = task.y, predict(task, theta)
    e = y - y_hat
    mse = float(np.mean(e**2))
    yield "mean-before-square", float(np.mean(e)) ** 2
    yield "root", math.sqrt(mse)
    yield "absolute", float(np.mean(np.abs(e)))
    if task.form.has_b:
        b = theta[task.k]
        yield "forgot-b", float(np.mean((e + b) ** 2))
        yield "minus-b", float(np.mean((e + 2 * b) ** 2))
    yield "forgot-square", float(np.mean(e))
    yield "plus-y", float(np.mean((y + y_hat) ** 2))
    yield "squares-apart", float(np.mean(y_hat**2 - y**2))
    yield "forgot-y", float(np.mean(y_hat**2))
    yield "first-row", float(e[0] ** 2)
    yield "last-row", float(e[-1] ** 2)
    if task.k == 1:
        b = theta[task.k] if task.form.has_b else 0.0
        x = task.x.reshape(-1)
        yield "swapped-x-y", float(np.mean((x - theta[0] * y - b) ** 2))


def wrong_gradients(task: Task, theta: Floats) -> Iterator[tuple[str, Floats]]:
    """Yield (mistake, the gradient it would give); nan where it says nothing of a component."""
    y, y_hat = task.y, predict(task, theta)
    e = y - y_hat
    Z = task.x.reshape(len(y), -1)
    right = gradient_of(task, -2.0 * e)
    weights = np.arange(len(right)) < task.k

    def only_weights(values: Any) -> Floats:
        return np.where(weights, values, np.nan)

    def one_row(i: int) -> Floats:
        z = np.append(Z[i], 1.0) if task.form.has_b else Z[i]
        product: Floats = -2.0 * float(e[i]) * z
        return product

    yield "forgot-x", only_weights(-2.0 * np.mean(e))
    if task.form.has_b:
        yield "forgot-b", gradient_of(task, -2.0 * (e + theta[task.k]))
        for j in range(task.k):
            yield "extra-x", np.where(weights, np.nan, right[j])
    yield "squared-error", gradient_of(task, -2.0 * e**2)
    means = np.append(Z.mean(axis=0), 1.0) if task.form.has_b else Z.mean(axis=0)
    yield "mean-too-early", only_weights(-2.0 * means * np.mean(e))
    yield "forgot-y", gradient_of(task, 2.0 * y_hat)
    yield "absolute", gradient_of(task, -np.sign(e))
    yield "root", right / (2.0 * math.sqrt(float(np.mean(e**2))) or 1.0)
    squared = np.append((Z**2).T @ e, np.nan) if task.form.has_b else (Z**2).T @ e
    yield "x-squared", -2.0 * squared / len(y)
    yield "first-row", one_row(0)
    yield "last-row", one_row(-1)
    yield "plus-y", gradient_of(task, 2.0 * (y + y_hat))


def named_factors(task: Task, rate: float | None = None) -> dict[float, tuple[str, ...]]:
    """Return the constant factors that have a name, and the mistakes that they betray."""
    n = len(task.y)
    negative = {"loss": "negative", "gradient": "flipped", "update": "plus"}[task.kind]
    half = "half" if task.kind == "loss" else "forgot-2"
    plain: dict[float, tuple[str, ...]] = {0.5: (half,), n: ("sum",), n / 2: ("sum", half)}
    plain |= {1 / n: ("divided-twice",), 0.5 / n: ("divided-twice", half)}
    if task.kind == "loss":
        plain |= {float(n * n): ("sum",)}  # summed before squaring
    else:
        plain |= {2.0: ("two-twice",), 4.0: ("two-twice",)}
    if rate is not None:
        plain |= {1 / rate: ("forgot-rate",), 0.5 / rate: ("forgot-rate", half)}
        plain |= {rate: ("rate-twice",)}
    for off in (1, 2):
        if n > off:
            plain.setdefault(n / (n - off), ("n-1",))
    factors: dict[float, tuple[str, ...]] = {1.0: (), -1.0: (negative,)}
    for factor, names in plain.items():
        factors.setdefault(factor, names)
        factors.setdefault(-factor, (negative, *names))
    return factors


def in_turn(task: Task, points: Floats, right: Floats, rate: float) -> Iterator[tuple[str, Floats]]:
    """Yield the gradients of an update that uses one new value to compute the next one."""
    if not task.form.has_b:
        return
    k = task.k
    first_w, first_b = points.copy(), points.copy()
    first_w[:, :k] -= rate * right[:, :k]
    first_b[:, k] -= rate * right[:, k]
    after_w = np.array([gradient_at(task, theta) for theta in first_w])
    after_b = np.array([gradient_at(task, theta) for theta in first_b])
    after_w[:, :k] = np.nan
    after_b[:, k] = np.nan
    yield "new-w-for-b", after_w
    yield "new-b-for-w", after_b
