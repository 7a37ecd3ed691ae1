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

from kedou.columns.plan import ColumnPlan, some
from kedou.device import here, is_foreign_array
from kedou.errors import DataError, OptionError, OptionTypeError
from kedou.sources.arrays import ArraySource, as_numbers, check_length
from kedou.sources.files import Admit, find_files
from kedou.sources.source import LeftOut, Source
from kedou.sources.stores import Access
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
    storage_options: Mapping[str, Any] | None = None,
    filesystem: Any = None,
) -> Source:
    """Open data of any kind as a source of rows, to be read again and again.

    Only what tells the columns is read here: the head of a text file, the footer of a Parquet
    file. Rows are read block by block when they are needed, in constant memory. What was chosen
    without being asked stands in ``source.notes``, what is not used in ``source.left_out``.

    Parameters
    ----------
    data : path, folder, glob, list of those, array, data frame, mapping of columns, or Source
        - Text: CSV, TSV and the like, also ``.gz``, ``.zst``, ``.bz2``, ``.lz4``. Encoding,
          separator, decimal mark and line ends are told from the head of the file.
        - Parquet, and Feather (Arrow IPC).
        - A folder stands for all data files below it, in the order of their paths; folder names
          such as ``year=2024`` are columns. Several files must have the same columns.
        - Addresses in object stores stand for files, folders and globs alike:
          ``s3://bucket/folder/*.parquet``, ``gs://`` (``gcs://``), ``abfs://`` (``abfss://``).
        - (rows, k) array of numbers, or (rows,) for one feature; ``y`` holds the target. The
          columns are called ``x1`` ... ``xk``, or as ``features`` says.
        - PyTorch, CuPy, JAX and other array libraries: on the processor as NumPy sees them,
          without a copy; on a GPU the rows stay there (``kd.scan`` folds them there). Numbers
          only: no categories, powers or dates.
        - A Dask array with a Dask array ``y``, or a Dask data frame: each partition is a part.
        - pandas, Polars, PyArrow and whatever else narwhals reads. A lazy frame is computed once.
    y : (rows,) array, optional
        Target of an array, or of a frame that has it in no column.
    target : str, optional
        Name of the target column; needed unless ``y`` is given.
    features : str or sequence of str, optional
        Columns to use, in this order; all numeric columns unless given. For an array: the names
        of its columns.
    categorical : str or sequence of str
        Columns of which each value becomes an indicator column, ``city=Beijing``. Added to
        ``features``. At most 1,000 different values each.
    polynomial : mapping of str to int, optional
        ``{"age": 3}`` adds ``age^2`` and ``age^3`` after ``age``.
    dates : str or sequence of str
        Columns that become a trend in days since 1970-01-01, ``day:trend``, and indicators
        ``day:weekday=1`` (Monday) to 7 and ``day:month=1`` to 12. Dates, timestamps, or text such
        as ``2024-03-01``, ``2024/3/1``, ``2024年3月1日``, with or without a time.
    weight : str or (rows,) array, optional
        Frequencies, finite and >= 0: weight 2 is the row twice. A column name, or an array with
        arrays and frames.
    missing : {"skip", "error"}
        What becomes of rows in which a used cell is missing or not finite: left out and counted
        by column in ``Block.skipped``, or an error that names the first one. In text files an
        empty cell and ``NA  N/A  #N/A  NaN  NULL  None  -  --  ?  .`` are missing.
    bad_cells : {"error", "skip"}
        What becomes of rows of a text file with ``oops`` where a number is needed, or with too
        many or too few cells.
    key : str, optional
        A column whose values are carried along in ``Block.key``, to split or group rows by.
    delimiter, encoding, decimal : str, optional
        How a text file is written, where detection is wrong: one character; a Python codec such
        as ``"gb18030"``; ``"."`` or ``","``.
    storage_options : mapping, optional
        How an object store is reached, where the usual environment variables and configuration
        files do not say it. ``s3``: ``key``, ``secret``, ``token``, ``role``, ``anonymous``,
        ``region``, ``endpoint``, ``virtual_addressing``, ``certificates`` (a file), ``proxy``.
        ``gs``: ``anonymous``, ``endpoint``, ``service_account``. ``abfs``: ``account``, ``key``,
        ``token`` (SAS), ``endpoint``. Never saved, never shown.
    filesystem : pyarrow.fs.FileSystem or fsspec file system, optional
        Where the paths are, instead.

    Returns
    -------
    Source
        Its parts can be read in several threads at once. Rows are counted from 1 in messages, as
        the rows of data under the names are; blank lines are not counted.

    Raises
    ------
    UnreadableFileError
        If a file is missing, damaged, or of a kind that is not read.
    DataError
        If a column is not in the data or cannot take its role; while reading, for a cell that
        cannot be used, with its file, row and column.
    OptionError, OptionTypeError
        If an argument makes no sense here.

    Examples
    --------
    >>> source = open({"age": [5.5, 8.5, None], "length": [21, 34, 40]}, target="length")
    >>> for part in source.parts():
    ...     for block in part.blocks():
    ...         print(block.X.tolist(), block.y.tolist(), block.skipped)
    [[5.5], [8.5]] [21.0, 34.0] {'age': 1}
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
    if isinstance(y, str):
        raise OptionTypeError("sources.y-is-a-name", y=y)
    if is_dask(data):
        return _open_dask(data, y, target, wanted, weight, missing)
    data = here(data)
    if _is_arrays(data) or is_foreign_array(data):
        return _open_arrays(data, here(y), target, wanted, here(weight), missing)
    if not _is_files(data):
        table, target, weight = _frame(data, y, target, weight)
    elif y is not None:
        raise OptionError("sources.y-with-file")
    else:
        access = Access(storage_options, filesystem)
        table = table_of(
            data, access=access, delimiter=delimiter, encoding=encoding, decimal=decimal
        )
    if target is None:
        names = [column.name for column in table.columns]
        raise OptionError("sources.target-needed", file=table.name, columns=some(names))
    return planned(table, target, weight, wanted, missing, bad_cells)


def tables_of(
    data: Any,
    plan: ColumnPlan,
    *,
    names: Sequence[str] | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    storage_options: Mapping[str, Any] | None = None,
    filesystem: Any = None,
) -> Iterator[TableBatch]:
    """Read the columns that a plan's features need, stretch by stretch, without a target.

    Parameters
    ----------
    data
        Whatever ``open`` takes, or a ``Table``; an array's columns are the plan's feature columns,
        in order.
    plan : ColumnPlan
        What the columns become: tells which cells of a text file are numbers.
    names : sequence of str, optional
        Table columns to read, such as ``plan.table_columns``; the features' columns unless given.
    delimiter, encoding, decimal, storage_options, filesystem
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
    from kedou.sources.tables import Table, pieces

    wanted = list(names or dict.fromkeys(feature.column for feature in plan.features))
    if isinstance(data, Table):
        table: Table = data
    elif _is_arrays(data):
        from kedou.sources.frames import FrameTable

        table = FrameTable(None, _named_columns(as_numbers(data, "X", 2), wanted))
    elif _is_files(data):
        access = Access(storage_options, filesystem)
        table = table_of(
            data, access=access, delimiter=delimiter, encoding=encoding, decimal=decimal
        )
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
    if is_foreign_array(data):
        from kedou.sources.device import open_device_arrays

        asked = [name for name in ("categorical", "polynomial", "dates", "key") if wanted[name]]
        if asked:
            raise OptionError("device.numbers-only", option=asked[0])
        return open_device_arrays(data, y, weight, wanted["features"], missing)
    X = as_numbers(data, "X", 2)
    arrays = {"y": as_numbers(y, "y", 1)}
    if weight is not None:
        arrays["weight"] = as_numbers(weight, "weight", 1)
    for name, values in arrays.items():
        check_length(name, values, len(X))
    names = wanted["features"] or tuple(f"x{j}" for j in range(1, X.shape[1] + 1))
    columns = _named_columns(X, names)
    all_names = (*names, *arrays)
    for name in all_names:
        if all_names.count(name) > 1:
            raise OptionError("sources.same-names", name=name)
    if not (wanted["categorical"] or wanted["polynomial"] or wanted["dates"] or wanted["key"]):
        return ArraySource(X, arrays["y"], arrays.get("weight"), names, missing)
    from kedou.sources.frames import FrameTable

    table = FrameTable(None, columns | arrays)
    weight = "weight" if "weight" in arrays else None
    return planned(table, "y", weight, wanted | {"features": None}, missing, "error")


