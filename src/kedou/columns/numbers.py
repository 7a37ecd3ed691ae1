"""Table cells to float64, and which of them are not numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as types
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.columns.batch import MISSING
from kedou.columns.kinds import is_number, kind_of_type

EXACT = 2.0**53
"""From this size on, not every integer is a float64 number."""


def to_numbers(array: pa.Array, decimal: str = ".") -> tuple[Floats, dict[int, str]]:
    """Turn a table column into float64.

    Parameters
    ----------
    array : pyarrow.Array of length rows
        Numbers, booleans (0 and 1), decimals, dictionaries of those, or text that reads as such.
    decimal : str
        Decimal mark of text.

    Returns
    -------
    values : (rows,) float64
        NaN where a cell is missing or bad; may be a read-only view of the table's memory.
    bad : dict of int to str
        Row index and text of each cell that is no number.
    """
    type_ = array.type
    if types.is_dictionary(type_):
        return to_numbers(array.dictionary_decode(), decimal)
    if types.is_null(type_):
        return np.full(len(array), np.nan), {}
    if kind_of_type(type_) == "text":
        return _from_text(array, decimal)
    if types.is_decimal(type_):
        array = array.cast(pa.string())  # through text: rounded once
    elif types.is_boolean(type_):
        array = array.cast(pa.uint8())
    if not types.is_floating(array.type):
        array = array.cast(pa.float64(), safe=False)
    if array.null_count == 0:
        values: NDArray[Any] = array.to_numpy()
    else:
        values = array.to_numpy(zero_copy_only=False)
    return values.astype(np.float64, copy=False), {}


def holds_integers(array: pa.Array) -> bool:
    """Whether the type of a column allows integers that float64 rounds."""
    return bool(types.is_integer(array.type) and array.type.bit_width == 64)


def _from_text(array: pa.Array, decimal: str) -> tuple[Floats, dict[int, str]]:
    texts = pc.utf8_trim_whitespace(array.cast(pa.string()))
    coded = texts.dictionary_encode()
    values = np.array([_number(text, decimal) for text in coded.dictionary.to_pylist()] + [np.nan])
    codes = coded.indices.fill_null(len(values) - 1).to_numpy()
    is_bad = np.array([_is_bad(t, decimal) for t in coded.dictionary.to_pylist()] + [False])
    bad = np.flatnonzero(is_bad[codes]) if is_bad.any() else ()
    return values[codes], {int(i): str(texts[int(i)].as_py()) for i in bad}


def _number(text: str, decimal: str) -> float:
    if is_number(text, decimal):
        return float(text.replace(decimal, "."))
    return {"true": 1.0, "false": 0.0}.get(text.lower(), float("nan"))


def _is_bad(text: str, decimal: str) -> bool:
    return not (is_number(text, decimal) or text in MISSING or text.lower() in ("true", "false"))
