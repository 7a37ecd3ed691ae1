"""Many files as one table: the same columns in each, and columns in folder names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from kedou.columns.choose import closest
from kedou.columns.kinds import NUMERIC, TableColumn
from kedou.errors import DataError
from kedou.sources.files import DataFile


def same_columns(
    files: Sequence[DataFile], tables: Sequence[Sequence[TableColumn]]
) -> list[TableColumn]:
    """Return the columns that all files share; their order may differ.

    Raises
    ------
    DataError
        If a file lacks a column, has one more, holds other values in it, or names one twice.
    """
    first = list(tables[0])
    kinds = {column.name: column for column in first}
    for file, table in zip(files, tables, strict=True):
        names = [column.name for column in table]
        if twice := [name for name in kinds if names.count(name) > 1]:
            raise DataError("sources.duplicate-column", column=twice[0], file=file.origin)
        here = dict.fromkeys(names)
        for name in kinds:
            if name not in here:
                _raise_differs("sources.column-absent", file, files[0], name, names)
        for column in table:
            if column.name not in kinds:
                _raise_differs("sources.column-extra", file, files[0], column.name, list(kinds))
            other = kinds[column.name]
            if other.kind == "empty":
                kinds[column.name] = column
            elif not _agree(other, column):
                _raise_differs("sources.column-kind", file, files[0], column.name, [])
    return [kinds[column.name] for column in first]


def partition_columns(files: Sequence[DataFile]) -> list[TableColumn]:
    """Columns that the folder names hold: integers if all values are, else text."""
    return [
        TableColumn(name, "integer" if _all_whole(files, name) else "text")
        for name in files[0].partition
    ]


def with_partition(batch: pa.RecordBatch, file: DataFile, names: Sequence[str]) -> pa.RecordBatch:
    """Add the columns that the file's folders hold, and put ``names`` in order."""
    if not any(name in file.partition for name in names):
        return batch
    arrays: list[Any] = []
    for name in names:
        if name in file.partition:
            value = pa.array([file.partition[name]])
            indices = pa.repeat(pa.scalar(0, pa.int32()), batch.num_rows)
            arrays.append(pa.DictionaryArray.from_arrays(indices, value))
        else:
            arrays.append(batch.column(name))
    return pa.RecordBatch.from_arrays(arrays, list(names))


def _all_whole(files: Sequence[DataFile], name: str) -> bool:
    values = (file.partition[name] for file in files)
    return all(value.lstrip("-").isdecimal() and value.isascii() for value in values)


def _agree(a: TableColumn, b: TableColumn) -> bool:
    return a.kind == b.kind or b.kind == "empty" or (a.kind in NUMERIC and b.kind in NUMERIC)


def _raise_differs(
    code: str, file: DataFile, other: DataFile, column: str, names: Sequence[str]
) -> None:
    near = closest(column, names)
    code = f"{code}-near" if near is not None else code
    raise DataError(code, file=file.origin, other=other.origin, column=column, near=near)