def is_dask(data: Any) -> bool:
    """Say whether data are a Dask array or data frame, without loading what reads them."""
    return hasattr(data, "__dask_graph__") and hasattr(data, "to_delayed")


def _open_dask(
    data: Any, y: Any, target: str | None, wanted: dict[str, Any], weight: Any, missing: Missing
) -> Source:
    from kedou.sources.dask_table import dask_table

    table, target, weight, array = dask_table(data, y, target, weight, wanted["features"])
    if target is None:
        names = [column.name for column in table.columns]
        raise OptionError("sources.target-needed", file=table.name, columns=some(names))
    wanted = wanted | {"features": None} if array else wanted
    return planned(table, target, weight, wanted, missing, "error")


def _named_columns(X: Any, names: Sequence[str]) -> dict[str, Any]:
    if len(X) == 0:
        raise DataError("sources.no-rows", file="X")
    if len(names) != X.shape[1]:
        shown = {"features": len(names), "columns": X.shape[1]}
        raise OptionError("sources.names-count", names=some(names), **shown)
    return {name: X[:, j] for j, name in enumerate(names)}


def _frame(data: Any, y: Any, target: str | None, weight: Any) -> tuple[Table, str | None, Any]:
    from kedou.sources.frames import frame_table

    arrays: dict[str, Any] = {}
    if y is not None:
        if target is not None:
            raise OptionError("sources.y-and-target", target=target)
        target = str(getattr(y, "name", None) or "y")
        arrays[target] = as_numbers(y, "y", 1)
    if weight is not None and not isinstance(weight, str):
        arrays["weight"] = as_numbers(weight, "weight", 1)
        weight = "weight"
    table = frame_table(data, arrays)
    assert table.frame is not None
    for name, values in arrays.items():
        if name in table.frame.columns:
            raise OptionError("sources.extra-name", name=name)
        check_length(name, values, table.rows)
    return table, target, weight


