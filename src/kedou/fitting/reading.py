"""One reading of all rows by threads: every part's blocks become moments, merged in order.

Parts are read by threads (reading, copying and BLAS all release the interpreter lock) and merged in
their canonical order, so the bits do not depend on how many threads there were. BLAS itself is held
to one thread meanwhile: its own splitting of a product would depend on the machine.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kedou.blas import one_thread
from kedou.block import Block
from kedou.errors import DataError, OptionError
from kedou.fitting.checkpoint import Checkpoint
from kedou.fitting.progress import Counter, StoppedReadingError
from kedou.fitting.so_far import SoFar
from kedou.moments import (
    Accumulator,
    DeviceAccumulator,
    ExactAccumulator,
    Folded,
    Merger,
    Moments,
    Sums,
)
from kedou.sources.source import DevicePart, MarkedPart, Part, Source, UncheckedPart

FoldNumbers = NDArray[np.intp]
Observer = Callable[[Block, "FoldNumbers | None"], None]


class Cluster(Protocol):
    """Reads parts somewhere else."""

    def read(
        self, reading: Reading, parts: Sequence[tuple[int, Part]]
    ) -> Generator[tuple[int, int, Folded | None], None, None]:
        """Yield whole subtrees of the canonical tree: first part, number of parts, moments."""


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
    checkpoint : Checkpoint or None
        What was read before is not read again, and what is read is kept there.
    cluster : Cluster or None
        Who reads the parts, instead of threads of this process.
    """

    source: Source
    folding: Folding | None
    counter: Counter
    observe: Observer | None = None
    so_far: SoFar | None = None
    exact: bool = False
    checkpoint: Checkpoint | None = None
    cluster: Cluster | None = None

    def moments(self, workers: int | None = None) -> Moments:
        """Read all rows and return their moments.

        Raises
        ------
        DataError
            There is no usable row.
        """
        kept = self.checkpoint
        merger: Merger[Any] = Merger() if kept is None else kept.merger()
        first = 0 if kept is None else kept.next
        source = self.source.with_low_powers() if self.exact else self.source
        parts = list(enumerate(source.parts()))[first:]
        if kept is not None:
            self._tell(kept)
        with (
            one_thread(),
            nullcontext() if kept is None else kept.kept(),
            closing(self._pieces(parts, threads(workers))) as read,
        ):
            for first, size, moments in read:
                if moments is not None:
                    merger.add(moments, size)
                if kept is not None:
                    kept.merged(first + size - 1, merger)
        total = merger.result()
        if total is None or total.count == 0:
            read_rows = 0 if total is None else total.rows_read
            raise DataError("moments.no-rows", read=read_rows, skipped=read_rows)
        return total.moments() if isinstance(total, Sums) else total

    def reader(self) -> Callable[[int, Part], Folded | None]:
        """Return what reads one part, given its number; its buffers are used again."""
        return self._reader()

    def _pieces(
        self, parts: Sequence[tuple[int, Part]], count: int
    ) -> Generator[tuple[int, int, Folded | None], None, None]:
        """Read parts and yield (first part, number of parts, moments), in order."""
        if self.cluster is not None:
            yield from self.cluster.read(self, parts)
            return
        for number, moments in _in_order(self._reader(), parts, count, self.counter):
            yield number, 1, moments

    def _reader(self) -> Callable[[int, Part], Folded | None]:
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

        def read(number: int, part: Part) -> Folded | None:
            moments: Folded | None
            if self.checkpoint is not None:
                if self.checkpoint.finished(number):
                    return self.checkpoint.moments(number)
                moments = self._fold_marked(part, accumulator(), number, self.checkpoint)
                self.checkpoint.part(number, moments)
            elif isinstance(part, DevicePart) and self.observe is None and not self.exact:
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

    def _there(self, part: DevicePart, number: int) -> Folded | None:
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
    ) -> Folded | None:
        merger: Merger[Any] = Merger()
        for block in blocks:
            self._add(block, merger, accumulator, told)
        return merger.result()

    def _fold_marked(
        self,
        part: Part,
        accumulator: Accumulator | ExactAccumulator,
        number: int,
        kept: Checkpoint,
    ) -> Folded | None:
        """Fold what of a part was not folded before, and tell how far it is."""
        mark, merger = kept.place(number)
        if not isinstance(part, MarkedPart):
            return self._fold(part.blocks(), accumulator, number)
        for block, after in part.blocks_after(mark):
            self._add(block, merger, accumulator, number)
            kept.block(number, merger, after)
        return merger.result()

    def _add(
        self,
        block: Block,
        merger: Merger[Any],
        accumulator: Accumulator | DeviceAccumulator | ExactAccumulator,
        told: int | None,
    ) -> None:
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

    def _tell(self, kept: Checkpoint) -> None:
        """Tell whoever follows this reading what was read before it began."""
        if kept.rows:
            self.counter.go_on(kept.rows)
            if self.so_far is not None:
                self.so_far.go_on(*kept.so_far())


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
    read: Callable[[int, Part], Folded | None],
    parts: Sequence[tuple[int, Part]],
    count: int,
    counter: Counter,
) -> Generator[tuple[int, Folded | None], None, None]:
    """Read parts by threads and yield their moments in order, only a few ahead."""
    if count == 1 or len(parts) <= 1:
        for number, part in parts:
            yield number, read(number, part)
        return
    failed = threading.Event()

    def unless_failed(number: int, part: Part) -> Folded | None:
        """Begin no part after one has failed: it comes later in the order, so nobody misses it."""
        if failed.is_set():
            raise StoppedReadingError
        try:
            return read(number, part)
        except BaseException:
            failed.set()
            raise

    with ThreadPoolExecutor(min(count, len(parts)), thread_name_prefix="kedou-scan") as pool:
        waiting: deque[tuple[int, Future[Folded | None]]] = deque()
        try:
            for number, part in parts:
                waiting.append((number, pool.submit(unless_failed, number, part)))
                if len(waiting) > 2 * count:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        except BaseException:
            counter.stopped = True
            for _, future in waiting:
                future.cancel()
            raise
