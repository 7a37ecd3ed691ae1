"""The exact answer of exact moments: preconditioned descent with an exact gradient.

The normal equations A w = c stand in whole numbers, A = T / d. A double-double Cholesky factor G
of A's inverse, rounded to float64, is the preconditioner, and each step

    w <- w + G G' (c - A w)

takes the residual, half the negative gradient of the loss, from the whole numbers without any
rounding. The error shrinks by some sqrt(condition) eps a step: three or four steps reach the
last digit, and w (kept to 2^-200) is then rounded once. What shrinks at every step is the length of
the error in the norm of A, and that says when to stop: single weights may stray for a step, far
along a direction in which A is all but flat. The intercept and the smallest loss come from the same
whole numbers.

Source: N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed. 2002, chapter 12
(iterative refinement); E. Carson, N. J. Higham, "A new analysis of iterative refinement and its
application to accurate solution of ill-conditioned sparse linear systems", SIAM J. Sci. Comput. 39,
2017 (a factor that is good enough to precondition).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.moments import double_double as dd
from kedou.moments.double_double import Pair
from kedou.moments.exact import Bins
from kedou.moments.exact.sums import rounded_in_two
from kedou.solution.triangle import Triangle, factor, sharpened

PLACES = 200
"""Weights are kept as whole multiples of 2^-200 (in columns scaled to a spread of about 1)."""
MOST_STEPS = 100
STEEP = 2.0**40
"""From this trace of the inverse on, double-double is too short for all digits of its diagonal."""
ZERO = 2.0**-150
"""A smallest loss below this share of the target's own is zero."""


@dataclass(frozen=True, eq=False)
class WholeNormal:
    """Normal equations in whole numbers: A = T / d for the columns [x_1 ... x_k y].

    Attributes
    ----------
    T : (k + 1, k + 1) Python whole numbers
    d : int
    sums : (k + 1,) Python whole numbers
        Sums of the columns; means are sums / n.
    n : int
        Weight sum, in the same units.
    """

    T: NDArray[Any]
    d: int
    sums: NDArray[Any]
    n: int


def whole_normal(bins: Bins, intercept: bool) -> WholeNormal:
    """Return the normal equations of exact sums of [x_1 ... x_k y 1]; centred with an intercept."""
    N, _ = bins.whole()
    n, sums, T = N[-1, -1], N[:-1, -1], N[:-1, :-1]
    if intercept:
        return WholeNormal(n * T - np.multiply.outer(sums, sums), n * n, sums, n)
    return WholeNormal(T, n, np.zeros_like(sums), n)


@dataclass(frozen=True, eq=False)
class ExactAnswer:
    """What ``solve_exactly`` finds; the same letters as ``LeastSquares``."""

    weights: Floats
    intercept: float
    mean_squared_error: float
    triangle: Triangle
    unit: NDArray[np.int64]
    along_means: Floats


def solve_exactly(
    normal: WholeNormal,
    mean: tuple[Floats, Floats],
    noise: Floats,
    constant: NDArray[np.bool_],
    penalty: Floats | None,
) -> ExactAnswer:
    """Solve exact normal equations.

    Parameters
    ----------
    normal : WholeNormal
    mean : pair of (k,) float64
    noise : (k,) float64
        Mean square rounding of the values of each column.
    constant : (k,) bool
        Columns that add nothing.
    penalty : (k,) float64 or None
        Of each squared weight.
    """
    k = len(noise)
    T, d = normal.T, normal.d
    if penalty is not None:
        T, d = _with_penalty(T, d, penalty)
    alive = ~constant if penalty is None else ~constant | (penalty > 0)
    unit = np.array([_spread_unit(T[j, j], d) if alive[j] else 1 for j in range(k)], dtype=np.int64)
    C = _in_units(T, d, unit, alive)
    quiet = noise if penalty is None else np.where(penalty > 0, 0.0, noise)
    triangle = factor(C, np.ldexp(quiet, -2 * unit))
    if float(np.sum(np.square(triangle.G[0]))) > STEEP:
        triangle = sharpened(triangle, T, d, unit)
    target = _spread_unit(int(normal.T[k, k]), normal.d)
    W = _descended(T[:k, :k], T[:k, k], d, triangle, unit, target)
    places = [target - int(u) - PLACES for u in unit]
    base = min([*places, 0])
    w = [value << (place - base) for value, place in zip(W, places, strict=True)]
    weights = np.array([_rounded(value, 1, base) for value in w])
    up = normal.sums[k] * (1 << -base) - sum(
        (int(s) * v for s, v in zip(normal.sums[:k], w, strict=True)), 0
    )
    v = np.array([*(-value for value in w), 1 << -base], dtype=object)
    loss = int(v @ normal.T @ v)
    mse = _loss(loss, normal.d, 2 * base, int(normal.T[k, k]))
    m = tuple(np.ldexp(half, -unit) for half in mean)
    G = triangle.G
    along = dd.total(dd.multiply((m[0][:, None], m[1][:, None]), G), axis=0)
    return ExactAnswer(
        weights=weights,
        intercept=_rounded(up, int(normal.n), base),
        mean_squared_error=mse,
        triangle=triangle,
        unit=unit,
        along_means=along[0],
    )


