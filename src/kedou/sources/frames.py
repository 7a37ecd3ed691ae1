"""Data frames, Arrow tables and arrays with column roles: tables in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import pyarrow as pa
from numpy.typing import NDArray

from kedou.columns.batch import TableBatch
from kedou.columns.kinds import Kind, TableColumn, columns_of_schema, kind_of_type
from kedou.columns.plan import ColumnPlan, some
from kedou.errors import DataError, OptionTypeError
from kedou.sources.source import BLOCK_ROWS
from kedou.texts import say

PART_ROWS = 8 * BLOCK_ROWS


@dataclass(frozen=True, slots=True)
class FrameTable:
    """A narwhals frame, arrays, or both side by side: a Table.

    Attributes
    ----------
    frame : narwhals.DataFrame or None
    arrays : mapping of str to (rows,) array
        Columns given as arrays.
    """

    frame: nw.DataFrame[Any] | None
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    name: str = "memory"

    @property
    def columns(self) -> Sequence[TableColumn]:
        """The columns, in order."""
        columns = []
        if self.frame is not None:
            schema = self.frame.schema
            columns = [TableColumn(name, self._kind(name, schema[name])) for name in schema]
        for name, values in self.arrays.items():
            columns.append(TableColumn(name, kind_of_type(pa.from_numpy_dtype(values.dtype))))
        return columns

    def _kind(self, name: str, dtype: Any) -> Kind:
        if dtype.is_integer():
            return "integer"
        if dtype.is_numeric():
            return "number"
        if dtype == nw.Boolean:
            return "bool"
        if dtype in (nw.Date, nw.Datetime):
            return "date"
        if dtype in (nw.String, nw.Enum):
            return "text"
        if dtype in (nw.Object, nw.Unknown, nw.Categorical):
            assert self.frame is not None
            head = _to_arrow(self.frame.select(name)[:BLOCK_ROWS])
            return columns_of_schema(head.schema)[0].kind
        return "other"

    @property
    def rows(self) -> int:
        """Number of rows."""
        if self.frame is not None:
            return len(self.frame)
        return len(next(iter(self.arrays.values())))

    def parts(self) -> Sequence[FramePart]:
        """Return stretches of a fixed length."""
        rows = self.rows
        return [FramePart(self, i, min(i + PART_ROWS, rows)) for i in range(0, rows, PART_ROWS)]


@dataclass(frozen=True, slots=True)
class FramePart:
    """Rows ``start`` to ``stop`` of a FrameTable."""

    table: FrameTable
    start: int
    stop: int
    origin: str = "memory"

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.stop - self.start

    def batches(self, plan: ColumnPlan, names: Sequence[str]) -> Iterator[TableBatch]:
        """Convert the columns ``names``, block by block."""
        frame, given = self.table.frame, self.table.arrays
        if frame is not None:
            frame = frame.select([name for name in names if name not in given])
        for start in range(self.start, max(self.stop, self.start + 1), BLOCK_ROWS):
            stop = min(start + BLOCK_ROWS, self.stop)
            arrow = None if frame is None else _to_arrow(frame[start:stop])
            arrays = [
                pa.array(given[name][start:stop])
                if arrow is None or name in given
                else _one_array(arrow.column(name))
                for name in names
            ]
            table = pa.RecordBatch.from_arrays(arrays, list(names))
            yield TableBatch(table, first_row=start)


def frame_table(data: Any, arrays: Mapping[str, NDArray[Any]] | None = None) -> FrameTable:
    """Take any data frame, Arrow table or mapping of columns as a Table.

    Raises
    ------
    OptionTypeError
        If it is none of these.
    DataError
        If two columns have one name, or there are no rows.
    """
    notes: list[str] = []
    if isinstance(data, pa.RecordBatch):
        data = pa.Table.from_batches([data])
    elif isinstance(data, Mapping):
        data = _table_of_mapping(data)
    elif nw.dependencies.is_pandas_like_dataframe(data) and not _all_text(data.columns):
        data = data.rename(columns=str)
        notes.append(say("sources.note-names-text", names=some(list(data.columns))))
    try:
        frame = nw.from_native(data)
    except nw.exceptions.DuplicateError:
        raise _duplicates(data) from None
    except TypeError:
        if not hasattr(data, "__arrow_c_stream__"):
            raise OptionTypeError("sources.unknown-data", type=type(data).__name__) from None
        frame = nw.from_native(_table_of_stream(data))
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect(backend="pyarrow")
        notes.append(say("sources.note-collected", rows=len(frame)))
    if len(frame) == 0:
        raise DataError("sources.no-rows", file="memory")
    return FrameTable(frame, arrays or {}, notes)


def _table_of_stream(data: Any) -> pa.Table:
    try:
        return pa.table(data)
    except (pa.ArrowException, TypeError, ValueError):
        raise OptionTypeError("sources.unknown-data", type=type(data).__name__) from None


def _all_text(names: Iterable[Any]) -> bool:
    return all(isinstance(name, str) for name in names)


def _table_of_mapping(data: Mapping[str, Any]) -> pa.Table:
    try:
        return pa.table({str(name): values for name, values in data.items()})
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError("sources.mapping", reason=str(error)) from None


def _duplicates(data: Any) -> DataError:
    names = [str(name) for name in getattr(data, "column_names", None) or data.columns]
    twice = next(name for i, name in enumerate(names) if name in names[:i])
    return DataError("sources.duplicate-column", column=twice, file="memory")


def _to_arrow(frame: nw.DataFrame[Any]) -> pa.Table:
    try:
        return frame.to_arrow()
    except (pa.ArrowException, TypeError, ValueError) as error:
        columns = frame.columns
        raise DataError("sources.mixed-column", columns=some(columns), reason=str(error)) from None


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    if column.num_chunks == 0:
        return pa.array([], column.type)
    combined = column.combine_chunks()
    return combined if isinstance(combined, pa.Array) else pa.concat_arrays(combined.chunks)
