"""How well a line does on rows it has not seen: each fold is predicted by a descent on the others.

Nothing is read again. Moments of the whole are those of its folds, added up; so the training part
of a fold is what the other folds add up to, a descent on it costs what any descent on moments
costs, and its mean squared error on the rows left out follows from their moments alone:

    MSE = v'S v / W + (ybar - m'w - b)^2        v = (-w, 1)

with W, (m, ybar) and S the weight sum, means and scatter of the fold. Scaling, reference levels and
the learning rate that ``"auto"`` stands for are chosen inside each training part.

The error reported is that of where descent ended, as everywhere; ``exact_mse`` is that of the exact
answers beside it. One definition for all kinds: the root of the squared error pooled over all rows
left out, so that leaving out one row at a time and leaving out a fifth are the same quantity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from time import perf_counter
from typing import Any, Literal

import numpy as np

from kedou.blas import one_thread
from kedou.block import Block, Column, Floats
from kedou.columns.dates import to_dates
from kedou.descent.auto import constant_rate
from kedou.descent.descend import make_rule, start_of
from kedou.descent.jump import jump
from kedou.descent.outcome import spectrum_says
from kedou.descent.walk import walk
from kedou.errors import DataError, OptionError
from kedou.fitting.scanner import Progress
from kedou.moments import Accumulator, Merger, Moments
from kedou.moments.moments import empty, with_columns
from kedou.solution import make_design
from kedou.solution.design import Design
from kedou.sources.source import Source
from kedou.spectrum.quadratic import quadratic_of
from kedou.texts import Message

Kind = Literal["folds", "split", "group", "leave-one-out"]
SMALL = 100
"""Below so many rows each one is left out in turn."""
MOST_KEYS = 1 << 21
SHARE = 0.2


@dataclass(frozen=True, slots=True)
class HoldOut:
    """The error on rows left out.

    Attributes
    ----------
    kind : {"folds", "split", "group", "leave-one-out"}
    folds : int
        How many were left out in turn and predicted.
    rows, training_rows : tuple of int
        Rows predicted, and rows learnt from, for each of those folds.
    mse : float or None
        Mean squared error over all rows left out, weighted as the rows are; None where a descent
        on a training part diverged.
    rmse : float or None
        Its root, in units of the target.
    spread : float or None
        Standard deviation of the folds' own root mean squared errors; None where folds are single
        rows, or there is but one.
    baseline_rmse : float
        That of "always the mean" of the training part.
    exact_mse : float
        That of the exact answers of the training parts.
    fold_rmse : tuple of float
        Root mean squared error of each fold.
    notes : tuple of Message
        What was out of the ordinary: levels unseen in training, columns that cannot be told apart.

    Examples
    --------
    >>> import kedou as kd
    >>> held = hold_out(leave_one_out(kd.open(str(kd.data.tadpoles().path()), target="volume")))
    >>> held.kind, held.folds, round(held.mse, 3), round(held.baseline_rmse, 3)
    ('leave-one-out', 7, 0.345, 1.138)
    """

    kind: Kind
    folds: int
    rows: tuple[int, ...]
    training_rows: tuple[int, ...]
    mse: float | None
    spread: float | None
    baseline_rmse: float
    exact_mse: float
    fold_rmse: tuple[float, ...]
    notes: tuple[Message, ...] = ()

    @property
    def rmse(self) -> float | None:
        """Root mean squared error, in units of the target."""
        return None if self.mse is None else float(np.sqrt(self.mse))

    @property
    def skill(self) -> float | None:
        """1 - MSE / MSE of "always the mean": 1 is perfect, 0 or below no better than the mean."""
        if self.mse is None or self.baseline_rmse == 0:
            return None
        return 1.0 - self.mse / self.baseline_rmse**2


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


def hold_out(
    moments: Moments,
    kind: Kind | None = None,
    *,
    rule: Any = "gradient-descent",
    learning_rate: Any = "auto",
    steps: int = 1000,
    start: float | Sequence[float] | Floats | str = 0.0,
    seed: int | None = None,
    tolerance: float | None = None,
    intercept: bool = True,
    standardize: bool = True,
    ridge: float = 0.0,
) -> HoldOut:
    """Leave out each fold in turn, descend on the others, and measure the error on it.

    Parameters
    ----------
    moments : Moments
        With folds: from ``kd.scan(..., folds=5)``, ``leave_one_out`` or ``split_last``.
    kind : {"folds", "split", "group", "leave-one-out"}, optional
        What the folds are; "split" predicts the last one only.
    rule, learning_rate, steps, start, seed, tolerance, intercept, standardize, ridge
        As for ``kd.descend``; columns are standardised by default, as in ``kd.fit``.

    Returns
    -------
    HoldOut

    Raises
    ------
    OptionError
        The moments have no folds.
    DataError
        No fold has rows both in it and outside it.
    """
    if len(moments.folds) < 2:
        raise OptionError("hold_out.no-folds")
    if kind is None:
        single = all(fold.count <= 1 for fold in moments.folds)
        kind = "leave-one-out" if single else "folds"
    descent = _Descent(
        rule, learning_rate, steps, start, seed, tolerance, intercept, standardize, ridge
    )
    parts: list[_Part] = []
    with one_thread():
        for number, training in trainings(moments):
            fold = moments.folds[number]
            wanted = kind != "split" or number == len(moments.folds) - 1
            if wanted and fold.weight_sum > 0 and training.weight_sum > 0:
                parts.append(_measure(training, fold, descent))
    if not parts:
        raise DataError("hold_out.nothing-left-out", folds=len(moments.folds))
    return _summarised(kind, parts, moments)


def mean_squared_error(
    moments: Moments, columns: Sequence[Column], theta: Floats, intercept: bool = True
) -> float:
    """Return the mean squared error of a line on the rows that moments stand for.

    Parameters
    ----------
    columns : sequence of k Column
        The columns of the moments that the line uses, in theta's order.
    theta : (p,) float64
        (w_1 ... w_k, b) in the user's units.
    """
    return float(squared_errors(moments, columns, theta[None, :], intercept)[0])


def squared_errors(
    moments: Moments, columns: Sequence[Column], thetas: Floats, intercept: bool = True
) -> Floats:
    """Return the mean squared error of many lines on the rows that moments stand for.

    Parameters
    ----------
    columns : sequence of k Column
        The columns of the moments that the lines use, in theta's order.
    thetas : (records, p) float64
        In the user's units.

    Returns
    -------
    (records,) float64
    """
    place = {column: number for number, column in enumerate(moments.columns)}
    where = np.array([*(place[column] for column in columns), len(place)], dtype=np.intp)
    k = len(columns)
    V = np.column_stack([-thetas[:, :k], np.ones(len(thetas))])
    b = thetas[:, k] if intercept else np.zeros(len(thetas))
    scatter = moments.scatter[np.ix_(where, where)]
    with np.errstate(over="ignore", invalid="ignore"):
        around = np.einsum("ij,ij->i", V @ scatter, V) / moments.weight_sum
        at = V @ moments.mean[where] - b
        errors = np.maximum(around, 0.0) + at * at
    return np.where(np.isfinite(errors), errors, np.inf)


def leave_one_out(source: Source) -> Moments:
    """Read all rows and return their moments with one fold for each row.

    For few rows: there are as many folds as rows, and as many descents.
    """
    accumulator = Accumulator(source.target_name, source.weight_name)
    merger, singles = Merger(), []
    with one_thread():
        for part in source.parts():
            for block in part.blocks():
                merger.add(accumulator.moments(block))
                singles += [accumulator.moments(_row(block, i)) for i in range(len(block.y))]
    total = merger.result()
    if total is None or total.count == 0:
        read = 0 if total is None else total.rows_read
        raise DataError("moments.no-rows", read=read, skipped=read)
    return replace(total, folds=tuple(with_columns(one, total.columns) for one in singles))


def split_last(
    source: Source, share: float = SHARE, progress: Callable[[Progress], None] | None = None
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

    Raises
    ------
    DataError
        The column holds neither numbers nor dates, or one value only.
    """
    name = source.plan.key
    assert name is not None, "the source was opened without key="
    counted = _Counted(progress, None if source.rows is None else 2 * source.rows)
    kept, dates = _Kept(), False
    for block in _blocks(source, counted):
        values, dates = _ordered(block, name)
        kept.add(values)
    cut = _cut(kept.values(), share, name)
    accumulator = Accumulator(source.target_name, source.weight_name)
    merger = Merger()
    with one_thread():
        for block in _blocks(source, counted):
            after = _ordered(block, name)[0] >= cut
            merger.add(accumulator.folded(block, after.astype(np.intp), 2))
    total = merger.result()
    assert total is not None, "the first reading found values"
    before, last = (fold.count for fold in total.folds)
    return total, Split(name, _in_words(cut, dates), before, last)


