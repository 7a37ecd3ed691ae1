"""What can be done to columns on the moments alone, as if it had been done to every row.

Selecting and dropping columns takes rows and columns of the scatter; scaling by c multiplies
them by c; shifting moves a mean and leaves the scatter as it is. On exact moments all of it is done
on the exact sums: c x is then the product itself, not its rounding to float64.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from kedou.block import Column, Floats
from kedou.errors import OptionError
from kedou.moments.chan import two_sum
from kedou.moments.exact.sums import moments_of
from kedou.moments.exact.transform import transformed
from kedou.moments.moments import Moments


def select(moments: Moments, features: str | Iterable[str]) -> Moments:
    """Keep the named features, in the given order.

    A name may be a column (``city=Beijing``) or what it was made from (``city``: all its
    levels; ``age``: the column and its powers).

    Raises
    ------
    OptionError
        An unknown name, or the same column twice.
    """
    wanted: list[int] = []
    for name in [features] if isinstance(features, str) else list(features):
        found = _numbers_of(moments, name)
        if any(number in wanted for number in found):
            raise OptionError("moments.column-twice", name=name)
        wanted += found
    return _take(moments, wanted)


def drop(moments: Moments, names: str | Iterable[str]) -> Moments:
    """Leave out the named features.

    Raises
    ------
    OptionError
        An unknown name.
    """
    gone: set[int] = set()
    for name in [names] if isinstance(names, str) else list(names):
        gone.update(_numbers_of(moments, name))
    return _take(moments, [n for n in range(len(moments.columns)) if n not in gone])


def with_target(moments: Moments, name: str) -> Moments:
    """Make the feature ``name`` the target; the old target becomes the last feature.

    Raises
    ------
    OptionError
        There is no such feature.
    """
    if name == moments.target_name:
        return moments
    number = _index(moments, name)
    k = len(moments.columns)
    order = [n for n in range(k) if n != number] + [k, number]
    old = Column(moments.target_name, moments.target_name)
    columns = (*(c for n, c in enumerate(moments.columns) if n != number), old)
    return _reorder(moments, order, columns, name)


def scale(moments: Moments, factors: Mapping[str, float]) -> Moments:
    """Multiply columns (features or target) by finite constants.

    Raises
    ------
    OptionError
        An unknown name or a factor that is not finite.
    """
    by = np.ones(len(moments.columns) + 1)
    for name, factor in factors.items():
        by[_index_with_target(moments, name)] = _finite(name, factor)

    def apply(part: Moments) -> Moments:
        if part.exact is not None:
            return _exactly(part, by, np.zeros_like(by), tuple(map(apply, part.folds)))
        return replace(
            part,
            mean=part.mean * by,
            mean_low=part.mean_low * by,
            scatter=part.scatter * by[:, None] * by,
            folds=tuple(apply(fold) for fold in part.folds),
        )

    return apply(moments)


def shift(moments: Moments, offsets: Mapping[str, float]) -> Moments:
    """Add finite constants to columns (features or target).

    Raises
    ------
    OptionError
        An unknown name or an offset that is not finite.
    """
    by = np.zeros(len(moments.columns) + 1)
    for name, offset in offsets.items():
        by[_index_with_target(moments, name)] = _finite(name, offset)

    def apply(part: Moments) -> Moments:
        if part.exact is not None:
            return _exactly(part, np.ones_like(by), by, tuple(map(apply, part.folds)))
        high, error = two_sum(part.mean, by)
        mean, low = two_sum(high, error + part.mean_low)
        return replace(
            part, mean=mean, mean_low=low, folds=tuple(apply(fold) for fold in part.folds)
        )

    return apply(moments)


def _exactly(
    part: Moments, factors: Floats, offsets: Floats, folds: tuple[Moments, ...]
) -> Moments:
    assert part.exact is not None
    moved = moments_of(
        transformed(part.exact, factors, offsets),
        columns=part.columns,
        target_name=part.target_name,
        weight_name=part.weight_name,
        count=part.count,
        rows_read=part.rows_read,
        skipped=part.skipped,
        folds=folds,
    )
    return replace(moved, chosen=part.chosen)


def _finite(name: str, value: float) -> float:
    if not np.isfinite(value):
        raise OptionError("moments.not-finite", name=name, got=str(value))
    return float(value)


def _take(moments: Moments, numbers: Sequence[int]) -> Moments:
    order = [*numbers, len(moments.columns)]
    columns = tuple(moments.columns[number] for number in numbers)
    return _reorder(moments, order, columns, moments.target_name)


def _reorder(
    moments: Moments, order: Sequence[int], columns: tuple[Column, ...], target: str
) -> Moments:
    where = np.asarray(order, dtype=np.intp)
    exact, low = moments.exact, moments.scatter_low
    return replace(
        moments,
        exact=None if exact is None else exact.take(np.append(where, exact.size - 1)),
        scatter_low=None if low is None else low[np.ix_(where, where)],
        columns=columns,
        target_name=target,
        mean=moments.mean[where],
        mean_low=moments.mean_low[where],
        scatter=moments.scatter[np.ix_(where, where)],
        folds=tuple(_reorder(fold, order, columns, target) for fold in moments.folds),
    )


def _numbers_of(moments: Moments, name: str) -> list[int]:
    exact = [n for n, column in enumerate(moments.columns) if column.name == name]
    family = [n for n, column in enumerate(moments.columns) if column.source == name]
    found = family if len(family) > 1 else exact or family
    if not found:
        _refuse(moments, name)
    return found


def _index(moments: Moments, name: str) -> int:
    for number, column in enumerate(moments.columns):
        if column.name == name:
            return number
    _refuse(moments, name)
    raise AssertionError


def _index_with_target(moments: Moments, name: str) -> int:
    return len(moments.columns) if name == moments.target_name else _index(moments, name)


def _refuse(moments: Moments, name: str) -> None:
    near = difflib.get_close_matches(name, moments.feature_names, n=1)
    if near:
        raise OptionError("moments.unknown-column-near", name=name, near=near[0])
    raise OptionError("moments.unknown-column", name=name, known=list(moments.feature_names[:20]))
