"""A tile: a few thousand rows [X y 1], copied into a buffer that stays in the cache.

Rows are copied once, centred there and multiplied there, so the memory is read once. Tile borders
depend on the row number and on the width alone.
"""

from __future__ import annotations

import numpy as np

from kedou.block import Floats

BUFFER_BYTES = 400_000


def padded_width(k: int) -> int:
    """Return the width of k features, y and a column of ones, up to a multiple of 4."""
    return (k + 5) // 4 * 4


def tile_rows(k: int) -> int:
    """Return the rows of a tile: a power of two, 1,024 to 4,096, about 400 kB where that fits."""
    fitting = BUFFER_BYTES // (8 * padded_width(k))
    return min(4096, max(1024, 1 << max(fitting.bit_length() - 1, 0)))


class Tile:
    """Room for one tile, rows first or columns first; one for each thread, used again and again.

    Parameters
    ----------
    k : int
        Number of features.
    columns_first : bool
        Lay columns out contiguously, for data that comes so.
    """

    def __init__(self, k: int, columns_first: bool = False) -> None:
        width, rows = padded_width(k), tile_rows(k)
        self.k, self.columns_first, self.rows = k, columns_first, rows
        if columns_first:
            # 8 spare numbers a column keep the columns out of each other's cache sets.
            self.room: Floats = np.zeros((width, rows + 8)).T[:rows]
        else:
            self.room = np.zeros((rows, width))
        self.room[:, k + 1] = 1.0
        self.ones: Floats = np.ones(rows)
        self.product: Floats = np.empty((width, width))
        # Narrow rows are centred many at a time: one long inner loop instead of many short ones.
        self.repeat = 1 if columns_first else 1 << max(0, (256 // width).bit_length() - 1)
        self._row = np.dtype(f"V{8 * max(k, 1)}")

    def load(self, X: Floats, y: Floats) -> Floats:
        """Copy rows in and return the filled part, shape (rows, padded width)."""
        tile = self.room[: len(y)]
        if self.k and not self.columns_first and X.strides[1] == 8:
            tile[:, : self.k].view(self._row)[:] = X.view(self._row)  # one memcpy a row
        else:
            tile[:, : self.k] = X
        tile[:, self.k] = y
        return tile

    def centre(self, rows: int, pivot: Floats) -> None:
        """Subtract the pivot from the first rows (stale rows after them may change as well)."""
        if self.repeat == 1:
            tile = self.room[:rows]
            np.subtract(tile, pivot, out=tile)
        else:
            whole = self.room.reshape(-1, self.repeat * len(pivot))[: -(-rows // self.repeat)]
            np.subtract(whole, np.tile(pivot, self.repeat), out=whole)

    def restore(self) -> None:
        """Put the column of ones back after it was used for weights."""
        self.room[:, self.k + 1] = 1.0
