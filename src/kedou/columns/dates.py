"""Dates: a trend in days, and indicators for weekday and month."""

from __future__ import annotations

import re
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as types

from kedou.block import Column, Floats
from kedou.columns.batch import MISSING
from kedou.columns.kinds import kind_of_type
from kedou.columns.levels import Codes

_DAY = 86_400_000_000  # microseconds
_WRITTEN = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
    r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?)?Z?",
    re.A,
)


def trend_column(name: str) -> Column:
    """Describe the trend of a date column: days since 1970-01-01."""
    return Column(f"{name}:trend", name, "date")


def to_dates(array: pa.Array, name: str) -> tuple[Floats, Codes, Codes, dict[int, str]]:
    """Turn a table column into days, weekdays and months.

    Parameters
    ----------
    array : pyarrow.Array of length rows
        Dates, timestamps (with a time zone: its local time), or text such as ``2024-03-01``,
        ``2024/3/1``, ``2024年3月1日``, each with or without ``12:30`` or ``12:30:15`` after it.
    name : str
        Name of the table column.

    Returns
    -------
    days : (rows,) float64
        Days since 1970-01-01, with their fraction; NaN where missing or bad.
    weekdays, months : Codes
        ISO weekdays 1 (Monday) to 7, months 1 to 12.
    bad : dict of int to str
        Row index and text of each cell that is no date.
    """
    bad: dict[int, str] = {}
    if types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if kind_of_type(array.type) == "text":
        array, bad = _from_text(array)
    elif types.is_timestamp(array.type) and array.type.tz is not None:
        array = pc.local_timestamp(array)
    array = array.cast(pa.timestamp("us"), safe=False)
    missing = array.is_null().to_numpy(zero_copy_only=False)
    ticks = array.cast(pa.int64()).fill_null(0).to_numpy()
    whole, rest = np.divmod(ticks, _DAY)
    days = whole + rest / _DAY
    days[missing] = np.nan
    weekday = np.where(missing, -1, (whole + 3) % 7)  # day 0 was a Thursday
    month = np.where(missing, -1, pc.month(array).fill_null(1).to_numpy() - 1)
    return (
        days,
        Codes(weekday, tuple(str(i) for i in range(1, 8)), f"{name}:weekday"),
        Codes(month, tuple(str(i) for i in range(1, 13)), f"{name}:month"),
        bad,
    )


def _from_text(array: pa.Array) -> tuple[pa.Array, dict[int, str]]:
    texts = pc.utf8_trim_whitespace(array.cast(pa.string()))
    coded = texts.dictionary_encode()
    words = coded.dictionary.to_pylist()
    values = [_moment(word) for word in words]
    is_bad = np.array(
        [v is None and w not in MISSING for v, w in zip(values, words, strict=True)] + [False]
    )
    codes = coded.indices.fill_null(len(words)).to_numpy()
    bad = {int(i): str(texts[int(i)].as_py()) for i in np.flatnonzero(is_bad[codes])}
    moments = pa.array([*values, None], pa.timestamp("us"))
    return moments.take(pa.array(codes)), bad


def _moment(text: str) -> datetime | None:
    found = _WRITTEN.fullmatch(text)
    if not found:
        return None
    year, m1, d1, m2, d2, hour, minute, second, fraction = found.groups()
    try:
        return datetime(
            *(int(year), int(m1 or m2), int(d1 or d2)),
            *(int(hour or 0), int(minute or 0), int(second or 0)),
            round(float(fraction or 0) * 1e6) % 1_000_000,
        )
    except ValueError:
        return None
