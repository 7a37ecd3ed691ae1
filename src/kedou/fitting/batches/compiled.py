"""The same steps through ``kedou.fitting.batches.kernels``, where numba is there and covers them.

Covered are all of Kedou's own rules and losses, with weights, an intercept, a ridge penalty and
any schedule of the rate. A rule or a loss of one's own, or exact line search on batches too large
to be kept, runs in NumPy. Without being told, runs of fewer than ``WORTH_IT`` steps do too: numba
takes longer to be imported than they take to run.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from kedou import losses, rules
from kedou.block import Block, Floats
from kedou.errors import OptionError
from kedou.fitting.batches.batch import most_held
from kedou.fitting.batches.steps import Stretch, Task
from kedou.fitting.folds import salted
from kedou.fitting.shuffling import Window
from kedou.losses import Loss
from kedou.rules import Rule
from kedou.rules.schedules import rate_at
from kedou.solution import Coordinates
from kedou.texts import Message

WORTH_IT = 10_000
STRETCH_ROWS = 65_536
TILE_ROWS = 8_192
LOSSES: tuple[type[Any], ...] = (
    losses.SquaredError, losses.AbsoluteError, losses.Huber, losses.LogLoss, losses.BrierScore,
)  # fmt: skip
RULES: tuple[type[Any], ...] = (
    rules.GradientDescent, rules.SlopeStep, rules.FixedStep, rules.SignStep, rules.Momentum,
    rules.Nesterov, rules.RMSProp, rules.AdaGrad, rules.Adam, rules.ExactLineSearch,
)  # fmt: skip
LOAD_SECONDS = 2.0
_NONE, _NO_ORDER = np.empty(0), np.empty(0, dtype=np.int32)


def covers(loss: Loss, rule: Rule, batch_size: int, k: int) -> bool:
    """Say whether there is machine code for a loss and a rule."""
    if type(loss) not in LOSSES or type(rule) not in RULES:
        return False
    return not isinstance(rule, rules.ExactLineSearch) or batch_size * k <= most_held()


def is_chosen(
    wanted: bool | None, loss: Loss, rule: Rule, batch_size: int, k: int, steps: int
) -> bool:
    """Say whether to run machine code; None leaves the choice to the size of the run.

    Raises
    ------
    OptionError
        It is wanted, but numba is not installed, or this loss or rule has none.
    """
    there = importlib.util.find_spec("numba") is not None
    covered = covers(loss, rule, batch_size, k)
    if wanted and not there:
        raise OptionError("fitting.compiled-missing")
    if wanted and not covered:
        raise OptionError("fitting.compiled-not-covered")
    return there and covered and (steps >= WORTH_IT if wanted is None else wanted)


@cache
def kernels() -> ModuleType:
    """Import the machine code; the first time on a machine it is compiled."""
    return importlib.import_module("kedou.fitting.batches.kernels")


def told() -> Message:
    """Load the machine code, and return what a run says of it."""
    began = time.perf_counter()
    kernels()
    seconds = time.perf_counter() - began
    if seconds < LOAD_SECONDS:
        return Message("descent.compiled", {})
    return Message("descent.compiled-first", {"seconds": seconds})


class InNumba:
    """Stretch by stretch in machine code; the arguments are those of ``InNumPy``."""

    def __init__(self, task: Task, start: Floats) -> None:
        self.task = task
        self.first: Floats | None = None
        p = len(start)
        rule = task.rule
        one, two = _constants(rule)
        self._rate: Any = getattr(rule, rules.has_rate(rule) or "", 0.0)
        average_from = -1 if task.average_from is None else task.average_from
        codes = (LOSSES.index(type(task.loss)), RULES.index(type(rule)), int(task.intercept))
        sizes = (task.batch_size, task.rows)
        self._plan = np.array([*codes, *sizes, 0, 1, average_from, 0, 0], dtype=np.int64)
        delta, epsilon = getattr(task.loss, "delta", 1.0), getattr(rule, "epsilon", 0.0)
        self._constants = np.array([task.ridge, delta, task.ceiling, one, two, epsilon])
        self._at = np.zeros(7, dtype=np.int64)
        self._sums, self._theta = np.zeros(p + 2), start.copy()
        self._memory = np.zeros((5, p))
        keeps = isinstance(rule, rules.ExactLineSearch)
        rows = min(task.batch_size, task.rows) if keeps else 0
        self._held = np.empty((rows, p - int(task.intercept) + 2 if keeps else 0))

    def epoch(self, windows: Iterable[Block], last: int, spacing: int) -> Iterator[Stretch]:
        """Yield after every stretch of up to 65,536 rows."""
        self._plan[5:7] = last, spacing
        self._at[:2] = 0
        for window in windows:
            order = window.order if isinstance(window, Window) else None
            rows = (
                window.X, window.y, _weight(window), _NO_ORDER if order is None else order
            )  # fmt: skip
            for a in range(0, len(window.y), STRETCH_ROWS):
                self._plan[8:10] = a, min(a + STRETCH_ROWS, len(window.y))
                yield self._walk(rows)
                if self._at[5]:
                    return

    def _walk(self, rows: tuple[Any, ...]) -> Stretch:
        at, memory, p = self._at, self._memory, len(self._theta)
        begun = int(at[2])
        steps = int(self._plan[9] - self._plan[8]) // self.task.batch_size + 2
        coming = min(steps, int(self._plan[5]) - begun)  # a schedule is asked for no step more
        records = np.empty((steps // int(self._plan[6]) + 2, p))
        numbers = np.empty(len(records), dtype=np.int64)
        self._sums[-1] = at[3] = at[4] = 0
        kernels().walk(
            *rows, self._plan, self._constants, _rates(self._rate, begun, coming), at,
            self._sums, self._theta, memory, self._held, records, numbers,
        )  # fmt: skip
        step, wrote = int(at[2]), int(at[3])
        if self.first is None and step:
            self.first = memory[4].copy()
        since = self.task.average_from
        point = memory[2] if since is not None and step > since else self._theta
        before = (int(at[6]), memory[3].copy()) if at[5] else None
        told = (numbers[:wrote].tolist(), records[:wrote], int(at[4]), float(self._sums[-1]))
        return Stretch(step, point.copy(), *told, before)


def _constants(rule: Rule) -> tuple[float, float]:
    """Return what a rule remembers by: momentum, decay, or Adam's two betas."""
    if isinstance(rule, rules.Adam):
        return rule.beta1, rule.beta2
    return float(getattr(rule, "momentum", getattr(rule, "decay", 0.0))), 0.0


