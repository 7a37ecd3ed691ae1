"""One pass over the rows: a source becomes moments.

Parts are read by threads (reading, copying and BLAS all release the interpreter lock) and merged in
their canonical order, so the bits do not depend on how many threads there were. BLAS itself is held
to one thread meanwhile: its own splitting of a product would depend on the machine.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from kedou.blas import one_thread
from kedou.block import Block
from kedou.data import Dataset
from kedou.errors import DataError, OptionError
from kedou.fitting.folds import check_folds, fold_of_rows
from kedou.moments import Accumulator, Merger, Moments
from kedou.sources import open as open_source
from kedou.sources.source import Part, Source, UncheckedPart

PRECISIONS = ("fast",)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan has come.

    Attributes
    ----------
    rows : int
        Rows read so far.
    total : int or None
        Rows there are, where that is known.
    seconds : float
        Since the scan began.
    """

    rows: int
    total: int | None
    seconds: float

    @property
    def rows_per_second(self) -> float:
        """Speed so far."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Time left at this speed, where the number of rows is known."""
        if self.total is None or self.rows == 0:
            return None
        return max(self.total - self.rows, 0) * self.seconds / self.rows


def as_source(data: Any, y: Any = None, **options: Any) -> Source:
    """Open whatever ``kd.scan`` and ``kd.descend`` take: see ``kd.open`` for the options."""
    if isinstance(data, Dataset):
        options.setdefault("features", list(data.feature_names))
        columns = {**data.table}
        return open_source(columns, target=options.pop("target", data.target_name), **options)
    return open_source(data, y, **options)


def scan(
    data: Any,
    y: Any = None,
    *,
    precision: str = "fast",
    folds: int = 0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    workers: int | None = None,
    **options: Any,
) -> Moments:
    """Read all rows once and return their moments.

    Parameters
    ----------
    data : Source, or anything ``kd.open`` takes
        ``kd.scan(source)``, ``kd.scan(path, target="price")``, ``kd.scan(frame, target="price")``,
        ``kd.scan(X, y)``.
    y : (rows,) array, optional
        The target of an array.
    precision : {"fast"}
        float64 products with compensated means.
    folds : int, default 0
        Also return the moments of so many folds (2 to 100) in ``moments.folds``.
    seed : int, default 0
        Which rows go to which fold.
    progress : callable, optional
        Called with a ``Progress`` after every block, from the thread that read it.
    workers : int, optional
        Threads; the number of processors by default. Changes the time, never a bit.
    **options
        As for ``kd.open``: ``target``, ``features``, ``categorical``, ``polynomial``, ...

    Returns
    -------
    Moments

    Raises
    ------
    DataError
        Cells that are not numbers, no usable rows, weights below zero, ...
    OptionError
        Options that make no sense.

    Examples
    --------
    >>> import kedou as kd
    >>> moments = kd.scan([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0])
    >>> moments.count, moments.mean.tolist()
    (3, [2.3333333333333335, 2.0])
    """
    if precision not in PRECISIONS:
        raise OptionError("fitting.precision", got=str(precision))
    folds, seed = check_folds(folds, seed)
    source = as_source(data, y, **options)
    threads = _workers(workers)
    counter = _Counter(progress, source.rows)
    local = threading.local()

    def fold(blocks: Iterator[Block]) -> Moments | None:
        if not hasattr(local, "accumulator"):
            local.accumulator = Accumulator(source.target_name, source.weight_name)
        accumulator: Accumulator = local.accumulator
        merger = Merger()
        for block in blocks:
            counter.check()
            if folds:
                rows = fold_of_rows(block, folds, seed)
                merger.add(accumulator.folded(block, rows, folds))
            else:
                merger.add(accumulator.moments(block))
            counter.count(len(block.y) if block.rows_read < 0 else block.rows_read)
        return merger.result()

    def read(part: Part) -> Moments | None:
        if isinstance(part, UncheckedPart) and not folds and source.weight_name is None:
            moments = fold(part.unchecked_blocks())
            if moments is None or np.isfinite(moments.scatter).all():
                return moments
            counter.take_back(moments.rows_read)
        return fold(part.blocks())

    merger = Merger()
    with one_thread():
        for moments in _in_order(read, source.parts(), threads, counter):
            if moments is not None:
                merger.add(moments)
    total = merger.result()
    if total is None or total.count == 0:
        read_rows = 0 if total is None else total.rows_read
        raise DataError("moments.no-rows", read=read_rows, skipped=read_rows)
    return total


def _workers(workers: int | None) -> int:
    if workers is None:
        count = os.cpu_count() or 1
        if hasattr(os, "sched_getaffinity"):
            count = len(os.sched_getaffinity(0))
        return count
    if workers < 1:
        raise OptionError("fitting.workers", got=workers)
    return workers


class _Counter:
    """Adds up rows from all threads, reports them, and stops them when one has failed."""

    def __init__(self, report: Callable[[Progress], None] | None, total: int | None) -> None:
        self._report, self._total = report, total
        self._rows, self._started = 0, time.perf_counter()
        self._lock = threading.Lock()
        self.stopped = False

    def count(self, rows: int) -> None:
        if self._report is None:
            return
        with self._lock:
            self._rows += rows
            self._report(Progress(self._rows, self._total, time.perf_counter() - self._started))

    def take_back(self, rows: int) -> None:
        """Forget rows that will be read once more."""
        with self._lock:
            self._rows -= rows

    def check(self) -> None:
        if self.stopped:
            raise _StoppedError


class _StoppedError(Exception):
    """Another thread has failed, or the reader was interrupted: this one ends as well."""


def _in_order(
    read: Callable[[Part], Moments | None],
    parts: Any,
    threads: int,
    counter: _Counter,
) -> Iterator[Moments | None]:
    """Read parts by threads and yield their moments in order, only a few ahead."""
    if threads == 1 or len(parts) <= 1:
        for part in parts:
            yield read(part)
        return
    with ThreadPoolExecutor(min(threads, len(parts)), thread_name_prefix="kedou-scan") as pool:
        waiting: deque[Future[Moments | None]] = deque()
        try:
            for part in parts:
                waiting.append(pool.submit(read, part))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            counter.stopped = True
            for future in waiting:
                future.cancel()
            raise
