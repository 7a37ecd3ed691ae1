"""Powers of a column, as exact as float64 allows.

x^i is built as a sum high + low of two float64 numbers (double-double), with Dekker's exact
product: high is x^i rounded correctly in all but rare ties, low is what rounding left over.
Plain repeated products would carry an error of (i - 1) half units in the last place, which a
polynomial's near-dependent columns then magnify.

Source: T. J. Dekker, "A floating-point technique for extending the available precision", 1971.
"""

from __future__ import annotations

import numpy as np

from kedou.block import Floats

_SPLIT = 134217729.0  # 2**27 + 1
_LARGE = 2.0**995  # above this the split overflows


def powers(x: Floats, degree: int) -> tuple[Floats, Floats]:
    """Return x^1 ... x^degree in double-double.

    Parameters
    ----------
    x : (rows,) float64, finite
    degree : int
        Highest power, at least 1.

    Returns
    -------
    high, low : (rows, degree) float64, Fortran order
        x^i = high[:, i - 1] + low[:, i - 1]. A power beyond the largest float64 is infinite in
        ``high``, and its ``low`` is 0.

    Examples
    --------
    >>> high, low = powers(np.array([1.0 + 2.0**-30]), 2)
    >>> float(high[0, 1] - 1.0 - 2.0**-29), float(low[0, 1])
    (0.0, 8.673617379884035e-19)
    """
    high = np.empty((len(x), degree), order="F")
    low = np.zeros((len(x), degree), order="F")
    high[:, 0] = x
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for i in range(1, degree):
            product, rest = _product(high[:, i - 1], x)
            rest += low[:, i - 1] * x
            total = product + rest
            safe = np.isfinite(rest) & np.isfinite(total) & (np.abs(product) < _LARGE)
            high[:, i] = np.where(safe, total, product)
            low[:, i] = np.where(safe, rest - (total - product), 0.0)
    return high, low


def _product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return a * b rounded, and what rounding took away (exact, short of under- and overflow)."""
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    rest = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, rest


def _halves(a: Floats) -> tuple[Floats, Floats]:
    scaled = a * _SPLIT
    high = scaled - (scaled - a)
    return high, a - high
