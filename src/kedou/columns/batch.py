"""TableBatch: some rows of a table on their way to becoming a Block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

MISSING = (
    *("", "NA", "N/A", "n/a", "na", "#N/A", "NaN", "nan", "-nan", "-NaN"),
    *("NULL", "Null", "null", "None", "none", "-", "--", "?", "."),
)
"""What stands for a missing cell in a text file."""

RAGGED = "(row)"
"""Name under which rows with too many or too few cells are counted."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """A row with too many or too few cells: its row number, its cells, and how many it needs."""

    row: int
    cells: int
    width: int


@dataclass(frozen=True, slots=True)
class TableBatch:
    """A stretch of rows of a table, and where it stands.

    Attributes
    ----------
    table : pyarrow.RecordBatch
        The columns, by name.
    origin : str
        File name, or ``"memory"``.
    first_row : int
        Row number of the first row read, counted from 0 within ``origin``.
    rows : (table.num_rows,) int64 or None
        Row number of each row, where some in between could not be read.
    decimal : str
        Decimal mark of numbers that are still text.
    integers : frozenset of str
        Columns that hold integers, as far as one knows, although their type is float64.
    ragged : tuple of Ragged
        Rows that were read but had the wrong number of cells, and are not in ``table``.
    """

    table: pa.RecordBatch
    origin: str = "memory"
    first_row: int = 0
    rows: NDArray[np.int64] | None = None
    decimal: str = "."
    integers: frozenset[str] = frozenset()
    ragged: tuple[Ragged, ...] = ()

    @property
    def rows_read(self) -> int:
        """Number of rows read, in ``table`` or not."""
        return int(self.table.num_rows) + len(self.ragged)

    def row_number(self, index: int) -> int:
        """Row number of a row of ``table`` as people count: the first data row is 1."""
        return 1 + (self.first_row + index if self.rows is None else int(self.rows[index]))
