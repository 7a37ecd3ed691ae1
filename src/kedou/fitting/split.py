"""The last part of the rows, by a column of dates or numbers, is held out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from kedou.block import Block, Floats
from kedou.columns.dates import to_dates
from kedou.errors import DataError
from kedou.fitting.precision import check_precision, refine
from kedou.fitting.progress import Counter, Progress
from kedou.fitting.reading import Folding, Observer, Reading
from kedou.fitting.so_far import SoFar
from kedou.moments import Moments
from kedou.sources.source import Source

MOST_KEYS = 1 << 21
SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Split:
    """Where a column divides the rows.

    Attributes
    ----------
    column : str
    cut : str
        The smallest value held out, in words.
    before, after : int
        Rows learnt from, and rows held out.
    """

    column: str
    cut: str
    before: int
    after: int


def split_last(
    source: Source,
    share: float = SHARE,
    progress: Callable[[Progress], None] | None = None,
    *,
    so_far: Callable[[Moments], None] | None = None,
    observe: Observer | None = None,
    workers: int | None = None,
    precision: str = "auto",
) -> tuple[Moments, Split]:
    """Read all rows twice and return their moments in two folds: those before a cut, and the rest.

    The rows with the largest values of the source's key, about a ``share`` of all, are the second
    fold; rows of equal value are never parted. The first reading finds the cut. Of more than two
    million values an even sample is kept for that, so that memory stays constant.

    Parameters
    ----------
    source : Source
        Opened with ``key=``, a column of numbers or dates.
    share : float, default 0.2
        Share of the rows to hold out.
    progress : callable, optional
        Called after every block of both readings.
    so_far, observe, workers, precision
        As for ``kd.scan``, in the second reading.

    Raises
    ------
    DataError
        The column holds neither numbers nor dates, or one value only.
    """
    precision = check_precision(precision)
    name = source.plan.key
    assert name is not None, "the source was opened without key="
    counter = Counter(progress, None if source.rows is None else 2 * source.rows)
    kept, dates = _Kept(), False
    for part in source.parts():
        for block in part.blocks():
            values, dates = _ordered(block, name)
            kept.add(values)
            counter.count(block)
    cut = _cut(kept.values(), share, name)
    folding = Folding(2, lambda block: (_ordered(block, name)[0] >= cut).astype(np.intp))
    partly = None if so_far is None else SoFar(so_far)
    reading = Reading(source, folding, counter, observe, partly, precision == "exact")
    total = reading.moments(workers)
    if precision == "auto":
        again = Reading(source, folding, counter, exact=True)
        total = refine(total, lambda: again.moments(workers))
    before, last = (fold.count for fold in total.folds)
    return total, Split(name, _in_words(cut, dates), before, last)


class _Kept:
    """Every s-th value of a stream, s doubling whenever more than ``most`` are kept."""

    def __init__(self, most: int = MOST_KEYS) -> None:
        self.most = most
        self._kept: list[Floats] = []
        self._size, self._stride, self._seen = 0, 1, 0

    def add(self, values: Floats) -> None:
        """Take the next values."""
        taken = values[-self._seen % self._stride :: self._stride]
        self._seen += len(values)
        self._kept.append(taken)
        self._size += len(taken)
        while self._size > self.most:
            self._kept = [self.values()[::2]]
            self._size, self._stride = len(self._kept[0]), 2 * self._stride

    def values(self) -> Floats:
        """Return what is kept."""
        return np.concatenate(self._kept) if self._kept else np.zeros(0)


def _ordered(block: Block, name: str) -> tuple[Floats, bool]:
    """Return the key of a block as numbers, and whether they are days."""
    assert block.key is not None, "the source has a key"
    if block.key.dtype.kind in "fiub":
        return block.key.astype(np.float64), False
    import pyarrow as pa

    days, _, _, bad = to_dates(pa.array(block.key.tolist(), pa.string()), name)
    if bad:
        raise DataError("hold_out.not-ordered", column=name, value=next(iter(bad.values())))
    return days, True


def _cut(values: Floats, share: float, name: str) -> float:
    """Return the value from which on about a share of the rows lies."""
    if not len(values):
        raise DataError("moments.no-rows", read=0, skipped=0)
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < 2:
        raise DataError("hold_out.one-value", column=name)
    from_here_on = np.cumsum(counts[::-1])[::-1]
    off = np.abs(from_here_on[1:] - share * len(values))
    return float(distinct[1:][len(off) - 1 - int(np.argmin(off[::-1]))])


def _in_words(cut: float, dates: bool) -> str:
    if not dates:
        return f"{cut:.10g}"
    moment = datetime(1970, 1, 1) + timedelta(days=cut)
    return moment.strftime("%Y-%m-%d") if cut == int(cut) else moment.isoformat(" ", "minutes")
