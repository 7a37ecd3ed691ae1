"""From rows to moments: each tile centred on its own mean, one BLAS product a tile.

For the rows i of one tile and a pivot m, the tile's own mean rounded to few digits,

    d_i = (x_i, y_i) - m        G = sum w_i d_i d_i'        s = sum w_i d_i
    mean = m + s / W            scatter = G - s s' / W

G and s come from one symmetric product, s through a column of ones. What s repairs is only the
rounding of m, so next to nothing cancels. Tiles are then merged by ``chan.between``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Generic

import numpy as np

from kedou.block import Block, Floats
from kedou.moments.block_accumulator import BlockAccumulator, Piece
from kedou.moments.chan import between, two_sum
from kedou.moments.moments import Moments
from kedou.moments.tile import Tile

SAMPLE_ROWS = 1024


class Accumulator(BlockAccumulator[Moments]):
    """Turns blocks into moments with buffers that are used again; one for each thread."""

    def __init__(self, target_name: str, weight_name: str | None = None) -> None:
        super().__init__(target_name, weight_name)
        self._tiles: dict[tuple[int, bool], Tile] = {}

    def moments(self, block: Block) -> Moments:
        """Return the moments of one block."""
        X, y, weight = block.X, block.y, block.weight
        k = X.shape[1]
        columns_first = k > 0 and X.strides[0] == 8 and X.strides[1] != 8
        tile = self._tiles.get((k, columns_first))
        if tile is None:
            tile = self._tiles[k, columns_first] = Tile(k, columns_first)
        total, mean, low, scatter = accumulate(X, y, weight, tile)
        return Moments(
            **self.described(block), weight_sum=total, mean=mean, mean_low=low, scatter=scatter
        )


def accumulate(
    X: Floats, y: Floats, weight: Floats | None, tile: Tile
) -> tuple[float, Floats, Floats, Floats]:
    """Return weight sum, mean (hi, lo) and scatter of [X y], all tiles merged.

    Parameters
    ----------
    X : (rows, k) float64
    y : (rows,) float64
    weight : (rows,) float64 or None
    tile : Tile
        A buffer for this width.
    """
    rows, k = X.shape
    size, width, step = k + 1, tile.width, tile.rows
    count = -(-rows // step)
    weights, pivots, sums = np.zeros(count), np.zeros((count, width)), np.zeros((count, width))
    scatter, product = np.zeros((width, width)), tile.product
    with np.errstate(over="ignore", invalid="ignore"):
        for i in range(count):
            first, last = i * step, min((i + 1) * step, rows)
            filled = tile.load(X[first:last], y[first:last])
            w = tile.ones[: last - first] if weight is None else weight[first:last]
            total = float(last - first) if weight is None else float(w.sum())
            if total == 0.0:
                continue
            pivot = np.dot(w, filled) / total
            head = slice(0, SAMPLE_ROWS)
            pivot[:size] = short_pivot(pivot[:size], filled[head, :size], w[head])
            pivot[size:] = 0.0
            tile.centre(filled, pivot)
            if weight is not None:
                filled *= np.sqrt(w)[:, None]
            np.dot(filled.T, filled, out=product)
            scatter += product
            weights[i], pivots[i], sums[i] = total, pivot, product[size]
        return gathered(weights, pivots, sums, scatter, size)


def gathered(
    weights: Floats, pivots: Floats, sums: Floats, product: Floats, size: int
) -> tuple[float, Floats, Floats, Floats]:
    """Return weight sum, mean (hi, lo) and scatter from what each tile has about its own pivot.

    Parameters
    ----------
    weights : (tiles,) float64
        W of each tile.
    pivots, sums : (tiles, >= size) float64
        m and s of each tile.
    product : (>= size, >= size) float64
        The sum of all tiles' G.
    size : int
        Columns that count: those of [X y].
    """
    used = weights > 0
    if not used.any():
        return 0.0, np.zeros(size), np.zeros(size), np.zeros((size, size))
    n = weights[used]
    s = sums[used, :size]
    scaled = s / np.sqrt(n)[:, None]
    within = product[:size, :size] - scaled.T @ scaled
    high, low = two_sum(pivots[used, :size], s / n[:, None])
    total, mean, rest, spread = between(n, high, low)
    result = within + spread
    squares = np.einsum("ii->i", result)
    np.maximum(squares, 0.0, out=squares)  # a constant column's may round to below zero
    return total, mean, rest, result


def short_pivot(mean: Floats, rows: Floats, weight: Floats) -> Floats:
    """Round a tile's mean to few digits, so that data of few digits subtract exactly.

    Data of few digits minus a pivot of few digits are exact, and so are their products. With q^2
    the mean square distance of the tile's first rows from its mean, the pivot stands on a grid no
    coarser than q / 2, so within q / 4 of the mean. The repair s s' / W then takes at most
    r / 16 of the scatter from G, where r is the tile's rows over those looked at: a digit at
    the very worst, where those rows hold all the spread, and usually nothing.
    """
    distance = rows - mean
    total = weight.sum()
    q = np.sqrt((weight @ (distance * distance)) / (total if total > 0 else 1.0)) / 2
    usable = (q > 1e-290) & np.isfinite(q)
    grid = np.exp2(np.floor(np.log2(q, out=np.zeros_like(q), where=usable)))
    return np.where(usable, np.rint(mean / grid) * grid, mean)


class Merger(Generic[Piece]):
    """Merges moments or exact sums that arrive in order, along one tree, whoever computed them.

    Like the carries of a binary counter: equal neighbours merge as soon as both are there, so
    n moments need log2(n) places and the tree depends on n alone.

    Parameters
    ----------
    pieces : sequence of (int, Moments)
        Where another merger stood (``pieces``): this one goes on from there.
    """

    def __init__(self, pieces: Sequence[tuple[int, Piece]] = ()) -> None:
        self._stack: list[tuple[int, Piece]] = list(pieces)

    @property
    def pieces(self) -> tuple[tuple[int, Piece], ...]:
        """All merged so far: subtrees in order, each with how many moments are in it."""
        return tuple(self._stack)

    def add(self, moments: Piece, size: int = 1) -> None:
        """Take the next moments in order.

        Parameters
        ----------
        moments : Moments
        size : int
            How many moments they are of already: a whole subtree of the tree at this place.
        """
        while self._stack and self._stack[-1][0] == size:
            _, before = self._stack.pop()
            moments, size = before + moments, size * 2
        self._stack.append((size, moments))

    def result(self, folds: bool = True) -> Piece | None:
        """Return all merged so far, or None if nothing came.

        Parameters
        ----------
        folds : bool
            False: leave the folds aside, which saves merging them.
        """
        if not self._stack:
            return None
        pieces = [moments for _, moments in self._stack]
        if not folds:
            pieces = [replace(moments, folds=()) for moments in pieces]
        total = pieces[-1]
        for before in reversed(pieces[:-1]):
            total = before + total
        return total
