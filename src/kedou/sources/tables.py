"""Tables to blocks: the path that files and data frames share.

A reader (CSV, Parquet, Feather, frame) offers a ``Table``: its columns and its parts, each part
an iterator of record batches. ``TableSource`` joins it with a plan and encodes the batches.
Borders of blocks depend on the table and the plan alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Protocol, runtime_checkable

from kedou.block import Block, Column
from kedou.columns.batch import TableBatch
from kedou.columns.encode import Encoded, Missing, encode
from kedou.columns.kinds import TableColumn
from kedou.columns.levels import refuse_too_many
from kedou.columns.plan import ColumnPlan
from kedou.sources.source import BLOCK_CELLS, BLOCK_ROWS, LeftOut, Mark
from kedou.texts import say


class TablePart(Protocol):
    """A stretch of a table that can be read on its own."""

    @property
    def origin(self) -> str:
        """File name, or ``"memory"``."""

    @property
    def rows(self) -> int | None:
        """Number of rows, where it is known beforehand."""

    def batches(self, plan: ColumnPlan, names: Sequence[str]) -> Iterator[TableBatch]:
        """Read the columns ``names``, in the types that ``plan`` needs."""


@runtime_checkable
class MarkedTablePart(Protocol):
    """A part of a table that can be read on from places that it tells."""

    def batches_after(
        self, plan: ColumnPlan, names: Sequence[str], mark: Mark | None
    ) -> Iterator[tuple[TableBatch, Mark]]:
        """Read from a mark on; each batch comes with the place after it."""


@runtime_checkable
class Table(Protocol):
    """Columns and parts of something that can be read as a table, again and again."""

    @property
    def name(self) -> str:
        """What it is called in messages."""

    @property
    def columns(self) -> Sequence[TableColumn]:
        """The columns, in order."""

    @property
    def notes(self) -> Sequence[str]:
        """Automatic choices in words."""

    @property
    def rows(self) -> int | None:
        """Number of rows, where it is known without reading."""

    def parts(self) -> Sequence[TablePart]:
        """Return the parts in their canonical order."""


@dataclass(frozen=True, slots=True)
class NoTable:
    """What is left of a table where one of its parts is read elsewhere."""

    name: str
    columns: Sequence[TableColumn] = ()
    notes: Sequence[str] = ()
    rows: int | None = None

    def parts(self) -> Sequence[TablePart]:
        """Return none."""
        return ()


@dataclass(slots=True)
class _Found:
    """What turns up while reading: grows, whoever reads."""

    lock: Lock = field(default_factory=Lock)
    levels: dict[str, set[str]] = field(default_factory=dict)
    inexact: dict[str, None] = field(default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel empty: what is found elsewhere is told from there."""
        return (_Found, ())

    def add(self, encoded: Encoded, file: str) -> None:
        with self.lock:
            self.inexact.update(dict.fromkeys(encoded.inexact))
            for column in encoded.columns:
                if column.level is not None:
                    levels = self.levels.setdefault(column.source, set())
                    levels.add(column.level)
                    refuse_too_many(column.source, len(levels), file)


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table and what its columns become: a Source.

    ``named`` says that the columns of numbers were named, so that each is a feature on purpose.
    """

    table: Table
    plan: ColumnPlan
    left_out: Sequence[LeftOut]
    missing: Missing = "skip"
    bad_cells: Missing = "error"
    named: bool = False
    low_powers: bool = False
    _found: _Found = field(default_factory=_Found, repr=False, compare=False)

    @property
    def target_name(self) -> str:
        """Name of the target column."""
        assert self.plan.target is not None
        return self.plan.target

    @property
    def weight_name(self) -> str | None:
        """Name of the weight column, if any."""
        return self.plan.weight

    @property
    def notes(self) -> Sequence[str]:
        """Automatic choices in words; some turn up only while reading."""
        inexact = [say("columns.inexact-integers", column=name) for name in self._found.inexact]
        return [*self.table.notes, *inexact]

    @property
    def rows(self) -> int | None:
        """Number of rows, where it is known without reading."""
        return self.table.rows

    def with_low_powers(self) -> TableSource:
        """Return the same source, whose blocks also carry the low halves of powers (X_low)."""
        return replace(self, low_powers=True)

    def found(self) -> dict[str, Any]:
        """Return what turned up while reading: see ``Learning``."""
        with self._found.lock:
            levels = {name: sorted(seen) for name, seen in self._found.levels.items()}
            return {"levels": levels, "inexact": list(self._found.inexact)}

    def recall(self, found: Mapping[str, Any]) -> None:
        """Add what turned up elsewhere."""
        with self._found.lock:
            self._found.inexact.update(dict.fromkeys(found["inexact"]))
            for name, seen in found["levels"].items():
                levels = self._found.levels.setdefault(name, set())
                levels.update(seen)
                refuse_too_many(name, len(levels), self.table.name)

    def parts(self) -> Sequence[TableSourcePart]:
        """Return the parts in their canonical order."""
        shared = self.plan.columns
        return [TableSourcePart(self, part, shared) for part in self.table.parts()]


@dataclass(frozen=True, slots=True)
class TableSourcePart:
    """A part of a TableSource."""

    source: TableSource
    part: TablePart
    shared: tuple[Column, ...] | None

    @property
    def origin(self) -> str:
        """File name, or ``"memory"``."""
        return self.part.origin

    @property
    def rows(self) -> int | None:
        """Number of rows to be read, where it is known beforehand."""
        return self.part.rows

    def portable(self) -> TableSourcePart:
        """Return the part with a source that knows no other parts."""
        table = NoTable(self.source.table.name)
        source = replace(self.source, table=table, left_out=(), _found=_Found())
        part: Any = self.part
        return replace(self, source=source, part=part.computed(None) if _delayed(part) else part)

    def computed(self, value: Any) -> TableSourcePart:
        """Return a part of a Dask collection with its partition in hand."""
        part: Any = self.part
        return replace(self, part=part.computed(value))

    def blocks(self) -> Iterator[Block]:
        """Read the part, block by block."""
        plan = self.source.plan
        for batch in self.part.batches(plan, plan.table_columns):
            for piece in pieces(batch, plan):
                yield self._block(piece)

    def blocks_after(self, mark: Mark | None) -> Iterator[tuple[Block, Mark | None]]:
        """Read the part from a mark on: see ``MarkedPart``. Only text files have marks."""
        if not isinstance(self.part, MarkedTablePart):
            for block in self.blocks():
                yield block, None
            return
        plan = self.source.plan
        for batch, after in self.part.batches_after(plan, plan.table_columns, mark):
            waiting: TableBatch | None = None
            for piece in pieces(batch, plan):
                if waiting is not None:
                    yield self._block(waiting), None
                waiting = piece
            if waiting is not None:
                yield self._block(waiting), after

    def _block(self, batch: TableBatch) -> Block:
        source = self.source
        encoded = encode(
            batch,
            source.plan,
            missing=source.missing,
            bad_cells=source.bad_cells,
            low_powers=source.low_powers,
        )
        source._found.add(encoded, batch.origin)
        assert encoded.y is not None
        rows = batch.rows
        if encoded.usable is not None:
            numbers = encoded.usable.nonzero()[0]
            rows = numbers + batch.first_row if rows is None else rows[numbers]
        columns = encoded.columns if self.shared is None else self.shared
        return Block(
            X=encoded.X,
            y=encoded.y,
            weight=encoded.weight,
            origin=batch.origin,
            first_row=batch.first_row,
            X_low=encoded.X_low,
            rows=rows,
            columns=columns,
            key=encoded.key,
            rows_read=batch.rows_read,
            skipped=encoded.skipped,
        )


def _delayed(part: Any) -> bool:
    return getattr(part, "delayed", None) is not None


def pieces(batch: TableBatch, plan: ColumnPlan) -> Iterator[TableBatch]:
    """Cut a batch so that no block is too long, nor too large with its indicators."""
    table, width = batch.table, len(plan.features)
    for feature in plan.features:
        if feature.kind == "category":
            table, levels = _dictionary_encoded(table, feature.column)
            width += levels
        elif feature.kind == "date":
            width += 19
    limit = min(BLOCK_ROWS, max(1024, BLOCK_CELLS // max(width, 1)))
    if table.num_rows <= limit:
        yield batch if table is batch.table else replace(batch, table=table)
        return
    for start in range(0, table.num_rows, limit):
        piece = table.slice(start, limit)
        last = start + piece.num_rows == table.num_rows
        if batch.rows is None:
            yield replace(batch, table=piece, first_row=batch.first_row + start)
        else:
            rows = batch.rows[start : start + limit]
            first = batch.first_row if start == 0 else int(rows[0])
            yield replace(
                batch, table=piece, first_row=first, rows=rows, ragged=batch.ragged if last else ()
            )


def _dictionary_encoded(table: Any, name: str) -> tuple[Any, int]:
    import pyarrow.types as types

    i = table.schema.get_field_index(name)
    column = table.column(i)
    if not types.is_dictionary(column.type):
        column = column.dictionary_encode()
        table = table.set_column(i, name, column)
    return table, len(column.dictionary)
