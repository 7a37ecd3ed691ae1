"""What a page may say on the socket, and the check of every word of it.

=========  ==================================================================================
type       fields
=========  ==================================================================================
hello      ``language``
describe   ``data``: one data set with its columns; without it, a list of all
descend    ``data`` or ``points``; ``rule``, ``learning_rate``, ``steps``, ``start``, ``seed``,
           ``tolerance``, ``loss``, ``intercept``, ``standardize``, ``ridge`` as ``kd.descend``
=========  ==================================================================================

Each has a ``type`` and may have an ``id``, a whole number that comes back with the answer. Rules
and losses are names, or objects of a name and numbers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kedou.lab.refusal import RefusalError

MOST_BYTES = 256 * 1024
MOST_STEPS = 10_000
MOST_STEPS_OVER_ROWS = 2_000
MOST_POINTS = 5_000
MOST_FEATURES = 8
MOST_TEXT = 64
MOST_ID = 2**53 - 1
EXAMPLE = '{"type": "hello"}'

Type = Literal["hello", "describe", "descend"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One checked message.

    Attributes
    ----------
    type : {"hello", "describe", "descend"}
    id : int or None
    fields : mapping
        What else it holds, each field of the type that belongs there.
    """

    type: Type
    id: int | None
    fields: Mapping[str, Any]


class BadMessageError(RefusalError):
    """A message that is not understood, with its id where that could be read."""

    id: int | None = None


def read(text: str) -> Ask:
    """Read one message.

    Raises
    ------
    BadMessageError
        It is no JSON, no object, of no known type, or a field is not what it must be.

    Examples
    --------
    >>> read('{"type": "describe", "id": 7, "data": "engel"}')
    Ask(type='describe', id=7, fields={'data': 'engel'})
    """
    try:
        found = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise BadMessageError("lab.malformed", example=EXAMPLE) from None
    if not isinstance(found, dict):
        raise BadMessageError("lab.not-object", example=EXAMPLE)
    number = found.pop("id", None)
    if number is not None and not _is_whole(number, 0, MOST_ID):
        raise BadMessageError("lab.field", field="id", needed=f"0 ... {MOST_ID}")
    try:
        return _checked(found, number)
    except BadMessageError as problem:
        problem.id = number
        raise


def _checked(found: dict[str, Any], number: int | None) -> Ask:
    kind = found.pop("type", None)
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise BadMessageError("lab.type", got=_short(kind), known=list(_FIELDS))
    fields = _FIELDS[kind]
    for name, value in found.items():
        if name not in fields:
            raise BadMessageError(
                "lab.field-unknown", field=_short(name), type=kind, known=list(fields) or ["-"]
            )
        is_right, needed = fields[name]
        if not is_right(value):
            raise BadMessageError("lab.field", field=name, needed=needed)
    if kind == "descend" and ("data" in found) == ("points" in found):
        raise BadMessageError("lab.data-or-points")
    return Ask(kind, number, found)  # type: ignore[arg-type]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _short(value: Any) -> str:
    return str(value)[:MOST_TEXT]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_TEXT


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_numbers(value: Any, least: int, most: int) -> bool:
    return isinstance(value, list) and least <= len(value) <= most and all(map(_is_number, value))


def _is_points(value: Any) -> bool:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_POINTS:
        return False
    widths = {len(row) if isinstance(row, list) else 0 for row in value}
    return len(widths) == 1 and all(_is_numbers(row, 2, MOST_FEATURES + 1) for row in value)


def _is_named(value: Any) -> bool:
    """Say whether it is a name, or an object of a name and numbers."""
    if _is_text(value):
        return True
    if not isinstance(value, dict) or not _is_text(value.get("name")) or len(value) > 8:
        return False
    return all(_is_number(number) for key, number in value.items() if key != "name")


_TEXT = (_is_text, f"text, 1 ... {MOST_TEXT}")
_FLAG = (_is_flag, "true, false")
_NAMED = (_is_named, '"name", {"name": "...", ...}')
_Check = tuple[Callable[[Any], bool], str]

_FIELDS: dict[str, dict[str, _Check]] = {
    "hello": {"language": _TEXT},
    "describe": {"data": _TEXT},
    "descend": {
        "data": _TEXT,
        "points": (
            _is_points,
            f"[[x, y], ...], 1 ... {MOST_POINTS}, x: 1 ... {MOST_FEATURES}",
        ),
        "rule": _NAMED,
        "learning_rate": (lambda v: _is_number(v) or v == "auto", '"auto", 0.05'),
        "steps": (lambda v: _is_whole(v, 0, MOST_STEPS), f"0 ... {MOST_STEPS}"),
        "start": (
            lambda v: _is_number(v) or v == "random" or _is_numbers(v, 1, MOST_FEATURES + 1),
            '0.0, [0.0, 0.0], "random"',
        ),
        "seed": (lambda v: _is_whole(v, 0, MOST_ID), f"0 ... {MOST_ID}"),
        "tolerance": (_is_number, "0.01"),
        "loss": _NAMED,
        "intercept": _FLAG,
        "standardize": _FLAG,
        "ridge": (_is_number, "0.0"),
    },
}
