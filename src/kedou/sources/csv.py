"""Text files: CSV, TSV and their kin, plain or compressed, in constant memory.

A file is read in chunks of a fixed size, cut at the ends of records; chunks are parsed side by
side in a few threads and handed on in order. PyArrow's own streaming reader parses in one thread
and settles the type of a column in its first block; here every column has the type that the plan
needs, and a chunk that does not fit is read again as text, so that the cell to blame is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from kedou.columns.batch import MISSING, Ragged, TableBatch
from kedou.columns.kinds import TableColumn, kind_of_texts
from kedou.columns.plan import ColumnPlan
from kedou.errors import DataError, UnreadableFileError
from kedou.sources.ahead import map_ahead
from kedou.sources.dialect import HEAD, Dialect, detect
from kedou.sources.encoding import is_utf8
from kedou.sources.files import DataFile
from kedou.sources.partitions import partition_columns, same_columns, with_partition
from kedou.sources.records import last_record_end
from kedou.sources.source import Mark
from kedou.sources.streams import ByteStream, Transcoded, raw_bytes, read_full

CHUNK = 4 << 20
LONGEST = 64 << 20
_LATER_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class CsvTable:
    """One text file or many with the same columns: a Table."""

    files: Sequence[DataFile]
    dialects: Sequence[Dialect]
    columns: Sequence[TableColumn]
    notes: Sequence[str]
    name: str
    rows: None = None

    def parts(self) -> Sequence[CsvPart]:
        """Return the files."""
        kinds = {column.name: column.kind for column in self.columns}
        pairs = zip(self.files, self.dialects, strict=True)
        return [CsvPart(file, dialect, kinds) for file, dialect in pairs]


@dataclass(frozen=True, slots=True)
class CsvPart:
    """One text file."""

    file: DataFile
    dialect: Dialect
    kinds: Mapping[str, str]
    rows: None = None

    @property
    def origin(self) -> str:
        """File name."""
        return self.file.origin

    def batches(self, plan: ColumnPlan, names: Sequence[str]) -> Iterator[TableBatch]:
        """Parse the columns ``names``, chunk by chunk."""
        for batch, _ in self.batches_after(plan, names, None):
            yield batch

    def batches_after(
        self, plan: ColumnPlan, names: Sequence[str], mark: Mark | None
    ) -> Iterator[tuple[TableBatch, Mark]]:
        """Parse from a mark on: the end of a chunk, how far was read for it, rows before."""
        inner = [name for name in names if name not in self.file.partition]
        types = _types(plan, inner, self.kinds)
        parse = partial(_parse, file=self.file, dialect=self.dialect, types=types)
        integers = frozenset(name for name in inner if self.kinds[name] == "integer")
        first = 0 if mark is None else mark[2]
        with raw_bytes(self.file) as stream:
            chunks = _chunks(stream, self.file, self.dialect, mark)
            for table, bad, place in map_ahead(parse, chunks):
                count = table.num_rows + len(bad)
                ragged = tuple(Ragged(first + row, cells, width) for row, cells, width in bad)
                rows = np.delete(np.arange(count), [row for row, _, _ in bad]) + first
                batch = TableBatch(
                    with_partition(table, self.file, names),
                    self.origin,
                    first,
                    rows if ragged else None,
                    self.dialect.decimal,
                    integers,
                    ragged,
                )
                first += count
                yield batch, (*place, first)


def csv_table(
    files: Sequence[DataFile],
    name: str,
    notes: Sequence[str],
    given: Mapping[str, str | None],
) -> CsvTable:
    """Look at the head of each file; the first one tells what kind its columns are.

    Raises
    ------
    DataError
        If a file is empty, or the columns of two files differ.
    UnreadableFileError
        If a file cannot be read.
    """
    dialects, tables, said = [], [], dict.fromkeys(notes)
    for file in files:
        dialect, body = detect(file, given, HEAD if file is files[0] else _LATER_HEAD)
        said.update(dict.fromkeys(dialect.notes))
        dialects.append(dialect)
        if file is files[0]:
            tables.append(_sample(file, dialect, body))
        else:
            tables.append([TableColumn(column, "empty") for column in dialect.names])
    columns = same_columns(files, tables) + partition_columns(files)
    return CsvTable(files, dialects, columns, list(said), name)


def _sample(file: DataFile, dialect: Dialect, body: bytes) -> list[TableColumn]:
    table, _ = _read(body, file, dialect, dict.fromkeys(dialect.names, pa.string()))
    return [kind_of_texts(n, table.column(n), dialect.decimal) for n in dialect.names]


def _types(
    plan: ColumnPlan, names: Sequence[str], kinds: Mapping[str, str]
) -> dict[str, pa.DataType]:
    """Type that the plan needs for each column: text where it is no number."""
    numbers = {f.column for f in plan.features if f.kind == "number"} | {plan.target, plan.weight}
    if plan.key is not None and plan.key_kind == "number":
        numbers.add(plan.key)
    return {
        name: (pa.bool_() if kinds[name] == "bool" else pa.float64())
        if name in numbers
        else pa.string()
        for name in names
    }


def _chunks(
    stream: ByteStream, file: DataFile, dialect: Dialect, mark: Mark | None
) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Cut the file's data rows into chunks at the ends of records.

    With each chunk comes where it ends, and how far was read by then: from there on the chunks
    are the same again. A compressed file, or one in another encoding, is passed over up to a
    mark, for it has no places to jump to.
    """
    utf8 = is_utf8(dialect.encoding)
    if not utf8:
        stream = Transcoded(stream, dialect.encoding, file.origin)
    skip, rest, read, passed = dialect.start, b"", 0, -1
    if mark is not None and utf8 and file.compression is None:
        skip, read = 0, mark[1]
        stream.seek(mark[0])  # type: ignore[attr-defined]
        rest = read_full(stream, mark[1] - mark[0])
    elif mark is not None:
        passed = mark[0]
    while True:
        data = read_full(stream, CHUNK)
        if not data:
            break
        read += len(data)
        data, skip = data[skip:], max(0, skip - len(data))
        rest += data
        end = last_record_end(rest, dialect.delimiter, dialect.newline)
        if end:
            chunk, rest = rest[:end], rest[end:]
            if read - len(rest) > passed:
                yield chunk, (read - len(rest), read)
        elif len(rest) > LONGEST:
            raise DataError("sources.quote-open", file=file.origin, size=LONGEST >> 20)
    if rest.strip(b"\r\n") and read > passed:
        yield rest, (read, read)


