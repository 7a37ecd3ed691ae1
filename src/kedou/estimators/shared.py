"""What estimators do with rows: check arrays, add moments, split them by target.

Only scikit-learn's public helpers stand between the user and the source of rows, so that shapes,
feature names and refusals are those scikit-learn's users know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from sklearn.utils.validation import validate_data

from kedou.block import Floats
from kedou.descent import Trajectory
from kedou.errors import DataError, OptionTypeError
from kedou.estimators.rows import Rows
from kedou.fitting import scan
from kedou.moments import Moments
from kedou.solution import Solution
from kedou.spectrum import Diagnosis

Found = TypeVar("Found", Trajectory, Solution)


def read_rows(estimator: Any, X: Any, y: Any, sample_weight: Any, first: bool) -> Rows:
    """Check X, y and weights, and return them as a source.

    Parameters
    ----------
    estimator : estimator
        Gets ``n_features_in_`` and ``feature_names_in_``, or is compared with them.
    X : (rows, k) array, frame or sparse matrix
    y : (rows,) or (rows, m) array
    sample_weight : (rows,) array, number or None
    first : bool
        Whether nothing is known of the columns yet.

    Raises
    ------
    ValueError, TypeError
        Data that cannot be used; from scikit-learn or from Kedou.
    """
    X, y = validate_data(
        estimator, X, y, reset=first, accept_sparse="csr", multi_output=True, y_numeric=True
    )
    names = tuple(map(str, getattr(estimator, "feature_names_in_", ()))) or tuple(
        f"x{number + 1}" for number in range(X.shape[1])
    )
    Y = _targets(y)
    flat = y.ndim == 1
    targets = _target_names(names, 0 if flat else Y.shape[1])
    return Rows(X, Y, _weights(sample_weight, len(Y)), names, targets, flat)


def _targets(y: Any) -> Floats:
    if not isinstance(y, np.ndarray):
        raise OptionTypeError("estimators.target-sparse")
    if y.dtype.kind not in "biuf":
        raise OptionTypeError("estimators.target-type", got=str(y.dtype))
    return np.asarray(y.reshape(len(y), -1), dtype=np.float64)


def _target_names(names: tuple[str, ...], several: int) -> tuple[str, ...]:
    """Return y, or y1 ... ym, with underscores in front until no feature is called so."""
    targets = tuple(f"y{number + 1}" for number in range(several)) or ("y",)
    while set(targets) & set(names):
        targets = tuple(f"_{name}" for name in targets)
    return targets


def _weights(sample_weight: Any, rows: int) -> Floats | None:
    if sample_weight is None:
        return None
    try:
        weight: Floats = np.asarray(sample_weight, dtype=np.float64)
    except (TypeError, ValueError):
        raise OptionTypeError("estimators.weight-type", got=repr(sample_weight)[:60]) from None
    if weight.ndim == 0:
        weight = np.full(rows, float(weight))
    if weight.shape != (rows,):
        raise DataError("estimators.weight-shape", got=str(weight.shape), rows=rows)
    fine = (weight >= 0.0) & (weight < np.inf)
    if not fine.all():
        row = int(np.argmin(fine))
        raise DataError("estimators.weight-value", row=row + 1, got=str(weight[row]))
    return weight


def all_moments(estimator: Any, rows: Rows) -> Moments:
    """Scan the rows, and add the moments of the rows an estimator has seen before, if any.

    Raises
    ------
    DataError
        Another number of targets than before.
    """
    moments = scan(rows, precision="fast")
    before: Moments | None = getattr(estimator, "moments_", None)
    if before is None:
        return moments
    known = (*before.feature_names[estimator.n_features_in_ :], before.target_name)
    if known != rows.targets:
        raise DataError("estimators.targets-changed", got=len(rows.targets), needed=len(known))
    return before + moments


def each_target(moments: Moments, targets: tuple[str, ...]) -> list[Moments]:
    """Return the moments of [X, y_j] for each target, from those of [X, y_1 ... y_m]."""
    if len(targets) == 1:
        return [moments]
    return [
        moments.with_target(name).drop([other for other in targets if other != name])
        for name in targets
    ]


def diagnosed(
    found: Found | tuple[Found, ...],
    moments: Moments,
    diagnose_one: Callable[[Moments, Found], Diagnosis],
) -> Diagnosis | tuple[Diagnosis, ...]:
    """Return the diagnosis of what was found for each target, a run or a solution.

    Parameters
    ----------
    found : run or solution, or tuple of m
    moments : Moments
        Of [X, y_1 ... y_m].
    diagnose_one : callable
        From the moments of one target, and what was found for it.
    """
    each = found if isinstance(found, tuple) else (found,)
    targets = tuple(one.target_name for one in each)
    diagnoses = tuple(
        diagnose_one(own, one) for own, one in zip(each_target(moments, targets), each, strict=True)
    )
    return diagnoses if isinstance(found, tuple) else diagnoses[0]
