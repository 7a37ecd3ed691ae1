"""The error on rows left out, at every step of a descent: where to stop, and which penalty.

Nothing is read again. Each fold is left out in turn; the descent on the others leaves a point
theta_t at every step, and the mean squared error of that point on the fold follows from the fold's
moments alone (``mean_squared_error``). Over all folds, weighted as their rows are:

    L_t = sum_f W_f MSE_f(theta_t of the descent without f) / sum_f W_f

Stopping early and a ridge penalty are two ways to the same end, a line that trusts the rows it saw
a little less; ``find_best`` looks at both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.blas import one_thread
from kedou.block import Floats
from kedou.descent.auto import constant_rate
from kedou.descent.descend import make_rule, start_of
from kedou.descent.history import MOST_RECORDS
from kedou.descent.jump import jump
from kedou.descent.walk import walk
from kedou.errors import DataError, OptionError
from kedou.fitting.fold_parts import drop_unseen, squared_errors, trainings
from kedou.moments import Moments
from kedou.solution.design import Design, make_design
from kedou.spectrum.quadratic import Quadratic, quadratic_of
from kedou.texts import Message

LADDER = (0.0, *(10.0 ** (half / 2) for half in range(-12, 5)))
"""Ridge penalties that are tried: none, and half powers of ten from 1e-6 to 100."""
NEAR = 1.001
"""A step, or a penalty, is as good as the best one where its error is within a thousandth."""


@dataclass(frozen=True, eq=False)
class Validation:
    """Training and left-out loss at every step.

    Attributes
    ----------
    steps : (records,) int64
        As many as the longest of the folds' descents has.
    training, left_out : (records,) float64
        Mean squared errors over the folds; infinite from where a fold's descent left the ceiling.
    baseline : float
        That of "always the mean" of the training parts, on the rows left out.
    exact : float
        Left-out error of the exact answers.
    folds : int

    Examples
    --------
    >>> import kedou as kd
    >>> from kedou.fitting.leave_one_out import leave_one_out
    >>> source = kd.open(str(kd.data.tadpoles().path()), target="volume")
    >>> seen = validate(leave_one_out(source), learning_rate=0.5, steps=3)
    >>> seen.left_out.round(3).tolist(), round(seen.exact, 3), seen.best_step
    ([6.507, 0.345, 0.345, 0.345], 0.345, 1)
    """

    steps: NDArray[np.int64]
    training: Floats
    left_out: Floats
    baseline: float
    exact: float
    folds: int

    @property
    def best_step(self) -> int:
        """The first step whose left-out error is within a thousandth of the smallest one."""
        return int(self.steps[int(np.argmax(self.left_out <= NEAR * np.min(self.left_out)))])


@dataclass(frozen=True, slots=True)
class Best:
    """What left the smallest error on rows left out.

    Attributes
    ----------
    ridge, learning_rate : float
    step : int
    left_out : float
        Mean squared error there.
    plain : float
        That of the exact answer without a penalty.
    ladder : tuple of float
        The penalties tried.
    errors : tuple of float
        Left-out error of the exact answer with each of them.
    message : Message
        What was tried, and why this was chosen.
    """

    ridge: float
    learning_rate: float
    step: int
    left_out: float
    plain: float
    ladder: tuple[float, ...]
    errors: tuple[float, ...]
    message: Message


def validate(
    moments: Moments,
    *,
    rule: Any = "gradient-descent",
    learning_rate: Any = "auto",
    steps: int = 1000,
    start: float | Sequence[float] | Floats | str = 0.0,
    seed: int | None = None,
    intercept: bool = True,
    standardize: bool = True,
    ridge: float = 0.0,
    only_last: bool = False,
) -> Validation:
    """Descend without each fold in turn, and measure every step on it.

    Parameters
    ----------
    moments : Moments
        With folds.
    rule, learning_rate, steps, start, seed, intercept, standardize, ridge
        As for ``kd.descend``. Scaling, reference levels and an automatic rate are each training
        part's own.
    only_last : bool, default False
        Leave out the last fold only (a split by time).

    Raises
    ------
    OptionError
        The moments have no folds.
    DataError
        No fold has rows both in it and outside it.
    """
    runs = []
    with one_thread():
        for part in _parts(moments, intercept, only_last):
            surface = quadratic_of(part.design, standardize, ridge)
            theta, _ = start_of(part.start(start), part.design.parameter_names, seed)
            inner = surface.coordinates.inward(theta)
            made, _ = make_rule(rule, learning_rate, surface, inner, steps)
            rate = constant_rate(made)
            if rate is not None and steps > MOST_RECORDS:
                record = jump(surface, rate, inner, steps, None)
            else:
                record = walk(surface, made, inner, steps, None)
            thetas = surface.coordinates.outward(record.theta)
            runs.append((part, surface, record, part.errors(thetas)))
    length = max(len(record.steps) for _, _, record, _ in runs)
    longest = next(record.steps for _, _, record, _ in runs if len(record.steps) == length)
    left_out, training = np.zeros(length), np.zeros(length)
    weight = sum(part.fold.weight_sum for part, *_ in runs)
    seen = sum(part.training.weight_sum for part, *_ in runs)
    for part, surface, record, errors in runs:
        gone = np.full(length - len(errors), np.inf)
        left_out += part.fold.weight_sum / weight * np.append(errors, gone)
        # A penalty is no error: what is measured is the squared error alone.
        own = part.squared(surface, record.theta) if ridge else record.gap + surface.least
        training += part.training.weight_sum / seen * np.append(own, gone)
    return Validation(
        steps=longest,
        training=training,
        left_out=left_out,
        baseline=_pooled(runs, lambda part, _: part.baseline),
        exact=_pooled(runs, lambda part, surface: part.exact(surface)),
        folds=len(runs),
    )


def find_best(
    moments: Moments,
    *,
    steps: int = 1000,
    start: float | Sequence[float] | Floats = 0.0,
    intercept: bool = True,
    standardize: bool = True,
    only_last: bool = False,
) -> Best:
    """Find the ridge penalty, and the step to stop at, with the smallest error on rows left out.

    The penalty is the smallest of ``LADDER`` whose exact answers err as little on the folds left
    out as those of any (within a thousandth). The learning rate is then the best one from this
    start, and the step the first that is as good as the best of ``steps``.

    Raises
    ------
    OptionError, DataError
        As for ``validate``.
    """
    with one_thread():
        parts = list(_parts(moments, intercept, only_last))
        weight = sum(part.fold.weight_sum for part in parts)
        errors = [
            sum(
                part.fold.weight_sum * part.exact(quadratic_of(part.design, standardize, ridge))
                for part in parts
            )
            / weight
            for ridge in LADDER
        ]
    ridge = LADDER[int(np.argmax(np.array(errors) <= NEAR * min(errors)))]
    surface = quadratic_of(make_design(moments, intercept), standardize, ridge)
    theta, _ = start_of(start, surface.design.parameter_names, None)
    inner = surface.coordinates.inward(theta)
    made, _ = make_rule("gradient-descent", "auto", surface, inner, steps)
    rate = constant_rate(made)
    assert rate is not None
    seen = validate(
        moments,
        learning_rate=rate,
        steps=steps,
        start=start,
        intercept=intercept,
        standardize=standardize,
        ridge=ridge,
        only_last=only_last,
    )
    step = seen.best_step
    left_out = float(seen.left_out[int(np.searchsorted(seen.steps, step))])
    values = {
        "ridge": ridge,
        "rate": rate,
        "step": step,
        "steps": int(seen.steps[-1]),
        "tried": len(LADDER),
        "most": LADDER[-1],
        "rmse": float(np.sqrt(left_out)),
        "plain": float(np.sqrt(errors[0])),
    }
    code = "validation.best-ridge" if ridge else "validation.best-plain"
    return Best(
        ridge, rate, step, left_out, errors[0], LADDER, tuple(errors), Message(code, values)
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One fold, and what is learnt from the others."""

    training: Moments
    fold: Moments
    design: Design
    names: tuple[str, ...]
    intercept: bool

    def start(self, start: Any) -> Any:
        """Take a start of one number for each parameter to the columns there are."""
        if isinstance(start, str) or np.ndim(start) == 0:
            return start
        given = dict(zip(self.names, np.asarray(start, dtype=np.float64), strict=True))
        return [float(given.get(name, 0.0)) for name in self.design.parameter_names]

    def errors(self, thetas: Floats) -> Floats:
        """Return the mean squared error of parameters (records, p) on the fold, (records,)."""
        return squared_errors(self.fold, self.design.columns, thetas, self.intercept)

    def squared(self, surface: Quadratic, inner: Floats) -> Floats:
        """Return the mean squared error on the training part, without any penalty."""
        thetas = surface.coordinates.outward(inner)
        return squared_errors(self.training, self.design.columns, thetas, self.intercept)

    def exact(self, surface: Quadratic) -> float:
        """Return the error of the exact answer on the fold."""
        return float(self.errors(surface.answer.theta(self.intercept)[None, :])[0])

    @property
    def baseline(self) -> float:
        """The error of "always the mean" on the fold."""
        off = float(self.fold.mean[-1] - self.training.mean[-1])
        return float(self.fold.scatter[-1, -1]) / self.fold.weight_sum + off * off


def _parts(moments: Moments, intercept: bool, only_last: bool) -> list[_Part]:
    if len(moments.folds) < 2:
        raise OptionError("hold_out.no-folds")
    parts = []
    for number, training in trainings(moments):
        fold = moments.folds[number]
        if only_last and number != len(moments.folds) - 1:
            continue
        if fold.weight_sum > 0 and training.weight_sum > 0:
            names = make_design(training, intercept).parameter_names
            seen, _ = drop_unseen(training)
            parts.append(_Part(training, fold, make_design(seen, intercept), names, intercept))
    if not parts:
        raise DataError("hold_out.nothing-left-out", folds=len(moments.folds))
    return parts


def _pooled(runs: Sequence[Any], of: Callable[[_Part, Quadratic], float]) -> float:
    weights = np.array([part.fold.weight_sum for part, *_ in runs])
    errors = np.array([of(part, surface) for part, surface, *_ in runs])
    return float(weights @ errors / weights.sum())
