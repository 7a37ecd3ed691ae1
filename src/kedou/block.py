"""Block: a stretch of rows, the only currency between data and mathematics.

Conventions, written once
-------------------------
- ``X`` has shape (rows, k): one row per observation, one column per feature, float64, all finite.
- ``y`` has shape (rows,); ``weight`` has shape (rows,), a frequency: weight 2 = the row twice.
- theta = (w_1 ... w_k, b): the intercept comes last.
- Either memory order of ``X`` is fine; mathematics copies tiles of it into its own buffer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ColumnKind = Literal["number", "power", "level", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of X: what it is called and where it came from.

    Attributes
    ----------
    name : str
        Name in X, unique there: ``age``, ``age^2``, ``city=Beijing``, ``day:weekday=1``.
    source : str
        Name of the column of the table it was made from.
    kind : {"number", "power", "level", "date"}
        ``level`` marks an indicator of one level of a category. Moments keep every level;
        the reference level is dropped only when solving.
    power : int
        Exponent, 1 unless ``kind == "power"``.
    level : str or None
        The level an indicator stands for.
    """

    name: str
    source: str
    kind: ColumnKind = "number"
    power: int = 1
    level: str | None = None


def level_order(level: str | None) -> tuple[int, float, str]:
    """Sort levels as numbers where they are numbers, else as text: one order everywhere."""
    text = level or ""
    try:
        number = float(text)
    except ValueError:
        return (1, 0.0, text)
    return (0, number, text) if np.isfinite(number) else (1, 0.0, text)


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of usable rows, in their order in the source.

    Attributes
    ----------
    X : (rows, k) float64
        Features.
    y : (rows,) float64
        Target.
    weight : (rows,) float64 or None
        Frequencies >= 0; None means 1 for each row.
    origin : str
        The file, or ``"memory"``: part of every row's identity.
    first_row : int
        Row number, counted from 0 within ``origin``, of the first row *read* for this block.
    X_low : (rows, k) float64 or None
        Low halves of double-double features (X + X_low), where powers are formed exactly.
    rows : (rows,) int64 or None
        Row number of each row within ``origin``; None means first_row, first_row + 1, ...
        (given where rows were skipped).
    columns : tuple of Column
        One per column of X. Blocks of one table share one tuple, but an indicator column
        appears only in blocks that have seen its level.
    key : (rows,) array or None
        Values of the column that splits or groups the rows, where one was asked for.
    rows_read : int
        Rows read for this block, usable or not (-1: the same as used).
    skipped : mapping of str to int
        For each table column with missing, non-finite or bad cells, how many such cells.
    """

    X: Floats
    y: Floats
    weight: Floats | None = None
    origin: str = "memory"
    first_row: int = 0
    X_low: Floats | None = None
    rows: NDArray[np.int64] | None = None
    columns: tuple[Column, ...] = ()
    key: NDArray[Any] | None = None
    rows_read: int = -1
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """Row number of each row within ``origin``, shape (rows,)."""
        if self.rows is not None:
            return self.rows
        return np.arange(self.first_row, self.first_row + self.y.shape[0], dtype=np.int64)
