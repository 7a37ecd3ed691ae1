"""From rows to exact sums: the exact twin of ``kedou.moments.accumulate.Accumulator``.

Where machine code is loaded, blocks go through it (``compiled``). In NumPy, plain rows go the quick
way (``quick``); rows that either leaves, rows with weights, double-double powers and columns of
extreme size go the general way (``cutting``, ``products``). All are exact, so which way a row went
shows in the time alone.

A row of weight 0 is left out before anything looks at it.

With weights the sums are w x y. Where a block has few different weights, as counts are, the rows of
each are plain rows, and their sums are multiplied by the weight. Otherwise the weight is cut into
slices like a column and multiplied in, slice by slice, so that nothing is rounded either.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedou.block import Block, Floats
from kedou.errors import DataError
from kedou.moments.block_accumulator import BlockAccumulator
from kedou.moments.exact.bins import Bins, Filling
from kedou.moments.exact.compiled import GENERAL, LOADING, Machine
from kedou.moments.exact.cutting import LARGEST, ROWS, Slices, TooLargeError, cut, times
from kedou.moments.exact.products import add_products
from kedou.moments.exact.quick import SAFE, Quick
from kedou.moments.exact.sums import Sums

_TRIES = 3
MOST_WEIGHTS = 32
"""More different weights than this in a block are multiplied in, row by row."""
FEWEST_ROWS = 500
"""Rows for each weight, on the average, that make it worth while to set them apart."""
SEEN_FIRST = 1024
HEAVY = 2.0**500
"""Weights from here on are brought down before they are cut; lighter ones would lose bits so."""
WIDEST = 128
"""From so many columns on, BLAS products of plain rows cost less than those in machine code."""
MOST_COLUMNS = 500
"""Beyond, the room that machine code needs is better spent otherwise."""


class ExactAccumulator(BlockAccumulator[Sums]):
    """Turns blocks into exact sums with buffers that are used again; one for each thread.

    Parameters
    ----------
    target_name : str
    weight_name : str, optional
    """

    def __init__(self, target_name: str, weight_name: str | None = None) -> None:
        super().__init__(target_name, weight_name)
        self._quick: dict[int, Quick] = {}
        self._machines: dict[int, Machine] = {}

    def moments(self, block: Block) -> Sums:
        """Return the exact sums of one block.

        Raises
        ------
        DataError
            A value whose square leaves float64.
        """
        X, y, weight, low = block.X, block.y, block.weight, block.X_low
        if weight is not None and not (weight > 0).all():
            used = np.flatnonzero(weight > 0)
            X, y, weight = X[used], y[used], weight[used]
            low = None if low is None else low[used]
        if low is not None and not low.any():
            low = None
        try:
            return Sums(**self.described(block), bins=self._sums(X, y, weight, low))
        except TooLargeError:
            raise _too_large(block, X, y) from None

    def _sums(self, X: Floats, y: Floats, weight: Floats | None, low: Floats | None) -> Bins:
        rows, k = X.shape
        filling = Filling(k + 2)
        plain = low is None and weight is None
        machine = None
        if low is None or weight is None:
            machine = self._machine(k + 2, rows * (k + 2) ** 2 * (1 if plain else GENERAL))
        if plain and (machine is None or k + 2 > WIDEST):
            self._add_plain(filling, X, y, machine)
            return filling.bins()
        if machine is not None:
            return _by_machine(machine, X, y, weight, low)
        alike = None if weight is None or low is not None else _rows_by_weight(weight)
        if alike is not None:
            for weight_of_all, chosen in alike:
                part = Filling(k + 2)
                self._add_plain(part, X[chosen], y[chosen], None)
                filling.add_times(part.bins(), weight_of_all)
        else:
            _add_general(filling, X, y, weight, low)
        return filling.bins()

    def _machine(self, m: int, work: int) -> Machine | None:
        """Return the way through machine code, where it is loaded."""
        kernels = LOADING.kernels(work)
        if kernels is None or m > MOST_COLUMNS:
            return None
        machine = self._machines.get(m)
        if machine is None or machine.kernels is not kernels:
            machine = self._machines[m] = Machine(kernels, m)
        return machine

    def _add_plain(self, filling: Filling, X: Floats, y: Floats, machine: Machine | None) -> None:
        rows, k = X.shape
        m = k + 2
        quick = self._quick.get(m)
        if quick is None:
            quick = self._quick[m] = Quick(m)
        quick.restart(filling)
        deep: list[Floats] = []
        waiting = 0
        for first in range(0, rows, quick.rows):
            span = slice(first, first + quick.rows)
            tile_X, tile_y = X[span], y[span]
            left = quick.take(tile_X, tile_y) if quick.given_up < _TRIES else None
            if left is not None:
                tile_X, tile_y = tile_X[left], tile_y[left]
            if len(tile_y):
                deep.append(_columns(tile_X, tile_y))
                waiting += len(tile_y)
            if waiting > ROWS - quick.rows:
                _add_deep(filling, deep, machine)
                deep, waiting = [], 0
        quick.finish()
        _add_deep(filling, deep, machine)


def _too_large(block: Block, X: Floats, y: Floats) -> DataError:
    """Return the refusal of a block's first column with a value that is too large."""
    for values, column in zip(X.T, block.columns, strict=True):
        value = float(np.abs(values).max())
        if not value < LARGEST:
            return DataError("moments.too-large", column=column.name, value=value)
    return DataError("moments.target-out-of-range", value=float(np.abs(y).max()))


