"""Rows in the order that mini-batches take them: shuffled, reproducible, in constant memory.

The order of an epoch depends on (seed, epoch) and the data alone:

1. the parts of the source are taken in the order of a hash of (seed, epoch, part);
2. their blocks are gathered, in that order, into *windows* of up to ``WINDOW_CELLS`` cells of X;
3. inside a window, rows stand in the order of the source first, and are then put in the order of
   a hash of (seed, epoch, window, place).

So a table of up to 4,194,304 cells is one window, shuffled evenly, whether it came from a file or
from arrays; of a larger one there is never more than a few windows in memory. Rows far apart in
one large part never meet in a window: a file sorted by something that matters is better shuffled
once on the disk, or written as several parts. Hashes are taken instead of a generator's stream, so
the order does not depend on the version of NumPy.

Rows come in descent's own coordinates, (x - shift) / scale, and their weights divided by the mean
weight: then the gradient of a batch is, on the average, the gradient over all rows, and weight 2
is the row twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kedou.block import Block, Floats
from kedou.fitting.blocks import DesignBlocks
from kedou.fitting.folds import mix, salted
from kedou.solution import Coordinates
from kedou.sources.source import BLOCK_CELLS

WINDOW_CELLS = BLOCK_CELLS


@dataclass(frozen=True, eq=False)
class Order:
    """The rows of a source, epoch after epoch.

    Attributes
    ----------
    blocks : DesignBlocks
    coordinates : Coordinates
    mean_weight : float
    seed : int
    shuffle : bool
        Whether to shuffle; without it every epoch takes the rows as they stand.
    """

    blocks: DesignBlocks
    coordinates: Coordinates
    mean_weight: float
    seed: int
    shuffle: bool

    def windows(self, epoch: int) -> Iterator[Block]:
        """Yield the rows of an epoch, counted from 1, window after window."""
        parts = self.blocks.source.parts()
        if not self.shuffle:
            for part in parts:
                for block in self.blocks.of(part):
                    if len(block.y):
                        yield self._joined([block], None)
            return
        most = max(WINDOW_CELLS // max(len(self.blocks.columns), 1), 1)
        held: list[tuple[int, int, Block]] = []
        rows = number = 0
        for place in row_order(f"{self.seed}:{epoch}:parts", len(parts)).tolist():
            for n, block in enumerate(self.blocks.of(parts[place])):
                if not len(block.y):
                    continue
                if held and rows + len(block.y) > most:
                    yield self._window(held, epoch, number)
                    held, rows, number = [], 0, number + 1
                held.append((place, n, block))
                rows += len(block.y)
        if held:
            yield self._window(held, epoch, number)

    def pieces(self, epoch: int, batch_size: int, rows: int) -> Iterator[tuple[Block, bool]]:
        """Yield stretches of rows, each with whether a batch ends with it.

        Batches go on over the borders of windows, blocks and parts; the last batch of an epoch
        is what is left over.
        """
        filled = seen = 0
        for window in self.windows(epoch):
            first, size = 0, len(window.y)
            while first < size:
                last = min(first + batch_size - filled, size)
                filled += last - first
                seen += last - first
                weight = None if window.weight is None else window.weight[first:last]
                ends = filled == batch_size or seen == rows
                yield (
                    replace(window, X=window.X[first:last], y=window.y[first:last], weight=weight),
                    ends,
                )
                filled = 0 if ends else filled
                first = last

    def _window(self, held: list[tuple[int, int, Block]], epoch: int, number: int) -> Block:
        blocks = [block for _, _, block in sorted(held, key=lambda one: one[:2])]
        rows = sum(len(block.y) for block in blocks)
        return self._joined(blocks, row_order(f"{self.seed}:{epoch}:{number}", rows))

    def _joined(self, blocks: Sequence[Block], order: NDArray[np.intp] | None) -> Block:
        weighted = blocks[0].weight is not None
        X = _taken([block.X for block in blocks], order)
        X -= self.coordinates.shift
        X /= self.coordinates.scale
        y = _taken([block.y for block in blocks], order)
        weight = None
        if weighted:
            weight = _taken([block.weight for block in blocks if block.weight is not None], order)
            weight /= self.mean_weight
        return Block(X=X, y=y, weight=weight, columns=self.blocks.columns)


def row_order(salt: str, rows: int) -> NDArray[np.intp]:
    """Return the order of rows: their places sorted by a hash of (salt, place), shape (rows,).

    SplitMix64 gives every place a value of its own, so there are no ties.

    Examples
    --------
    >>> row_order("0:1:0", 7).tolist() == row_order("0:1:0", 7).tolist()
    True
    >>> sorted(row_order("0:1:0", 7).tolist())
    [0, 1, 2, 3, 4, 5, 6]
    """
    places = np.arange(rows, dtype=np.uint64)
    return np.argsort(mix(places + np.uint64(salted(0, salt))), kind="stable")


def _taken(arrays: Sequence[Floats], order: NDArray[np.intp] | None) -> Floats:
    """Return arrays one after the other, in an order, as a copy of one's own, row by row."""
    whole = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
    if order is None:
        return np.array(whole, dtype=np.float64, order="C")
    return np.ascontiguousarray(np.take(whole, order, axis=0), dtype=np.float64)
