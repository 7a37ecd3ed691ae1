"""Descend over the rows, with live news: losses that moments cannot carry, and mini-batches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kedou.block import Block, Floats
from kedou.columns.plan import ColumnPlan
from kedou.descent.store import to_content
from kedou.fitting import descend
from kedou.fitting.batches import EPOCHS
from kedou.fitting.runner import STEPS
from kedou.lab.answers import told
from kedou.lab.desk import Desk
from kedou.lab.frames import written
from kedou.lab.jobs.done import Done
from kedou.lab.jobs.scanning import source_from
from kedou.lab.learned import engine_settings, loss_of
from kedou.sources.source import LeftOut, Part, Source
from kedou.texts import current_language

NEWS_SECONDS = 0.06


def passes(job: Mapping[str, Any], desk: Desk) -> Done:
    """Descend over the rows of a table."""
    settings = job["settings"]
    source = Watched(source_from(job), desk, settings.get("features"))
    due, total = [0.0], _total(settings, job["ask"]["scanned_rows"])

    def watch(step: int, theta: Floats, loss: float) -> None:
        now = time.perf_counter()
        if now < due[0] and step not in (0, total):
            return
        due[0] = now + NEWS_SECONDS
        finite = loss if np.isfinite(loss) else None
        desk.news({"step": step, "total": total, "theta": theta.tolist(), "loss": finite})

    run = descend(source, loss=loss_of(settings), progress=watch, **engine_settings(settings))
    body = {"run": told(run, current_language(), gradient=False), "held": None}
    return Done(body, keep=written(to_content(run)).encode())


def _total(settings: Mapping[str, Any], rows: int) -> int:
    """Return how many steps there will be."""
    size = settings.get("batch_size")
    if size is None:
        return int(settings.get("steps", STEPS))
    return -(-rows // int(size)) * int(settings.get("epochs", EPOCHS))


@dataclass(frozen=True)
class Watched:
    """A source that stops being read once nobody waits, with some of its columns only.

    Attributes
    ----------
    inner : Source
    desk : Desk
    names : sequence of str or None
        Columns of X, or of the table, to keep; None for all.
    """

    inner: Source
    desk: Desk
    names: Sequence[str] | None = None

    @property
    def target_name(self) -> str:
        """Name of the target column."""
        return self.inner.target_name

    @property
    def weight_name(self) -> str | None:
        """Name of the weight column, if any."""
        return self.inner.weight_name

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """Columns that are not used."""
        return self.inner.left_out

    @property
    def notes(self) -> Sequence[str]:
        """Automatic choices in words."""
        return self.inner.notes

    @property
    def rows(self) -> int | None:
        """Number of rows, where it is known without reading."""
        return self.inner.rows

    @property
    def plan(self) -> ColumnPlan:
        """What each table column becomes."""
        return self.inner.plan

    def with_low_powers(self) -> Watched:
        """Return the same source with the low halves of powers."""
        return replace(self, inner=self.inner.with_low_powers())

    def parts(self) -> Sequence[Part]:
        """Return the parts in their canonical order."""
        self.desk.check()
        return [_WatchedPart(part, self) for part in self.inner.parts()]


@dataclass(frozen=True)
class _WatchedPart:
    inner: Part
    whole: Watched

    @property
    def origin(self) -> str:
        return self.inner.origin

    @property
    def rows(self) -> int | None:
        return self.inner.rows

    def blocks(self) -> Iterator[Block]:
        names = self.whole.names
        for block in self.inner.blocks():
            self.whole.desk.check()
            if names is None:
                yield block
                continue
            pairs = enumerate(block.columns)
            kept = [n for n, column in pairs if column.name in names or column.source in names]
            low = None if block.X_low is None else block.X_low[:, kept]
            columns = tuple(block.columns[n] for n in kept)
            yield replace(block, X=block.X[:, kept], X_low=low, columns=columns)
