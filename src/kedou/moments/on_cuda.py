"""Rows on an NVIDIA card, to moments, reading every number once: the host's part of ``on_cuda.cu``.

The rows are cut into stretches, whose borders depend on the number of rows alone. Each stretch has
a pivot of its own, *guessed* from a few of its rows: the mean is not known before everything was
read, and a pivot need only be near it. With s the sum of the distances from the pivot,

    scatter = G - s s' / W

takes away what the guess was off by. ``near_enough`` looks how much that is: where it is more than
what is left, for any column, the rows are read again about the means of the stretches themselves.
So a pivot costs at most one bit of a column's spread, whatever the data; with rows in any usual
order, a thousandth of a bit.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kedou.block import Floats
from kedou.cuda import Card, card_of

NARROW = 63
"""Columns of [X y] up to which a warp multiplies whole rows (``COLUMNS < 64``)."""

LOOKED_AT = 256
"""Rows of a stretch from which its pivot is guessed."""

SHORTEST = 2_048
"""Rows of a stretch, at least."""

STRETCHES = {16: 660, 32: 528, 48: 396, 64: 528}
WIDE_BLOCKS = 528
"""Stretches, for narrow rows by the columns that a warp multiplies, and blocks for wide ones: as
many as an H100's 132 processors hold at a time. More would keep other cards a little busier, and
the host longer with merging them."""

EXACT = 1e-14
"""A sum of distances below this part of the pivot is its rounding; it cannot be made smaller."""


class About(NamedTuple):
    """What the stretches have about their pivots.

    weights : (stretches,) float64
        W of each stretch.
    pivots, sums : (stretches, columns) float64
        m and s of each stretch.
    products : (columns, columns) float64
        The sum of all G.
    """

    weights: Floats
    pivots: Floats
    sums: Floats
    products: Floats


def fold_on_card(X: Any, y: Any, weight: Any) -> About | None:
    """Fold rows that live on an NVIDIA card; None where this cannot be done by a kernel.

    Parameters
    ----------
    X : (rows, k) array of float64 or float32, row by row
    y : (rows,) array on the same card
    weight : (rows,) array on the same card, or None
    """
    if X.shape[1] == 0:
        return None
    card = card_of(X)
    if card is None:
        return None
    return fold(card, X, y, weight)


def fold(card: Card, X: Any, y: Any, weight: Any) -> About | None:
    """Fold rows by the kernels of a card."""
    rows = Rows.of(card, X, y, weight)
    if rows is None:
        return None
    found = rows.about(LOOKED_AT)
    if not near_enough(found):
        found = rows.about(rows.length)
    return found


def near_enough(found: About) -> bool:
    """Tell whether the repair s s' / W takes less of every column's G than it leaves."""
    used = found.weights > 0
    n, s, pivots = found.weights[used], found.sums[used], found.pivots[used]
    if not len(n):
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        off = np.einsum("ij,ij,i->j", s, s, 1.0 / n)
        poor = off > np.diag(found.products) - off
        if poor.any():  # a constant column is off by no more than its pivot is rounded
            poor &= off > np.einsum("ij,ij,i->j", pivots, pivots, n) * EXACT**2
    return not poor.any()


class Rows:
    """Rows on a card, and how they are cut.

    Parameters
    ----------
    card : Card
    X, y, weight : arrays of the card
        X row by row; y and weight of one type, without gaps.
    """

    def __init__(self, card: Card, X: Any, y: Any, weight: Any) -> None:
        self.card, self.X, self.y, self.weight = card, X, y, weight
        self.rows, self.columns = int(X.shape[0]), int(X.shape[1]) + 1
        self.side = 64 if self.columns > NARROW else -(-(self.columns + 1) // 16) * 16
        self.across = -(-(self.columns + 1) // self.side)
        self.pairs = self.across * (self.across + 1) // 2
        most = max(WIDE_BLOCKS // self.pairs, 8)
        if self.columns <= NARROW:
            most = STRETCHES[self.side]
        each = max(-(-self.rows // most), SHORTEST)
        self.length = -(-each // 128) * 128
        self.stretches = -(-self.rows // self.length)
        self.gapless = False

    @classmethod
    def of(cls, card: Card, X: Any, y: Any, weight: Any) -> Rows | None:
        """Look at arrays as they lie; None if X is not float64 or float32, row by row."""
        X = card.view(X)
        if X.dtype not in (np.float64, np.float32) or not X.shape[0]:
            return None
        if X.strides[0] % X.itemsize or (X.shape[1] > 1 and X.strides[1] != X.itemsize):
            return None
        vectors = [card.view(one) for one in (y, weight) if one is not None]
        narrow = X.dtype == np.float32 and all(one.dtype == np.float32 for one in vectors)
        kind = np.float32 if narrow else np.float64
        vectors = [_without_gaps(one.astype(kind, copy=False)) for one in vectors]
        rows = cls(card, X, vectors[0], vectors[1] if weight is not None else None)
        rows.gapless = X.strides[0] == X.shape[1] * X.itemsize and card.address(X) % 16 == 0
        return rows

    def about(self, looked_at: int) -> About:
        """Return all sums about pivots that are found from some rows of each stretch."""
        size, side, across = self.columns, self.side, self.across
        numbers = self.pairs * side * side
        borders = np.cumsum([0, self.stretches * size, self.stretches * (size + 1), numbers])
        result = self.card.empty((int(borders[-1]),))  # copied to the host all at once
        pivots, sums, total = (result[a:b] for a, b in pairwise(borders.tolist()))
        each = self.card.empty((self.stretches * numbers,))
        chunks = -(-size // 32)
        self._launch("pivots", (self.stretches, chunks), 256, looked_at, pivots)
        if size <= NARROW:
            self._launch("narrow", (self.stretches, 1), 128, pivots, sums, each)
        else:
            self._launch("wide", (self.pairs, self.stretches), 128, pivots, sums, each)
        counts = (each, self.stretches, numbers, total)
        groups = (-(-numbers // 32), 1)
        self.card.launch(_source(), "totals", self._definitions(), groups, 256, counts)
        result = self.card.to_host(result)
        pivots, sums, total = (result[a:b] for a, b in pairwise(borders.tolist()))
        about = sums.reshape(self.stretches, size + 1)
        products = _put_together(total.reshape(-1, side, side), across)[:size, :size]
        pivots = pivots.reshape(self.stretches, size)
        return About(about[:, size], pivots, about[:, :size], products)

    def _launch(self, name: str, grid: tuple[int, int], threads: int, *more: Any) -> None:
        pitch = self.X.strides[0] // self.X.itemsize
        data = (self.X, pitch, self.y, self.weight, self.rows, self.length)
        self.card.launch(_source(), name, self._definitions(), grid, threads, (*data, *more))

    def _definitions(self) -> dict[str, str | int]:
        return {
            "NUMBER": _NAMES[self.X.dtype.itemsize],
            "TARGET": _NAMES[self.y.dtype.itemsize],
            "COLUMNS": self.columns,
            "WEIGHTED": int(self.weight is not None),
            "GAPLESS": int(self.gapless),
        }


_NAMES = {8: "double", 4: "float"}


def _without_gaps(vector: Any) -> Any:
    return vector if vector.strides[0] == vector.itemsize else vector.copy()


def _put_together(blocks: Floats, across: int) -> Floats:
    """Return a symmetric square of its blocks I <= J, which come row by row.

    Of the blocks I = J only what is above the diagonal is looked at.
    """
    side = blocks.shape[1]
    square = np.empty((across * side, across * side))
    number = 0
    for i in range(0, len(square), side):
        diagonal = np.triu(blocks[number])
        square[i : i + side, i : i + side] = diagonal + np.triu(diagonal, 1).T
        for j in range(i + side, len(square), side):
            number += 1
            square[i : i + side, j : j + side] = blocks[number]
            square[j : j + side, i : i + side] = blocks[number].T
        number += 1
    return square


@lru_cache(maxsize=1)
def _source() -> str:
    return Path(__file__).with_name("on_cuda.cu").read_text(encoding="utf-8")
