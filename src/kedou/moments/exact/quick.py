"""The quick way for plain rows: up to three slices of 22 bits, checked afterwards.

A tile of rows Z (columns first) is cut as in ``cutting``, but on a grid chosen from the sum of
squares of the first tile instead of the largest value, so that slices can be wider:

    Z = S_1 + S_2 + S_3 + rest

Rows whose rest is not zero (a number far below its column's usual size has bits below the third
slice) are taken out and left to the general way. The products S_i S_j' of what stays are checked
for exactness *after* they were formed: BLAS adds whole numbers, the sums on the diagonal only grow,
so a diagonal below 2^53 proves every one of its partial sums exact, and by Cauchy-Schwarz

    sum |s_a s_b| <= sqrt(sum s_a^2  sum s_b^2) < 2^53

every other entry too, in whatever order they were added. A tile that fails (an outlier) goes the
general way as well, and the grid is chosen anew.

Only what the data need is multiplied: columns of few bits (whole numbers, indicators) have no
second slice. Where all columns have all slices, the cross products come from symmetric ones,

    S_i S_j' + S_j S_i' = (S_i + S_j)(S_i + S_j)' - S_i S_i' - S_j S_j'

six symmetric products in place of nine (A. Karatsuba, Y. Ofman, 1962).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.moments.exact.bins import Filling, Whole

BITS = 22
SLICES = 3
LIMIT = 2.0**53
WIDE = 48
"""From so many columns on, six symmetric products cost less than one wide one."""
MOST_REST = 0.15
"""More rows than this left to the general way: another grid is tried."""
SAFE = 300
"""Columns beyond 2^300 or below 2^-300 go the general way: their products might leave float64."""
_FLUSH = 128


def quick_rows(m: int) -> int:
    """Return the rows of a quick tile."""
    return 1024 if m >= WIDE else 2048


class Quick:
    """Buffers for quick tiles of m columns; one for each thread.

    ``take`` adds the exact products of a tile to what was added before, and returns the rows it
    could not take.
    """

    def __init__(self, m: int) -> None:
        self.m, self.rows = m, quick_rows(m)
        self._stack: Floats = np.empty((SLICES * m, self.rows))
        self._rest: Floats = np.empty((m, self.rows))
        self._sum: Floats = np.empty((m, self.rows))
        self._unit: NDArray[np.int64] | None = None
        self._totals: list[Whole] = []
        self._tiles = 0
        self.given_up = 0

    def restart(self, filling: Filling) -> None:
        """Begin a block: the grid is chosen anew from its first rows."""
        self.filling = filling
        self._unit, self._tiles, self.given_up = None, 0, 0

    def take(self, tile: Floats) -> NDArray[np.intp] | None:
        """Add a tile, (m, rows) float64, contiguous; return the rows left, or None for all.

        Returns
        -------
        (left,) int or None
            Rows that were not added.
        """
        if self._unit is not None:
            left = self._attempt(tile)
            if left is not None and len(left) <= MOST_REST * tile.shape[1]:
                return self._accept(left)
        if not self._choose(tile):
            self.given_up += 1
            return None
        left = self._attempt(tile)
        if left is None or len(left) > 2 * MOST_REST * tile.shape[1]:
            self.given_up += 1
            return None
        return self._accept(left)

    def finish(self) -> None:
        """Move what was added to the bins."""
        if self._unit is None or not self._tiles:
            return
        exponents = self._unit[:, None] + self._unit[None, :]
        for degree, total in enumerate(self._totals):
            if total.any():
                self.filling.add(total, exponents - BITS * degree)
        self._tiles = 0

    def _choose(self, tile: Floats) -> bool:
        """Choose the grid: the first slice's sum of squares between 2^50 and 2^52 units."""
        self.finish()
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            squares = np.einsum("ij,ij->i", tile, tile) * (self.rows / tile.shape[1])
            root = np.sqrt(squares)
        largest = float(root.max(initial=0.0))
        alive = root[root > 0]
        if not largest < 2.0**SAFE or (len(alive) and float(alive.min()) < 2.0**-SAFE):
            self._unit = None
            return False
        self._unit = np.where(root > 0, np.frexp(root)[1].astype(np.int64) - 26, -20)
        units = [self._unit - BITS * i for i in range(SLICES)]
        self._anchors = [np.ldexp(1.5, unit + 52)[:, None] for unit in units]
        exponents = self._unit[:, None] + self._unit[None, :]
        self._scales = [np.ldexp(1.0, BITS * d - exponents) for d in range(2 * SLICES - 1)]
        self._totals = [np.zeros((self.m, self.m), np.int64) for _ in self._scales]
        return True

    def _accept(self, left: NDArray[np.intp]) -> NDArray[np.intp]:
        for total, found in zip(self._totals, self._found, strict=True):
            if found is not None:
                total += found
        self._tiles += 1
        if self._tiles == _FLUSH:
            self.finish()
            for total in self._totals:
                total[:] = 0
        return left

    def _attempt(self, tile: Floats) -> NDArray[np.intp] | None:
        """Form the products of a tile; return the rows left out, or None if they are not exact."""
        m, rows = tile.shape
        rest, alive = tile, np.arange(m)
        pieces: list[tuple[NDArray[np.intp], Floats]] = []
        used = 0
        room = self._stack[:, :rows] if rows == self.rows else np.empty((SLICES * m, rows))
        for level in range(SLICES):
            piece = room[used : used + len(alive)]
            anchor = self._anchors[level] if len(alive) == m else self._anchors[level][alive]
            np.add(rest, anchor, out=piece)
            piece -= anchor
            pieces.append((alive, piece))
            used += len(alive)
            if level == 0:
                rest = np.subtract(rest, piece, out=self._room_for_rest(m, rows))
            else:
                rest -= piece
            more = (rest.max(axis=1) != 0) | (rest.min(axis=1) != 0)
            if not more.any():
                left = np.zeros(0, dtype=np.intp)
                break
            if level < SLICES - 1 and not more.all():
                alive, rest = alive[more], rest[more]
        else:
            left = np.flatnonzero((rest[more] != 0).any(axis=0))
            if len(left) > 2 * MOST_REST * rows:
                return left
            room[:used, left] = 0.0
        return left if self._multiply(pieces, room[:used]) else None

    def _room_for_rest(self, m: int, rows: int) -> Floats:
        return self._rest[:, :rows] if rows == self.rows else np.empty((m, rows))

    def _multiply(self, pieces: list[tuple[NDArray[np.intp], Floats]], stack: Floats) -> bool:
        self._found: list[Whole | None] = [None] * len(self._totals)
        full = all(len(alive) == self.m for alive, _ in pieces)
        if full and self.m >= WIDE and len(pieces) > 1:
            return self._by_symmetric_products([piece for _, piece in pieces])
        product = np.dot(stack, stack.T)
        ends = np.cumsum([len(alive) for alive, _ in pieces])
        diagonal = np.einsum("ii->i", product)
        for level, ((alive, _), end) in enumerate(zip(pieces, ends, strict=True)):
            squares = diagonal[end - len(alive) : end]
            if not _within(squares * np.einsum("ii->i", self._scales[2 * level])[alive]):
                return False
        for i, (rows_i, _) in enumerate(pieces):
            for j, (rows_j, _) in enumerate(pieces[i:], start=i):
                part = product[ends[i] - len(rows_i) : ends[i], ends[j] - len(rows_j) : ends[j]]
                self._put(i, j, rows_i, rows_j, part)
        return True

    def _put(
        self, i: int, j: int, rows: NDArray[np.intp], columns: NDArray[np.intp], part: Floats
    ) -> None:
        """Note the product of slices i and j of some columns, and its mirror image."""
        scale = self._scales[i + j]
        found = self._found[i + j]
        if found is None:
            found = self._found[i + j] = np.zeros((self.m, self.m), np.int64)
        if len(rows) == self.m and len(columns) == self.m:
            whole = (part * scale).astype(np.int64)
            found += whole
            if i != j:
                found += whole.T
            return
        where = np.ix_(rows, columns)
        whole = (part * scale[where]).astype(np.int64)
        found[where] += whole
        if i != j:
            found[np.ix_(columns, rows)] += whole.T

    def _by_symmetric_products(self, pieces: list[Floats]) -> bool:
        squares: list[Whole] = []
        for i, piece in enumerate(pieces):
            product = np.dot(piece, piece.T) * self._scales[2 * i]
            if not _within(np.einsum("ii->i", product)):
                return False
            squares.append(product.astype(np.int64))
            self._found[2 * i] = squares[i].copy()
        for i in range(len(pieces)):
            for j in range(i + 1, len(pieces)):
                # Slice j is brought to the units of slice i, so that both count alike.
                raised = np.ldexp(1.0, BITS * (j - i))
                total = self._sum[:, : pieces[0].shape[1]]
                total = np.multiply(pieces[j], raised, out=total)
                total += pieces[i]
                product = np.dot(total, total.T) * self._scales[2 * i]
                if not _within(np.einsum("ii->i", product)):
                    return False
                cross = product.astype(np.int64) - squares[i] - squares[j]
                found = self._found[i + j]
                self._found[i + j] = cross if found is None else found + cross
        return True


def _within(squares: Floats) -> bool:
    """Say whether sums of squares, in units, prove their products exact (false for NaN)."""
    return bool((squares < LIMIT).all())
