"""A stretch of a table + a plan -> X, y, weight, key, and which rows could be used."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow.compute as pc
import pyarrow.types as types
from numpy.typing import NDArray

from kedou.block import Column, Floats
from kedou.columns.batch import RAGGED, TableBatch
from kedou.columns.dates import to_dates, trend_column
from kedou.columns.levels import MOST_LEVELS, Codes, to_codes
from kedou.columns.numbers import has_inexact_integers, to_numbers
from kedou.columns.plan import ColumnPlan, Feature, number_columns
from kedou.columns.powers import powers
from kedou.errors import DataError

Missing = Literal["skip", "error"]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a stretch of a table became.

    Attributes
    ----------
    X : (used, k) float64, Fortran order
        Features of the usable rows.
    columns : tuple of Column
        One for each column of X.
    y, weight : (used,) float64 or None
    key : (used,) array or None
        Numbers, or an object array of str.
    X_low : (used, k) float64 or None
        Low halves of powers, where asked for.
    usable : (rows,) bool or None
        Which rows of the table were used; None means all.
    skipped : dict of str to int
        Missing, non-finite, bad or unseen cells by table column; rows with too many or too few
        cells under ``"(row)"``.
    unseen : dict of str to tuple of str
        Levels, by table column, that ``columns`` has no place for.
    inexact : tuple of str
        Integer columns with values beyond 2**53, which float64 rounds.
    """

    X: Floats
    columns: tuple[Column, ...]
    y: Floats | None = None
    weight: Floats | None = None
    key: NDArray[Any] | None = None
    X_low: Floats | None = None
    usable: Bools | None = None
    skipped: Mapping[str, int] | None = None
    unseen: Mapping[str, tuple[str, ...]] | None = None
    inexact: tuple[str, ...] = ()


def encode(
    batch: TableBatch,
    plan: ColumnPlan,
    *,
    columns: Sequence[Column] | None = None,
    known_levels: Mapping[str, Collection[str]] | None = None,
    features_only: bool = False,
    missing: Missing = "skip",
    bad_cells: Missing = "error",
    unseen: Missing = "error",
    low_powers: bool = False,
) -> Encoded:
    """Carry out a plan on a stretch of rows.

    Parameters
    ----------
    batch : TableBatch
        Rows; the table must have every column the plan names.
    plan : ColumnPlan
    columns : sequence of Column, optional
        Build exactly these columns, those of a model, instead of one for each level seen.
    known_levels : mapping of str to collection of str, optional
        Levels, by ``Column.source``, that the model knew although no column stands for them:
        a reference level. Their rows hold zeros.
    features_only : bool
        Leave target, weight and key alone, as predict does.
    missing, bad_cells, unseen : {"skip", "error"}
        What becomes of rows with a missing or non-finite cell, with a cell that is not a number,
        and with a level that is neither in ``columns`` nor known.
    low_powers : bool
        Fill ``X_low`` with the low halves of powers.

    Raises
    ------
    DataError
        For the first such cell, with its file, row and column; for a negative or missing weight;
        for a power too large for float64.
    """
    work = _Work(batch, plan, features_only)
    work.refuse_bad(bad_cells)
    work.refuse_missing(missing)
    unseen_levels = {}
    if columns is not None:
        unseen_levels = work.mark_unseen(columns, known_levels or {}, unseen)
    usable = work.usable()
    X, X_low, made = work.fill(usable, columns, low_powers)
    y, weight, key = (work.pick(values, usable) for values in (work.y, work.weight, work.key))
    return Encoded(
        *(X, made, y, weight, key, X_low, usable),
        work.skipped(),
        unseen_levels,
        tuple(work.inexact),
    )


