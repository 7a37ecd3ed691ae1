"""The sum of two moments, as if their rows had been read together (``kedou.moments.chan``)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kedou.errors import MomentsMismatchError
from kedou.moments.chan import between
from kedou.moments.moments import Moments
from kedou.moments.unions import union_columns, with_columns


def merge(a: Moments, b: Moments) -> Moments:
    """Merge two moments; exact ones to exact ones, exact and fast ones to fast ones.

    Raises
    ------
    MomentsMismatchError
        Other columns, or another target.
    """
    require_same_kind(a, b)
    if a.exact is not None and b.exact is not None:
        from kedou.moments.exact.sums import sums_of

        return replace((sums_of(a) + sums_of(b)).moments(), chosen=a.chosen or b.chosen)
    if a.exact is not None or b.exact is not None:
        a, b = as_fast(a), as_fast(b)
    if a.columns != b.columns:
        a, b = _align(a, b)
    folds: tuple[Moments, ...] = ()
    if a.folds and len(a.folds) == len(b.folds):
        folds = tuple(merge(x, y) for x, y in zip(a.folds, b.folds, strict=True))
    counts: dict[str, Any] = {**merged_counts(a, b), "folds": folds}
    if b.weight_sum == 0.0:
        return replace(a, **counts)
    if a.weight_sum == 0.0:
        return replace(b, **counts)
    weight_sum, mean, low, spread = between(
        np.array([a.weight_sum, b.weight_sum]),
        np.array([a.mean, b.mean]),
        np.array([a.mean_low, b.mean_low]),
    )
    scatter = a.scatter + b.scatter + spread
    return replace(a, weight_sum=weight_sum, mean=mean, mean_low=low, scatter=scatter, **counts)


def empty(like: Moments) -> Moments:
    """Return the moments of no rows, with the columns of ``like``: the neutral element of ``+``."""
    size = len(like.columns) + 1
    if like.exact is not None:
        from kedou.moments.exact.bins import none

        like = replace(like, exact=none(size + 1), scatter_low=np.zeros((size, size)))
    return replace(
        like,
        count=0,
        weight_sum=0.0,
        mean=np.zeros(size),
        mean_low=np.zeros(size),
        scatter=np.zeros((size, size)),
        rows_read=0,
        skipped={},
        folds=(),
    )


def as_fast(moments: Moments) -> Moments:
    """Return the moments rounded to float64, as fast ones: what is added to fast ones."""
    folds = tuple(as_fast(fold) for fold in moments.folds)
    return replace(
        moments, precision="fast", exact=None, scatter_low=None, chosen=None, folds=folds
    )


def merged_counts(a: Any, b: Any) -> dict[str, Any]:
    """Return ``count``, ``rows_read`` and ``skipped`` of two sums or moments together."""
    skipped = dict(a.skipped)
    for name, cells in b.skipped.items():
        skipped[name] = skipped.get(name, 0) + cells
    return {
        "count": a.count + b.count,
        "rows_read": a.rows_read + b.rows_read,
        "skipped": skipped,
    }


def require_same_kind(a: Any, b: Any) -> None:
    """Refuse to add what does not belong together: other targets, weights or folds.

    Raises
    ------
    MomentsMismatchError
    """
    if a.target_name != b.target_name:
        raise MomentsMismatchError("moments.other-target", left=a.target_name, right=b.target_name)
    if (a.weight_name is None) != (b.weight_name is None) and a.count and b.count:
        raise MomentsMismatchError(
            "moments.other-weight", left=a.weight_name or "-", right=b.weight_name or "-"
        )
    if len(a.folds) != len(b.folds) and a.count and b.count:
        raise MomentsMismatchError("moments.other-folds", left=len(a.folds), right=len(b.folds))


def _align(a: Moments, b: Moments) -> tuple[Moments, Moments]:
    columns = union_columns(a.columns, b.columns)
    return with_columns(a, columns), with_columns(b, columns)
