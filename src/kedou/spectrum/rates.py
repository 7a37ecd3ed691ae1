"""What gradient descent with a constant rate will do, known before the first step.

Along the eigenvector of eigenvalue lambda the distance to the answer is multiplied by
1 - lr lambda at every step, so with a_i the share of direction i in the first gap

    gap_t = sum a_i (1 - lr lambda_i)^(2t)

For a fixed t this is convex in lr (even powers of affine functions), and for rates below the limit
it falls with t. So the fewest steps any rate needs is found by doubling and halving t, and the
rate itself as the zero of a monotone derivative: no search grid, no tolerance.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.solution.design import EPS

MOST_STEPS = 2**40
SAFETY = 0.95


def gap_after(shares: Floats, eigenvalues: Floats, rate: float, steps: int) -> float:
    """Return gap_t = sum a_i (1 - lr lambda_i)^(2t), possibly infinite."""
    with np.errstate(over="ignore"):
        factors = np.abs(1.0 - rate * eigenvalues[shares > 0]) ** (2.0 * steps)
        return float(shares[shares > 0] @ factors)


def limit(eigenvalues: Floats) -> float | None:
    """Return 2 / lambda_max; None where there is no slope anywhere."""
    top = float(eigenvalues[0]) if len(eigenvalues) else 0.0
    return 2.0 / top if top > 0 else None


def condition(eigenvalues: Floats) -> float | None:
    """Return lambda_max / lambda_min over those above rounding; None without slope."""
    alive = eigenvalues[eigenvalues > 0]
    if not len(alive):
        return None
    with np.errstate(over="ignore"):
        return float(min(alive[0] / alive[-1], np.finfo(np.float64).max))


def worst_case_rate(eigenvalues: Floats) -> float | None:
    """Return 2 / (lambda_max + lambda_min), lambda_min the smallest above rounding."""
    alive = eigenvalues[eigenvalues > 0]
    return 2.0 / float(alive[0] + alive[-1]) if len(alive) else None


def grows(shares: Floats, eigenvalues: Floats, rate: float) -> bool:
    """Say whether some direction that the start has a share in grows: |1 - lr lambda| > 1."""
    factors = np.abs(1.0 - rate * eigenvalues[shares > 0])
    return bool((factors > 1.0 + 4 * EPS).any())


def steps_to(shares: Floats, eigenvalues: Floats, rate: float, target: float) -> int | None:
    """Return the first t with gap_t <= target, or None if there is none.

    gap_t is a sum of exponentials in t, hence convex: it falls to one lowest point at most, so
    bisection finds the first step below the target even for a rate that diverges later.
    """

    def near(t: int) -> bool:
        return gap_after(shares, eigenvalues, rate, t) <= target

    if near(0):
        return 0
    turning = rises_at(shares, eigenvalues, rate)
    if turning is not None:
        if not near(turning):
            return None
        high = turning
    else:
        high = 1
        while not near(high):
            high *= 2
            if high > MOST_STEPS:
                return None
    return _first(near, high)


def rises_at(shares: Floats, eigenvalues: Floats, rate: float) -> int | None:
    """Return the first step after which the loss rises; None if it never does.

    0 means that the very first step makes it larger.
    """
    if not grows(shares, eigenvalues, rate):
        return None
    a = shares[shares > 0]
    factors = np.abs(1.0 - rate * eigenvalues[shares > 0])
    with np.errstate(divide="ignore"):
        logs = np.log(factors)
        pull = np.log(a) + np.log(np.abs(factors - 1.0)) + np.log(factors + 1.0)

    def rising(t: int) -> bool:
        with np.errstate(invalid="ignore"):
            terms = pull + np.where(factors > 0, 2.0 * t * logs, 0.0 if t == 0 else -np.inf)
        top = np.max(terms)
        return float(np.sign(factors - 1.0) @ np.exp(terms - top)) > 0

    high = 1
    while not rising(high):
        high *= 2
        if high > MOST_STEPS:
            return None
    return 0 if rising(0) else _first(rising, high)


def best_rate(shares: Floats, eigenvalues: Floats, target: float) -> tuple[float, int | None]:
    """Return the rate that reaches ``target`` in the fewest steps, and how many those are.

    Among the rates that need the same number of steps, the one with the smallest gap after
    them; never above 0.95 of the limit. Where there is no slope at all: (1.0, 0).
    Where the start has arrived already: the rate that gains most in one step, and 0.
    """
    top = limit(eigenvalues)
    if top is None:
        return 1.0, 0
    if not (shares > 0).any():
        return min(float(worst_case_rate(eigenvalues) or top), SAFETY * top), 0

    def reached(t: int) -> bool:
        rate = _best_for(shares, eigenvalues, SAFETY * top, t)
        return gap_after(shares, eigenvalues, rate, t) <= target

    if gap_after(shares, eigenvalues, 0.0, 0) <= target:
        return _best_for(shares, eigenvalues, SAFETY * top, 1), 0
    high = 1
    while not reached(high):
        high *= 2
        if high > MOST_STEPS:
            return _best_for(shares, eigenvalues, SAFETY * top, MOST_STEPS), None
    steps = _first(reached, high) if high > 1 else 1
    return _best_for(shares, eigenvalues, SAFETY * top, steps), steps


def _best_for(shares: Floats, eigenvalues: Floats, most: float, steps: int) -> float:
    """Minimise gap_t over rates in [0, most] for one t: the zero of its rising derivative.

    With m = 2t - 1 and c_i = (a_i lambda_i)^(1/m), the derivative is zero where the m-norms of the
    two sides are equal, those c_i (1 - lr lambda_i) that are positive and those that are negative.
    Each norm is nearly straight in lr, however large m is, so Newton's steps from ``most``, kept
    between bounds, are few.
    """
    pulls = (shares > 0) & (eigenvalues > 0)
    a, lam = shares[pulls], eigenvalues[pulls]
    if not len(a):
        return most
    m = 2.0 * steps - 1.0
    logs = np.log(a) + np.log(lam)
    c = np.exp((logs - np.max(logs)) / m)
    unit = float(np.max(lam))
    slopes = c * (lam / unit)
    low, high, rate = 0.0, most, most
    for _ in range(200):
        f = 1.0 - rate * lam
        falling, falls = _norm(c * f, slopes, f > 0, m)
        rising, rises = _norm(-c * f, slopes, f < 0, m)
        if falling == rising or falls + rises == 0.0:  # no slope: all that counts is at its zero
            return rate
        if falling > rising:
            if rate == most:
                return most
            low = rate
        else:
            high = rate
        step = (falling - rising) / (falls + rises) / unit
        if abs(step) <= 2 * EPS * rate:
            return rate + step
        rate += step
        if not low < rate < high:
            rate = 0.5 * (low + high)
            if rate in (low, high):
                break
    return high


def _norm(v: Floats, slopes: Floats, where: NDArray[np.bool_], m: float) -> tuple[float, float]:
    """Return the m-norm of v and how fast it changes, ``slopes`` being how fast each v does."""
    v, slopes = v[where], slopes[where]
    top = float(v.max(initial=0.0))
    if top == 0.0:
        return 0.0, 0.0
    powers = (v / top) ** (m - 1.0)
    total = float(powers @ v) / top
    return top * total ** (1.0 / m), float(powers @ slopes) * total ** (1.0 / m - 1.0)


def _first(holds: Callable[[int], bool], high: int) -> int:
    """Return the smallest t in (0, high] where ``holds`` is true, given that it stays true."""
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
