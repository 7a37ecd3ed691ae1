"""The functions that written Python code is put together from: their source is copied.

They repeat, for one row and without any package, what ``kedou.columns`` does to a table. The four
messages are written above them in the language in force.
"""

from __future__ import annotations

import contextlib
import math
import re
from datetime import date, datetime
from typing import Any

MISSING = NOT_A_NUMBER = NOT_A_DATE = UNSEEN = ""

ABSENT = (
    *("", "NA", "N/A", "n/a", "na", "#N/A", "NaN", "nan", "-nan", "-NaN"),
    *("NULL", "Null", "null", "None", "none", "-", "--", "?", "."),
)


def cell_of(row: Any, column: str) -> Any:
    """Return the cell of a column; raise where there is none."""
    try:
        cell = row[column]
    except LookupError:
        cell = None
    if isinstance(cell, str):
        cell = cell.strip()
    endless = isinstance(cell, float) and not math.isfinite(cell)
    if cell is None or endless or (isinstance(cell, str) and cell in ABSENT):
        raise ValueError(MISSING.format(column=repr(column)))
    return cell


def number(row: Any, column: str, limit: float) -> float:
    """Return a cell as a number."""
    cell = cell_of(row, column)
    if isinstance(cell, str):
        written = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
        truth = {"true": "1", "false": "0"}.get(cell.lower(), cell)
        cell = truth if re.fullmatch(written, truth, re.ASCII) else None
    try:
        x = float(cell)
    except (TypeError, ValueError):
        x = math.nan
    if not abs(x) <= limit:
        raise ValueError(NOT_A_NUMBER.format(column=repr(column), limit=limit))
    return x


def level(row: Any, column: str, weights: dict[str, float]) -> float:
    """Return the weight of the level in a cell."""
    name = str(cell_of(row, column)).strip()
    if re.fullmatch(r"-?(0|[1-9]\d*)\.0+", name, re.ASCII):
        name = name.partition(".")[0]
    if name.lower() in ("true", "false"):
        name = name.lower()
    if name not in weights:
        raise ValueError(UNSEEN.format(column=repr(column), level=repr(name)))
    return weights[name]


def moment(row: Any, column: str) -> datetime:
    """Return a cell as a date, with its time if it has one."""
    cell = cell_of(row, column)
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    day = r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
    time = r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?)?Z?"
    found = re.fullmatch(day + time, str(cell), re.ASCII)
    if found:
        year, m, d, m2, d2, hour, minute, second, fraction = found.groups(default="")
        clock = int(hour or 0), int(minute or 0), int(second or 0)
        micros = round(float(fraction or 0) * 1e6) % 1_000_000
        with contextlib.suppress(ValueError):
            return datetime(int(year), int(m or m2), int(d or d2), *clock, micros)
    raise ValueError(NOT_A_DATE.format(column=repr(column)))


def day_part(
    at: datetime, column: str, trend: float, weekdays: list[Any], months: list[Any]
) -> float:
    """Return what a date adds: its days since 1970-01-01, its weekday, its month."""
    weekday, month = weekdays[at.weekday()], months[at.month - 1]
    if weekday is None or month is None:
        raise ValueError(UNSEEN.format(column=repr(column), level=str(at)))
    seconds = (at.hour * 60 + at.minute) * 60 + at.second
    days = at.toordinal() - 719163 + (seconds * 1e6 + at.microsecond) / 86400e6
    return trend * days + float(weekday) + float(month)


def probability(score: float) -> float:
    """Return 1 / (1 + exp(-score))."""
    small = math.exp(-abs(score))
    return (1.0 if score >= 0.0 else small) / (1.0 + small)
