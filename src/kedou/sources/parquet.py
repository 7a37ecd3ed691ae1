"""Parquet files: row groups are the parts, read in constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kedou.columns.batch import TableBatch
from kedou.columns.kinds import TableColumn, columns_of_schema
from kedou.columns.plan import ColumnPlan
from kedou.errors import DataError, UnreadableFileError
from kedou.sources.ahead import map_waiting, read_ahead
from kedou.sources.files import DataFile
from kedou.sources.partitions import partition_columns, same_columns, with_partition
from kedou.sources.source import BLOCK_ROWS

_READ_AHEAD = 1 << 20
BATCH_CELLS = 1 << 20


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """One Parquet file or many with the same columns: a Table."""

    files: Sequence[DataFile]
    footers: Sequence[Any]
    columns: Sequence[TableColumn]
    notes: Sequence[str]
    name: str

    @property
    def rows(self) -> int:
        """Number of rows, from the files' footers."""
        return sum(footer.num_rows for footer in self.footers)

    def parts(self) -> Sequence[ParquetPart]:
        """Return row groups; small neighbours are one part, up to a block's length."""
        return [
            part
            for file, footer in zip(self.files, self.footers, strict=True)
            for part in _parts(file, footer)
        ]


@dataclass(frozen=True, slots=True)
class ParquetPart:
    """Neighbouring row groups of one file."""

    file: DataFile
    footer: Any
    groups: range
    first_row: int
    rows: int

    @property
    def origin(self) -> str:
        """File name."""
        return self.file.origin

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel without the footer, which may be large: it is read where the part is read."""
        return (ParquetPart, (self.file, None, self.groups, self.first_row, self.rows))

    def batches(self, plan: ColumnPlan, names: Sequence[str]) -> Iterator[TableBatch]:
        """Decode the columns ``names``, a block's length at a time, one block ahead."""
        return read_ahead(self._batches(plan, names))

    def _batches(self, plan: ColumnPlan, names: Sequence[str]) -> Iterator[TableBatch]:
        categories = [f.column for f in plan.features if f.kind == "category"]
        inner = [name for name in names if name not in self.file.partition]
        first = self.first_row
        try:
            with _open(self.file, metadata=self.footer, read_dictionary=categories) as file:
                rows = _batch_rows(len(inner))
                for batch in file.iter_batches(rows, list(self.groups), inner):
                    table = with_partition(batch, self.file, names)
                    yield TableBatch(table, self.origin, first)
                    first += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self.file, error) from None


def parquet_table(files: Sequence[DataFile], name: str, notes: Sequence[str]) -> ParquetTable:
    """Read the footers and compare the columns.

    Raises
    ------
    UnreadableFileError
        If a file is no Parquet file, or damaged.
    DataError
        If the columns of two files differ, or there are no rows.
    """
    found = map_waiting(_footer, files, any(file.stored for file in files))
    footers, tables = [footer for footer, _ in found], [table for _, table in found]
    columns = same_columns(files, tables) + partition_columns(files)
    if not any(footer.num_rows for footer in footers):
        raise DataError("sources.no-rows", file=name)
    return ParquetTable(files, footers, columns, notes, name)


def _footer(file: DataFile) -> tuple[Any, Sequence[TableColumn]]:
    try:
        with _open(file) as opened:
            return opened.metadata, columns_of_schema(opened.schema_arrow)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error) from None


def _parts(file: DataFile, footer: Any) -> Iterator[ParquetPart]:
    start, first, rows = 0, 0, 0
    for i in range(footer.num_row_groups):
        rows += footer.row_group(i).num_rows
        if rows >= BLOCK_ROWS or i == footer.num_row_groups - 1:
            if rows:
                yield ParquetPart(file, footer, range(start, i + 1), first, rows)
            start, first, rows = i + 1, first + rows, 0


def _batch_rows(columns: int) -> int:
    """Return how many rows are decoded at once: some 8 MB, at most a block's length."""
    fitting = BATCH_CELLS // max(columns, 1)
    return min(BLOCK_ROWS, max(1024, 1 << max(fitting.bit_length() - 1, 0)))


def _open(file: DataFile, **options: Any) -> Any:
    if isinstance(file.path, Path):
        return pq.ParquetFile(file.path, buffer_size=_READ_AHEAD, pre_buffer=False, **options)
    # The columns of a row group are asked for at once: an answer costs as much as megabytes do.
    place = {"filesystem": file.path.store.filesystem, "pre_buffer": True}
    return pq.ParquetFile(file.path.key, **place, **options)


def _damaged(file: DataFile, error: Exception) -> UnreadableFileError:
    told = file.refusal(error)
    if told is not None:
        return told
    reason = str(error).rstrip(". ")
    return UnreadableFileError("sources.not-parquet", file=file.origin, reason=reason)
