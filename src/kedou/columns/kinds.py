"""What kind of values a table column holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as types

Kind = Literal["number", "integer", "bool", "text", "date", "empty", "other"]
NUMERIC: tuple[Kind, ...] = ("number", "integer", "bool")

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|infinity|nan)", re.A | re.I)
_PLAIN = r"^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$"
_WHOLE = r"^[+-]?[0-9]+$"
_DATE = re.compile(r"\d{4}([-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日)([T ]\d.*)?", re.A)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table and the kind of its values.

    ``kind`` is ``empty`` where nothing was seen in it, ``other`` for what cannot be a number,
    a category or a date (lists, durations, binary data). ``numbers_in_text`` is the share of
    numbers among the values seen in a text column.
    """

    name: str
    kind: Kind
    numbers_in_text: float = 0.0


def kind_of_type(type_: pa.DataType) -> Kind:
    """Kind of a typed column."""
    if types.is_dictionary(type_):
        return kind_of_type(type_.value_type)
    if types.is_boolean(type_):
        return "bool"
    if types.is_integer(type_):
        return "integer"
    if types.is_floating(type_) or types.is_decimal(type_):
        return "number"
    if types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_):
        return "text"
    if types.is_date(type_) or types.is_timestamp(type_):
        return "date"
    return "empty" if types.is_null(type_) else "other"


def columns_of_schema(schema: pa.Schema) -> list[TableColumn]:
    """Columns of a typed table."""
    return [TableColumn(field.name, kind_of_type(field.type)) for field in schema]


def kind_of_texts(name: str, texts: pa.Array, decimal: str = ".") -> TableColumn:
    """Kind of a column of a text file, from a sample of its cells (missing ones are null).

    A column of which at least half of the sampled cells are numbers is a column of numbers, with
    bad cells in it: it is better to name those than to take the column for text in silence.
    """
    texts = texts.drop_null()
    if not len(texts):
        return TableColumn(name, "empty")
    if decimal == "." and _all_match(texts, _PLAIN):
        return TableColumn(name, "integer" if _all_match(texts, _WHOLE) else "number")
    values = [str(text).strip() for text in pc.unique(texts).to_pylist()]
    numbers = sum(is_number(value, decimal) for value in values)
    if numbers == len(values):
        whole = all(value.lstrip("+-").isdigit() for value in values)
        return TableColumn(name, "integer" if whole else "number")
    if all(value.lower() in ("true", "false") for value in values):
        return TableColumn(name, "bool")
    if all(_DATE.fullmatch(value) for value in values):
        return TableColumn(name, "date")
    share = _share_of_numbers(texts, values, decimal) if numbers else 0.0
    return TableColumn(name, "number" if share >= 0.5 else "text", share)


def is_number(text: str, decimal: str = ".") -> bool:
    """Whether a cell of a text file is a number (``inf`` and ``nan`` are: not finite ones)."""
    if decimal != ".":
        if "." in text:
            return False
        text = text.replace(decimal, ".")
    return _NUMBER.fullmatch(text) is not None


def _all_match(texts: pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(texts, pattern)).as_py())


def _share_of_numbers(texts: pa.Array, values: list[str], decimal: str) -> float:
    counts = pc.value_counts(pc.utf8_trim_whitespace(texts))
    seen = {str(item["values"]): int(item["counts"]) for item in counts.to_pylist()}
    numbers = sum(count for text, count in seen.items() if is_number(text, decimal))
    return numbers / sum(seen.values())
