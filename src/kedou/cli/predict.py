"""``kedou predict``: apply a saved model to new rows, in constant memory.

What is written, row by row in the order of the input: ``file`` (where there are several), ``row``
(counted from 1, as in messages), the columns asked for with ``--keep``, the columns the model uses,
``prediction``, and with ``--interval`` also ``lower`` and ``upper``. A row that cannot be predicted
keeps its place, with empty cells there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kedou.cli import console, options
from kedou.cli.exits import Exit
from kedou.errors import OptionError
from kedou.texts import say

if TYPE_CHECKING:
    from kedou.fitting.model import Model, PredictedRows


def predict(
    model: Annotated[str, typer.Argument(metavar="MODEL")],
    files: options.Files,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", rich_help_panel="output")
    ],
    interval: Annotated[
        str | None, typer.Option("--interval", metavar="LEVEL", rich_help_panel="output")
    ] = None,
    keep: Annotated[
        options.Names, typer.Option("--keep", metavar="A,B", rich_help_panel="output")
    ] = None,
    missing: options.Missing = "skip",
    skip_bad_rows: options.SkipBadRows = False,
    skip_unseen: Annotated[bool, typer.Option("--skip-unseen", rich_help_panel="reading")] = False,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    decimal: options.Decimal = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Apply a model."""
    from kedou.cli.progress import Reading
    from kedou.cli.tables import check_name, check_place, writing
    from kedou.fitting import load_model

    check_name("--output", output)
    check_place(output)
    level = None if interval is None else options.decimal("--interval", interval)
    if missing not in ("skip", "error"):
        raise OptionError("sources.choice", name="missing", value=missing)
    loaded = load_model(model)
    kept = options.names(keep)
    wanted = list(dict.fromkeys([*kept, *(f.column for f in loaded.plan.features)]))
    _refuse_clashes(kept)
    rows = loaded.predict_rows(
        options.one_or_all(files),
        level,
        missing=missing,  # type: ignore[arg-type]
        bad_cells="skip" if skip_bad_rows else "error",
        unseen="skip" if skip_unseen else "error",
        names=wanted,
        **options.dialect(encoding, delimiter, decimal),
    )
    counts = _Counts()
    with Reading(None, quiet) as progress, writing(output) as write:
        shape = _Shape(loaded, wanted, level is not None, _several(files))
        tables = _tables(rows, shape, counts, progress)
        first = next(tables, None)
        write(shape.schema(), () if first is None else _chained(first, tables))
    if as_json:
        console.out(counts.to_json(output))
    elif not quiet:
        console.out(counts.in_words(output))
    return Exit.DONE


RESERVED = ("file", "row", "prediction", "lower", "upper")


def _refuse_clashes(kept: list[str]) -> None:
    for name in kept:
        if name in RESERVED:
            raise OptionError("cli.clashing-name", column=name)


def _several(files: list[str]) -> bool:
    from kedou.sources.files import find_files

    return len(find_files(options.one_or_all(files))[0]) > 1


@dataclass
class _Counts:
    """What was predicted, and what kept the rest from it."""

    rows: int = 0
    predicted: int = 0
    skipped: dict[str, int] = field(default_factory=dict)

    def add(self, rows: PredictedRows) -> None:
        self.rows += rows.batch.rows_read
        self.predicted += len(rows.value)
        for name, count in rows.skipped.items():
            self.skipped[name] = self.skipped.get(name, 0) + count

    def in_words(self, output: str) -> str:
        from kedou.cli.page import cells_in_words

        text = say("cli.predicted", rows=self.rows, predicted=self.predicted, file=output)
        empty = self.rows - self.predicted
        if empty:
            reasons = cells_in_words(self.skipped)
            text += "\n" + say("cli.predicted-empty", count=empty, reasons=reasons)
        return text

    def to_json(self, output: str) -> str:
        from kedou.cli.answer import to_text

        return to_text(
            {
                "rows": {
                    "read": self.rows,
                    "predicted": self.predicted,
                    "empty": self.rows - self.predicted,
                    "cells": self.skipped,
                },
                "output": output,
            }
        )


class _Shape:
    """The columns of the output and their types, which the first rows settle."""

    def __init__(self, model: Model, names: list[str], interval: bool, files: bool) -> None:
        self.numbers = {f.column for f in model.plan.features if f.kind == "number"}
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


def _tables(
    stretches: Iterator[PredictedRows], shape: _Shape, counts: _Counts, progress: Any
) -> Iterator[Any]:
    from time import perf_counter

    from kedou.fitting import Progress

    began = perf_counter()
    for rows in stretches:
        if not shape.types:
            shape.settle(rows.batch.table)
        counts.add(rows)
        yield _table(rows, shape)
        progress(Progress(counts.rows, None, perf_counter() - began))


def _chained(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _table(rows: PredictedRows, shape: _Shape) -> Any:
    """Return a stretch of the output: rows with and without a prediction, in their order."""
    import numpy as np
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
    import numpy as np
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