@dataclass(frozen=True, slots=True)
class _Descent:
    """Settings of the descents, the same for each training part."""

    rule: Any
    learning_rate: Any
    steps: int
    start: Any
    seed: int | None
    tolerance: float | None
    intercept: bool
    standardize: bool
    ridge: float

    def ends(self, design: Design, all_names: Sequence[str]) -> tuple[Floats, Floats, bool, bool]:
        """Return where descent ends, the exact answer, and whether it grew and is deficient."""
        surface = quadratic_of(design, self.standardize, self.ridge)
        theta, _ = start_of(self._start(design, all_names), design.parameter_names, self.seed)
        inner = surface.coordinates.inward(theta)
        rule, _ = make_rule(self.rule, self.learning_rate, surface, inner, self.steps)
        rate = constant_rate(rule)
        if rate is None:
            record, grows = walk(surface, rule, inner, self.steps, self.tolerance), False
        else:
            record = jump(surface, rate, inner, self.steps, self.tolerance)
            grows = spectrum_says(surface, rate, inner)
        last = surface.coordinates.outward(record.theta[-1])
        deficient = bool(surface.answer.null.shape[1])
        exact = surface.answer.theta(self.intercept)
        return last, exact, grows or record.stop == "ceiling", deficient

    def _start(self, design: Design, all_names: Sequence[str]) -> Any:
        """Take a start of one number for each parameter to the columns there are."""
        if isinstance(self.start, str) or np.ndim(self.start) == 0:
            return self.start
        given = dict(zip(all_names, np.asarray(self.start, dtype=np.float64), strict=True))
        return [float(given.get(name, 0.0)) for name in design.parameter_names]


