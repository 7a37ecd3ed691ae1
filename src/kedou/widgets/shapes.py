"""What a chapter's state may look like: the page's shapes (``web/view/kit/shape.ts``) once more.

A shape takes a value and returns it as JSON would have it, or raises ``Misshapen`` with a sentence
about what was needed. That both sides accept and refuse the same values is a test, not a hope
(``tests/browser/test_widget_states.py``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

Shape = Callable[[Any], Any]


class MisshapenError(Exception):
    """A value is not what a shape asks for; ``needed`` is a code of the catalogue and values."""

    def __init__(self, code: str, /, **needed: Any) -> None:
        super().__init__(code)
        self.code = code
        self.needed = needed


def number(low: float, high: float) -> Shape:
    """Return the shape of a number from ``low`` to ``high``."""

    def read(value: Any) -> float | int:
        if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
            raise MisshapenError("needs-number", low=low, high=high)
        plain: Any = value.item() if hasattr(value, "item") else value
        if not (math.isfinite(plain) and low <= plain <= high):
            raise MisshapenError("needs-number", low=low, high=high)
        return plain if isinstance(plain, int) else float(plain)

    return read


def whole(low: int, high: int) -> Shape:
    """Return the shape of a whole number from ``low`` to ``high``."""
    within = number(low, high)

    def read(value: Any) -> int:
        try:
            plain = within(value)
        except MisshapenError:
            plain = 0.5
        if plain != int(plain):
            raise MisshapenError("needs-whole", low=low, high=high)
        return int(plain)

    return read


def flag(value: Any) -> bool:
    """Read True or False."""
    if not isinstance(value, bool | np.bool_):
        raise MisshapenError("needs-flag")
    return bool(value)


def text(most: int) -> Shape:
    """Return the shape of a text of at most so many characters."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > most:
            raise MisshapenError("needs-text", most=most)
        return value

    return read


def one_of(*names: str) -> Shape:
    """Return the shape of one of a few names."""

    def read(value: Any) -> str:
        if value not in names or not isinstance(value, str):
            raise MisshapenError("needs-one-of", names=[repr(name) for name in names])
        return value

    return read


def maybe(shape: Shape) -> Shape:
    """Return the shape of a value or None."""
    return lambda value: None if value is None else shape(value)


def listing(shape: Shape, least: int, most: int) -> Shape:
    """Return the shape of a list of ``least`` to ``most`` values of one shape."""

    def read(value: Any) -> list[Any]:
        if isinstance(value, np.ndarray):
            value = value.tolist()
        is_list = isinstance(value, Sequence) and not isinstance(value, str | bytes)
        if not is_list or not least <= len(value) <= most:
            raise MisshapenError("needs-list", least=least, most=most)
        return [shape(each) for each in value]

    return read


def pair(first: Shape, second: Shape) -> Shape:
    """Return the shape of two values."""

    def read(value: Any) -> list[Any]:
        both = listing(lambda each: each, 2, 2)(value)
        return [first(both[0]), second(both[1])]

    return read


def record(**fields: Shape) -> Shape:
    """Return the shape of a mapping with exactly these keys."""

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping) or set(value) != set(fields):
            raise MisshapenError("needs-keys", names=[repr(name) for name in fields])
        return {name: shape(value[name]) for name, shape in fields.items()}

    return read


def guess(value: Shape) -> Shape:
    """Return the shape of a guess: how far it is, and what was guessed."""
    return record(stage=one_of("closed", "open", "done", "shown"), value=value)
