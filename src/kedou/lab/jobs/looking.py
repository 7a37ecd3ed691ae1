"""Look at the first rows: what each column holds, how it goes with the target, what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as types
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.columns.batch import MISSING
from kedou.columns.dates import to_dates
from kedou.columns.kinds import NUMERIC, TableColumn
from kedou.columns.levels import MOST_LEVELS, level_name
from kedou.columns.numbers import to_numbers
from kedou.columns.plan import ColumnPlan, Feature
from kedou.errors import DataError
from kedou.lab.answers import said
from kedou.lab.desk import Desk
from kedou.lab.jobs.done import Done
from kedou.lab.jobs.tables import KINDS, batches_of, shortened, suggested_target, table_from
from kedou.moments.relation import LEAK
from kedou.sources.tables import Table
from kedou.texts import Message, current_language

MOST_ROWS = 100_000
MOST_CELLS = 5_000_000
BINS = 24
MOST_DISTINCT = 1_000
MOST_SUGGESTED = 100
"""A category of more values makes a page slow: it is used where somebody asks for it."""
TOP = 12
MANY_MISSING = 1 / 3
FEW_LEVELS = 50
LIKELY_TARGETS = ("target", "y", "label", "outcome", "response", "目标", "标签", "结果")


@dataclass(eq=False)
class Column:
    """One column of the rows looked at.

    Attributes
    ----------
    told : TableColumn
    numbers : list of (rows,) float64
        Numbers, flags as 0 and 1, dates as days since 1970-01-01; NaN where missing or bad.
    codes : list of (rows,) int64
        Texts as places in ``levels``, -1 where missing.
    levels : dict of str to int
    absent : int
        Cells that are missing, where nothing else is known of the column.
    """

    told: TableColumn
    numbers: list[Floats] = field(default_factory=list)
    codes: list[NDArray[np.int64]] = field(default_factory=list)
    levels: dict[str, int] = field(default_factory=dict)
    absent: int = 0

    @property
    def is_numeric(self) -> bool:
        """Whether it is taken as numbers."""
        return self.told.kind in (*NUMERIC, "date")

    @property
    def values(self) -> Floats:
        """All numbers, shape (rows,)."""
        return np.concatenate(self.numbers) if self.numbers else np.zeros(0)

    @property
    def places(self) -> NDArray[np.int64]:
        """All codes, shape (rows,)."""
        return np.concatenate(self.codes) if self.codes else np.zeros(0, dtype=np.int64)

    def add(self, array: Any, decimal: str) -> None:
        """Take the cells of one batch more."""
        if self.told.kind in NUMERIC:
            values, _ = to_numbers(array, decimal)
            self.numbers.append(np.where(np.isfinite(values), values, np.nan))
        elif self.told.kind == "date":
            self.numbers.append(to_dates(array, self.told.name)[0])
        elif self.told.kind == "text":
            self._add_texts(array)
        else:
            self.absent += array.null_count

    def _add_texts(self, array: Any) -> None:
        if not types.is_dictionary(array.type):
            array = array.cast(pa.string()).dictionary_encode()
        found = []
        for value in array.dictionary.to_pylist():
            name = None if value is None else level_name(value)
            known = name is not None and name not in MISSING
            found.append(self.levels.setdefault(str(name), len(self.levels)) if known else -1)
        table = np.array([*found, -1], dtype=np.int64)
        indices = array.indices.cast(pa.int64()).fill_null(len(found)).to_numpy()
        self.codes.append(table[indices])


def look(job: Mapping[str, Any], desk: Desk) -> Done:
    """Look at the first rows."""
    table = table_from(job["table"])
    columns, rows = _read(table, desk)
    target = _target(columns, job)
    y = next((c.values for c in columns if c.told.name == target and c.is_numeric), None)
    language = current_language()
    body = {
        "rows": rows,
        "of": table.rows,
        "columns": [_told(column, y, rows, target, language) for column in columns],
        "target": target,
    }
    return Done(body)


def _read(table: Table, desk: Desk) -> tuple[list[Column], int]:
    columns = [Column(column) for column in table.columns]
    numbers = tuple(Feature(c.name) for c in table.columns if c.kind in NUMERIC)
    wanted = max(1, min(MOST_ROWS, MOST_CELLS // max(len(columns), 1)))
    rows = 0
    batches = batches_of(table, ColumnPlan(numbers))
    for batch in batches:
        desk.check()
        piece = batch.table.slice(0, wanted - rows)
        for column in columns:
            column.add(piece.column(column.told.name), batch.decimal)
        rows += piece.num_rows
        if rows >= wanted:
            break
    batches.close()  # type: ignore[attr-defined]
    return columns, rows


def _target(columns: list[Column], job: Mapping[str, Any]) -> str | None:
    """Return the target that was asked for, else the likeliest one."""
    names = [column.told.name for column in columns]
    asked: str | None = job["ask"].get("target")
    if asked is not None:
        if asked not in names:
            raise DataError(
                "columns.unknown", column=asked, columns=names[:30], file=job["table"]["name"]
            )
        return asked
    own = suggested_target(job["table"])
    if own is not None:
        return own
    usable = [c for c in columns if c.told.kind in NUMERIC and _spread(c.values) > 0]
    for column in usable:
        if column.told.name.strip().casefold() in LIKELY_TARGETS:
            return column.told.name
    measured = [c for c in usable if not _counts_rows(c)]
    return (measured or usable)[-1].told.name if usable else None


def _told(
    column: Column, y: Floats | None, rows: int, target: str | None, language: str
) -> dict[str, Any]:
    kind = column.told.kind
    if column.is_numeric:
        told = _told_numbers(column)
    elif kind == "text":
        told = _told_texts(column)
    else:
        told = {"missing": rows if kind == "empty" else column.absent, "distinct": None}
    told = {**_NOTHING, **told}
    other = y if column.told.name != target else None
    told["relation"] = _relation(column, other)
    suggest, why = _suggested(column, told, rows)
    return {
        "name": column.told.name,
        "kind": KINDS.get(kind, kind),
        **told,
        "suggest": suggest,
        "why": None if why is None else said(why, language),
    }


_NOTHING: dict[str, Any] = {
    "missing": 0, "distinct": None, "histogram": None, "levels": None, "min": None, "max": None,
    "mean": None,
}  # fmt: skip


def _told_numbers(column: Column) -> dict[str, Any]:
    values = column.values
    there = values[np.isfinite(values)]
    told: dict[str, Any] = {"missing": len(values) - len(there)}
    if not len(there):
        return {**told, "distinct": 0}
    different, counts = np.unique(there, return_counts=True)
    told["distinct"] = len(different) if len(different) <= MOST_DISTINCT else None
    low, high = float(there.min()), float(there.max())
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(there.mean())
        if np.isfinite(high - low) and low < high:
            heights, edges = np.histogram(there, min(BINS, max(len(different), 2)))
            if np.all(np.diff(edges) > 0):
                told["histogram"] = {"edges": edges.tolist(), "counts": heights.tolist()}
    told |= {"min": low, "max": high, "mean": mean if np.isfinite(mean) else None}
    if column.told.kind == "bool":
        pairs = zip(different.tolist(), counts.tolist(), strict=True)
        told["levels"] = [["true" if value else "false", count] for value, count in pairs]
    return told


def _told_texts(column: Column) -> dict[str, Any]:
    places = column.places
    counts = np.bincount(places[places >= 0], minlength=len(column.levels))
    names = list(column.levels)
    most = np.argsort(-counts, kind="stable")[:TOP]
    return {
        "missing": int((places < 0).sum()),
        "distinct": len(names) if len(names) <= MOST_DISTINCT else None,
        "levels": [[shortened(names[i]), int(counts[i])] for i in most.tolist()],
    }


def _spread(values: Floats) -> float:
    there = values[np.isfinite(values)]
    with np.errstate(over="ignore", invalid="ignore"):
        spread = float(there.max() - there.min()) if len(there) else 0.0
    return spread if np.isfinite(spread) else 0.0


def _counts_rows(column: Column) -> bool:
    """Say whether a column of whole numbers only counts the rows, from 0 or 1 on."""
    if column.told.kind != "integer":
        return False
    values = column.values
    begins = len(values) >= 10 and values[0] in (0.0, 1.0)
    return begins and bool(np.all(np.diff(values) == 1.0))


def _relation(column: Column, y: Floats | None) -> float | None:
    """Return the correlation with the target, or the correlation ratio of a text's levels."""
    if y is None:
        return None
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if column.is_numeric:
            found = _correlation(column.values, y)
        elif column.told.kind == "text" and len(column.levels) <= MOST_LEVELS:
            found = _ratio(column.places, len(column.levels), y)
        else:
            return None
    return found if np.isfinite(found) else None


