"""Exact sums of rows [x_1 ... x_k y 1], and how they become moments.

``Sums`` is what blocks are folded into: adding two of them adds whole numbers, so no order can
change a bit. Centring happens once, at the end, still in whole numbers:

    S_ab = sum w z_a z_b - (sum w z_a)(sum w z_b) / W
         = (W N_ab - N_a N_b) / W            N the sums on their common grid

and only then are mean and scatter rounded, each to a sum of two float64 numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ldexp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.block import Column, Floats
from kedou.moments.exact.bins import Bins
from kedou.moments.merging import merged_counts, require_same_kind
from kedou.moments.moments import Moments
from kedou.moments.unions import union_columns


@dataclass(frozen=True, eq=False)
class Sums:
    """Exact sums that are still being added up; ``moments`` ends it.

    Attributes
    ----------
    bins : Bins
        Of the k + 2 columns [x_1 ... x_k y 1].
    """

    columns: tuple[Column, ...]
    target_name: str
    weight_name: str | None
    count: int
    bins: Bins
    rows_read: int
    skipped: Mapping[str, int] = field(default_factory=dict)
    folds: tuple[Sums, ...] = ()
    precision: str = "exact"

    def __add__(self, other: Sums) -> Sums:
        """Add the sums of other rows; a level that one side never saw is 0 in all its rows."""
        require_same_kind(self, other)
        a, b = self, other
        if a.columns != b.columns:
            columns = union_columns(a.columns, b.columns)
            a, b = a.widened(columns), b.widened(columns)
        folds: tuple[Sums, ...] = ()
        if a.folds and len(a.folds) == len(b.folds):
            folds = tuple(x + y for x, y in zip(a.folds, b.folds, strict=True))
        return replace(a, bins=a.bins + b.bins, **{**merged_counts(a, b), "folds": folds})

    def widened(self, columns: tuple[Column, ...]) -> Sums:
        """Return the sums among more columns, zero in the new ones."""
        if self.columns == columns:
            return self
        bins = spread(self.bins, self.columns, columns)
        folds = tuple(fold.widened(columns) for fold in self.folds)
        return replace(self, columns=columns, bins=bins, folds=folds)

    def moments(self) -> Moments:
        """Return the moments, centred exactly and rounded once."""
        folds = tuple(fold.widened(self.columns).moments() for fold in self.folds)
        return moments_of(
            self.bins,
            columns=self.columns,
            target_name=self.target_name,
            weight_name=self.weight_name,
            count=self.count,
            rows_read=self.rows_read,
            skipped=self.skipped,
            folds=folds,
        )


def sums_of(moments: Moments) -> Sums:
    """Return the sums that exact moments carry."""
    assert moments.exact is not None
    return Sums(
        columns=moments.columns,
        target_name=moments.target_name,
        weight_name=moments.weight_name,
        count=moments.count,
        bins=moments.exact,
        rows_read=moments.rows_read,
        skipped=moments.skipped,
        folds=tuple(sums_of(fold) for fold in moments.folds),
    )


def spread(bins: Bins, old: tuple[Column, ...], new: tuple[Column, ...]) -> Bins:
    """Return bins of columns ``old`` as bins of columns ``new``, which include them."""
    place = {column: number for number, column in enumerate(new)}
    where = [*(place[column] for column in old), len(new), len(new) + 1]
    return bins.put(np.array(where, dtype=np.intp), len(new) + 2)


def moments_of(bins: Bins, **described: Any) -> Moments:
    """Return exact moments; the other fields of ``Moments`` are given by name."""
    mean, mean_low, scatter, scatter_low, weight_sum = centred(bins)
    return Moments(
        weight_sum=weight_sum,
        mean=mean,
        mean_low=mean_low,
        scatter=scatter,
        scatter_low=scatter_low,
        exact=bins,
        precision="exact",
        **described,
    )


def centred(bins: Bins) -> tuple[Floats, Floats, Floats, Floats, float]:
    """Return mean, mean_low (k + 1,), scatter, scatter_low (k + 1, k + 1), and the weight sum."""
    N, exponent = bins.whole()
    size = bins.size - 1
    W = N[size, size]
    if W == 0:
        flat = np.zeros(size)
        return flat, flat.copy(), np.zeros((size, size)), np.zeros((size, size)), 0.0
    sums = N[:size, size]
    mean = in_two(sums, W, 0)
    above = np.triu_indices(size)
    crossed = W * N[:size, :size] - np.multiply.outer(sums, sums)
    high, low = in_two(crossed[above], W, exponent)
    scatter, scatter_low = np.zeros((size, size)), np.zeros((size, size))
    for matrix, values in ((scatter, high), (scatter_low, low)):
        matrix[above] = values
        matrix.T[above] = values
    return *mean, scatter, scatter_low, float(in_two(np.array([W]), 1, exponent)[0][0])


def weight_in_two(bins: Bins) -> tuple[Floats, Floats]:
    """Return the weight sum as high + low, two arrays without dimensions."""
    N, exponent = bins.take(np.array([bins.size - 1], dtype=np.intp)).whole()
    high, low = in_two(N[0], 1, exponent)
    return high[0], low[0]


def in_two(numerators: NDArray[Any], denominator: int, exponent: int) -> tuple[Floats, Floats]:
    """Return numerators / denominator * 2^exponent as sums (high, low), each rounded once.

    Parameters
    ----------
    numerators : (n,) Python whole numbers
    denominator : int
        Positive.
    """
    high, low = np.zeros(len(numerators)), np.zeros(len(numerators))
    for n, value in enumerate(numerators.tolist()):
        if value:
            high[n], low[n] = rounded_in_two(value, denominator, exponent)
    return high, low


def rounded_in_two(numerator: int, denominator: int, exponent: int) -> tuple[float, float]:
    """Return numerator / denominator * 2^exponent, not zero, as high + low."""
    up = 180 - (numerator.bit_length() - denominator.bit_length())
    if up >= 0:
        quotient, left = divmod(numerator << up, denominator)
    else:
        quotient, left = divmod(numerator, denominator << -up)
    quotient = 2 * quotient + (left != 0)  # a last bit for "and a little more": no double rounding
    high = _nearest(quotient)
    low = _nearest(quotient - high)
    places = exponent - up - 1
    return _scaled(high, places), _scaled(low, places)


def _nearest(value: int) -> int:
    """Round to a whole number of 53 significant bits, to nearest, ties to even."""
    return int(float(value))


def _scaled(value: int, places: int) -> float:
    try:
        return ldexp(float(value), places)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
