"""Cutting numbers onto the grid: every float64 becomes a few whole numbers of 20 bits.

For the columns of a tile, |z| < 2^e (e a whole number for each column),

    z = sum_i s_i 2^(e - 19 - 20 i)         s_i whole, |s_i| <= 2^19

exactly, with as many slices as the lowest bit of any number needs. Adding and subtracting
1.5 * 2^(52 + g) rounds to a multiple of 2^g (the "error-free transformation" of the sources).
Slices of 20 bits multiply exactly: |s_i s_j| <= 2^38, so a sum over 4,096 rows stays below 2^50,
and a float64 BLAS product of them is exact in whatever order it adds.

Source: K. Ozaki, T. Ogita, S. Oishi, S. M. Rump, "Error-free transformations of matrix
multiplication by using fast routines of matrix multiplication and its applications", Numer.
Algorithms 59, 2012; J. Demmel, Y. Hida, "Accurate and Efficient Floating Point Summation", SIAM
J. Sci. Comput. 25, 2004.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedou.block import Floats

SLICE = 20
ROWS = 4096
LOWEST = -1074
"""Every float64 is a multiple of 2^-1074."""
LARGEST = 2.0**511
"""Beyond this a square leaves float64, so no moments could be told."""
_STEP = 2.0**SLICE


class TooLargeError(ArithmeticError):
    """A value beyond ``LARGEST`` (or not finite); told on by whoever knows the columns' names."""


@dataclass(frozen=True, eq=False)
class Slices:
    """Columns cut into slices.

    Attributes
    ----------
    unit : (m,) int64
        The first slice of column j counts units of 2^unit[j], each next one units 2^20 smaller.
    slices : list of (m, rows) float64
        Whole numbers, at most 2^19 in size (the first one at most 2^20).
    """

    unit: NDArray[np.int64]
    slices: list[Floats]


def cut(parts: Sequence[Floats]) -> Slices:
    """Cut the sum of some arrays (m, rows), exactly.

    Parameters
    ----------
    parts : sequence of (m, rows) float64, finite
        One array, or the high and the low half of double-double numbers.

    Raises
    ------
    TooLargeError
    """
    largest = np.zeros(len(parts[0]))
    for part in parts:
        np.maximum(largest, np.abs(part).max(axis=1, initial=0.0), out=largest)
    if not (largest < LARGEST).all():
        raise TooLargeError
    unit = np.frexp(largest)[1].astype(np.int64) - (SLICE - 1)
    rests = [part.copy() for part in parts]
    slices: list[Floats] = []
    g = unit.copy()
    while not slices or any(rest.any() for rest in rests):
        anchor = np.ldexp(1.5, np.maximum(g, LOWEST) + 52)[:, None]
        pieces = []
        for rest in rests:
            piece = rest + anchor
            piece -= anchor
            rest -= piece
            if int(g.min()) > -1000:
                piece *= np.ldexp(1.0, -g)[:, None]
            else:
                piece = np.ldexp(piece, -g[:, None])  # 2^-g itself is beyond float64
            pieces.append(piece)
        slices.append(pieces[0] if len(pieces) == 1 else pieces[0] + pieces[1])
        g -= SLICE
    if len(parts) > 1:
        return _settled(Slices(unit, slices))
    return Slices(unit, slices)


def times(columns: Slices, factor: Slices) -> Slices:
    """Multiply every column by the one column of ``factor``, exactly: long multiplication."""
    count = len(columns.slices) + len(factor.slices) - 1
    slices = [np.zeros_like(columns.slices[0]) for _ in range(count)]
    for i, left in enumerate(columns.slices):
        for j, right in enumerate(factor.slices):
            if right.any():
                slices[i + j] += left * right
    return _settled(Slices(columns.unit + factor.unit, slices))


def _settled(cut_columns: Slices) -> Slices:
    """Carry what is beyond 20 bits of a slice into the one above, with a new one at the top."""
    slices = [np.zeros_like(cut_columns.slices[0]), *cut_columns.slices]
    for i in range(len(slices) - 1, 0, -1):
        carry = np.rint(slices[i] / _STEP)
        slices[i] -= carry * _STEP
        slices[i - 1] += carry
    return Slices(cut_columns.unit + SLICE, slices)
