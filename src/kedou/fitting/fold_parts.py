"""Each fold and what is learnt from the others, formed from moments: nothing is read again.

The training part of a fold is what the other folds add up to. The mean squared error of a line on
the rows of a fold follows from their moments alone:

    MSE = v'S v / W + (ybar - m'w - b)^2        v = (-w, 1)

with W, (m, ybar) and S the weight sum, means and scatter of the fold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from kedou.blas import one_thread
from kedou.block import Column, Floats
from kedou.errors import DataError
from kedou.moments import Moments
from kedou.moments import double_double as dd
from kedou.moments.merging import empty
from kedou.solution import make_design
from kedou.spectrum.quadratic import Quadratic, quadratic_of


@dataclass(frozen=True, eq=False)
class FoldPart:
    """One fold, what is learnt from the others, and what does not depend on a descent.

    Attributes
    ----------
    number : int
        Of the fold.
    training, fold : Moments
    surface : Quadratic
        The bowl of the training part, without levels that it has no row of.
    names : tuple of str
        Parameters of the training part, such levels among them.
    unseen : tuple of str
        Levels that the fold has and the training part has not.
    baseline, exact : float
        Mean squared errors of "always the mean", and of the exact answer.
    """

    number: int
    training: Moments
    fold: Moments
    surface: Quadratic
    names: tuple[str, ...]
    unseen: tuple[str, ...]
    baseline: float
    exact: float


def fold_parts(
    moments: Moments, only_last: bool, intercept: bool, standardize: bool, ridge: float
) -> tuple[FoldPart, ...]:
    """Form the parts of all folds that have rows both in them and outside them.

    Raises
    ------
    DataError
        There is none.
    """
    parts = []
    with one_thread():
        for number, training in trainings(moments):
            fold = moments.folds[number]
            wanted = not only_last or number == len(moments.folds) - 1
            if wanted and fold.weight_sum > 0 and training.weight_sum > 0:
                parts.append(_part(number, training, fold, intercept, standardize, ridge))
    if not parts:
        raise DataError("hold_out.nothing-left-out", folds=len(moments.folds))
    return tuple(parts)


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
    if moments.scatter_low is not None:
        low = moments.scatter_low[np.ix_(where, where)]
        mean = (moments.mean[where], moments.mean_low[where])
        return _in_double_double((scatter, low), mean, V, b, moments.weight_sum)
    with np.errstate(over="ignore", invalid="ignore"):
        around = np.einsum("ij,ij->i", V @ scatter, V) / moments.weight_sum
        at = V @ moments.mean[where] - b
        errors = np.maximum(around, 0.0) + at * at
    return np.where(np.isfinite(errors), errors, np.inf)


def _in_double_double(
    scatter: dd.Pair, mean: dd.Pair, V: Floats, b: Floats, weight_sum: float
) -> Floats:
    """Return the errors on exact moments: v'Sv may cancel far below the size of its terms."""
    none = np.zeros_like(V)
    rows = (none, none)
    with np.errstate(over="ignore", invalid="ignore"):
        for j in range(V.shape[1]):
            term = dd.multiply((V[:, j : j + 1], none[:, :1]), (scatter[0][j], scatter[1][j]))
            rows = dd.add(rows, term)
        around, _ = dd.total(dd.multiply(rows, (V, none)))
        at, _ = dd.subtract(dd.total(dd.multiply((V, none), mean)), (b, np.zeros_like(b)))
        errors = np.maximum(around / weight_sum, 0.0) + at * at
    return np.where(np.isfinite(errors), errors, np.inf)


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


def trainings(moments: Moments) -> Iterator[tuple[int, Moments]]:
    """Yield each fold's number with the moments of all others, in 3 n merges instead of n^2."""
    folds = [replace(fold, folds=()) for fold in moments.folds]
    none = empty(folds[0])
    before = list(accumulate(folds[:-1], initial=none))
    after = list(accumulate(reversed(folds[1:]), initial=none))[::-1]
    for number, (left, right) in enumerate(zip(before, after, strict=True)):
        yield number, left + right


def _part(
    number: int,
    training: Moments,
    fold: Moments,
    intercept: bool,
    standardize: bool,
    ridge: float,
) -> FoldPart:
    seen, unseen = drop_unseen(training)
    surface = quadratic_of(make_design(seen, intercept), standardize, ridge)
    exact = surface.answer.theta(intercept)
    off = float(fold.mean[-1] - training.mean[-1])
    place = {column.name: n for n, column in enumerate(fold.columns)}
    return FoldPart(
        number=number,
        training=training,
        fold=fold,
        surface=surface,
        names=make_design(training, intercept).parameter_names,
        unseen=tuple(name for name in unseen if fold.mean[place[name]] > 0),
        baseline=float(fold.scatter[-1, -1]) / fold.weight_sum + off * off,
        exact=mean_squared_error(fold, surface.design.columns, exact, intercept),
    )
