"""Feather (Arrow IPC) files: record batches are the parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from kedou.columns.batch import TableBatch
from kedou.columns.kinds import TableColumn, columns_of_schema
from kedou.columns.plan import ColumnPlan
from kedou.errors import DataError, UnreadableFileError
from kedou.sources.files import DataFile
from kedou.sources.partitions import partition_columns, same_columns, with_partition
from kedou.sources.source import BLOCK_ROWS


@dataclass(frozen=True, slots=True)
class FeatherTable:
    """One Feather file or many with the same columns: a Table."""

    files: Sequence[DataFile]
    lengths: Sequence[Sequence[int]]
    columns: Sequence[TableColumn]
    notes: Sequence[str]
    name: str

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(map(sum, self.lengths))

    def parts(self) -> Sequence[FeatherPart]:
        """Return record batches; small neighbours are one part, up to a block's length."""
        return [
            part
            for file, lengths in zip(self.files, self.lengths, strict=True)
            for part in _parts(file, lengths)
        ]


@dataclass(frozen=True, slots=True)
class FeatherPart:
    """Neighbouring record batches of one file."""

    file: DataFile
    numbers: range
    first_row: int
    rows: int

    @property
    def origin(self) -> str:
        """File name."""
        return self.file.origin

    def batches(self, plan: ColumnPlan, names: Sequence[str]) -> Iterator[TableBatch]:
        """Read the columns ``names``."""
        inner = [name for name in names if name not in self.file.partition]
        try:
            with _open(self.file) as whole:
                fields = sorted(whole.schema.get_field_index(name) for name in inner)
            options = pa.ipc.IpcReadOptions(included_fields=fields, use_threads=False)
            with _open(self.file, options) as file:
                table = pa.Table.from_batches(
                    [file.get_batch(i) for i in self.numbers], file.schema
                )
            first = self.first_row
            for start in range(0, self.rows, BLOCK_ROWS):
                batch = table.slice(start, BLOCK_ROWS).combine_chunks().to_batches()[0]
                named = with_partition(batch, self.file, names)
                yield TableBatch(named, self.origin, first)
                first += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self.file, error) from None


def feather_table(files: Sequence[DataFile], name: str, notes: Sequence[str]) -> FeatherTable:
    """Read the schemas and the lengths of the record batches.

    Raises
    ------
    UnreadableFileError
        If a file is no Feather file, or damaged.
    DataError
        If the columns of two files differ, or there are no rows.
    """
    lengths, tables = [], []
    for file in files:
        try:
            with _open(file) as opened:
                tables.append(columns_of_schema(opened.schema))
            with _open(file, pa.ipc.IpcReadOptions(included_fields=[0])) as opened:
                count = opened.num_record_batches
                lengths.append([opened.get_batch(i).num_rows for i in range(count)])
        except (pa.ArrowException, OSError) as error:
            raise _damaged(file, error) from None
    columns = same_columns(files, tables) + partition_columns(files)
    if not any(map(sum, lengths)):
        raise DataError("sources.no-rows", file=name)
    return FeatherTable(files, lengths, columns, notes, name)


def _parts(file: DataFile, lengths: Sequence[int]) -> Iterator[FeatherPart]:
    start, first, rows = 0, 0, 0
    for i, length in enumerate(lengths):
        rows += length
        if rows >= BLOCK_ROWS or i == len(lengths) - 1:
            if rows:
                yield FeatherPart(file, range(start, i + 1), first, rows)
            start, first, rows = i + 1, first + rows, 0


def _open(file: DataFile, options: Any = None) -> Any:
    return pa.ipc.open_file(file.input(), options=options)


def _damaged(file: DataFile, error: Exception) -> UnreadableFileError:
    told = file.refusal(error)
    if told is not None:
        return told
    with file.stream() as opened:
        old = opened.read(4) == b"FEA1"
    code = "sources.feather-old" if old else "sources.not-feather"
    return UnreadableFileError(code, file=file.origin, reason=str(error).rstrip(". "))
