"""How well a line does on rows it has not seen: each fold is predicted by a descent on the others.

Nothing is read again. Moments of the whole are those of its folds, added up; so the training part
of a fold is what the other folds add up to, a descent on it costs what any descent on moments
costs, and its mean squared error on the rows left out follows from their moments alone
(``kedou.fitting.fold_parts``). Scaling, reference levels and the learning rate that ``"auto"``
stands for are chosen inside each training part.

Only the mean absolute error needs rows: moments hold squares (``kedou.fitting.absolute``).

The error reported is that of where descent ended, as everywhere; ``exact_mse`` is that of the exact
answers beside it. One definition for all kinds: the root of the squared error pooled over all rows
left out, so that leaving out one row at a time and leaving out a fifth are the same quantity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from kedou.blas import one_thread
from kedou.block import Floats
from kedou.descent.auto import constant_rate
from kedou.descent.descend import make_rule, start_of
from kedou.descent.jump import jump
from kedou.descent.outcome import spectrum_says
from kedou.descent.trajectory import Trajectory
from kedou.descent.walk import walk
from kedou.errors import OptionError
from kedou.fitting.absolute import AbsoluteErrors, Sampled, absolute_errors_of, rows_of, summarised
from kedou.fitting.fold_parts import FoldPart, fold_parts, mean_squared_error
from kedou.fitting.sample import Sample
from kedou.moments import Moments
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
    prepared = prepare(moments, kind, intercept, standardize, ridge)
    return prepared.hold_out(
        rule=rule,
        learning_rate=learning_rate,
        steps=steps,
        start=start,
        seed=seed,
        tolerance=tolerance,
        sample=sample,
        progress=progress,
    )


def prepare(
    moments: Moments,
    kind: Kind | None = None,
    intercept: bool = True,
    standardize: bool = True,
    ridge: float = 0.0,
) -> Prepared:
    """Form the training part of each fold once, for any number of descents on them.

    Raises
    ------
    OptionError, DataError
        As for ``hold_out``.
    """
    if len(moments.folds) < 2:
        raise OptionError("hold_out.no-folds")
    if kind is None:
        single = all(fold.count <= 1 for fold in moments.folds)
        kind = "leave-one-out" if single else "folds"
    parts = fold_parts(moments, kind == "split", intercept, standardize, ridge)
    return Prepared(kind, len(moments.folds), parts, intercept)


@dataclass(frozen=True, eq=False)
class Prepared:
    """All folds, prepared for descents on their training parts.

    Attributes
    ----------
    kind : {"folds", "split", "group", "leave-one-out"}
    folds : int
        How many there are, used or not.
    parts : tuple of FoldPart
    intercept : bool
    """

    kind: Kind
    folds: int
    parts: tuple[FoldPart, ...]
    intercept: bool

    def hold_out(
        self,
        *,
        rule: Any = "gradient-descent",
        learning_rate: Any = "auto",
        steps: int = 1000,
        start: float | Sequence[float] | Floats | str = 0.0,
        seed: int | None = None,
        tolerance: float | None = None,
        sample: Sample | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> HoldOut:
        """Descend on each training part, and measure the error on its fold."""
        descent = _Descent(rule, learning_rate, steps, start, seed, tolerance)
        measured: list[_Measured] = []
        with one_thread():
            for part in self.parts:
                if progress is not None:
                    progress(len(measured), len(self.parts))
                rows = rows_of(sample, part.number)
                measured.append(_measure(part, descent, rows, self.intercept))
        return _summarised(self, measured)


@dataclass(frozen=True, slots=True)
class _Descent:
    """Settings of the descents, the same for each training part."""

    rule: Any
    learning_rate: Any
    steps: int
    start: Any
    seed: int | None
    tolerance: float | None

    def end(self, part: FoldPart) -> tuple[Floats, bool]:
        """Return where descent ends, and whether it grew."""
        surface = part.surface
        names = surface.design.parameter_names
        theta, _ = start_of(self._start(names, part.names), names, self.seed)
        inner = surface.coordinates.inward(theta)
        rule, _ = make_rule(self.rule, self.learning_rate, surface, inner, self.steps)
        rate = constant_rate(rule)
        if rate is None:
            record, grows = walk(surface, rule, inner, self.steps, self.tolerance), False
        else:
            record = jump(surface, rate, inner, self.steps, self.tolerance)
            grows = spectrum_says(surface, rate, inner)
        return surface.coordinates.outward(record.theta[-1]), grows or record.stop == "ceiling"

    def _start(self, names: Sequence[str], all_names: Sequence[str]) -> Any:
        """Take a start of one number for each parameter to the columns there are."""
        if isinstance(self.start, str) or np.ndim(self.start) == 0:
            return self.start
        given = dict(zip(all_names, np.asarray(self.start, dtype=np.float64), strict=True))
        return [float(given.get(name, 0.0)) for name in names]


@dataclass(frozen=True, slots=True)
class _Measured:
    """What came of the descent on one training part."""

    mse: float
    diverged: bool
    sampled: Sampled | None


def _measure(
    part: FoldPart, descent: _Descent, sample: Sample | None, intercept: bool
) -> _Measured:
    theta, diverged = descent.end(part)
    columns = part.surface.design.columns
    return _Measured(
        mse=mean_squared_error(part.fold, columns, theta, intercept),
        diverged=diverged,
        sampled=absolute_errors_of(sample, columns, theta, intercept, part.training),
    )


def _summarised(prepared: Prepared, measured: list[_Measured]) -> HoldOut:
    kind, parts = prepared.kind, prepared.parts
    weights = np.array([part.fold.weight_sum for part in parts])

    def pooled(values: list[float]) -> float:
        return float(weights @ np.array(values) / weights.sum())

    errors = [float(np.sqrt(one.mse)) for one in measured]
    diverged = sum(one.diverged for one in measured)
    notes: list[Message] = []
    if diverged:
        notes.append(Message("hold_out.diverged", {"count": diverged, "folds": len(parts)}))
    unseen = sorted({name for part in parts for name in part.unseen})
    if unseen:
        notes.append(Message("hold_out.unseen", {"levels": unseen}))
    deficient = sum(bool(part.surface.answer.null.shape[1]) for part in parts)
    if deficient:
        notes.append(Message("hold_out.deficient", {"count": deficient, "folds": len(parts)}))
    left_empty = prepared.folds - len(parts)
    if left_empty and kind in ("folds", "group"):
        notes.append(Message("hold_out.empty-folds", {"count": left_empty, "folds": len(parts)}))
    many = kind != "leave-one-out" and len(parts) > 1
    return HoldOut(
        kind=kind,
        folds=len(parts),
        rows=tuple(part.fold.count for part in parts),
        training_rows=tuple(part.training.count for part in parts),
        mse=None if diverged else pooled([one.mse for one in measured]),
        spread=float(np.std(errors, ddof=1)) if many and not diverged else None,
        baseline_rmse=float(np.sqrt(pooled([part.baseline for part in parts]))),
        exact_mse=pooled([part.exact for part in parts]),
        fold_rmse=tuple(errors),
        notes=tuple(notes),
        absolute=summarised([one.sampled for one in measured], bool(diverged), many),
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


def has_rate_of_its_own(run: Trajectory) -> bool:
    """Say whether each training part has a learning rate of its own, as in ``settings_again``.

    So it is where gradient descent's was chosen automatically, on squared error: the rate of all
    rows may lie beyond the limit of a part.
    """
    codes = ("descent.auto-spectrum", "descent.auto-spectrum-far", "descent.auto-flat")
    chosen = any(note.code in codes for note in run.notes)
    return chosen and run.rule.get("name") == "gradient-descent"
