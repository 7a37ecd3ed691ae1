"""How far a reading has come: rows from all threads, added up and reported."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kedou.block import Block


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
    before : int
        Rows that a scan which goes on from a checkpoint found read; ``rows`` counts them, too.
    """

    rows: int
    total: int | None
    seconds: float
    before: int = 0

    @property
    def rows_per_second(self) -> float:
        """Speed so far."""
        return (self.rows - self.before) / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Time left at this speed, where the number of rows is known."""
        speed = self.rows_per_second
        if self.total is None or speed == 0:
            return None
        return max(self.total - self.rows, 0) / speed


class Counter:
    """Adds up rows from all threads, reports them, and stops them when one has failed.

    Parameters
    ----------
    report : callable, optional
        Called with a ``Progress`` after every block, by one thread at a time.
    total : int or None
        Rows there will be.
    """

    def __init__(self, report: Callable[[Progress], None] | None, total: int | None) -> None:
        self._report, self._total = report, total
        self._rows, self._before, self._started = 0, 0, time.perf_counter()
        self._lock = threading.Lock()
        self.stopped = False

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel mute: who reads elsewhere tells how far it is when it is done."""
        return (Counter, (None, None))

    def count(self, block: Block) -> None:
        """Add the rows of a block, usable or not."""
        if self._report is None:
            return
        rows = len(block.y) if block.rows_read < 0 else block.rows_read
        with self._lock:
            self._rows += rows
            self._tell()

    def add(self, rows: int) -> None:
        """Add rows that were read elsewhere."""
        if self._report is None:
            return
        with self._lock:
            self._rows += rows
            self._tell()

    def go_on(self, rows: int) -> None:
        """Count rows that were read before this scan began, and report them."""
        if self._report is None:
            return
        with self._lock:
            self._rows, self._before = rows, rows
            self._tell()

    def _tell(self) -> None:
        assert self._report is not None
        seconds = time.perf_counter() - self._started
        self._report(Progress(self._rows, self._total, seconds, self._before))

    def take_back(self, rows: int) -> None:
        """Forget rows that will be read once more."""
        with self._lock:
            self._rows -= rows

    def check(self) -> None:
        """End this thread where another has failed."""
        if self.stopped:
            raise StoppedReadingError


class StoppedReadingError(Exception):
    """Another thread has failed, or the reader was interrupted: this one ends as well."""
