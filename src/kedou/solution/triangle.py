"""The triangular factor of a correlation form, in double-double: C = R'R, and its inverse.

Cholesky's method column by column. What is left of a column's square after the earlier columns are
taken out, R_jj^2, is the part of it that they cannot explain. Where this is no more than the
rounding of the values themselves could have left (see ``noise``), the column depends on the others:
its row of R stays zero, and the solution of R_11 n = R_1j says on which.

Source: Golub, Van Loan, "Matrix Computations", 4th ed. 2013, section 4.2; the arithmetic is that of
``kedou.moments.double_double``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.moments import double_double as dd
from kedou.moments.double_double import Pair

TINY = 2.0**-96
"""A part of a column's square below this is the rounding of double-double itself."""


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


def _part(G: Pair, j: int) -> Pair:
    return G[0][:j, :j], G[1][:j, :j]


def _times(A: Pair, v: Pair) -> Pair:
    """Return A v."""
    return dd.total(dd.multiply(A, v))
