"""One message of a page: read, and every word of it checked.

A message is an object with a ``type`` and may have an ``id``, a whole number that comes back with
the answer. Which types there are, and what belongs to each, stands in ``kedou.lab.vocabulary``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kedou.lab.checks import MOST_ID, MOST_TEXT, is_whole
from kedou.lab.refusal import RefusalError
from kedou.lab.vocabulary import FORMS, Type

MOST_BYTES = 256 * 1024
MOST_STEPS_OVER_ROWS = 2_000
EXAMPLE = '{"type": "hello"}'


@dataclass(frozen=True, slots=True)
class Ask:
    """One checked message.

    Attributes
    ----------
    type : str
        One of ``kedou.lab.vocabulary.FORMS``.
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
    if number is not None and not is_whole(number, 0, MOST_ID):
        raise BadMessageError("lab.field", field="id", needed=f"0 ... {MOST_ID}")
    try:
        return _checked(found, number)
    except BadMessageError as problem:
        problem.id = number
        raise


def _checked(found: dict[str, Any], number: int | None) -> Ask:
    kind = found.pop("type", None)
    if not isinstance(kind, str) or kind not in FORMS:
        raise BadMessageError("lab.type", got=_short(kind), known=list(FORMS))
    form = FORMS[kind]
    for name, value in found.items():
        if name not in form.fields:
            known = list(form.fields) or ["-"]
            raise BadMessageError("lab.field-unknown", field=_short(name), type=kind, known=known)
        is_right, needed = form.fields[name]
        if not is_right(value):
            raise BadMessageError("lab.field", field=name, needed=needed)
    for name in form.needed:
        if name not in found:
            _, needed = form.fields[name]
            raise BadMessageError("lab.field-missing", field=name, type=kind, needed=needed)
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
    """Return the beginning of something as text that can be written down."""
    return str(value)[:MOST_TEXT].encode("utf-8", "replace").decode()
