"""Who takes the steps of an epoch, and what is told of some of them; in NumPy, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from kedou.block import Block, Floats
from kedou.fitting.batches.batch import Batch
from kedou.fitting.shuffling import pieces
from kedou.losses import Loss
from kedou.rules import Rule
from kedou.rules.rule import Objective


@dataclass(frozen=True, slots=True)
class Task:
    """What stays the same from step to step.

    Attributes
    ----------
    loss : Loss
    rule : Rule
    intercept : bool
    ridge : float
    batch_size, rows : int
        Rows of a step, and of an epoch.
    ceiling : float
        A batch with a larger loss than that has left for good.
    average_from : int or None
        The step after which the answer is the mean of all points since (Polyak and Ruppert).
    """

    loss: Loss
    rule: Rule
    intercept: bool
    ridge: float
    batch_size: int
    rows: int
    ceiling: float
    average_from: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Some steps, one after the other.

    Attributes
    ----------
    step : int
        How many have been taken by now.
    point : (p,) float64
        The answer there: where the walk is, or the mean.
    steps, points : list of int, (m, p) float64
        Those that are to be recorded.
    batches, loss_sum : int, float
        The batches seen, and the sum of their losses.
    before : (int, (p,) float64) or None
        Where the walk left every bound: the point before the step that did it.
    """

    step: int
    point: Floats
    steps: list[int]
    points: Floats
    batches: int
    loss_sum: float
    before: tuple[int, Floats] | None = None


class Stepper(Protocol):
    """Takes the steps; it keeps where it is between epochs."""

    first: Floats | None
    """The point after the first step."""

    def epoch(self, windows: Iterable[Block], last: int, spacing: int) -> Iterator[Stretch]:
        """Visit every row once; ``last`` is the step that ends it, records lie ``spacing`` apart
        before it.
        """


class InNumPy:
    """One step at a time, for any loss and rule; a window at a time comes from the order.

    Parameters
    ----------
    task : Task
    start : (p,) float64
        In descent's coordinates.
    wide : Objective
        What a rule is answered from where a batch is too large to be kept.
    """

    def __init__(self, task: Task, start: Floats, wide: Objective) -> None:
        self.task, self.wide = task, wide
        self.theta, self.mean, self.step = start, np.zeros_like(start), 0
        self.state: Any = task.rule.init(start)
        self.first: Floats | None = None

    def epoch(self, windows: Iterable[Block], last: int, spacing: int) -> Iterator[Stretch]:
        """Yield after every step."""
        task = self.task
        none = np.empty((0, len(self.theta)))
        past: tuple[int, Floats] | None = None
        batch = Batch(task.loss, task.intercept, task.ridge)
        for piece, ends in pieces(windows, task.batch_size, task.rows):
            batch.add(piece, self.theta)
            if not ends:
                continue
            assert batch.sums is not None
            value = batch.sums.loss_sum / batch.rows
            if not value <= task.ceiling:
                yield Stretch(self.step, self.theta, [], none, 0, 0.0, past or (-1, self.theta))
                return
            past = (self.step, self.theta)
            self._take(batch)
            if not np.isfinite(self.theta).all():
                yield Stretch(self.step, self.theta, [], none, 0, 0.0, past)
                return
            self.step += 1
            point = self._answer()
            if (last - self.step) % spacing == 0:
                yield Stretch(self.step, point, [self.step], point[None], 1, value)
            else:
                yield Stretch(self.step, point, [], none, 1, value)
            batch = Batch(task.loss, task.intercept, task.ridge)

    def _take(self, batch: Batch) -> None:
        assert batch.sums is not None
        objective = batch if batch.is_held else self.wide
        slope = batch.slope(batch.sums, self.theta)
        self.theta, self.state = self.task.rule.update(slope, self.state, self.theta, objective)
        if self.first is None:
            self.first = self.theta

    def _answer(self) -> Floats:
        """Return where the walk is, or the mean of the points after ``average_from``."""
        since = self.task.average_from
        if since is None or self.step <= since:
            return self.theta
        self.mean = self.mean + (self.theta - self.mean) / (self.step - since)
        return self.mean