def _rows_by_weight(weight: Floats) -> list[tuple[float, NDArray[np.intp]]] | None:
    """Return the positive weights of a block with their rows, or None where there are too many."""
    most = min(MOST_WEIGHTS, len(weight) // FEWEST_ROWS)
    known = np.unique(weight[:SEEN_FIRST])
    if len(known) <= most:
        known = np.union1d(known, weight[~np.isin(weight, known)])
    some = known[known > 0]
    if len(known) > most or not ((some > 2.0**-SAFE) & (some < 2.0**SAFE)).all():
        return None
    return [(float(w), np.flatnonzero(weight == w)) for w in some]


def _columns(X: Floats, y: Floats) -> Floats:
    """Return [X y 1] with columns first: (k + 2, rows), contiguous."""
    rows, k = X.shape
    tile = np.empty((k + 2, rows))
    tile[:k] = X.T
    tile[k] = y
    tile[k + 1] = 1.0
    return tile


def _add_deep(filling: Filling, tiles: list[Floats], machine: Machine | None) -> None:
    """Add rows that the quick way left, at most 4,096 of them."""
    if not tiles:
        return
    rows = np.concatenate(tiles, axis=1)
    if machine is None:
        add_products(filling, cut([rows]))
    else:
        filling.add_bins(_by_machine(machine, rows[:-2].T, rows[-2], None, None))


def _by_machine(
    machine: Machine, X: Floats, y: Floats, weight: Floats | None, low: Floats | None
) -> Bins:
    """Return the sums of rows in machine code, with those that it leaves to the general way."""
    bins, left = machine.sums(X, y, weight, low)
    if not len(left):
        return bins
    filling = Filling(machine.m)
    parts = (None if part is None else part[left] for part in (weight, low))
    _add_general(filling, X[left], y[left], *parts)
    return bins + filling.bins()


def _add_general(
    filling: Filling, X: Floats, y: Floats, weight: Floats | None, low: Floats | None
) -> None:
    """Add rows of any kind, some thousand at a time."""
    if weight is not None:
        heavy = weight >= HEAVY
        if heavy.any() and not heavy.all():
            for rows in (np.flatnonzero(heavy), np.flatnonzero(~heavy)):
                some_low = None if low is None else low[rows]
                _add_general(filling, X[rows], y[rows], weight[rows], some_low)
            return
    for first in range(0, len(y), ROWS):
        span = slice(first, first + ROWS)
        parts = [_columns(X[span], y[span])]
        if low is not None and low[span].any():
            rest = np.zeros_like(parts[0])
            rest[: X.shape[1]] = low[span].T
            parts.append(rest)
        columns = cut(parts)
        if weight is None:
            add_products(filling, columns)
        else:
            add_products(filling, columns, times(columns, _cut_weight(weight[span])))


def _cut_weight(weight: Floats) -> Slices:
    """Cut weights that are all heavy, which are brought to about 1 first, or all not."""
    up = int(np.frexp(weight.max())[1]) if weight[0] >= HEAVY else 0
    near = cut([np.ldexp(weight, -up)[None, :]])
    return Slices(near.unit + up, near.slices)