def table_of(
    data: Any,
    *,
    admit: Admit | None = None,
    access: Access | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> Table:
    """Open files as a table: their columns and parts, before anybody says what is to be predicted.

    Parameters
    ----------
    data : path, folder, glob, or list of those
    admit : callable, optional
        Called with the path of every file before it is read: see ``files.find_files``.
    access : Access, optional
        How object stores are reached; without it addresses are refused.
    delimiter, encoding, decimal
        As in ``open``.
    """
    files, aside = find_files(data, admit, access)
    dialect = {"delimiter": delimiter, "encoding": encoding, "decimal": decimal}
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


def planned(
    table: Table,
    target: str,
    weight: Any,
    wanted: dict[str, Any],
    missing: Missing,
    bad_cells: Missing,
) -> Source:
    """Return a table as a source; ``wanted`` says what its columns become, as in ``open``."""
    from kedou.columns.choose import choose
    from kedou.sources.tables import TableSource

    if weight is not None and not isinstance(weight, str):
        raise OptionTypeError("sources.weight-array-with-file")
    plan, left_out = choose(table.columns, target=target, weight=weight, file=table.name, **wanted)
    reasons = [LeftOut(column, reason) for column, reason in left_out]
    return cast(Source, TableSource(table, plan, reasons, missing, bad_cells))
