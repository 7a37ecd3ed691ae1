"""The triangular factor of a correlation form, in double-double: C = R'R, and its inverse.

Cholesky's method column by column. What is left of a column's square after the earlier columns are
taken out, R_jj^2, is the part of it that they cannot explain. Where this is no more than the
rounding of the values themselves could have left (see ``noise``), the column depends on the others:
its row of R stays zero, and the solution of R_11 n = R_1j says on which.

Double-double leaves an error of some condition x 2^-104 in the inverse. Where that can be seen, the
columns found independent are factored again in whole numbers of 256 bits (``sharpened``).

Source: Golub, Van Loan, "Matrix Computations", 4th ed. 2013, section 4.2; the arithmetic is that of
``kedou.moments.double_double``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.moments import double_double as dd
from kedou.moments.double_double import Pair
from kedou.moments.exact.sums import rounded_in_two

TINY = 2.0**-96
"""A part of a column's square below this is the rounding of double-double itself."""
PLACES = 256
"""Binary places of ``sharpened``."""


@dataclass(frozen=True, eq=False)
class Triangle:
    """R, its inverse over the independent columns, and the dependences.

    Attributes
    ----------
    R : pair of (k, k) float64
        Upper triangular, with zero rows for dependent columns.
    G : pair of (k, k) float64
        R^-1 over the independent columns, zero elsewhere: C^- = G G'.
    independent : (k,) bool
    relations : (k, nullity) float64
        n with C n = 0, one for each dependent column, which has n_j = 1.
    """

    R: Pair
    G: Pair
    independent: NDArray[np.bool_]
    relations: Floats


def factor(C: Pair, noise: Floats) -> Triangle:
    """Factor a positive semi-definite matrix with a diagonal of about 1.

    Parameters
    ----------
    C : pair of (k, k) float64
    noise : (k,) float64
        Mean square rounding of the values of each column, in the units of C: column j depends on
        the earlier ones, x_j = sum c_i x_i + rest, if the rest is at most
        noise_j + sum c_i^2 noise_i.
    """
    k = len(C[0])
    high, low = C[0].copy(), C[1].copy()
    R = (np.zeros((k, k)), np.zeros((k, k)))
    G = (np.zeros((k, k)), np.zeros((k, k)))
    independent = np.zeros(k, dtype=bool)
    relations = []
    for j in range(k):
        # x_j is predicted by the earlier columns with the coefficients G (G' C_j).
        on = np.zeros(k)
        if j:
            along = (R[0][:j, j], R[1][:j, j])
            on[:j] = _times(_part(G, j), along)[0]
        pivot = float(high[j, j])
        if pivot <= max(TINY, float(noise[j] + on * on @ noise)):
            n = -on
            n[j] = 1.0
            relations.append(n)
            high[j, :], low[j, :] = 0.0, 0.0
            continue
        independent[j] = True
        diagonal = dd.root((high[j, j], low[j, j]))
        row = dd.divide((high[j, j:], low[j, j:]), diagonal)
        R[0][j, j:], R[1][j, j:] = row
        after = (row[0][1:], row[1][1:])
        if len(after[0]):
            outer = dd.multiply((after[0][:, None], after[1][:, None]), after)
            rest = dd.subtract((high[j + 1 :, j + 1 :], low[j + 1 :, j + 1 :]), outer)
            high[j + 1 :, j + 1 :], low[j + 1 :, j + 1 :] = rest
        one = (np.ones(()), np.zeros(()))
        inverse = dd.divide(one, diagonal)
        G[0][j, j], G[1][j, j] = inverse
        if j:
            column = dd.multiply(_times(_part(G, j), (R[0][:j, j], R[1][:j, j])), inverse)
            G[0][:j, j], G[1][:j, j] = -column[0], -column[1]
    nullity = len(relations)
    return Triangle(R, G, independent, np.array(relations).reshape(nullity, k).T)


def sharpened(rough: Triangle, T: NDArray[Any], d: int, unit: NDArray[np.int64]) -> Triangle:
    """Return the triangle of T / d, columns in units of 2^unit, with all digits of R and G.

    C = L D L' with a unit lower triangle L, in whole multiples of 2^-256; R = D^1/2 L' and
    G = L^-T D^-1/2 are rounded at the end.

    Parameters
    ----------
    rough : Triangle
        Says which columns are independent.
    T : (k or more, k or more) Python whole numbers
    d : int
    unit : (k,) int64
    """
    where = np.flatnonzero(rough.independent)
    n = len(where)
    one = 1 << PLACES
    places = PLACES - unit[where][:, None] - unit[where]
    C = np.empty((n, n), dtype=object)
    for a, i in enumerate(where.tolist()):
        for b, j in enumerate(where.tolist()):
            up = int(places[a, b])
            C[a, b] = (int(T[i, j]) << max(up, 0)) // (d << max(-up, 0))
    L = np.zeros((n, n), dtype=object) + 0
    inverse = L.copy()
    R, G = ((half[0].copy(), half[1].copy()) for half in (rough.R, rough.G))
    for a in range(n):
        pivot = int(C[a, a])
        if pivot <= 0:
            return rough
        inverse[a, a] = one
        if a:
            inverse[a, :a] = -(L[a, :a] @ inverse[:a, :a]) >> PLACES
        for b in range(a + 1, n):
            L[b, a] = (C[a, b] << PLACES) // pivot
            C[b, b:] -= (L[b, a] * C[a, b:]) >> PLACES
        length = isqrt(pivot << PLACES)
        for pair, row, across in ((R, C[a], range(a, n)), (G, inverse[a], range(a + 1))):
            for b in across:
                at = (where[a], where[b]) if pair is R else (where[b], where[a])
                value = int(row[b])
                pair[0][at], pair[1][at] = rounded_in_two(value, length, 0) if value else (0.0, 0.0)
    return Triangle(R, G, rough.independent, rough.relations)


def _part(G: Pair, j: int) -> Pair:
    return G[0][:j, :j], G[1][:j, :j]


def _times(A: Pair, v: Pair) -> Pair:
    """Return A v."""
    return dd.total(dd.multiply(A, v))
