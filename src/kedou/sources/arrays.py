"""NumPy arrays to blocks: views of the arrays, where they are float64 and finite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.block import Block, Floats
from kedou.columns.plan import ColumnPlan, Feature
from kedou.errors import DataError, OptionTypeError
from kedou.sources.in_memory import InMemory, Stretch
from kedou.sources.source import BLOCK_ROWS, LeftOut
from kedou.texts import say

PART_NUMBERS = 1 << 20
EXACT = 2.0**53
Array = NDArray[Any]


def as_numbers(values: Any, name: str, dimensions: int) -> Array:
    """Return ``values`` as an array of real numbers, without copying if it is one.

    Raises
    ------
    OptionTypeError
        If it is sparse, or holds text, objects, dates or complex numbers.
    DataError
        If it has the wrong number of dimensions.
    """
    if hasattr(values, "tocsr") or hasattr(values, "todense"):
        raise OptionTypeError("sources.sparse", name=name)
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):
        raise OptionTypeError("sources.not-an-array", name=name) from None
    if array.dtype.kind not in "biuf":
        raise OptionTypeError("sources.array-dtype", name=name, dtype=str(array.dtype))
    if array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    if dimensions == 2 and array.ndim == 1:
        return array[:, np.newaxis]
    if dimensions == 1 and array.ndim == 2 and array.shape[1] == 1:
        return array[:, 0]
    if array.ndim != dimensions:
        code = "sources.X-shape" if dimensions == 2 else "sources.vector-shape"
        raise DataError(code, name=name, shape=str(array.shape))
    return array


def check_length(name: str, values: Array, rows: int) -> None:
    """Raise unless there is one value for each row."""
    if len(values) != rows:
        raise DataError("sources.lengths", name=name, rows=len(values), expected=rows)


def part_rows(k: int) -> int:
    """Return the rows of a part: some 8 MB of X, a power of two from 4,096 to 131,072."""
    fitting = PART_NUMBERS // max(k, 1)
    return min(BLOCK_ROWS, max(4096, 1 << max(fitting.bit_length() - 1, 0)))


@dataclass(frozen=True, slots=True)
class ArraySource(InMemory):
    """Arrays, used as they are: a Source."""

    X: Array
    y: Array
    weight: Array | None
    names: tuple[str, ...]
    missing: str = "skip"
    left_out: Sequence[LeftOut] = ()
    first_row: int = 0
    """Number of the first row, where the arrays are a stretch of something longer."""
    plan: ColumnPlan = field(init=False)
    notes: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        features = tuple(Feature(name) for name in self.names)
        weight = None if self.weight is None else "weight"
        object.__setattr__(self, "plan", ColumnPlan(features, "y", weight))
        notes = [say("sources.note-arrays", names=self.names)]
        for j, name in enumerate(self.names):
            if _inexact(self.X[:, j]):
                notes.append(say("columns.inexact-integers", column=name))
        object.__setattr__(self, "notes", notes)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.X)

    def parts(self) -> Sequence[ArrayPart]:
        """Return stretches of a fixed length."""
        columns = self.plan.columns
        assert columns is not None
        step = part_rows(self.X.shape[1])
        starts = range(0, len(self.X), step)
        return [ArrayPart(self, i, min(i + step, len(self.X)), columns) for i in starts]


class ArrayPart(Stretch[ArraySource]):
    """Rows ``start`` to ``stop`` of an ArraySource."""

    __slots__ = ()

    def blocks(self) -> Iterator[Block]:
        """Read the part, block by block."""
        for start in range(self.start, self.stop, BLOCK_ROWS):
            yield self._block(start, min(start + BLOCK_ROWS, self.stop), True)

    def unchecked_blocks(self) -> Iterator[Block]:
        """Read the part without looking for cells that are not finite: see ``UncheckedPart``."""
        for start in range(self.start, self.stop, BLOCK_ROWS):
            yield self._block(start, min(start + BLOCK_ROWS, self.stop), False)

    def _block(self, start: int, stop: int, checked: bool) -> Block:
        source, first = self.source, self.source.first_row + start
        X = source.X[start:stop].astype(np.float64, copy=False)
        y = source.y[start:stop].astype(np.float64, copy=False)
        weight = source.weight
        if weight is not None:
            weight = weight[start:stop].astype(np.float64, copy=False)
            _check_weight(weight, first)
        rows, read = None, stop - start
        skipped: dict[str, int] = {}
        if checked and not (_finite(X) and _finite(y)):
            usable, skipped = self._usable(X, y, first)
            rows = usable.nonzero()[0] + first
            X, y = X[usable], y[usable]
            weight = None if weight is None else weight[usable]
        return Block(
            X=X,
            y=y,
            weight=weight,
            origin=self.origin,
            first_row=first,
            rows=rows,
            columns=self.columns,
            rows_read=read,
            skipped=skipped,
        )

    def _usable(self, X: Floats, y: Floats, start: int) -> tuple[NDArray[np.bool_], dict[str, int]]:
        fine = np.isfinite(X)
        fine_y = np.isfinite(y)
        names = self.source.names
        usable = fine.all(axis=1) & fine_y
        if self.source.missing == "error" and not usable.all():
            i = int(np.argmin(usable))
            j = int(np.argmin(fine[i]))
            column, value = (names[j], X[i, j]) if not fine[i, j] else ("y", y[i])
            code = "columns.missing-cell" if np.isnan(value) else "columns.not-finite"
            raise DataError(code, file="memory", row=start + i + 1, column=column, value=str(value))
        counts = dict(zip(names, (~fine).sum(axis=0).tolist(), strict=True))
        counts["y"] = int((~fine_y).sum())
        return usable, {name: count for name, count in counts.items() if count}


def _finite(values: Floats) -> bool:
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum())) or bool(np.isfinite(values).all())


def _check_weight(weight: Floats, start: int) -> None:
    fine = (weight >= 0.0) & (weight < np.inf)
    if not fine.all():
        i = int(np.argmin(fine))
        shown = {"row": start + i + 1, "column": "weight", "value": str(weight[i])}
        raise DataError("columns.weight", file="memory", **shown)


def _inexact(values: Array) -> bool:
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 8 or not len(values):
        return False
    return max(abs(int(values.min())), abs(int(values.max()))) >= EXACT