def _parse(
    chunk: tuple[bytes, tuple[int, int]],
    file: DataFile,
    dialect: Dialect,
    types: Mapping[str, pa.DataType],
) -> tuple[pa.RecordBatch, list[tuple[int, int, int]], tuple[int, int]]:
    """Read a chunk and hand on its place."""
    rows, place = chunk
    table, bad = _parse_rows(rows, file, dialect, types)
    return table, bad, place


def _parse_rows(
    chunk: bytes, file: DataFile, dialect: Dialect, types: Mapping[str, pa.DataType]
) -> tuple[pa.RecordBatch, list[tuple[int, int, int]]]:
    """Read a chunk; where a number does not fit, read it as text and let the encoder judge."""
    try:
        return _read(chunk, file, dialect, types)
    except pa.ArrowInvalid as error:
        _refuse_broken(error, file, dialect)
    try:
        return _read(chunk, file, dialect, dict.fromkeys(types, pa.string()))
    except pa.ArrowInvalid as error:
        _refuse_broken(error, file, dialect)
        raise UnreadableFileError(
            "sources.csv-damaged", file=file.origin, reason=str(error)
        ) from None


def _refuse_broken(error: Exception, file: DataFile, dialect: Dialect) -> None:
    if "invalid UTF8" in str(error):
        raise UnreadableFileError(
            "sources.not-in-encoding", file=file.origin, encoding=dialect.encoding
        ) from None


def _read(
    chunk: bytes, file: DataFile, dialect: Dialect, types: Mapping[str, pa.DataType]
) -> tuple[pa.RecordBatch, list[tuple[int, int, int]]]:
    """Parse whole records; rows with too many or too few cells come back as (row, cells, width)."""
    bad: list[tuple[int, int, int]] = []

    def note(row: Any) -> str:
        bad.append((row.number - 1, row.actual_columns, row.expected_columns))
        return "skip"

    table = pc.read_csv(
        pa.BufferReader(chunk),
        pc.ReadOptions(
            use_threads=False, block_size=len(chunk) + 1, column_names=list(dialect.names)
        ),
        pc.ParseOptions(
            delimiter=dialect.delimiter, newlines_in_values=True, invalid_row_handler=note
        ),
        pc.ConvertOptions(
            column_types=dict(types),
            include_columns=list(types),
            null_values=list(MISSING),
            strings_can_be_null=True,
            decimal_point=dialect.decimal,
        ),
    )
    batches = table.combine_chunks().to_batches()
    return (batches[0] if batches else _no_rows(table.schema)), bad


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], f.type) for f in schema], schema=schema)
