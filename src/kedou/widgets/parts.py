"""Parts of a state that several chapters have: points, a guess, stretches of an axis, a rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kedou.widgets.chapter import Alias
from kedou.widgets.shapes import MisshapenError, Shape, listing, number, pair

TADPOLES = [[0.8, 1.0], [1.7, 0.9], [2.7, 2.4], [3.2, 2.9], [3.7, 2.8], [4.2, 3.8], [4.2, 2.7]]
X_RANGE, Y_RANGE, MOST_POINTS = (0, 5), (0, 7), 40

_coordinates = listing(pair(number(*X_RANGE), number(*Y_RANGE)), 2, MOST_POINTS)

CLOSED = {"stage": "closed"}
LEARNING_RATE: Mapping[str, Alias] = {
    "learning_rate": Alias(
        lambda state: state["rate"], lambda state, value: {**state, "rate": value}
    )
}


def points(value: Any) -> list[list[float]]:
    """Read points (x, y); at least one x is not 0."""
    read: list[list[float]] = _coordinates(value)
    if all(x == 0 for x, _ in read):
        raise MisshapenError("needs-an-x")
    return read


def intervals(low: float, high: float) -> Shape:
    """Return the shape of stretches of an axis where a hand has been."""
    return listing(pair(number(low, high), number(low, high)), 0, 200)
