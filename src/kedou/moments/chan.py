"""Merging groups by their means: the between-group part of a scatter.

For groups g of weight W_g and mean m_g (Chan, Golub, LeVeque 1979, for any number of groups):

    W = sum W_g            mean = sum W_g m_g / W
    e_g = m_g - mean       scatter = sum S_g + sum W_g e_g e_g'

Means are unevaluated sums (hi, lo), so that e_g keeps its digits when means are far from zero.
"""

from __future__ import annotations

import numpy as np

from kedou.block import Floats


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return (s, e) with s = fl(a + b) and s + e = a + b exactly (Knuth, TAOCP 2, 4.2.2)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def between(weights: Floats, high: Floats, low: Floats) -> tuple[float, Floats, Floats, Floats]:
    """Return W, the common mean (hi, lo), and the scatter between the groups.

    Parameters
    ----------
    weights : (groups,) float64
        All positive.
    high, low : (groups, m) float64
        Means of the groups.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # too large to square: refused when solved
        return _between(weights, high, low)


def _between(weights: Floats, high: Floats, low: Floats) -> tuple[float, Floats, Floats, Floats]:
    total = float(weights.sum())
    heaviest = int(weights.argmax())
    mean, rest = high[heaviest], low[heaviest]
    for _ in range(2):  # the second round takes away the rounding of the first
        distance = (high - mean) + (low - rest)
        mean, error = two_sum(mean, (weights @ distance) / total)
        mean, rest = two_sum(mean, error + rest)
    distance = ((high - mean) + (low - rest)) * np.sqrt(weights)[:, None]
    return total, mean, rest, distance.T @ distance
