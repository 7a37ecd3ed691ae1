"""Double-double numbers: a value as the unevaluated sum high + low of two float64, 106 bits.

Every function takes and returns pairs of arrays (high, low) with |low| <= half a unit in the last
place of high. A result is good to some 2^-104 of its size.

Source: T. J. Dekker, "A floating-point technique for extending the available precision", Numer.
Math. 18, 1971; Y. Hida, X. S. Li, D. H. Bailey, "Algorithms for quad-double precision floating
point arithmetic", ARITH-15, 2001.
"""

from __future__ import annotations

import numpy as np

from kedou.block import Floats
from kedou.moments.chan import two_sum

Pair = tuple[Floats, Floats]
_SPLIT = 134217729.0  # 2**27 + 1


def two_product(a: Floats, b: Floats) -> Pair:
    """Return (p, e) with p = fl(a b) and p + e = a b exactly (Dekker 1971, Veltkamp's split)."""
    p = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    return p, a_low * b_low - (((p - a_high * b_high) - a_low * b_high) - a_high * b_low)


def _halves(a: Floats) -> Pair:
    c = _SPLIT * a
    high = c - (c - a)
    return high, a - high


def _settled(high: Floats, low: Floats) -> Pair:
    total = high + low
    return total, low - (total - high)


def add(a: Pair, b: Pair) -> Pair:
    """Return a + b."""
    s, e = two_sum(a[0], b[0])
    t, f = two_sum(a[1], b[1])
    s, e = _settled(s, e + t)
    return _settled(s, e + f)


def subtract(a: Pair, b: Pair) -> Pair:
    """Return a - b."""
    return add(a, (-b[0], -b[1]))


def multiply(a: Pair, b: Pair) -> Pair:
    """Return a b."""
    p, e = two_product(a[0], b[0])
    return _settled(p, e + (a[0] * b[1] + a[1] * b[0]))


def divide(a: Pair, b: Pair) -> Pair:
    """Return a / b, b not zero."""
    first = a[0] / b[0]
    rest = subtract(a, multiply(b, (first, np.zeros_like(first))))
    second = rest[0] / b[0]
    rest = subtract(rest, multiply(b, (second, np.zeros_like(second))))
    third = rest[0] / b[0]
    high, low = _settled(first, second)
    return add((high, low), (third, np.zeros_like(third)))


def root(a: Pair) -> Pair:
    """Return the square root of a > 0: one step of Newton from the float64 root."""
    x = np.sqrt(a[0])
    rest = subtract(a, two_product(x, x))
    return _settled(x, rest[0] / (2.0 * x))


def total(a: Pair, axis: int = -1) -> Pair:
    """Return the sum along an axis."""
    high, low = np.moveaxis(a[0], axis, 0), np.moveaxis(a[1], axis, 0)
    result = (np.zeros(high.shape[1:]), np.zeros(high.shape[1:]))
    for one in zip(high, low, strict=True):
        result = add(result, one)
    return result
