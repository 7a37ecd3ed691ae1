"""The walk itself: step by step through the epochs, and what is noted on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kedou.blas import one_thread
from kedou.block import Floats
from kedou.descent import Walk
from kedou.descent.history import MOST_RECORDS, TAIL
from kedou.descent.walk import Stop, ceiling_above
from kedou.fitting.batches.batch import Batch
from kedou.fitting.batches.settings import Batching
from kedou.fitting.shuffling import Order
from kedou.fitting.surface import PassSurface
from kedou.losses import Loss
from kedou.rules import Rule
from kedou.spectrum import Quadratic

RECORDS = 10
MOST_NUMBERS = 4_000_000
NEWS_SECONDS = 0.02
Progress = Callable[[int, Floats, float], None]
Record = tuple[int, Floats, float, Floats]


@dataclass(eq=False)
class Run:
    """One walk: what is fixed, and what is noted on the way."""

    loss: Loss
    surface: Quadratic | PassSurface
    order: Order
    rule: Rule
    batching: Batching
    an_epoch: int
    rows: int
    ridge: float
    progress: Progress | None
    ends: list[tuple[Floats, float]] = field(default_factory=list)
    first: Floats | None = None
    least: float = 0.0
    _due: float = 0.0
    _seen: list[float] = field(default_factory=list)
    _records: list[Record] = field(default_factory=list)
    _last: Record | None = None

    def walk(self, start: Floats, tolerance: float | None) -> Walk:
        """Take the steps of all epochs, or of as many as a tolerance or the ceiling leaves."""
        self._plan(len(start))
        self.least = self.surface.least
        stop: Stop = "steps"
        with (
            one_thread(),
            np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"),
        ):
            gap, gradient = self.surface.evaluate(start)
            self._keep((0, start, gap, gradient), True)
            self.ends.append((start, gap))
            self._tell(0, start, gap, now=True)
            self._ceiling = ceiling_above(gap, self.surface)
            target = -1.0 if tolerance is None else tolerance * self.surface.scale_of_loss
            theta, state = start, self.rule.init(start)
            for epoch in range(1, self.batching.epochs + 1):
                if self.ends[-1][1] <= target:
                    stop = "tolerance"
                    break
                theta, state, fine = self._epoch(epoch, theta, state)
                if not fine:
                    stop = "ceiling"
                    break
            else:
                if self.ends[-1][1] <= target:
                    stop = "tolerance"
        assert self._last is not None
        if self._last[0] != self._records[-1][0]:
            self._records.append(self._last)
        steps, thetas, gaps, gradients = zip(*self._records, strict=True)
        theta = np.array(thetas)
        return Walk(
            np.array(steps, dtype=np.int64), theta, np.array(gaps), np.array(gradients),
            stop=stop, tail=theta[-TAIL:],
        )  # fmt: skip

    def _plan(self, p: int) -> None:
        """Choose which steps are recorded: s-th ones before an epoch's end, and (all) the ends."""
        most = max(MOST_RECORDS // 100, min(MOST_RECORDS, MOST_NUMBERS // max(p, 1)))
        epochs = self.batching.epochs
        an_epoch = most // epochs
        if not isinstance(self.surface, Quadratic):
            an_epoch = min(an_epoch, RECORDS)
        self._spacing = -(-self.an_epoch // max(an_epoch, 1))
        self._epochs_apart = -(-epochs // most)

    def _is_recorded(self, step: int, epoch: int) -> bool:
        to_the_end = epoch * self.an_epoch - step
        return to_the_end % self._spacing == 0 and epoch % self._epochs_apart == 0

    def _keep(self, record: Record, recorded: bool) -> None:
        self._last = record
        if recorded:
            self._records.append(record)

    def _epoch(self, epoch: int, theta: Floats, state: Any) -> tuple[Floats, Any, bool]:
        """Visit every row once; return where that led, and whether it stayed in bounds."""
        size, intercept = self.batching.batch_size, self.order.coordinates.intercept
        step, last = (epoch - 1) * self.an_epoch, epoch * self.an_epoch
        waiting: list[tuple[int, Floats]] = []
        batch = Batch(self.loss, intercept, self.ridge)
        for piece, ends in self.order.pieces(epoch, size, self.rows):
            batch.add(piece, theta)
            if not ends:
                continue
            assert batch.sums is not None
            value = batch.sums.loss_sum / batch.rows
            if not value <= self._ceiling:
                self._kept(waiting)
                return theta, state, False
            objective = batch if batch.is_held else self.surface
            slope = batch.slope(batch.sums, theta)
            theta, state = self.rule.update(slope, state, theta, objective)
            step += 1
            if self.first is None:
                self.first = theta
            if not np.isfinite(theta).all():
                self._kept(waiting)
                return theta, state, False
            if isinstance(self.surface, Quadratic):
                gap, gradient = self.surface.evaluate(theta)
                if not gap <= self._ceiling or not np.isfinite(gradient).all():
                    return theta, state, False
                self._keep((step, theta, gap, gradient), self._is_recorded(step, epoch))
                self._tell(step, theta, gap, now=step == last)
            else:
                if step == last or self._is_recorded(step, epoch):
                    waiting.append((step, theta))
                self._seen.append(value - self.surface.least)
                self._tell(step, theta, None, now=False)
            batch = Batch(self.loss, intercept, self.ridge)
        if not self._kept(waiting):
            return theta, state, False
        assert self._last is not None
        gap = self._last[2]
        self.ends.append((theta, gap))
        if not isinstance(self.surface, Quadratic):
            self._tell(step, theta, gap, now=True)
        return theta, state, True

    def _kept(self, waiting: list[tuple[int, Floats]]) -> bool:
        """Record steps whose losses have to be read: one pass. False where one left the bounds."""
        if not waiting or not isinstance(self.surface, PassSurface):
            return True
        found = self.surface.evaluate_many([theta for _, theta in waiting])
        for (step, theta), (gap, gradient) in zip(waiting, found, strict=True):
            if not gap <= self._ceiling or not np.isfinite(gradient).all():
                return False
            epoch = -(-step // self.an_epoch)
            self._keep((step, theta, gap, gradient), self._is_recorded(step, epoch))
        return True

    def _tell(self, step: int, theta: Floats, gap: float | None, now: bool) -> None:
        """Report some 50 times a second; between epochs with the mean over the batches since."""
        if self.progress is None:
            return
        clock = time.perf_counter()
        if not now and clock < self._due:
            return
        self._due = clock + NEWS_SECONDS
        if gap is None:
            gap = float(np.mean(self._seen))
        self._seen.clear()
        self.progress(step, self.order.coordinates.outward(theta), gap + self.surface.least)
