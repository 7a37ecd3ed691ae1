"""Predictions as a table: row by row in the order of the input, in constant memory.

Its columns are ``file`` (where there are several), ``row`` (counted from 1, as in messages),
columns of the input, ``prediction``, and with an interval ``lower`` and ``upper``. A row that
cannot be predicted keeps its place, with empty cells there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from kedou.fitting.progress import Progress

if TYPE_CHECKING:
    from kedou.fitting.model import Model, PredictedRows

RESERVED = ("file", "row", "prediction", "lower", "upper")


@dataclass
class Counts:
    """What was predicted, and what kept the rest from it.

    Attributes
    ----------
    rows, predicted : int
    skipped : dict of str to int
        Cells that kept a row from its prediction, by column.
    """

    rows: int = 0
    predicted: int = 0
    skipped: dict[str, int] = field(default_factory=dict)

    def add(self, rows: PredictedRows) -> None:
        """Count a stretch of rows."""
        self.rows += rows.batch.rows_read
        self.predicted += len(rows.value)
        for name, count in rows.skipped.items():
            self.skipped[name] = self.skipped.get(name, 0) + count


class Shape:
    """The columns of the output and their types, which the first rows settle.

    Parameters
    ----------
    model : Model
    names : list of str
        Columns of the input to be written beside the predictions.
    interval, files : bool
        Whether there is an interval, and whether the file of each row is told.
    """

    def __init__(self, model: Model, names: list[str], interval: bool, files: bool) -> None:
        self.numbers = {f.column for f in model.plan.features if f.kind == "number"}
        self.numbers |= {model.target_name}
        self.names, self.interval, self.files = names, interval, files
        self.types: dict[str, Any] = {}

    def settle(self, batch: Any) -> None:
        """Take the types from the first batch, plain ones for dictionaries."""
        import pyarrow as pa
        import pyarrow.types as types

        for name in self.names:
            kind = batch.schema.field(name).type
            if name in self.numbers:
                kind = pa.float64()
            elif types.is_dictionary(kind):
                kind = kind.value_type
            self.types[name] = pa.string() if types.is_null(kind) else kind

    def schema(self) -> Any:
        """Return the schema of what is written."""
        import pyarrow as pa

        fields = [("file", pa.string())] if self.files else []
        fields.append(("row", pa.int64()))
        fields += [(self.called(name), self.types.get(name, pa.string())) for name in self.names]
        fields += [(name, pa.float64()) for name in self.results()]
        return pa.schema(fields)

    def called(self, name: str) -> str:
        """Return the name of an input column in the output."""
        return f"{name} (input)" if name in RESERVED else name

    def results(self) -> tuple[str, ...]:
        """Return the names of what is predicted."""
        return ("prediction", "lower", "upper") if self.interval else ("prediction",)


def prediction_batches(
    stretches: Iterator[PredictedRows],
    shape: Shape,
    counts: Counts,
    progress: Callable[[Progress], None],
) -> Iterator[Any]:
    """Yield the output, a record batch for each stretch of rows; the first one settles its types.

    Parameters
    ----------
    stretches : iterator of PredictedRows
        From ``Model.predict_rows``.
    shape, counts
        Filled on the way.
    progress : callable
        Called after every stretch. An exception that it raises ends it.
    """
    began = perf_counter()
    for rows in stretches:
        if not shape.types:
            shape.settle(rows.batch.table)
        counts.add(rows)
        yield _table(rows, shape)
        progress(Progress(counts.rows, None, perf_counter() - began))


def with_first(batches: Iterator[Any], shape: Shape) -> tuple[Any, Iterator[Any]]:
    """Return the schema of the output, which the first batch settles, and all batches."""
    first = next(batches, None)
    return shape.schema(), iter(()) if first is None else _chained(first, batches)


def _chained(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _table(rows: PredictedRows, shape: Shape) -> Any:
    """Return a stretch of the output: rows with and without a prediction, in their order."""
    import pyarrow as pa

    batch = rows.batch
    count = batch.table.num_rows
    numbers = batch.rows
    if numbers is None:
        numbers = np.arange(batch.first_row, batch.first_row + count)
    columns: list[Any] = []
    if shape.files:
        columns.append(pa.array([batch.origin] * count, pa.string()))
    columns.append(pa.array(numbers + 1))
    columns += [
        _as_type(batch.table.column(name), shape.types[name], batch.decimal) for name in shape.names
    ]
    found = (rows.value, rows.lower, rows.upper) if shape.interval else (rows.value,)
    columns += [_placed(values, rows.usable, count) for values in found]
    schema = shape.schema()
    made = pa.record_batch(columns, schema=schema)
    if not batch.ragged:
        return made
    lost = np.array([ragged.row for ragged in batch.ragged])
    empty = {name: pa.nulls(len(lost), schema.field(name).type) for name in schema.names}
    empty["row"] = pa.array(lost + 1)
    if shape.files:
        empty["file"] = pa.array([batch.origin] * len(lost), pa.string())
    whole = pa.Table.from_batches([made, pa.record_batch(list(empty.values()), schema=schema)])
    order = np.argsort(np.append(numbers, lost), kind="stable")
    return whole.combine_chunks().take(pa.array(order)).combine_chunks().to_batches()[0]


def _placed(values: Any, usable: Any, count: int) -> Any:
    """Put the predictions where their rows are, nothing elsewhere."""
    import pyarrow as pa

    if usable is None:
        return pa.array(values)
    filled = np.zeros(count)
    filled[usable] = values
    return pa.array(filled, mask=~usable)


def _as_type(column: Any, kind: Any, decimal: str) -> Any:
    """Return a column in the type of the output; text that is no number becomes empty."""
    import pyarrow as pa
    import pyarrow.types as types

    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if column.type == kind:
        return column
    if types.is_floating(kind):
        from kedou.columns.numbers import to_numbers

        values, _ = to_numbers(column, decimal)
        return pa.array(values, from_pandas=True)
    return column.cast(kind, safe=False)
