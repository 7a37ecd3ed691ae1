"""The data sets that come with Kedou: ``assets/data/index.json`` and one CSV file each.

A new data set is a CSV file and one entry in the index (with units, source and licence).
"""

from __future__ import annotations

import csv
import difflib
import json
import os
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.data.dataset import Dataset
from kedou.errors import OptionError, OptionTypeError
from kedou.saving import replacing


def names() -> list[str]:
    """Return the names of the data sets that come with Kedou.

    Examples
    --------
    >>> names()
    ['tadpoles', 'norris', 'pontius', 'longley', 'engel', 'challenger', 'penguins']
    """
    return list(_index())


def load(name: str) -> Dataset:
    """Return one data set; each call returns arrays of its own, free to be changed.

    Parameters
    ----------
    name : str
        One of ``names()``.

    Returns
    -------
    Dataset
        ``.X`` (rows, k) and ``.y`` (rows,) ready for a fit, and the whole ``.table``.

    Raises
    ------
    OptionError
        If there is no such data set.

    Examples
    --------
    >>> tadpoles = load("tadpoles")
    >>> tadpoles.X.shape, tadpoles.y
    ((7, 1), array([1. , 0.9, 2.4, 2.9, 2.8, 3.8, 2.7]))
    """
    entry = _entry(name)
    file = _folder() / f"{name}.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    table = {
        column: _column(cells)
        for column, cells in zip(header, zip(*rows, strict=True), strict=True)
    }
    return Dataset(
        name=name,
        X=np.column_stack([np.asarray(table[feature], float) for feature in entry["features"]]),
        y=np.array(table[entry["target"]], float),
        feature_names=tuple(entry["features"]),
        target_name=entry["target"],
        table=table,
        units={column: text["unit"] for column, text in entry["columns"].items()},
        source=entry["source"],
        file=file,
        words=entry,
    )


def write(name: str, path: str | os.PathLike[str]) -> Path:
    """Write a data set as a CSV file: whole or not at all.

    Parameters
    ----------
    name : str
        One of ``names()``.
    path : path
        The file to write (an older one is replaced), or a folder, which gets ``<name>.csv``.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    OptionError
        If there is no such data set.
    UnreadableFileError
        If the folder does not exist or may not be written to.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write("tadpoles", folder).read_text(encoding="utf-8")[:11]
    'time,volume'
    """
    _entry(name)
    target = Path(path)
    if target.is_dir():
        target = target / f"{name}.csv"
    content = (_folder() / f"{name}.csv").read_bytes()
    with replacing(target) as file:
        file.write(content)
    return target


@cache
def _index() -> dict[str, dict[str, Any]]:
    index: dict[str, dict[str, Any]] = json.loads((_folder() / "index.json").read_text("utf-8"))
    return index


def _folder() -> Path:
    return Path(str(resources.files("kedou"))) / "assets" / "data"


def _entry(name: str) -> dict[str, Any]:
    if not isinstance(name, str):
        raise OptionTypeError("data.name-not-text", got=repr(name), known=names())
    if name not in _index():
        close = difflib.get_close_matches(name.strip().lower(), names(), n=1)
        if close:
            raise OptionError("data.unknown-close", got=name, close=close[0], known=names())
        raise OptionError("data.unknown", got=name, known=names())
    return _index()[name]


def _column(cells: tuple[str, ...]) -> NDArray[np.float64] | list[str]:
    """Return numbers where every cell is one, else the texts."""
    try:
        return np.array([float(cell) for cell in cells])
    except ValueError:
        return list(cells)
