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

Only what the data need is multiplied: columns of few bits (whole numbers, indicators, the ones)
have no second slice. Columns with more slices stand before those with fewer, so that each slice is
of the first columns and nothing is picked out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.moments.exact.bins import Filling, Whole

BITS = 22
SLICES = 3
LIMIT = 2.0**53
WIDE = 48
"""From so many columns on, one symmetric product of all slices costs less than several general."""
MOST_REST = 0.15
"""More rows than this left to the general way: another grid is tried."""
SAFE = 300
"""Columns beyond 2^300 or below 2^-300 go the general way: their products might leave float64."""
_FLUSH = 128


def quick_rows(m: int) -> int:
    """Return the rows of a quick tile."""
    return 1024 if m >= WIDE else 2048


@dataclass(frozen=True, eq=False)
class Plan:
    """How the tiles of a stretch are cut: where the slices stand, and which columns have them.

    Attributes
    ----------
    unit : (m,) int64
        The first slice of column j counts units of 2^unit[j], each next one units 2^22 smaller.
    up : (m, 1) float64
        Powers of two, at least 1, that bring all columns to one unit: that of the largest, so
        that nothing is lost at the lower end of float64.
    order : (m,) int or None
        The columns in the order they are cut, those with most slices first; None: as they come.
    counts : list of int
        How many columns have each slice: all at first, then ever fewer.
    anchors : list of float
        What rounds to the units of each slice.
    scale : (M, M) float64
        Powers of two that turn products of the stacked slices into whole numbers.
    """

    unit: NDArray[np.int64]
    up: Floats
    order: NDArray[np.intp] | None
    counts: list[int]
    anchors: list[float]
    scale: Floats

    @property
    def spans(self) -> list[slice]:
        """Where each slice is among the stacked ones."""
        ends = np.cumsum(self.counts).tolist()
        return [slice(end - count, end) for end, count in zip(ends, self.counts, strict=True)]


class Quick:
    """Buffers for quick tiles of m columns; one for each thread.

    ``take`` adds the exact products of some rows to what was added before, and returns the rows
    it could not take.
    """

    def __init__(self, m: int) -> None:
        self.m, self.rows = m, quick_rows(m)
        self._cells: Floats = np.empty(SLICES * m * self.rows)
        self._spare: Floats = np.empty(m * self.rows)
        self._tile: Floats = np.empty(m * self.rows)
        self._plan: Plan | None = None
        self._total: Whole = np.zeros((0, 0), np.int64)
        self._tiles = 0
        self.given_up = 0

    def restart(self, filling: Filling) -> None:
        """Begin a block; the grid of the last one is tried first, as no grid changes a sum."""
        self.filling = filling
        self._total[:] = 0
        self._tiles, self.given_up = 0, 0

    def take(self, X: Floats, y: Floats) -> NDArray[np.intp] | None:
        """Add rows [X y 1], at most ``rows`` of them.

        Returns
        -------
        (left,) int or None
            Rows that were not added; None: none were.
        """
        if self._plan is not None:
            left = self._add(self._load(X, y, self._plan.up), self._plan, MOST_REST)
            if left is not None:
                return left
        self.finish()
        self._plan = _plan_of(self._load(X, y, np.ones((self.m, 1))), self.rows)
        if self._plan is not None:
            size = len(self._plan.scale)
            self._total = np.zeros((size, size), np.int64)
            left = self._add(self._load(X, y, self._plan.up), self._plan, 2 * MOST_REST)
            if left is not None:
                return left
        self._plan = None
        self.given_up += 1
        return None

    def _load(self, X: Floats, y: Floats, up: Floats) -> Floats:
        """Return [X y 1] with columns first and times ``up``, (m, rows)."""
        rows, k = X.shape
        tile = self._tile[: self.m * rows].reshape(self.m, rows)
        tile[:k] = X.T
        tile[k], tile[k + 1] = y, 1.0
        if (up != 1.0).any():
            with np.errstate(over="ignore"):  # infinite squares do not pass as exact
                tile *= up
        return tile

    def finish(self) -> None:
        """Move what was added to the bins."""
        plan = self._plan
        if plan is None or not self._tiles:
            return
        order = np.arange(self.m) if plan.order is None else plan.order
        degrees = [np.zeros((self.m, self.m), np.int64) for _ in range(2 * len(plan.counts) - 1)]
        ends = np.cumsum(plan.counts)
        for i, rows in enumerate(plan.counts):
            for j, columns in enumerate(plan.counts[i:], start=i):
                part = self._total[ends[i] - rows : ends[i], ends[j] - columns : ends[j]]
                degrees[i + j][np.ix_(order[:rows], order[:columns])] += part
                if i != j:
                    degrees[i + j][np.ix_(order[:columns], order[:rows])] += part.T
        exponents = plan.unit[:, None] + plan.unit[None, :]
        for degree, total in enumerate(degrees):
            if total.any():
                self.filling.add(total, exponents - BITS * degree)
        self._total[:] = 0
        self._tiles = 0

    def _add(self, tile: Floats, plan: Plan, most: float) -> NDArray[np.intp] | None:
        """Add the products of a tile; return the rows left out, or None if it does not fit."""
        rows = tile.shape[1]
        stack = self._cells[: len(plan.scale) * rows].reshape(-1, rows)
        left = self._cut(tile, plan, stack)
        if left is None or len(left) > most * rows:
            return None
        stack[:, left] = 0.0
        product = np.dot(stack, stack.T) if self.m >= WIDE else _products(stack, plan)
        product *= plan.scale
        if not _within(product.diagonal()):
            return None
        self._total += product.astype(np.int64)
        self._tiles += 1
        if self._tiles == _FLUSH:
            self.finish()
        return left

    def _cut(self, tile: Floats, plan: Plan, stack: Floats) -> NDArray[np.intp] | None:
        """Fill the stack with slices; return rows with bits below the last, None: another plan."""
        rows, begin, last = tile.shape[1], 0, len(plan.counts) - 1
        rest = tile
        if plan.order is not None:
            room = self._spare[: self.m * rows].reshape(self.m, rows)
            rest = np.take(tile, plan.order, axis=0, out=room, mode="clip")
        for level, count in enumerate(plan.counts):
            if count < len(rest):
                if rest[count:].any():
                    return None
                rest = rest[:count]
            piece = stack[begin : begin + count]
            np.add(rest, plan.anchors[level], out=piece)
            piece -= plan.anchors[level]
            begin += count
            if level == last:
                return np.flatnonzero((rest != piece).any(axis=0))
            rest -= piece
        return None


