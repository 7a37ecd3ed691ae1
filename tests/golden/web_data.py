"""The data sets of the golden files: small, made by formulas, each with one difficulty."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

import kedou as kd

DIVISOR = 2**31


def draws(seed: int) -> Iterator[float]:
    """Numbers in [0, 1) from a fixed formula: the same on every machine and in every version."""
    state = seed
    while True:
        state = (1103515245 * state + 12345) % DIVISOR
        yield state / DIVISOR


def table(rows: int, k: int, seed: int) -> np.ndarray:
    """Return (rows, k) numbers of three decimals, roughly bell-shaped around 0."""
    source = draws(seed)
    cells = [sum(next(source) for _ in range(4)) - 2.0 for _ in range(rows * k)]
    return np.round(np.array(cells), 3).reshape(rows, k)


@cache
def points() -> dict[str, dict[str, Any]]:
    """Return name -> X, y and perhaps weight."""
    tadpoles = kd.data.tadpoles()
    noise = table(40, 6, 7)
    wide = table(120, 20, 11)
    wide = np.round(wide * (1.0 + np.arange(20) / 4) + np.arange(20), 3)
    slopes = np.round(np.sin(np.arange(20) + 1.0), 3)
    a, b = noise[:, 0] + 2, noise[:, 1]
    score = 1.5 * noise[:, 2] - 0.5 * noise[:, 3] + 0.2
    return {
        "tadpoles": {"X": tadpoles.X, "y": tadpoles.y},
        "weighted": {
            "X": tadpoles.X,
            "y": tadpoles.y,
            "weight": np.array([1.0, 2.0, 0.0, 3.0, 1.0, 0.5, 2.0]),
        },
        "twenty": {"X": wide, "y": np.round(wide @ slopes + 3 * table(120, 1, 13)[:, 0], 3)},
        "dependent": {
            "X": np.column_stack([a, b, np.round(a + 2 * b, 3), np.full(40, 5.0)]),
            "y": np.round(1 + 2 * a - b + noise[:, 4], 3),
        },
        "tangled": {
            "X": np.column_stack(
                [noise[:, :3], noise[:, 0] - noise[:, 1] + noise[:, 2], 3 * a + 0.7 * b]
            ),
            "y": np.round(1 + 2 * a - b + noise[:, 4], 3),
        },
        "zeros": {"X": np.zeros((5, 1)), "y": np.array([1.0, 2.0, -1.0, 0.5, 3.0])},
        "line": {"X": np.arange(6.0)[:, None], "y": 2 * np.arange(6.0) + 1},
        "far": {"X": noise[:, :1] + 100_000.0, "y": np.round(3 * noise[:, 0] + noise[:, 4], 3)},
        "close": {
            "X": np.column_stack([a, np.round(a + 1e-4 * b, 7)]),
            "y": np.round(a + noise[:, 4], 3),
        },
        "binary": {
            "X": noise[:, 2:4],
            "y": (score + 1.2 * noise[:, 4] > 0).astype(float),
        },
        "plane": {
            "X": noise[:, :2],
            "y": np.round(0.5 + 2 * noise[:, 0] - noise[:, 1] + 0.3 * noise[:, 5], 3),
        },
    }


@cache
def moments(name: str) -> kd.Moments:
    """Return the moments of a data set; "levels" has a category besides."""
    if name == "levels":
        base = points()["plane"]
        cities = ["Xian", "Lhasa", "Xian", "Harbin", "Xian", "Lhasa", "Harbin", "Xian"] * 5
        columns = {"city": cities, "size": base["X"][:, 0].tolist(), "price": base["y"].tolist()}
        return kd.scan(columns, target="price", categorical=["city"], precision="fast")
    data = points()[name]
    return kd.scan(data["X"], data["y"], weight=data.get("weight"), precision="fast")
