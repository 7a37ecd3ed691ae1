"""What batches do to a descent that starts far away: noise that grows with the distance.

With rows x_i, errors r_i at the answer and the distance d from it, the gradient of row i is
g_i = 2 x_i (x_i'd - r_i). Errors of one size that know nothing of the rows give

    mean of g_i g_i' = 4 mean of x x' (x'd)^2 + 4 L* mean of x x'

The first term is a moment of fourth order. Of normal rows those of second order tell it
(Isserlis): mean of x x' (x'd)^2 = S (d'Sd) + 2 S d d'S, with S = H / 2. With f = d'Hd / 2, the gap,

    covariance of g_i = 2 (L* + f) H + H d d' H

of which a batch keeps the share ``stray``. In the eigenvectors of H, with a_i = lambda_i d_i^2 / 2
and so f = sum a_i, the expectation after one step more is

    a_i <- (1 - rate lambda_i)^2 a_i + stray (rate lambda_i)^2 (L* + f + a_i)

and, for the mean of points, with their sum S, c_i = lambda_i d_i S_i / 2, v_i = lambda_i S_i^2 / 2:

    c_i <- (1 - rate lambda_i) c_i + a_i      v_i <- v_i + 2 (1 - rate lambda_i) c_i + a_i

with the a_i after the step. Each is a linear map without negative entries, so that its powers are
right however far the start is. Far away a few rare paths make most of the expectation, and rows
that are visited once an epoch stray less than rows drawn anew: a run mostly ends lower than this,
nearer to the forecast without this noise (``expected_gap``), and seldom higher.

Source: Isserlis (1918), On a Formula for the Product-Moment Coefficient of any Order, Biometrika
12; Bach, Moulines (2013), Non-strongly-convex smooth stochastic approximation with convergence rate
O(1/n), NeurIPS, whose multiplicative noise it is.
"""

from __future__ import annotations

import numpy as np

from kedou.block import Floats
from kedou.spectrum.noise import Sampling

MOST_DIRECTIONS = 64
"""Where there are more, neighbouring eigenvalues share one: a map takes their number cubed."""


def gap_from_afar(
    shares: Floats,
    eigenvalues: Floats,
    least: float,
    rate: float,
    steps: int,
    sampling: Sampling,
    averaged: int = 0,
) -> float:
    """Return the gap to be expected after some steps, with the noise that the distance makes.

    Parameters
    ----------
    shares : (p,) float64
        a_i of the start.
    eigenvalues : (p,) float64
    least : float
        L*.
    rate : float
        So small that 1 - rate lambda_i >= 0 everywhere.
    steps : int
    sampling : Sampling
    averaged : int
        Of the mean of so many last points; 0 for that of the last one.

    Examples
    --------
    >>> import numpy as np
    >>> from kedou.spectrum.noise import expected_gap
    >>> far = np.array([1e6]), np.array([2.0]), 0.0, 0.25, 10, Sampling(rows=101, batch=4)
    >>> round(expected_gap(*far), 3), round(gap_from_afar(*far), 3)
    (0.954, 100.475)
    """
    lam, a, many = _grouped(eigenvalues, shares)
    p, q = len(lam), 1.0 - rate * lam

    def moved(stray: float) -> Floats:
        """Return the map of (a, 1)."""
        strays = stray * (rate * lam) ** 2
        whole = np.zeros((p + 1, p + 1))
        whole[:p, :p] = np.diag(q * q + strays) + np.outer(many * strays, np.ones(p))
        whole[:p, p] = many * strays * least
        whole[p, p] = 1.0
        return whole

    def summed(step: Floats) -> Floats:
        """Return the map of (c, v, a, 1)."""
        whole = np.zeros((3 * p + 1, 3 * p + 1))
        whole[2 * p :, 2 * p :] = step
        whole[:p, 2 * p :] = whole[p : 2 * p, 2 * p :] = step[:p]
        whole[:p, :p] = np.diag(q)
        whole[p : 2 * p, :p] = np.diag(2.0 * q)
        whole[p : 2 * p, p : 2 * p] = np.eye(p)
        return whole

    with np.errstate(over="ignore", invalid="ignore"):
        step, start = moved(sampling.stray), np.append(a, 1.0)
        if averaged:
            before = _after(step, start, steps - averaged)
            ended = _after(summed(step), np.append(np.zeros(2 * p), before), averaged)
            found = float(ended[p : 2 * p].sum()) / averaged**2
        else:
            # An epoch ends with the rows that are left over.
            before = _after(step, start, max(steps - 1, 0))
            found = float((moved(sampling.last_stray) @ before if steps else before)[:p].sum())
    return found if np.isfinite(found) else float("inf")


def _after(step: Floats, state: Floats, times: int) -> Floats:
    """Apply a map so many times, by squaring it."""
    while times:
        if times & 1:
            state = step @ state
        times >>= 1
        if times:
            step = step @ step
    return state


def _grouped(eigenvalues: Floats, shares: Floats) -> tuple[Floats, Floats, Floats]:
    """Return eigenvalues, shares and how many directions each stands for."""
    if len(eigenvalues) <= MOST_DIRECTIONS:
        return eigenvalues, shares, np.ones(len(eigenvalues))
    order = np.argsort(-eigenvalues, kind="stable")
    groups = np.array_split(order, MOST_DIRECTIONS)
    lam = np.array([float(np.sqrt(np.mean(eigenvalues[group] ** 2))) for group in groups])
    a = np.array([float(shares[group].sum()) for group in groups])
    return lam, a, np.array([float(len(group)) for group in groups])
