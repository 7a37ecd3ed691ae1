"""The one door to data: ``open`` takes arrays, data frames and files.

``tables_of`` is the side door for a model that is applied: the same things read without a target.

>>> import numpy as np
>>> from kedou.columns import ColumnPlan, Feature
>>> from kedou.columns.encode import encode
>>> plan = ColumnPlan((Feature("age"),))
>>> for batch in tables_of({"age": [5.5, 8.5]}, plan):
...     encode(batch, plan, features_only=True).X
array([[5.5],
       [8.5]])
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from kedou.columns.plan import ColumnPlan
from kedou.errors import DataError, OptionError, OptionTypeError
from kedou.sources.arrays import ArraySource, as_numbers, check_lengths
from kedou.sources.files import find_files
from kedou.sources.source import LeftOut, Source
from kedou.texts import say

if TYPE_CHECKING:
    from kedou.columns.batch import TableBatch
    from kedou.sources.tables import Table

Names = str | Sequence[str]
Missing = Literal["skip", "error"]


def open(
    data: Any,
    y: Any = None,
    *,
    target: str | None = None,
    features: Names | None = None,
    categorical: Names = (),
    polynomial: Mapping[str, int] | None = None,
    dates: Names = (),
    weight: Any = None,
    missing: Missing = "skip",
    bad_cells: Missing = "error",
    key: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> Source:
    """Open data of any kind as a source of rows, to be read again and again.

    Nothing is read here but what tells the columns: the head of a text file, the footer of a
    Parquet file. Rows are read block by block when they are needed, in constant memory.
    """
    if isinstance(data, Source):
        return data
    _check_choice("missing", missing)
    _check_choice("bad_cells", bad_cells)
    wanted = {
        "features": None if features is None else _names(features),
        "categorical": _names(categorical),
        "polynomial": dict(polynomial or {}),
        "dates": _names(dates),
        "key": key,
    }
    dialect = {"delimiter": delimiter, "encoding": encoding, "decimal": decimal}
    if _is_arrays(data):
        return _open_arrays(data, y, target, wanted, weight, missing)
    if not _is_files(data):
        table, target, weight = _frame(data, y, target, weight)
    elif y is not None:
        raise OptionError("sources.y-with-file")
    else:
        table = _files_table(data, dialect)
    if target is None:
        names = [column.name for column in table.columns]
        raise OptionError("sources.target-needed", file=table.name, columns=names)
    return _planned(table, target, weight, wanted, missing, bad_cells)


def tables_of(
    data: Any,
    plan: ColumnPlan,
    *,
    names: Sequence[str] | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> Iterator[TableBatch]:
    """Read the columns that a plan's features need, stretch by stretch, without a target.

    Parameters
    ----------
    data
        Whatever ``open`` takes; an array's columns are the plan's feature columns, in order.
    plan : ColumnPlan
        What the columns become: tells which cells of a text file are numbers.
    names : sequence of str, optional
        Table columns to read, such as ``plan.table_columns``; the features' columns unless given.
    delimiter, encoding, decimal
        As in ``open``.

    Yields
    ------
    TableBatch
        At most 131,072 rows each, in order, for ``kedou.columns.encode.encode``.

    Raises
    ------
    DataError
        If a column of the plan is not in the table.
    """
    from kedou.columns.choose import check_known
    from kedou.sources.tables import pieces

    wanted = list(names or dict.fromkeys(feature.column for feature in plan.features))
    if _is_arrays(data):
        table = _array_table(as_numbers(data, "X", 2), wanted, {})
    elif _is_files(data):
        dialect = {"delimiter": delimiter, "encoding": encoding, "decimal": decimal}
        table = _files_table(data, dialect)
    else:
        from kedou.sources.frames import frame_table

        table = frame_table(data)
    check_known(wanted, table.columns, table.name)
    for part in table.parts():
        for batch in part.batches(plan, wanted):
            yield from pieces(batch, plan)


def _names(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _check_choice(name: str, value: str) -> None:
    if value not in ("skip", "error"):
        raise OptionError("sources.choice", name=name, value=str(value))


def _is_files(data: Any) -> bool:
    if isinstance(data, (str, os.PathLike)):
        return True
    listed = isinstance(data, (list, tuple)) and len(data) > 0
    return listed and all(isinstance(item, (str, os.PathLike)) for item in data)


def _is_arrays(data: Any) -> bool:
    if _is_files(data):
        return False
    sparse = hasattr(data, "tocsr") or hasattr(data, "todense")
    return sparse or isinstance(data, (np.ndarray, list, tuple))


def _open_arrays(
    data: Any,
    y: Any,
    target: str | None,
    wanted: dict[str, Any],
    weight: Any,
    missing: Missing,
) -> Source:
    if y is None:
        raise OptionError("sources.y-needed")
    if target is not None:
        raise OptionError("sources.target-with-arrays", target=target)
    if isinstance(weight, str):
        raise OptionTypeError("sources.weight-name-with-arrays", weight=weight)
    X = as_numbers(data, "X", 2)
    target_values = as_numbers(y, "y", 1)
    weights = None if weight is None else as_numbers(weight, "weight", 1)
    check_lengths(X, target_values, weights)
    names = wanted["features"] or tuple(f"x{j}" for j in range(1, X.shape[1] + 1))
    if len(names) != X.shape[1]:
        raise OptionError(
            "sources.names-count", names=names, features=len(names), columns=X.shape[1]
        )
    if not (wanted["categorical"] or wanted["polynomial"] or wanted["dates"] or wanted["key"]):
        return ArraySource(X, target_values, weights, names, missing)
    extra = {"y": target_values} | ({} if weights is None else {"weight": weights})
    table = _array_table(X, names, extra)
    wanted = wanted | {"features": None}
    weight_name = None if weights is None else "weight"
    return _planned(table, "y", weight_name, wanted, missing, "error")


def _array_table(X: Any, names: Sequence[str], extra: Mapping[str, Any]) -> Table:
    from kedou.sources.frames import frame_table

    if len(names) != X.shape[1]:
        raise DataError(
            "sources.names-count", names=names, features=len(names), columns=X.shape[1]
        )
    columns = {name: X[:, j] for j, name in enumerate(names)}
    return frame_table(columns | dict(extra))


def _frame(data: Any, y: Any, target: str | None, weight: Any) -> tuple[Table, str | None, Any]:
    from kedou.sources.frames import frame_table

    extra: dict[str, Any] = {}
    if y is not None:
        if target is not None:
            raise OptionError("sources.y-and-target", target=target)
        target = str(getattr(y, "name", None) or "y")
        extra[target] = as_numbers(y, "y", 1)
    if weight is not None and not isinstance(weight, str):
        extra["weight"] = as_numbers(weight, "weight", 1)
        weight = "weight"
    table = frame_table(data, extra)
    for name, values in extra.items():
        if name in table.frame.columns:
            raise OptionError("sources.extra-name", name=name)
        if len(values) != table.rows:
            raise DataError("sources.lengths", name=name, rows=len(values), expected=table.rows)
    return table, target, weight


def _files_table(data: Any, dialect: Mapping[str, str | None]) -> Table:
    files, aside = find_files(data)
    name = files[0].origin if len(files) == 1 else str(data)
    notes = [say("sources.note-aside", files=aside)] if aside else []
    if files[0].format == "csv":
        from kedou.sources.csv import csv_table

        return csv_table(files, name, notes, dialect)
    given = [option for option, value in dialect.items() if value is not None]
    if given:
        raise OptionError("sources.dialect-without-csv", option=given[0], file=name)
    if files[0].format == "parquet":
        from kedou.sources.parquet import parquet_table

        return parquet_table(files, name, notes)
    from kedou.sources.feather import feather_table

    return feather_table(files, name, notes)


def _planned(
    table: Table,
    target: str,
    weight: Any,
    wanted: dict[str, Any],
    missing: Missing,
    bad_cells: Missing,
) -> Source:
    from kedou.columns.choose import choose
    from kedou.sources.tables import TableSource

    if weight is not None and not isinstance(weight, str):
        raise OptionTypeError("sources.weight-array-with-file")
    plan, left_out = choose(
        table.columns, target=target, weight=weight, file=table.name, **wanted
    )
    reasons = [LeftOut(column, reason) for column, reason in left_out]
    return cast(Source, TableSource(table, plan, reasons, missing, bad_cells))
