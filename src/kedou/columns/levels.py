"""Categories: a column of names to one indicator for each level."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as types
from numpy.typing import NDArray

from kedou.block import Column, ColumnKind, level_order
from kedou.columns.batch import MISSING
from kedou.errors import DataError

MOST_LEVELS = 1000
"""A column with more levels than this is not a category but a name or a number."""

_WHOLE = re.compile(r"(-?(?:0|[1-9]\d*))\.0+", re.A)


@dataclass(frozen=True, slots=True)
class Codes:
    """A column as numbers of levels.

    Attributes
    ----------
    codes : (rows,) int64
        Position in ``levels``, -1 where the cell is missing.
    levels : tuple of str
        Levels in the order of their indicators.
    source : str
        ``Column.source`` of the indicators: the table column, or ``day:weekday``.
    """

    codes: NDArray[np.int64]
    levels: tuple[str, ...]
    source: str

    def columns(self, codes: NDArray[np.int64]) -> tuple[Column, ...]:
        """Columns of X for the levels that occur in ``codes``."""
        seen = np.bincount(codes, minlength=len(self.levels)) > 0
        return tuple(
            level_column(self.source, level)
            for level, here in zip(self.levels, seen, strict=True)
            if here
        )


def refuse_too_many(column: str, count: int, file: str) -> None:
    """Raise where a category has more levels than one can learn from."""
    if count > MOST_LEVELS:
        raise DataError(
            "columns.too-many-levels", column=column, count=count, most=MOST_LEVELS, file=file
        )


def level_column(source: str, level: str) -> Column:
    """Describe the indicator of one level."""
    kind: ColumnKind = "level"
    return Column(f"{source}={level}", source, kind, level=level)


def level_name(value: Any) -> str:
    """Name of a level: the same from every kind of file.

    Text is stripped; ``3`` and ``3.0`` are one level, and so are ``True`` and ``TRUE``.
    """
    text = str(value).strip()
    if whole := _WHOLE.fullmatch(text):
        return whole[1]
    return text.lower() if text.lower() in ("true", "false") else text


def to_codes(array: pa.Array, name: str) -> Codes:
    """Turn a table column into codes of its levels, in the order of ``level_order``.

    Parameters
    ----------
    array : pyarrow.Array of length rows
        Text, numbers, booleans or a dictionary of those.
    name : str
        Name of the table column.
    """
    if not types.is_dictionary(array.type):
        array = array.dictionary_encode()
    values = array.dictionary
    if types.is_floating(values.type):
        values = pc.if_else(pc.is_finite(values), values, pa.scalar(None, values.type))
    raw = [None if value is None else level_name(value) for value in values.to_pylist()]
    names = [None if value in MISSING else value for value in raw]
    levels = tuple(sorted({level for level in names if level is not None}, key=level_order))
    position = {level: i for i, level in enumerate(levels)}
    table = np.array([-1 if n is None else position[n] for n in names] + [-1], dtype=np.int64)
    codes = array.indices.cast(pa.int64()).fill_null(len(names)).to_numpy()
    return Codes(table[codes], levels, name)
