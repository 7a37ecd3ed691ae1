"""Scaling and shifting columns of exact sums, without rounding.

With z -> f z + o for every column, the sums N = Z'WZ of [x_1 ... x_k y 1] become L N L', where L
has the factors on its diagonal and the offsets in its last column. Factors and offsets are float64,
so binary fractions: N stays whole on a finer grid.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from kedou.block import Floats
from kedou.moments.exact.bins import Bins, from_whole


def transformed(bins: Bins, factors: Floats, offsets: Floats) -> Bins:
    """Return the sums of columns multiplied by factors, then moved by offsets, both (k + 1,)."""
    N, exponent = bins.whole()
    size = bins.size
    values = [*map(Fraction, factors.tolist()), *map(Fraction, offsets.tolist())]
    common = max(value.denominator for value in values)  # powers of two: the largest holds all
    L = np.zeros((size, size), dtype=object) + 0
    for n in range(size - 1):
        L[n, n] = int(values[n] * common)
        L[n, -1] = int(values[size - 1 + n] * common)
    L[-1, -1] = common
    return from_whole(L @ N @ L.T, exponent - 2 * (common.bit_length() - 1))
