"""One reading of all rows by threads: every part's blocks become moments, merged in order.

Parts are read by threads (reading, copying and BLAS all release the interpreter lock) and merged in
their canonical order, so the bits do not depend on how many threads there were. BLAS itself is held
to one thread meanwhile: its own splitting of a product would depend on the machine.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.blas import one_thread
from kedou.block import Block
from kedou.errors import DataError, OptionError
from kedou.fitting.progress import Counter
from kedou.fitting.so_far import SoFar
from kedou.moments import (
    Accumulator,
    DeviceAccumulator,
    ExactAccumulator,
    Merger,
    Moments,
    Sums,
)
from kedou.sources.source import DevicePart, Part, Source, UncheckedPart

FoldNumbers = NDArray[np.intp]
Observer = Callable[[Block, "FoldNumbers | None"], None]
Piece = Moments | Sums
"""What blocks are folded into: fast moments, or exact sums, which become moments at the end."""


@dataclass(frozen=True, slots=True)
class Folding:
    """Which fold each row belongs to.

    Attributes
    ----------
    folds : int
    of : callable
        Returns the fold of each row of a block, shape (rows,).
    """

    folds: int
    of: Callable[[Block], FoldNumbers]


@dataclass(frozen=True)
class Reading:
    """How all rows of a source are read once.

    Attributes
    ----------
    source : Source
    folding : Folding or None
    counter : Counter
    observe : callable or None
        Called with every block, and the folds of its rows, by the thread that read it.
    so_far : SoFar or None
    exact : bool
        Add without any rounding (``kedou.moments.exact``); powers come in double-double.
    """

    source: Source
    folding: Folding | None
    counter: Counter
    observe: Observer | None = None
    so_far: SoFar | None = None
    exact: bool = False

    def moments(self, workers: int | None = None) -> Moments:
        """Read all rows and return their moments.

        Raises
        ------
        DataError
            There is no usable row.
        """
        merger: Merger[Any] = Merger()
        source = self.source.with_low_powers() if self.exact else self.source
        parts = source.parts()
        with one_thread():
            for moments in _in_order(self._reader(), parts, threads(workers), self.counter):
                if moments is not None:
                    merger.add(moments)
        total = merger.result()
        if total is None or total.count == 0:
            read_rows = 0 if total is None else total.rows_read
            raise DataError("moments.no-rows", read=read_rows, skipped=read_rows)
        return total.moments() if isinstance(total, Sums) else total

    def _reader(self) -> Callable[[int, Part], Piece | None]:
        """Return what reads one part, in whatever thread; each thread has buffers of its own."""
        local = threading.local()
        source = self.source
        plain = self.folding is None and self.observe is None and source.weight_name is None
        plain = plain and not self.exact
        kind = ExactAccumulator if self.exact else Accumulator

        def accumulator() -> Accumulator | ExactAccumulator:
            if not hasattr(local, "accumulator"):
                local.accumulator = kind(source.target_name, source.weight_name)
            made: Accumulator | ExactAccumulator = local.accumulator
            return made

        def read(number: int, part: Part) -> Piece | None:
            moments: Piece | None
            if isinstance(part, DevicePart) and self.observe is None and not self.exact:
                moments = self._there(part, number)
            elif plain and isinstance(part, UncheckedPart):
                moments = self._fold(part.unchecked_blocks(), accumulator(), None)
                if isinstance(moments, Moments) and not np.isfinite(moments.scatter).all():
                    self.counter.take_back(moments.rows_read)
                    moments = self._fold(part.blocks(), accumulator(), None)
            else:
                moments = self._fold(part.blocks(), accumulator(), number)
            if self.so_far is not None:
                self.so_far.part(number, moments)
            return moments

        return read

    def _there(self, part: DevicePart, number: int) -> Piece | None:
        """Fold a part on the device where its rows are; look at its cells only if that shows."""
        accumulator = DeviceAccumulator(self.source.target_name, self.source.weight_name)
        numbered = self.folding is not None
        moments = self._fold(part.device_blocks(False, numbered), accumulator, None)
        if isinstance(moments, Moments) and not np.isfinite(moments.scatter).all():
            self.counter.take_back(moments.rows_read)
            moments = self._fold(part.device_blocks(True, numbered), accumulator, number)
        return moments

    def _fold(
        self,
        blocks: Iterator[Block],
        accumulator: Accumulator | DeviceAccumulator | ExactAccumulator,
        told: int | None,
    ) -> Piece | None:
        merger: Merger[Any] = Merger()
        for block in blocks:
            self.counter.check()
            numbers = None if self.folding is None else self.folding.of(block)
            if self.folding is None or numbers is None:
                merger.add(accumulator.moments(block))
            else:
                merger.add(accumulator.folded(block, numbers, self.folding.folds))
            if self.observe is not None:
                self.observe(block, numbers)
            self.counter.count(block)
            if self.so_far is not None and told is not None:
                self.so_far.block(told, merger)
        return merger.result()


def threads(workers: int | None) -> int:
    """Return how many threads read: as many as were asked for, or one for each processor."""
    if workers is None:
        count = os.cpu_count() or 1
        if hasattr(os, "sched_getaffinity"):
            count = len(os.sched_getaffinity(0))
        return count
    if workers < 1:
        raise OptionError("fitting.workers", got=workers)
    return workers


def _in_order(
    read: Callable[[int, Part], Piece | None],
    parts: Sequence[Part],
    count: int,
    counter: Counter,
) -> Iterator[Piece | None]:
    """Read parts by threads and yield their moments in order, only a few ahead."""
    if count == 1 or len(parts) <= 1:
        for number, part in enumerate(parts):
            yield read(number, part)
        return
    with ThreadPoolExecutor(min(count, len(parts)), thread_name_prefix="kedou-scan") as pool:
        waiting: deque[Future[Piece | None]] = deque()
        try:
            for number, part in enumerate(parts):
                waiting.append(pool.submit(read, number, part))
                if len(waiting) > 2 * count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            counter.stopped = True
            for future in waiting:
                future.cancel()
            raise