def exact_residual(
    normal: WholeNormal, intercept: bool, theta: Floats, penalty: Floats | None = None
) -> tuple[Floats, float]:
    """Return c - A w - penalty w, (k,), and ybar - m'w - b, without rounding until the end.

    With an intercept these are half the negative gradient of the loss: with respect to w after b
    has followed, and with respect to b.

    Parameters
    ----------
    normal : WholeNormal
    theta : (p,) float64
        (w, b) or w, in the user's units.
    """
    k = len(normal.sums) - 1
    parts = [Fraction(value) for value in theta.tolist()]
    common = max([part.denominator for part in parts], default=1)
    whole = np.array([int(part * common) for part in parts], dtype=object)
    w = whole[:k]
    base = 1 - common.bit_length()
    T, d = normal.T, normal.d
    rest = T[:k, k] * common - T[:k, :k] @ w if k else np.zeros(0, dtype=object)
    up = int(normal.sums[k]) * common - int(sum(normal.sums[:k] * w)) if intercept else 0
    up -= int(normal.n) * int(whole[k]) if intercept else 0
    residual = np.array([_rounded(int(value), d, base) for value in rest.tolist()])
    if penalty is not None:
        pairs = zip(penalty.tolist(), parts[:k], strict=True)
        own = [Fraction(share) * part for share, part in pairs]
        exact = [Fraction(int(value), d * common) for value in rest.tolist()]
        residual = np.array([float(e - o) for e, o in zip(exact, own, strict=True)])
    return residual, _rounded(up, int(normal.n), base)


def _with_penalty(T: NDArray[Any], d: int, penalty: Floats) -> tuple[NDArray[Any], int]:
    """Add a penalty to the diagonal."""
    k = len(penalty)
    parts = [Fraction(value) for value in penalty.tolist()]
    common = max(part.denominator for part in parts)  # powers of two: the largest holds them all
    T, d = T * common, d * common
    T[range(k), range(k)] += np.array([int(part * d) for part in parts], dtype=object)
    return T, d


def _spread_unit(square: int, d: int) -> int:
    """Return u with square / d / 2^(2 u) between 1/4 and 2; 1 for zero."""
    return (square.bit_length() - d.bit_length() + 1) // 2 if square > 0 else 1


def _in_units(T: NDArray[Any], d: int, unit: NDArray[np.int64], alive: NDArray[np.bool_]) -> Pair:
    """Return T / d with column j in units of 2^unit[j], which rounds nothing; others zero."""
    k = len(unit)
    C = np.zeros((k, k)), np.zeros((k, k))
    where = np.flatnonzero(alive)
    for position, i in enumerate(where.tolist()):
        for j in where[position:].tolist():
            if T[i, j]:
                high, low = rounded_in_two(int(T[i, j]), d, -int(unit[i] + unit[j]))
                C[0][i, j] = C[0][j, i] = high
                C[1][i, j] = C[1][j, i] = low
    return C


def _descended(
    T: NDArray[Any], c: NDArray[Any], d: int, triangle: Triangle, unit: NDArray[np.int64], up: int
) -> list[int]:
    """Return the weights as whole numbers W, w_i = W_i 2^(up - unit_i - 200)."""
    k = len(unit)
    W = [0] * k
    G = triangle.G[0]
    places = [up - int(u) - PLACES for u in unit]
    base = min([*places, 0])
    goal = c * (1 << -base)
    before = np.inf
    for _ in range(MOST_STEPS):
        w = np.array([v << (p - base) for v, p in zip(W, places, strict=True)] + [0], dtype=object)
        rest = goal - T @ w[:k] if k else goal
        pairs = zip(rest.tolist(), unit.tolist(), strict=True)
        residual = np.array([_rounded(value, d, base - u - up) for value, u in pairs])
        along = residual @ G
        step = G @ along
        size = float(np.linalg.norm(along))  # the length of what is missing, in the norm of A
        if size == 0.0 or not size < before:
            break
        W = [v + _whole(s) for v, s in zip(W, step.tolist(), strict=True)]
        before = size
        if size < 2.0 ** (1 - PLACES):
            break
    return W


def _whole(value: float) -> int:
    """Return a float64 as a multiple of 2^-200, to nearest."""
    numerator, denominator = value.as_integer_ratio()
    return ((numerator << (PLACES + 1)) + denominator) // (2 * denominator)


def _rounded(numerator: int, denominator: int, exponent: int) -> float:
    return rounded_in_two(numerator, denominator, exponent)[0] if numerator else 0.0


def _loss(numerator: int, denominator: int, exponent: int, own: int) -> float:
    if numerator <= 0:
        return 0.0
    value = _rounded(numerator, denominator, exponent)
    return value if value > ZERO * _rounded(own, denominator, 0) else 0.0
