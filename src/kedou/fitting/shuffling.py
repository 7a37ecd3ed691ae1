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

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kedou.block import Block, Floats
from kedou.fitting.blocks import DesignBlocks
from kedou.fitting.folds import mix, salted
from kedou.solution import Coordinates
from kedou.sources.source import BLOCK_CELLS, BLOCK_ROWS

WINDOW_CELLS = BLOCK_CELLS
Waiting = deque[tuple[int, Block | None, Future[Block]]]
"""Windows that are being put in order: of which epoch, and in whose memory."""


@dataclass(frozen=True, slots=True)
class Window(Block):
    """Rows that are still to be put in order.

    Attributes
    ----------
    order : (rows,) int32 or None
        Which row to take first, second, ...; None: they stand in their order.
    hashes : (rows,) uint64 or None
        The hash of each row, from which the order was found.
    """

    order: NDArray[np.int32] | None = None
    hashes: NDArray[np.uint64] | None = None


class Placing(Protocol):
    """Puts rows in their order and into descent's coordinates."""

    ahead: int
    """How many windows to put in order, in threads, while one is being looked at."""
    rows_at_once: int
    """How many rows of a block to take where they stay in their order."""

    def place(
        self,
        blocks: Sequence[Block],
        coordinates: Coordinates,
        mean_weight: float,
        salt: str | None,
        out: Block | None,
    ) -> Block:
        """Return the rows of some blocks as one, in the order of a salt; it may be put in ``out``,
        a window that is no longer needed.
        """


class NumPyPlacing:
    """Rows put in order by NumPy; each window is an array of its own."""

    ahead = 0
    rows_at_once = BLOCK_ROWS

    def place(
        self,
        blocks: Sequence[Block],
        coordinates: Coordinates,
        mean_weight: float,
        salt: str | None,
        out: Block | None,
    ) -> Block:
        """Return the rows of some blocks as one."""
        order = None if salt is None else row_order(salt, sum(len(block.y) for block in blocks))
        weighted = blocks[0].weight is not None
        X = _taken([block.X for block in blocks], order)
        X -= coordinates.shift
        X /= coordinates.scale
        y = _taken([block.y for block in blocks], order)
        weight = None
        if weighted:
            weight = _taken([block.weight for block in blocks if block.weight is not None], order)
            weight /= mean_weight
        return Block(X=X, y=y, weight=weight, columns=blocks[0].columns)


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
    placing : Placing
        Who puts them in order; the bits are the same.
    no_longer_needed : list of Block
        Windows whose memory the next ones can have, in later epochs too.
    """

    blocks: DesignBlocks
    coordinates: Coordinates
    mean_weight: float
    seed: int
    shuffle: bool
    placing: Placing = field(default_factory=NumPyPlacing)
    no_longer_needed: list[Block] = field(default_factory=list)

    def windows(self, epoch: int) -> Iterator[Block]:
        """Yield the rows of an epoch, counted from 1, window after window.

        A window is good until the next one is asked for, unless ``placing`` keeps none ahead.
        """
        with closing(self.epochs([epoch])) as epochs:
            for windows in epochs:
                yield from windows

    def epochs(self, numbers: Sequence[int]) -> Generator[Iterator[Block], None, None]:
        """Yield the windows of each of some epochs, which are to be taken to the last.

        While the last windows of one are looked at, the first of the next are put in order.
        """
        ahead = self.placing.ahead
        if not self.shuffle:
            for _ in numbers:
                yield self._as_they_stand()
            return
        if not ahead:
            for epoch in numbers:
                yield (self._placed(blocks, salt, None) for blocks, salt in self._gathered(epoch))
            return
        coming = ((epoch, *window) for epoch in numbers for window in self._gathered(epoch))
        waiting: Waiting = deque()
        with ThreadPoolExecutor(ahead) as pool:
            try:
                for epoch in numbers:
                    yield self._ahead(epoch, coming, waiting, pool)
            finally:
                for _, _, window in waiting:
                    window.cancel()

    def _ahead(
        self,
        epoch: int,
        coming: Iterator[tuple[int, list[Block], str]],
        waiting: Waiting,
        pool: ThreadPoolExecutor,
    ) -> Iterator[Block]:
        """Yield the windows of one epoch, and have the coming ones put in order meanwhile."""
        while True:
            for of, blocks, salt in islice(coming, self.placing.ahead + 1 - len(waiting)):
                room = self.no_longer_needed.pop() if self.no_longer_needed else None
                waiting.append((of, room, pool.submit(self._placed, blocks, salt, room)))
            if not waiting or waiting[0][0] != epoch:
                return
            _, room, window = waiting.popleft()
            yield from self._lent(room, window)

    def _lent(self, room: Block | None, coming: Future[Block]) -> Iterator[Block]:
        window = coming.result()
        yield window
        larger = room if room is not None and len(room.y) > len(window.y) else window
        self.no_longer_needed.append(larger)

    def _gathered(self, epoch: int) -> Iterator[tuple[list[Block], str]]:
        """Yield the blocks of each window, in the order of the source, with the window's salt."""
        parts = self.blocks.source.parts()
        most = max(WINDOW_CELLS // max(len(self.blocks.columns), 1), 1)
        held: list[tuple[int, int, Block]] = []
        rows = number = 0
        for place in row_order(f"{self.seed}:{epoch}:parts", len(parts)).tolist():
            for n, block in enumerate(self.blocks.of(parts[place])):
                if not len(block.y):
                    continue
                if held and rows + len(block.y) > most:
                    yield _in_place(held), f"{self.seed}:{epoch}:{number}"
                    held, rows, number = [], 0, number + 1
                held.append((place, n, block))
                rows += len(block.y)
        if held:
            yield _in_place(held), f"{self.seed}:{epoch}:{number}"

    def _as_they_stand(self) -> Iterator[Block]:
        rows, window = self.placing.rows_at_once, None
        plain = not self.coordinates.shift.any() and bool((self.coordinates.scale == 1).all())
        for block in self.blocks():
            X, f = block.X, block.weight
            if plain and f is None and X.flags.c_contiguous and X.flags.aligned:
                yield replace(block, X_low=None, y=np.ascontiguousarray(block.y), rows=None)
                continue
            for a in range(0, len(block.y), rows):
                to = slice(a, a + rows)
                some = Block(X[to], block.y[to], None if f is None else f[to])
                window = self._placed([some], None, window if self.placing.ahead else None)
                yield window

    def _placed(self, blocks: list[Block], salt: str | None, out: Block | None) -> Block:
        return self.placing.place(blocks, self.coordinates, self.mean_weight, salt, out)


def pieces(windows: Iterable[Block], batch_size: int, rows: int) -> Iterator[tuple[Block, bool]]:
    """Yield stretches of the rows of an epoch, each with whether a batch ends with it.

    Batches go on over the borders of windows, blocks and parts; the last batch of an epoch is what
    is left over.
    """
    filled = seen = 0
    for window in windows:
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


def _in_place(held: list[tuple[int, int, Block]]) -> list[Block]:
    return [block for _, _, block in sorted(held, key=lambda one: one[:2])]


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
    return np.argsort(
        mix(places + np.uint64(salted(0, salt))),
    )


def _taken(arrays: Sequence[Floats], order: NDArray[np.intp] | None) -> Floats:
    """Return arrays one after the other, in an order, as a copy of one's own, row by row."""
    whole = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
    if order is None:
        return np.array(whole, dtype=np.float64, order="C")
    return np.ascontiguousarray(np.take(whole, order, axis=0), dtype=np.float64)
