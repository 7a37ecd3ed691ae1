"""A tile: some thousand rows [X y 1], copied into a buffer that stays in the cache.

Rows are copied once, centred there and multiplied there, so the memory is read once. Tile borders
depend on the row number and on the width alone.
"""

from __future__ import annotations

import numpy as np

from kedou.block import Floats

BUFFER_BYTES = 3_500_000


def padded_width(k: int) -> int:
    """Return the width of k features, y and a column of ones, up to a multiple of 4."""
    return (k + 5) // 4 * 4


def tile_rows(k: int) -> int:
    """Return the rows of a tile: the power of two within 3.5 MB, from 2,048 to 65,536.

    Small enough for the cache that the cores share, and long enough that two threads hand the
    interpreter lock over rarely: at 4,096 rows of 10 columns two threads gain nothing over one.
    """
    fitting = BUFFER_BYTES // (8 * padded_width(k))
    return min(65_536, max(2_048, 1 << (fitting.bit_length() - 1)))


class Tile:
    """Room for one tile; one for each thread, used again and again.

    Parameters
    ----------
    k : int
        Number of features.
    columns_first : bool
        Lay columns out contiguously, for data that comes so.
    """

    def __init__(self, k: int, columns_first: bool = False) -> None:
        self.k, self.columns_first = k, columns_first
        self.width, self.rows = padded_width(k), tile_rows(k)
        self.ones: Floats = np.ones(self.rows)
        self.product: Floats = np.empty((self.width, self.width))
        self._cells: Floats = np.empty(self.width * self.rows)
        self._row = np.dtype(f"V{8 * max(k, 1)}")
        # Narrow rows are centred many at a time: one long inner loop instead of many short ones.
        self._repeat = 1 << max(0, (256 // self.width).bit_length() - 1)

    def load(self, X: Floats, y: Floats) -> Floats:
        """Copy rows in and return them as [X y 1 0 ..], shape (rows, padded width).

        The result is contiguous in one order or the other, so that ``np.dot`` need not copy it
        and sees that its product with its own transpose is symmetric.
        """
        k, rows, width = self.k, len(y), self.width
        if self.columns_first:
            tile = self._cells[: rows * width].reshape(width, rows).T
        else:
            tile = self._cells[: rows * width].reshape(rows, width)
        if k and not self.columns_first and X.strides[1] == 8:
            tile[:, :k].view(self._row)[:] = X.view(self._row)  # one memcpy a row
        else:
            tile[:, :k] = X
        tile[:, k] = y
        tile[:, k + 1] = 1.0
        tile[:, k + 2 :] = 0.0
        return tile

    def centre(self, tile: Floats, pivot: Floats) -> None:
        """Subtract the pivot from every row, in place."""
        whole = 0 if self.columns_first else len(tile) // self._repeat * self._repeat
        if whole:
            long = tile[:whole].reshape(-1, self._repeat * self.width)
            np.subtract(long, np.tile(pivot, self._repeat), out=long)
        if whole < len(tile):
            np.subtract(tile[whole:], pivot, out=tile[whole:])
