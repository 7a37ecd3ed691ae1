"""Exact products of cut columns: one BLAS call for each pair of slices that the data need."""

from __future__ import annotations

import numpy as np

from kedou.moments.exact.bins import Filling, Whole
from kedou.moments.exact.cutting import SLICE, Slices


def add_products(filling: Filling, right: Slices, left: Slices | None = None) -> None:
    """Add sum over rows of left_a right_b, for every pair of columns (a, b).

    Parameters
    ----------
    filling : Filling
    right, left : Slices
        Of at most 4,096 rows; without ``left``, the products of the columns with themselves,
        where each pair of slices is multiplied once.
    """
    by = right if left is None else left
    used = [slice_.any() for slice_ in right.slices]
    used_left = used if left is None else [slice_.any() for slice_ in by.slices]
    degrees: dict[int, Whole] = {}
    for i, one in enumerate(by.slices):
        for j, other in enumerate(right.slices):
            if not (used_left[i] and used[j]) or (left is None and j < i):
                continue
            product = np.dot(one, other.T)
            if left is None and i != j:
                product = product + product.T
            whole = product.astype(np.int64)
            degrees[i + j] = degrees[i + j] + whole if i + j in degrees else whole
    unit = by.unit[:, None] + right.unit[None, :]
    for degree, numbers in degrees.items():
        filling.add(numbers, unit - SLICE * degree)
