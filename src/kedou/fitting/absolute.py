"""Mean absolute error on rows left out, taken over a sample: moments hold squares only.

Each row of the sample is predicted by the descent that left its fold out. Of up to 2,000 rows the
sample is all of them, and the error exact; of more, its own error is about 2 % of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kedou.block import Column, Floats
from kedou.fitting.sample import Sample
from kedou.moments import Moments


@dataclass(frozen=True, slots=True)
class AbsoluteErrors:
    """Mean absolute errors on a sample of the rows left out, in units of the target.

    Attributes
    ----------
    mae : float or None
        Over all rows of the sample, weighted as they are; None where a descent diverged.
    spread : float or None
        Standard deviation of the folds' own; None where folds are single rows, or there is but one.
    baseline : float
        That of "always the mean" of the training part.
    rows : int
        How many rows it was taken over.
    """

    mae: float | None
    spread: float | None
    baseline: float
    rows: int


@dataclass(frozen=True, slots=True)
class Sampled:
    """Absolute errors on the rows of a sample in one fold, weighted sums."""

    rows: int
    weight: float
    error: float
    baseline: float


def rows_of(sample: Sample | None, fold: int) -> Sample | None:
    """Return the rows of a sample that lie in a fold."""
    if sample is None or sample.folds is None:
        return None
    inside = np.flatnonzero(sample.folds == fold)
    weight = None if sample.weight is None else sample.weight[inside]
    return replace(sample, X=sample.X[inside], y=sample.y[inside], weight=weight)


def absolute_errors_of(
    sample: Sample | None,
    columns: Sequence[Column],
    theta: Floats,
    intercept: bool,
    training: Moments,
) -> Sampled | None:
    """Return the absolute errors of a line on rows that it has not seen."""
    if sample is None:
        return None
    place = {column: number for number, column in enumerate(sample.columns)}
    X = sample.X[:, [place[column] for column in columns]]
    k = len(columns)
    weight = np.ones(len(sample.y)) if sample.weight is None else sample.weight
    with np.errstate(over="ignore", invalid="ignore"):
        errors = np.abs(sample.y - X @ theta[:k] - (float(theta[k]) if intercept else 0.0))
    return Sampled(
        rows=len(sample.y),
        weight=float(weight.sum()),
        error=float(weight @ errors),
        baseline=float(weight @ np.abs(sample.y - training.mean[-1])),
    )


def summarised(
    parts: Sequence[Sampled | None], diverged: bool, many: bool
) -> AbsoluteErrors | None:
    """Return the mean absolute errors of all folds together; None without a row."""
    found = [part for part in parts if part is not None and part.weight > 0]
    if not found:
        return None
    total = sum(one.weight for one in found)
    of_folds = [one.error / one.weight for one in found]
    varied = many and len(found) > 1 and not diverged
    return AbsoluteErrors(
        mae=None if diverged else sum(one.error for one in found) / total,
        spread=float(np.std(of_folds, ddof=1)) if varied else None,
        baseline=sum(one.baseline for one in found) / total,
        rows=sum(one.rows for one in found),
    )
