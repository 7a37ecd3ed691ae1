"""Cells: the columns of a batch as numbers and codes, and which of their cells are unusable."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
import pyarrow.compute as pc
import pyarrow.types as types
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.columns.batch import RAGGED, TableBatch
from kedou.columns.dates import to_dates
from kedou.columns.levels import Codes, refuse_too_many, to_codes
from kedou.columns.numbers import EXACT, holds_integers, to_numbers
from kedou.columns.plan import ColumnPlan, Feature
from kedou.errors import DataError

Bools = NDArray[np.bool_]


class Cells:
    """What a plan needs of one batch.

    Parameters
    ----------
    batch : TableBatch
    plan : ColumnPlan
    features_only : bool
        Leave target, weight and key alone.

    Attributes
    ----------
    numbers : dict of str to (rows,) float64
        Columns of numbers, and of dates as days; NaN where missing or bad.
    codes : dict of str to tuple of Codes
        Categories, and weekdays and months of dates.
    absent : dict of str to (rows,) bool
        Where a column has a cell that costs its row; columns without one are not listed.
    bad : dict of str to (code, {row: text})
        Cells that are no number or date, and the code of the message that says so.
    inexact : list of str
        Integer columns with values beyond 2**53.
    y, weight, key : (rows,) array or None
    """

    def __init__(self, batch: TableBatch, plan: ColumnPlan, features_only: bool = False) -> None:
        self.batch, self.plan = batch, plan
        self.numbers: dict[str, Floats] = {}
        self.codes: dict[str, tuple[Codes, ...]] = {}
        self.absent: dict[str, Bools] = {}
        self.bad: dict[str, tuple[str, dict[int, str]]] = {}
        self.inexact: list[str] = []
        self.y: Floats | None = None
        self.weight: Floats | None = None
        self.key: NDArray[Any] | None = None
        for feature in plan.features:
            self._read(feature)
        if features_only:
            return
        if plan.target is not None:
            self.y = self._read_numbers(plan.target)
        if plan.weight is not None:
            self.weight = self._read_weight(plan.weight)
        if plan.key is not None:
            self.key = self._read_key(plan.key)

    def usable(self) -> Bools | None:
        """Rows that no cell costs, shape (rows,); None for all."""
        if not self.absent:
            return None
        absent: Bools = np.logical_or.reduce(list(self.absent.values()))
        return ~absent

    def skipped(self) -> dict[str, int]:
        """Count the cells that cost a row, by column."""
        counts = {name: int(absent.sum()) for name, absent in self.absent.items()}
        if self.batch.ragged:
            counts[RAGGED] = len(self.batch.ragged)
        return counts

    def mark(self, name: str, absent: Bools) -> None:
        """Note cells that cost their row."""
        if absent.any():
            self.absent[name] = self.absent[name] | absent if name in self.absent else absent

    def refuse(self, code: str, name: str, index: int, **values: Any) -> NoReturn:
        """Raise for one cell."""
        row = self.batch.row_number(index)
        raise DataError(code, file=self.batch.origin, row=row, column=name, **values)

    def _read(self, feature: Feature) -> None:
        name = feature.column
        if feature.kind == "number":
            self.numbers[name] = self._read_numbers(name)
        elif feature.kind == "category":
            codes = to_codes(self._array(name), name)
            refuse_too_many(name, len(codes.levels), self.batch.origin)
            self.codes[name] = (codes,)
            self.mark(name, codes.codes < 0)
        else:
            days, weekdays, months, bad = to_dates(self._array(name), name)
            self.numbers[name], self.codes[name] = days, (weekdays, months)
            self._note_bad(name, "columns.not-a-date", bad)
            self.mark(name, np.isnan(days))

    def _array(self, name: str) -> Any:
        return self.batch.table.column(name)

    def _read_numbers(self, name: str) -> Floats:
        array = self._array(name)
        values, bad = to_numbers(array, self.batch.decimal)
        if holds_integers(array) or name in self.batch.integers:
            self._note_inexact(name, values)
        self._note_bad(name, "columns.not-a-number", bad)
        with np.errstate(over="ignore", invalid="ignore"):
            total = values.sum()
        if not np.isfinite(total):  # a missing cell, or only a sum too large
            self.mark(name, ~np.isfinite(values))
        return values

    def _note_inexact(self, name: str, values: Floats) -> None:
        if len(values) and max(np.fmax.reduce(values), -np.fmin.reduce(values)) >= EXACT:
            self.inexact.append(name)

    def _read_weight(self, name: str) -> Floats:
        values, bad = to_numbers(self._array(name), self.batch.decimal)
        self._note_bad(name, "columns.not-a-number", bad)
        fine = (values >= 0.0) & (values < np.inf)
        fine[list(bad)] = True  # told, or skipped, as bad cells
        if not fine.all():
            index = int(np.argmin(fine))
            self.refuse("columns.weight", name, index, value=str(values[index]))
        self.mark(name, np.isnan(values))
        return values

    def _read_key(self, name: str) -> NDArray[Any]:
        if self.plan.key_kind == "number":
            return self.numbers[name] if name in self.numbers else self._read_numbers(name)
        array = self._array(name)
        if types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if array.null_count:
            self.mark(name, pc.is_null(array).to_numpy(zero_copy_only=False))
        texts = [None if value is None else str(value) for value in array.to_pylist()]
        return np.array(texts, dtype=object)

    def _note_bad(self, name: str, code: str, bad: dict[int, str]) -> None:
        if bad:
            self.bad[name] = (code, bad)
