"""Moments of the rows read so far, while threads are still reading.

Every thread puts down what it has of its part, at most once in each interval, and whoever is first
in a new interval adds up all that lies there. The order is that in which threads arrive, so these
moments have other last digits than the scan's own, which are merged in their canonical order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kedou.moments import Merger, Moments, Sums

INTERVAL = 0.2
SHARE = 0.05
"""Share of the time that adding up may take: where there are many columns, reports are rarer."""


class SoFar:
    """Collects and reports; one for all threads of a scan.

    Parameters
    ----------
    report : callable
        Called with moments (without folds) of all rows read so far, by one thread at a time.
    interval : float
        Seconds between reports.
    clock : callable
    """

    def __init__(
        self,
        report: Callable[[Moments], None],
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._report, self._interval, self._clock = report, interval, clock
        self._lock = threading.Lock()
        self._done: Any = None  # moments, or exact sums that become moments when they are told
        self._open: dict[int, Any] = {}
        self._put_down: dict[int, int] = {}
        self._round, self._due = 0, clock() + interval

    def go_on(self, done: Any, opened: Mapping[int, Any]) -> None:
        """Begin with what was read before: of finished parts, and of each open one."""
        self._done = done
        self._open.update(opened)

    def block(self, part: int, merger: Merger[Any]) -> None:
        """Take note that a part has one block more; its merger is this thread's own."""
        if self._clock() < self._due and self._put_down.get(part, 0) >= self._round:
            return
        began = self._clock()
        moments = merger.result(folds=False)
        with self._lock:
            if moments is not None:
                self._open[part] = moments
            self._put_down[part] = self._round
            if self._clock() < self._due:
                return
            self._round += 1
            self._put_down[part] = self._round
            total = self._done
            for piece in self._open.values():
                total = piece if total is None else total + piece
            if total is not None and total.count:
                self._report(total.moments() if isinstance(total, Sums) else total)
            now = self._clock()
            self._due = now + max(self._interval, (now - began) / SHARE)

    def part(self, part: int, moments: Any) -> None:
        """Take note that a part is read."""
        with self._lock:
            self._open.pop(part, None)
            self._put_down.pop(part, None)
            if moments is not None:
                plain: Any = replace(moments, folds=())
                self._done = plain if self._done is None else self._done + plain