def _rates(rate: Any, first: int, count: int) -> Floats:
    """Return the learning rates of the coming steps."""
    if not callable(rate):
        return np.full(count, float(rate))
    if isinstance(rate, rules.InverseTime):
        return np.asarray(rate.rate / (1.0 + rate.decay * np.arange(first, first + count)))
    return np.array([rate_at(rate, step) for step in range(first, first + count)])


class MachinePlacing:
    """Rows put in order by machine code, in threads: ``kedou.fitting.shuffling.Placing``."""

    ahead = 2
    rows_at_once = TILE_ROWS

    def place(
        self,
        blocks: Sequence[Block],
        coordinates: Coordinates,
        mean_weight: float,
        salt: str | None,
        out: Block | None,
    ) -> Block:
        """Return the rows of some blocks as one."""
        code, window, first = kernels(), _room(blocks, salt is not None, out), 0
        X, y, f, places = window.X, window.y, _weight(window), _NO_ORDER
        if salt is not None:
            number, free = np.uint64(salted(0, salt)), np.empty(code.REGIONS, dtype=np.int64)
            code.regions(number, len(y), free)
        for block in blocks:
            last = first + len(block.y)
            if salt is not None:
                places = np.empty(len(block.y), dtype=np.int32)
                code.give_places(number, first, free, window.hashes, places)
                to = (X, y, f)
            else:
                to = (X[first:last], y[first:last], f[first:last])
            code.put(
                np.require(block.X, requirements="A"), block.y, _weight(block),
                coordinates.shift, coordinates.scale, mean_weight, places, *to,
            )  # fmt: skip
            first = last
        if salt is not None:
            code.row_order(window.hashes, free, window.order)
        return window


def _room(blocks: Sequence[Block], ordered: bool, spare: Block | None) -> Window:
    """Return a window for the rows of some blocks: that of a spare one, if they fit there."""
    rows, k = sum(len(block.y) for block in blocks), blocks[0].X.shape[1]
    if isinstance(spare, Window) and len(spare.y) >= rows:
        some = {
            name: array[:rows]
            for name in ("X", "y", "weight", "order", "hashes")
            if (array := getattr(spare, name)) is not None
        }
        return replace(spare, **some)
    return Window(
        np.empty((rows, k)),
        np.empty(rows),
        None if blocks[0].weight is None else np.empty(rows),
        columns=blocks[0].columns,
        order=np.empty(rows, dtype=np.int32) if ordered else None,
        hashes=np.empty(rows, dtype=np.uint64) if ordered else None,
    )


def _weight(block: Block) -> Floats:
    return _NONE if block.weight is None else block.weight
