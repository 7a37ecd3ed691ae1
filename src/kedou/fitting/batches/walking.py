"""The walk itself, epoch after epoch, and what is noted on the way.

What a run keeps is measured over *all* rows: ``run.loss`` and ``run.gradient`` at a recorded step
are those of the whole loss at that step's point, never those of a batch. Squared error has them
from moments, so every step is recorded (beyond 100,000 steps, or 4 million numbers, every s-th).
For other losses they take a reading of the rows: ``RECORDS`` steps of an epoch are recorded, and
their losses computed together in one pass when it ends. The end of an epoch is always recorded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kedou.blas import one_thread
from kedou.block import Block, Floats
from kedou.descent import Walk
from kedou.descent.history import MOST_RECORDS, TAIL
from kedou.descent.walk import Stop
from kedou.fitting.batches.settings import Batching
from kedou.fitting.batches.steps import Stepper, Stretch
from kedou.fitting.shuffling import Order
from kedou.fitting.surface import PassSurface
from kedou.spectrum import Quadratic

RECORDS = 10
MOST_NUMBERS = 4_000_000
NEWS_SECONDS = 0.02
Progress = Callable[[int, Floats, float], None]
Records = tuple[NDArray[np.int64], Floats, Floats, Floats]
"""Steps (m,), points (m, p), gaps (m,), gradients (m, p)."""


@dataclass(eq=False)
class Run:
    """One walk: what is fixed, and what is noted on the way."""

    surface: Quadratic | PassSurface
    order: Order
    stepper: Stepper
    batching: Batching
    an_epoch: int
    ceiling: float
    progress: Progress | None
    ends: list[tuple[Floats, float]] = field(default_factory=list)
    least: float = 0.0
    _due: float = 0.0
    _seen: list[float] = field(default_factory=lambda: [0.0, 0.0])
    _records: list[Records] = field(default_factory=list)
    _last: Records | None = None

    def walk(self, start: Floats, tolerance: float | None) -> Walk:
        """Take the steps of all epochs, or of as many as a tolerance or the ceiling leaves."""
        self._plan(len(start))
        self.least = self.surface.least
        stop: Stop = "steps"
        with (
            one_thread(),
            np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"),
        ):
            self._kept([0], start[None], True)
            gap = self._gap_now()
            self.ends.append((start, gap))
            self._tell(0, start, gap, now=True)
            target = -1.0 if tolerance is None else tolerance * self.surface.scale_of_loss
            with closing(self.order.epochs(range(1, self.batching.epochs + 1))) as epochs:
                for epoch, windows in enumerate(epochs, start=1):
                    if self.ends[-1][1] <= target:
                        stop = "tolerance"
                        break
                    if not self._epoch(epoch, windows):
                        stop = "ceiling"
                        break
                else:
                    if self.ends[-1][1] <= target:
                        stop = "tolerance"
        assert self._last is not None
        if self._last[0][-1] != self._records[-1][0][-1]:
            self._records.append(tuple(one[-1:] for one in self._last))  # type: ignore[arg-type]
        steps, theta, gaps, gradients = (
            np.concatenate(parts) for parts in zip(*self._records, strict=True)
        )
        return Walk(steps, theta, gaps, gradients, stop=stop, tail=theta[-TAIL:])

    def _plan(self, p: int) -> None:
        """Choose which steps are recorded: s-th ones before an epoch's end, and (all) the ends."""
        most = max(MOST_RECORDS // 100, min(MOST_RECORDS, MOST_NUMBERS // max(p, 1)))
        epochs = self.batching.epochs
        an_epoch = most // epochs
        if not isinstance(self.surface, Quadratic):
            an_epoch = min(an_epoch, RECORDS)
        self._spacing = -(-self.an_epoch // max(an_epoch, 1))
        self._epochs_apart = -(-epochs // most)

    def _gap_now(self) -> float:
        assert self._last is not None
        return float(self._last[2][-1])

    def _epoch(self, epoch: int, windows: Iterator[Block]) -> bool:
        """Visit every row once; say whether the walk stayed in bounds."""
        last, recorded = epoch * self.an_epoch, epoch % self._epochs_apart == 0
        spacing = self._spacing if recorded else self.an_epoch
        steps: list[int] = []
        points: list[Floats] = []
        for stretch in self.stepper.epoch(windows, last, spacing):
            steps += stretch.steps
            points.append(stretch.points)
            if stretch.before is not None:
                known = steps[-1] if steps else int(self._records[-1][0][-1])
                if stretch.before[0] > known:
                    steps.append(stretch.before[0])
                    points.append(stretch.before[1][None])
                self._kept(steps, np.concatenate(points), True)
                return False
            self._seen[0] += stretch.batches
            self._seen[1] += stretch.loss_sum
            if isinstance(self.surface, Quadratic):
                if not self._kept(steps, stretch.points, recorded):
                    return False
                steps, points = [], []
            self._news(stretch, stretch.step == last)
        if points and not self._kept(steps, np.concatenate(points), recorded):
            return False
        assert self._last is not None
        theta, gap = self._last[1][-1], self._gap_now()
        self.ends.append((theta, gap))
        if not isinstance(self.surface, Quadratic):
            self._tell(last, theta, gap, now=True)
        return True

    def _kept(self, steps: list[int], points: Floats, recorded: bool) -> bool:
        """Record steps at once: for losses that have to be read, in one pass.

        False where one has left the bounds; those before it are kept.
        """
        if not steps:
            return True
        if isinstance(self.surface, PassSurface):
            gaps, gradients = self.surface.evaluate_many(points)
        elif len(steps) == 1:
            gap, gradient = self.surface.evaluate(points[0])
            gaps, gradients = np.array([gap]), gradient[None]
        else:
            gaps, gradients = self.surface.gaps(points), self.surface.gradients(points)
        fine = (gaps <= self.ceiling) & np.isfinite(gradients).all(axis=1)
        good = len(steps) if fine.all() else int(np.argmin(fine))
        if good:
            numbers = np.array(steps[:good], dtype=np.int64)
            self._last = (numbers, points[:good], gaps[:good], gradients[:good])
            if recorded:
                self._records.append(self._last)
        return good == len(steps)

    def _news(self, stretch: Stretch, ends: bool) -> None:
        """Tell of some steps; the end of an epoch is told once its loss is known."""
        if self.progress is None:
            return
        if not isinstance(self.surface, Quadratic):
            if not ends:
                self._tell(stretch.step, stretch.point, None, now=False)
            return
        if ends or time.perf_counter() >= self._due:
            gap = self.surface.evaluate(stretch.point)[0]
            self._tell(stretch.step, stretch.point, gap, now=True)

    def _tell(self, step: int, theta: Floats, gap: float | None, now: bool) -> None:
        """Report some 50 times a second; between epochs with the mean over the batches since."""
        if self.progress is None:
            return
        clock = time.perf_counter()
        if not now and clock < self._due:
            return
        self._due = clock + NEWS_SECONDS
        if gap is None:
            batches, loss_sum = self._seen
            if not batches:
                return
            gap = loss_sum / batches - self.surface.least
        self._seen = [0.0, 0.0]
        self.progress(step, self.order.coordinates.outward(theta), gap + self.surface.least)
