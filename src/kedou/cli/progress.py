"""How far reading has come, on standard error: a moving line on a terminal, plain lines elsewhere.

A text file does not say how many rows it has; their number is estimated.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

from kedou.cli import console
from kedou.texts import say

if TYPE_CHECKING:
    from kedou.fitting import Progress
    from kedou.sources.source import Source

PATIENCE = 0.3
PLAIN_EVERY = 5.0
WORTH_A_SPEED = 100_000
"""Rows below which a speed would tell of the program's start, not of the reading."""


class Reading:
    """Shows the progress of a scan while a ``with`` lasts; call it with a ``Progress``."""

    def __init__(self, source: Source | None, quiet: bool, times: int = 1) -> None:
        self.quiet = quiet
        self.rows, self.seconds, self.told = 0, 0.0, 0.0
        self.before = 0
        self.first: float | None = None
        self.total = None if quiet or source is None else _rows_of(source)
        self.total = None if self.total is None else self.total * times
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Reading:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        if kind is None and not self.quiet and self.rows > self.before:
            code = "cli.read-all" if self.rows >= WORTH_A_SPEED else "cli.read-few"
            rows = self.rows - self.before
            console.err(say(code, rows=rows, seconds=self.seconds, speed=self._speed()))

    def __call__(self, progress: Progress) -> None:
        """Take note of one block more."""
        self.rows, self.seconds = progress.rows, progress.seconds
        self.told = min(self.told, self.seconds)  # a second reading begins at zero again
        if progress.before != self.before:
            self.before = progress.before
            if self.before and not self.quiet:
                console.err(say("cli.goes-on", rows=self.before))
        if self.first is None:
            self.first = self.seconds
        if self.quiet or self.seconds - self.first < PATIENCE:
            return
        if sys.stderr.isatty() and console.is_unicode():
            self._move(progress)
        elif self.seconds - self.told >= PLAIN_EVERY:
            self.told = self.seconds
            console.err(self._line(progress))

    def _speed(self) -> int:
        """Return the rows per second, to three digits."""
        speed = (self.rows - self.before) / self.seconds if self.seconds > 0 else 0.0
        return int(float(f"{speed:.3g}"))

    def _line(self, progress: Progress) -> str:
        left = self._left(progress)
        code = "cli.reading" if left is None else "cli.reading-left"
        return say(code, rows=self.rows, speed=self._speed(), left=left or 0)

    def _left(self, progress: Progress) -> int | None:
        new = self.rows - self.before
        if self.total is None or not new:
            return None
        return round(max(self.total - self.rows, 0) * self.seconds / new)

    def _move(self, progress: Progress) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bar

            parts: list[Any] = [TextColumn("{task.description}")]
            if self.total is not None:
                parts.insert(0, BarColumn(bar_width=24))
            self._bar = Bar(*parts, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("", total=self.total)
            self._bar.start()
        self._bar.update(self._task, completed=self.rows, description=self._line(progress))


def tell_passes(loss: str) -> None:
    """Say that every step will read all rows."""
    console.err(say("cli.passes", loss=loss))


def _rows_of(source: Source) -> int | None:
    from kedou.sources.estimate import estimated_rows

    return estimated_rows(source)
