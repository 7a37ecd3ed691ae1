"""How well a line does on rows it has not seen: each fold is predicted by a descent on the others.

Nothing is read again. Moments of the whole are those of its folds, added up; so the training part
of a fold is what the other folds add up to, a descent on it costs what any descent on moments
costs, and its mean squared error on the rows left out follows from their moments alone:

    MSE = v'S v / W + (ybar - m'w - b)^2        v = (-w, 1)

with W, (m, ybar) and S the weight sum, means and scatter of the fold. Scaling, reference levels and
the learning rate that ``"auto"`` stands for are chosen inside each training part.

Only the mean absolute error needs rows: moments hold squares (``kedou.fitting.absolute``).

The error reported is that of where descent ended, as everywhere; ``exact_mse`` is that of the exact
answers beside it. One definition for all kinds: the root of the squared error pooled over all rows
left out, so that leaving out one row at a time and leaving out a fifth are the same quantity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Literal

import numpy as np

from kedou.blas import one_thread
from kedou.block import Column, Floats
from kedou.descent.auto import constant_rate
from kedou.descent.descend import make_rule, start_of
from kedou.descent.jump import jump
from kedou.descent.outcome import spectrum_says
from kedou.descent.trajectory import Trajectory
from kedou.descent.walk import walk
from kedou.errors import DataError, OptionError
from kedou.fitting.absolute import AbsoluteErrors, Sampled, absolute_errors_of, rows_of, summarised
from kedou.fitting.sample import Sample
from kedou.moments import Moments
from kedou.moments.moments import empty
from kedou.solution import make_design
from kedou.solution.design import Design
from kedou.spectrum.quadratic import quadratic_of
from kedou.texts import Message

Kind = Literal["folds", "split", "group", "leave-one-out"]


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
    absolute : AbsoluteErrors or None
        Mean absolute errors, where a sample of rows was given.

    Examples
    --------
    >>> import kedou as kd
    >>> from kedou.fitting.leave_one_out import leave_one_out
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
    absolute: AbsoluteErrors | None = None

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
    sample: Sample | None = None,
    progress: Callable[[int, int], None] | None = None,
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
    sample : Sample, optional
        Rows of the same scan, with their folds: gives the mean absolute error as well.
    progress : callable, optional
        Called with (folds done, folds) before each fold. An exception that it raises ends it all.

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
            if progress is not None:
                progress(number, len(moments.folds))
            fold = moments.folds[number]
            wanted = kind != "split" or number == len(moments.folds) - 1
            if wanted and fold.weight_sum > 0 and training.weight_sum > 0:
                parts.append(_measure(training, fold, descent, rows_of(sample, number)))
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
    sampled: Sampled | None


def _measure(training: Moments, fold: Moments, descent: _Descent, sample: Sample | None) -> _Part:
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
        sampled=absolute_errors_of(sample, design.columns, theta, descent.intercept, training),
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
        absolute=summarised([part.sampled for part in parts], bool(diverged), many),
    )


def settings_again(settings: Mapping[str, Any], run: Trajectory) -> dict[str, Any]:
    """Return the settings of the descents on training parts, after a run on all rows.

    A rate that was found by trying a ladder of them is kept: to try them all in each part would
    take as long as everything else a hundred times over. Gradient descent's own rate is known at
    once, so each part has its own.
    """
    again = dict(settings) | {"seed": settings.get("seed") if run.seed is None else run.seed}
    rule, rate = settings.get("rule", "gradient-descent"), settings.get("learning_rate", "auto")
    tried = isinstance(rule, str | type) and rule != "gradient-descent" and rate == "auto"
    return again | {"learning_rate": run.learning_rate} if tried else again


def trainings(moments: Moments) -> Iterator[tuple[int, Moments]]:
    """Yield each fold's number with the moments of all others, in 3 n merges instead of n^2."""
    folds = [replace(fold, folds=()) for fold in moments.folds]
    none = empty(folds[0])
    before = list(accumulate(folds[:-1], initial=none))
    after = list(accumulate(reversed(folds[1:]), initial=none))[::-1]
    for number, (left, right) in enumerate(zip(before, after, strict=True)):
        yield number, left + right
