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

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kedou.columns.plan import ColumnPlan, some
from kedou.device import here, is_foreign_array
from kedou.errors import OptionError, OptionTypeError
from kedou.sources.arrays import as_numbers
from kedou.sources.kinds import is_arrays, is_dask, is_files
from kedou.sources.planned import Missing, planned
from kedou.sources.source import Source
from kedou.sources.stores import Access
from kedou.sources.table_files import table_of
from kedou.sources.values import frame_of, named_columns, open_arrays, open_dask

if TYPE_CHECKING:
    from kedou.columns.batch import TableBatch
    from kedou.sources.tables import Table

Names = str | Sequence[str]


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
        as ``"gb18030"``; ``"."`` or ``","``. With anything but text files they are refused.
    storage_options : mapping, optional
        How an object store is reached, where the usual environment variables and configuration
        files do not say it. ``s3``: ``key``, ``secret``, ``token``, ``role``, ``anonymous``,
        ``region``, ``endpoint``, ``virtual_addressing``, ``certificates`` (a file), ``proxy``.
        ``gs``: ``anonymous``, ``endpoint``, ``service_account``. ``abfs``: ``account``, ``key``,
        ``token`` (SAS), ``endpoint``. Never saved, never shown. For addresses only: with files of
        this computer they are refused.
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
    access = _access(data, storage_options, filesystem)
    dialect: dict[str, Any] = {"delimiter": delimiter, "encoding": encoding, "decimal": decimal}
    if isinstance(data, Source):
        _refuse_choices(
            y=y,
            target=target,
            features=features,
            categorical=categorical or None,
            polynomial=polynomial or None,
            dates=dates or None,
            weight=weight,
            missing=None if missing == "skip" else missing,
            bad_cells=None if bad_cells == "error" else bad_cells,
            key=key,
            **dialect,
        )
        return data
    _refuse_dialect(data, dialect)
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
        return open_dask(data, y, target, wanted, weight, missing, bad_cells)
    data = here(data)
    if is_arrays(data) or is_foreign_array(data):
        return open_arrays(data, here(y), target, wanted, here(weight), missing)
    if not is_files(data):
        table, target, weight = frame_of(data, y, target, weight)
    elif y is not None:
        raise OptionError("sources.y-with-file")
    else:
        table = table_of(data, access=access, **dialect)
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

    access = _access(data, storage_options, filesystem)
    dialect: dict[str, Any] = {"delimiter": delimiter, "encoding": encoding, "decimal": decimal}
    _refuse_dialect(data, dialect)
    wanted = list(names or dict.fromkeys(feature.column for feature in plan.features))
    if isinstance(data, Table):
        table: Table = data
    elif is_arrays(data):
        from kedou.sources.frames import FrameTable

        table = FrameTable(None, named_columns(as_numbers(data, "X", 2), wanted))
    elif is_files(data):
        table = table_of(data, access=access, **dialect)
    else:
        from kedou.sources.frames import frame_table

        table = frame_table(data)
    check_known(wanted, table.columns, table.name)
    for part in table.parts():
        for batch in part.batches(plan, wanted):
            yield from pieces(batch, plan)


def _access(data: Any, storage_options: Any, filesystem: Any) -> Access:
    """Return how stores are reached; only files are in one."""
    for option, given in (("storage_options", storage_options or None), ("filesystem", filesystem)):
        if given is not None and not is_files(data):
            kind = type(data).__name__
            raise OptionError("sources.store-without-files", option=option, type=kind)
    return Access(storage_options, filesystem)


def _refuse_dialect(data: Any, dialect: Mapping[str, Any]) -> None:
    """Refuse to be told how a text file is written where there is none."""
    for option, value in dialect.items():
        if value is not None and not is_files(data):
            shown = {"option": option, "value": repr(value), "type": type(data).__name__}
            raise OptionError("sources.dialect-without-files", **shown)


def _refuse_choices(**choices: Any) -> None:
    """Refuse to choose again what was chosen when a source was opened."""
    for option, value in choices.items():
        if value is not None:
            raise OptionError("sources.chosen-already", option=option)


def _names(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _check_choice(name: str, value: str) -> None:
    if value not in ("skip", "error"):
        raise OptionError("sources.choice", name=name, value=str(value))