def _correlation(x: Floats, y: Floats) -> float:
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < 2:
        return float("nan")
    dx, dy = x[both] - x[both].mean(), y[both] - y[both].mean()
    sizes = float(np.linalg.norm(dx)) * float(np.linalg.norm(dy))
    return abs(float(dx @ dy)) / sizes if sizes > 0 else float("nan")


def _ratio(places: NDArray[np.int64], levels: int, y: Floats) -> float:
    both = (places >= 0) & np.isfinite(y)
    codes, values = places[both], y[both] - y[both].mean() if both.any() else y[both]
    counts = np.bincount(codes, minlength=levels)
    sums = np.bincount(codes, weights=values, minlength=levels)
    used = counts > 0
    total, freedom = float(values @ values), len(values) - int(used.sum())
    if freedom <= 0 or not total > 0:
        return float("nan")
    between = float(np.sum(sums[used] ** 2 / counts[used]))
    eps2 = 1.0 - (1.0 - between / total) * (len(values) - 1) / freedom
    return float(np.sqrt(np.clip(eps2, 0.0, 1.0)))


def _suggested(column: Column, told: Mapping[str, Any], rows: int) -> tuple[str, Message | None]:
    """Return what a column is good for, and why where that is not plain."""
    name, kind = column.told.name, column.told.kind

    def leave(code: str, **values: Any) -> tuple[str, Message]:
        return "leave", Message(code, {"column": name, **values})

    if kind == "empty" or (told["missing"] == rows and kind != "other"):
        return leave("lab.look-empty")
    if kind == "other":
        return leave("lab.look-other")
    if told["missing"] > MANY_MISSING * rows:
        return leave("lab.look-missing", percent=round(100 * told["missing"] / rows))
    if kind == "text":
        return _suggested_for_texts(column, told, rows)
    if told["min"] == told["max"]:
        return leave("lab.look-constant")
    if _counts_rows(column):
        return leave("lab.look-counts")
    why = None
    if told["relation"] is not None and told["relation"] > LEAK:
        why = Message("lab.look-leak", {"column": name})
    return ("date" if kind == "date" else "feature"), why


def _suggested_for_texts(
    column: Column, told: Mapping[str, Any], rows: int
) -> tuple[str, Message | None]:
    name, levels, there = column.told.name, len(column.levels), rows - int(told["missing"])
    if levels < 2:
        return "leave", Message("lab.look-constant", {"column": name})
    if levels > FEW_LEVELS and levels > there / 2:
        return "leave", Message("lab.look-names", {"column": name, "count": levels, "rows": there})
    if levels > MOST_SUGGESTED and levels <= MOST_LEVELS:
        values = {"column": name, "count": levels}
        return "leave", Message("lab.look-many", values)
    if levels > MOST_LEVELS:
        values = {"column": name, "count": levels, "most": MOST_LEVELS}
        return "leave", Message("lab.look-levels", values)
    why = None
    if told["relation"] is not None and told["relation"] > LEAK:
        why = Message("lab.look-leak", {"column": name})
    return "categorical", why