class _Work:
    """The columns of one batch, on their way."""

    def __init__(self, batch: TableBatch, plan: ColumnPlan, features_only: bool) -> None:
        self.batch, self.plan = batch, plan
        self.numbers: dict[str, Floats] = {}
        self.codes: dict[str, tuple[Codes, ...]] = {}
        self.absent: dict[str, Bools] = {}
        self.bad: dict[str, tuple[str, dict[int, str]]] = {}
        self.inexact: list[str] = []
        for feature in plan.features:
            self._read(feature)
        self.y: Floats | None = None
        self.weight: Floats | None = None
        self.key: NDArray[Any] | None = None
        if not features_only:
            self._read_roles()

    def _array(self, name: str) -> Any:
        return self.batch.table.column(name)

    def _read(self, feature: Feature) -> None:
        name = feature.column
        if feature.kind == "number":
            self.numbers[name] = self._read_numbers(name)
        elif feature.kind == "category":
            codes = to_codes(self._array(name), name)
            refuse_too_many_levels(name, len(codes.levels), self.batch.origin)
            self.codes[name] = (codes,)
            self._mark(name, codes.codes < 0)
        else:
            days, weekdays, months, bad = to_dates(self._array(name), name)
            self.numbers[name], self.codes[name] = days, (weekdays, months)
            self._note_bad(name, "columns.not-a-date", bad)
            self._mark(name, np.isnan(days))

    def _read_numbers(self, name: str) -> Floats:
        array = self._array(name)
        if has_inexact_integers(array):
            self.inexact.append(name)
        values, bad = to_numbers(array, self.batch.decimal)
        self._note_bad(name, "columns.not-a-number", bad)
        with np.errstate(over="ignore", invalid="ignore"):
            total = values.sum()
        if not np.isfinite(total):
            self._mark(name, ~np.isfinite(values))
        return values

    def _read_roles(self) -> None:
        plan = self.plan
        if plan.target is not None:
            self.y = self._read_numbers(plan.target)
        if plan.weight is not None:
            self.weight = self._read_weight(plan.weight)
        if plan.key is not None:
            self.key = self._read_key(plan.key)

    def _read_weight(self, name: str) -> Floats:
        values, bad = to_numbers(self._array(name), self.batch.decimal)
        self._note_bad(name, "columns.not-a-number", bad)
        fine = values >= 0.0
        fine &= values < np.inf
        fine[list(bad)] = True  # told as bad cells
        if not fine.all():
            self._raise("columns.weight", name, int(np.argmin(fine)), values)
        if bad:
            self._mark(name, np.isnan(values))
        return values

    def _read_key(self, name: str) -> NDArray[Any]:
        if self.plan.key_kind == "number":
            return self._read_numbers(name)
        array = self._array(name)
        if types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if name not in self.absent and array.null_count:
            self._mark(name, pc.is_null(array).to_numpy(zero_copy_only=False))
        texts = [None if value is None else str(value) for value in array.to_pylist()]
        return np.array(texts, dtype=object)

    def _mark(self, name: str, absent: Bools) -> None:
        if absent.any():
            self.absent[name] = absent

    def _note_bad(self, name: str, code: str, bad: dict[int, str]) -> None:
        if bad:
            self.bad[name] = (code, bad)

    def _raise(self, code: str, name: str, index: int, values: Floats | None = None) -> None:
        shown = {} if values is None else {"value": str(values[index])}
        row = self.batch.row_number(index)
        raise DataError(code, file=self.batch.origin, row=row, column=name, **shown)

    def refuse_bad(self, bad_cells: Missing) -> None:
        """Raise for the first cell that is no number or date, unless such rows are skipped."""
        if bad_cells == "skip":
            return
        self._refuse_ragged()
        if not self.bad:
            return
        index, name = min((min(bad), name) for name, (_, bad) in self.bad.items())
        code, bad = self.bad[name]
        row = self.batch.row_number(index)
        raise DataError(code, file=self.batch.origin, row=row, column=name, value=bad[index])

    def _refuse_ragged(self) -> None:
        for row in self.batch.ragged[:1]:
            shown = {"row": row.row + 1, "cells": row.cells, "width": row.width}
            raise DataError("columns.ragged-row", file=self.batch.origin, **shown)

    def refuse_missing(self, missing: Missing) -> None:
        """Raise for the first missing or non-finite cell, unless such rows are skipped."""
        if missing == "skip":
            return
        first: list[tuple[int, str]] = []
        for name, absent in self.absent.items():
            bad = self.bad.get(name, ("", {}))[1]
            rows = (int(i) for i in np.flatnonzero(absent))
            first += [(row, name) for row in rows if row not in bad][:1]
        if not first:
            return
        index, name = min(first)
        values = self.numbers.get(name, self.y if name == self.plan.target else None)
        if values is not None and np.isinf(values[index]):
            self._raise("columns.not-finite", name, index, values)
        self._raise("columns.missing-cell", name, index)

    def mark_unseen(
        self, columns: Sequence[Column], known: Mapping[str, Collection[str]], unseen: Missing
    ) -> dict[str, tuple[str, ...]]:
        """Find levels that the model has no column for; raise, or skip their rows."""
        found: dict[str, tuple[str, ...]] = {}
        for name, group in self.codes.items():
            for codes in group:
                levels = {c.level for c in columns if c.source == codes.source}
                levels |= set(known.get(codes.source, ()))
                strange = np.array([level not in levels for level in codes.levels] + [False])
                rows = strange[codes.codes]
                if not rows.any():
                    continue
                seen = sorted({int(i) for i in codes.codes[rows]})
                if unseen == "error":
                    index = int(np.argmax(rows))
                    raise DataError(
                        "columns.level-unseen",
                        file=self.batch.origin,
                        row=self.batch.row_number(index),
                        column=codes.source,
                        level=codes.levels[int(codes.codes[index])],
                        known=sorted(str(level) for level in levels),
                    )
                found[codes.source] = tuple(codes.levels[i] for i in seen)
                self.absent[name] = rows | self.absent.get(name, False)
        return found

    def usable(self) -> Bools | None:
        """Rows without a missing cell; None for all."""
        if not self.absent:
            return None
        return ~np.logical_or.reduce(list(self.absent.values()))

    def skipped(self) -> dict[str, int]:
        """Count the cells that cost a row."""
        counts = {name: int(absent.sum()) for name, absent in self.absent.items()}
        return counts | ({RAGGED: len(self.batch.ragged)} if self.batch.ragged else {})

    def pick(self, values: NDArray[Any] | None, usable: Bools | None) -> NDArray[Any] | None:
        """Keep the usable rows."""
        return values if values is None or usable is None else values[usable]

    def fill(
        self, usable: Bools | None, fixed: Sequence[Column] | None, low_powers: bool
    ) -> tuple[Floats, Floats | None, tuple[Column, ...]]:
        """Write X, column by column."""
        rows = self.batch.table.num_rows if usable is None else int(usable.sum())
        coded = {
            (name, i): codes.codes if usable is None else codes.codes[usable]
            for name, group in self.codes.items()
            for i, codes in enumerate(group)
        }
        made = self.plan.columns
        if made is None:
            made = tuple(c for feature in self.plan.features for c in self._made(feature, coded))
        made = made if fixed is None else tuple(fixed)
        place = {column.name: j for j, column in enumerate(made)}
        allocate = np.zeros if coded else np.empty
        X: Floats = allocate((rows, len(made)), order="F")
        X_low = np.zeros_like(X) if low_powers and self.plan.degrees else None
        for feature in self.plan.features:
            self._write(feature, usable, place, X, X_low)
        for (name, i), codes in coded.items():
            group = self.codes[name][i]
            names = (f"{group.source}={level}" for level in group.levels)
            columns = np.array([place.get(level, -1) for level in names], dtype=np.int64)
            where = columns[codes] if len(columns) else codes
            here = np.flatnonzero(where >= 0)
            X[here, where[here]] = 1.0
        return X, X_low, made

    def _made(
        self, feature: Feature, coded: Mapping[tuple[str, int], NDArray[np.int64]]
    ) -> tuple[Column, ...]:
        if feature.kind == "number":
            return number_columns(feature)
        name = feature.column
        start = (trend_column(name),) if feature.kind == "date" else ()
        groups = enumerate(self.codes[name])
        return (*start, *(c for i, group in groups for c in group.columns(coded[name, i])))

    def _write(
        self,
        feature: Feature,
        usable: Bools | None,
        place: Mapping[str, int],
        X: Floats,
        X_low: Floats | None,
    ) -> None:
        name = feature.column
        if feature.kind == "category":
            return
        values = self.pick(self.numbers[name], usable)
        assert values is not None
        if feature.kind == "date":
            if (j := place.get(f"{name}:trend")) is not None:
                X[:, j] = values
            return
        if feature.degree == 1:
            X[:, place[name]] = values
            return
        high, low = powers(values, feature.degree)
        if not np.isfinite(high[:, -1]).all():
            used = np.arange(self.batch.table.num_rows) if usable is None else usable.nonzero()[0]
            index = int(used[int(np.argmin(np.isfinite(high[:, -1])))])
            raise DataError(
                "columns.power-overflow",
                file=self.batch.origin,
                row=self.batch.row_number(index),
                column=name,
                value=float(self.numbers[name][index]),
                degree=feature.degree,
            )
        for i, column in enumerate(number_columns(feature)):
            X[:, place[column.name]] = high[:, i]
            if X_low is not None:
                X_low[:, place[column.name]] = low[:, i]


def refuse_too_many_levels(column: str, count: int, file: str) -> None:
    """Raise where a category has more levels than one can learn from."""
    if count > MOST_LEVELS:
        raise DataError(
            "columns.too-many-levels", column=column, count=count, most=MOST_LEVELS, file=file
        )