def _products(stack: Floats, plan: Plan) -> Floats:
    """Return the products of each slice with itself and with those after it."""
    product = np.zeros_like(plan.scale)
    for span in plan.spans:
        # With a row more on one side BLAS does not take its symmetric way, slow for few columns.
        more = max(span.start - 1, 0)
        found = np.dot(stack[more : span.stop], stack[span.start :].T)
        product[span, span.start :] = found[span.start - more :]
    return product


def _plan_of(tile: Floats, rows: int) -> Plan | None:
    """Choose where slices stand, and how many; None where the columns' sizes are extreme.

    The first slice's sum of squares lies between 2^50 and 2^52 units, or a quarter of that where
    tiles are wide and short: in each of them some column may have a few far larger values.
    """
    m = len(tile)
    spare = 25 if m >= WIDE else 26
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        root = np.sqrt(np.einsum("ij,ij->i", tile, tile) * (rows / tile.shape[1]))
    seen = root[root > 0]
    if not (root < 2.0**SAFE).all() or (seen < 2.0**-SAFE).any():
        return None
    unit = np.where(root > 0, np.frexp(root)[1].astype(np.int64) - spare, -20)
    top = int(unit.max())
    up = np.ldexp(1.0, top - unit)[:, None]
    counts, anchors = [m], [float(np.ldexp(1.5, top + 52))]
    slices = np.ones(m, np.int64)
    rest = tile * up
    for level in range(1, SLICES):
        rest -= (rest + anchors[-1]) - anchors[-1]
        more = (rest != 0).any(axis=1)
        if not more.any():
            break
        slices[more] += 1
        counts.append(int(more.sum()))
        anchors.append(float(np.ldexp(1.5, top - BITS * level + 52)))
    order = None if (np.diff(slices) <= 0).all() else np.argsort(-slices, kind="stable")
    stacked = np.concatenate([np.full(count, top - BITS * n) for n, count in enumerate(counts)])
    scale = np.ldexp(1.0, -(stacked[:, None] + stacked))
    return Plan(unit, up, order, counts, anchors, scale)


def _within(squares: Floats) -> bool:
    """Say whether sums of squares, in units, prove their products exact (false for NaN)."""
    return bool((squares < LIMIT).all())