@dataclass(frozen=True, slots=True)
class _Part:
    """What came of one fold."""

    count: int
    training: int
    weight: float
    mse: float
    baseline: float
    exact: float
    diverged: bool
    deficient: bool
    unseen: tuple[str, ...]


def _measure(training: Moments, fold: Moments, descent: _Descent) -> _Part:
    seen, unseen = drop_unseen(training)
    names = make_design(training, descent.intercept).parameter_names
    design = make_design(seen, descent.intercept)
    theta, exact, diverged, deficient = descent.ends(design, names)
    W = fold.weight_sum
    off = float(fold.mean[-1] - training.mean[-1])
    return _Part(
        count=fold.count,
        training=training.count,
        weight=W,
        mse=mean_squared_error(fold, design.columns, theta, descent.intercept),
        baseline=float(fold.scatter[-1, -1]) / W + off * off,
        exact=mean_squared_error(fold, design.columns, exact, descent.intercept),
        diverged=diverged,
        deficient=deficient,
        unseen=tuple(
            name for name in unseen if fold.mean[[c.name for c in fold.columns].index(name)] > 0
        ),
    )


def drop_unseen(training: Moments) -> tuple[Moments, tuple[str, ...]]:
    """Drop the levels that a training part has no row of, and return their names.

    Descent would leave the weight of a level it never saw where it started.
    """
    unseen = tuple(
        column.name
        for column, mean in zip(training.columns, training.mean[:-1], strict=True)
        if column.kind == "level" and mean == 0.0
    )
    return (training.drop(unseen) if unseen else training), unseen


def _summarised(kind: Kind, parts: list[_Part], moments: Moments) -> HoldOut:
    weights = np.array([part.weight for part in parts])

    def pooled(values: list[float]) -> float:
        return float(weights @ np.array(values) / weights.sum())

    errors = [float(np.sqrt(part.mse)) for part in parts]
    diverged = sum(part.diverged for part in parts)
    notes: list[Message] = []
    if diverged:
        notes.append(Message("hold_out.diverged", {"count": diverged, "folds": len(parts)}))
    unseen = sorted({name for part in parts for name in part.unseen})
    if unseen:
        notes.append(Message("hold_out.unseen", {"levels": unseen}))
    deficient = sum(part.deficient for part in parts)
    if deficient:
        notes.append(Message("hold_out.deficient", {"count": deficient, "folds": len(parts)}))
    left_empty = len(moments.folds) - len(parts)
    if left_empty and kind in ("folds", "group"):
        notes.append(Message("hold_out.empty-folds", {"count": left_empty, "folds": len(parts)}))
    many = kind != "leave-one-out" and len(parts) > 1
    return HoldOut(
        kind=kind,
        folds=len(parts),
        rows=tuple(part.count for part in parts),
        training_rows=tuple(part.training for part in parts),
        mse=None if diverged else pooled([part.mse for part in parts]),
        spread=float(np.std(errors, ddof=1)) if many and not diverged else None,
        baseline_rmse=float(np.sqrt(pooled([part.baseline for part in parts]))),
        exact_mse=pooled([part.exact for part in parts]),
        fold_rmse=tuple(errors),
        notes=tuple(notes),
    )


def trainings(moments: Moments) -> Iterator[tuple[int, Moments]]:
    """Yield each fold's number with the moments of all others, in 3 n merges instead of n^2."""
    folds = [replace(fold, folds=()) for fold in moments.folds]
    none = empty(folds[0])
    before = list(accumulate(folds[:-1], initial=none))
    after = list(accumulate(reversed(folds[1:]), initial=none))[::-1]
    for number, (left, right) in enumerate(zip(before, after, strict=True)):
        yield number, left + right


def _row(block: Block, i: int) -> Block:
    one = slice(i, i + 1)
    weight = None if block.weight is None else block.weight[one]
    return replace(
        block,
        X=block.X[one],
        y=block.y[one],
        weight=weight,
        X_low=None,
        rows=None,
        key=None,
        rows_read=1,
        skipped={},
    )


class _Counted:
    """Reports the rows of one reading or more."""

    def __init__(self, report: Callable[[Progress], None] | None, total: int | None) -> None:
        self.report, self.total = report, total
        self.rows, self.started = 0, perf_counter()

    def add(self, block: Block) -> None:
        self.rows += len(block.y) if block.rows_read < 0 else block.rows_read
        if self.report is not None:
            self.report(Progress(self.rows, self.total, perf_counter() - self.started))


def _blocks(source: Source, counted: _Counted) -> Iterator[Block]:
    for part in source.parts():
        for block in part.blocks():
            yield block
            counted.add(block)


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
