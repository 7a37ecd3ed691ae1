"""Dask arrays and data frames: each partition is a part, computed when it is read.

Nothing of Dask is imported here: its collections are told by what they offer. On a cluster
(``kd.scan(..., client=client)``) a partition is read where it lies; without one, partitions are
computed in this process, one after the other.

A row is told from others by its partition and its number there: Dask does not know how long
partitions are before they are computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np

from kedou.columns.batch import TableBatch
from kedou.columns.kinds import TableColumn
from kedou.columns.plan import ColumnPlan, some
from kedou.errors import DataError, OptionError, OptionTypeError
from kedou.sources.arrays import as_numbers
from kedou.sources.frames import FramePart, FrameTable


@dataclass(frozen=True, slots=True)
class DaskTable:
    """A Dask array with its target, or a Dask data frame: a Table.

    Attributes
    ----------
    delayed : sequence
        One for each partition: a frame, or a pair of arrays (X, columns of the rest).
    columns : sequence of TableColumn
    arrays : tuple of str
        Names of the columns of X, y and the weight, where they are arrays.
    """

    delayed: Sequence[Any]
    columns: Sequence[TableColumn]
    arrays: tuple[str, ...] = ()
    notes: Sequence[str] = ()
    name: str = "memory"
    rows: None = None

    def parts(self) -> Sequence[DaskPart]:
        """Return the partitions."""
        return [DaskPart(i, made, self.arrays) for i, made in enumerate(self.delayed)]


@dataclass(frozen=True, slots=True)
class DaskPart:
    """One partition.

    Attributes
    ----------
    number : int
    delayed : dask Delayed or None
        What computes it; None once it is there.
    arrays : tuple of str
    value : frame or tuple of arrays, optional
        The partition, where it was computed.
    """

    number: int
    delayed: Any
    arrays: tuple[str, ...]
    value: Any = None
    rows: None = None

    @property
    def origin(self) -> str:
        """Name of the partition."""
        return f"partition-{self.number}"

    def computed(self, value: Any) -> DaskPart:
        """Return the part with its partition in hand."""
        return replace(self, delayed=None, value=value)

    def batches(self, plan: ColumnPlan, names: Sequence[str]) -> Iterator[TableBatch]:
        """Convert the columns ``names``, block by block."""
        value = self.delayed.compute() if self.value is None else self.value
        table = self._table(value)
        for batch in FramePart(table, 0, table.rows).batches(plan, names):
            yield replace(batch, origin=self.origin)

    def _table(self, value: Any) -> FrameTable:
        if not self.arrays:
            return FrameTable(nw.from_native(value))
        X = as_numbers(value[0], "X", 2)
        columns = [X[:, j] for j in range(X.shape[1])]
        columns += [as_numbers(other, "y", 1) for other in value[1:]]
        for column in columns:
            if len(column) != len(X):
                raise DataError("sources.dask-partitions")
        return FrameTable(None, dict(zip(self.arrays, columns, strict=True)))


def dask_table(
    data: Any, y: Any, target: str | None, weight: Any, features: Sequence[str] | None
) -> tuple[DaskTable, str | None, str | None, bool]:
    """Take a Dask collection as a table; also its target, its weight, and whether it is an array.

    Raises
    ------
    OptionError, OptionTypeError, DataError
        The collections do not belong together.
    """
    if hasattr(data, "columns"):
        if y is not None or not (weight is None or isinstance(weight, str)):
            raise OptionTypeError("sources.dask-columns")
        frame = FrameTable(nw.from_native(data._meta_nonempty))
        return DaskTable(data.to_delayed(), frame.columns), target, weight, False
    if y is None:
        raise OptionError("sources.y-needed")
    if target is not None:
        raise OptionError("sources.target-with-arrays", target=target)
    rest = [values for values in (y, weight) if values is not None]
    if not all(hasattr(values, "__dask_graph__") and hasattr(values, "rechunk") for values in rest):
        raise OptionTypeError("sources.dask-arrays")
    if data.ndim == 1:
        data = data[:, None]
    if data.ndim != 2:
        raise DataError("sources.X-shape", name="X", shape=str(data.shape))
    width = data.shape[1]
    if data.numblocks[1] > 1:
        data = data.rechunk({1: -1})
    pieces = [data.to_delayed()[:, 0]]
    for values in rest:
        flat = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
        if flat.ndim != 1:
            raise DataError("sources.vector-shape", name="y", shape=str(values.shape))
        known = not np.isnan([*data.shape[:1], *flat.shape]).any()
        if known and flat.shape[0] != data.shape[0]:
            shown = {"rows": int(flat.shape[0]), "expected": int(data.shape[0])}
            raise DataError("sources.lengths", name="y", **shown)
        if known and flat.chunks[0] != data.chunks[0]:
            flat = flat.rechunk((data.chunks[0],))
        if flat.numblocks[0] != data.numblocks[0]:
            raise DataError("sources.dask-partitions")
        pieces.append(flat.to_delayed())
    names = tuple(features or (f"x{j}" for j in range(1, width + 1)))
    if len(names) != width:
        raise OptionError(
            "sources.names-count", names=some(names), features=len(names), columns=width
        )
    names = (*names, "y", *(() if weight is None else ("weight",)))
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise OptionError("sources.same-names", name=twice)
    together = [Together(column) for column in zip(*pieces, strict=True)]
    columns = [TableColumn(name, "number") for name in names]
    table = DaskTable(together, columns, names)
    return table, "y", None if weight is None else "weight", True


@dataclass(frozen=True)
class Together:
    """Delayed arrays of one stretch of rows."""

    pieces: tuple[Any, ...]

    def compute(self) -> tuple[Any, ...]:
        """Compute them in this process."""
        return tuple(piece.compute() for piece in self.pieces)
