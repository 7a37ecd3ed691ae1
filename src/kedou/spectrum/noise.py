"""What batches do to gradient descent: how large a rate may be, and how close it comes.

A step on b of n rows, drawn at random, follows the gradient on the average and strays from it by a
share (n - b) / (b (n - 1)) of the rows' own spread. With the curvature L = lambda_max of all rows
and that of the worst row, L_max, the *expected smoothness* is

    E = n (b - 1) / (b (n - 1)) L + (n - b) / (b (n - 1)) L_max

and every rate up to 1 / (2 E) is safe. At a constant rate the steps never come to rest. At a
distance from the answer the row errors are those at the answer and those of the distance, whose
gap is f: where they are of equal size everywhere, and the rows of a normal distribution, the
gradient strays by the covariance stray (2 (L* + f) H + H d d' H), with d the distance
(``kedou.spectrum.far_start`` has the derivation). The stationary covariance of
theta -> (1 - rate H) theta + noise keeps the loss, on the average, by

    ball(rate) = L* B / (1 - B),   B = stray rate sum_i lambda_i / (2 - (1 + stray) rate lambda_i)

above the lowest one, L*; with B >= 1 the steps leave it. The formula is for batches drawn anew;
visiting every row once an epoch does a little better, and the last batch of an epoch, where it is
smaller, strays more. The mean of the last N points strays far less: by about stray L* / N in each
direction, whatever the rate.

Source: Gower, Loizou, Qian, Sailanbayev, Shulgin, Richtárik (2019), SGD: General Analysis and
Improved Rates, ICML, proposition 3.8 and theorem 3.1; Mandt, Hoffman, Blei (2017), Stochastic
Gradient Descent as Approximate Bayesian Inference, JMLR 18, section 3; Polyak, Juditsky (1992),
Acceleration of Stochastic Approximation by Averaging, SIAM J. Control Optim. 30.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kedou.block import Floats

RUNGS = 65


@dataclass(frozen=True, slots=True)
class Sampling:
    """How steps sample rows.

    Attributes
    ----------
    rows, batch : int
        n and b; b >= n is all rows at each step.
    """

    rows: int
    batch: int

    @property
    def stray(self) -> float:
        """(n - b) / (b (n - 1)): how much of the rows' spread is left in a step; 0 for all rows."""
        if self.batch >= self.rows:
            return 0.0
        return (self.rows - self.batch) / (self.batch * (self.rows - 1))

    @property
    def last_stray(self) -> float:
        """The same of the last batch of an epoch, which has the rows that are left over."""
        return Sampling(self.rows, self.rows % self.batch or self.batch).stray

    def safe_rate(self, top: float, worst_row: float) -> float:
        """Return 1 / (2 E) for the curvatures L of all rows and L_max of the worst one."""
        stray = self.stray
        expected = (1.0 - stray) * top + stray * max(worst_row, top)
        return 1.0 / (2.0 * max(expected, 1e-300))


def noise_ball(eigenvalues: Floats, least: float, rate: float, sampling: Sampling) -> float:
    """Return how far above the lowest loss a constant rate hovers, on the average.

    Examples
    --------
    >>> import numpy as np
    >>> round(noise_ball(np.array([2.0]), 1.0, 0.1, Sampling(rows=101, batch=1)), 2)
    0.14
    """
    stationary = _stationary(eigenvalues, least, rate, sampling)
    return float("inf") if stationary is None else float(stationary.sum())


def _stationary(
    eigenvalues: Floats, least: float, rate: float, sampling: Sampling
) -> Floats | None:
    """Return the ball along each eigenvector; None where the steps stray ever further."""
    if sampling.stray == 0 or least == 0:
        return np.zeros(len(eigenvalues))
    slowness = abs(rate) * eigenvalues
    left = 2.0 - (1.0 + sampling.stray) * slowness
    if (left <= 0).any():
        return None
    shares: Floats = sampling.stray * slowness / left
    B = float(shares.sum())
    return None if B >= 1 else shares * (least / (1.0 - B))


def averaged_ball(
    eigenvalues: Floats, least: float, rate: float, sampling: Sampling, steps: int
) -> float:
    """Return what the noise leaves of the mean of so many last steps, on the average.

    Along an eigenvector the steps stray like q = 1 - rate lambda times the one before and a draw,
    so the mean of N has 1/N [(1 + q)/(1 - q) - 2 q (1 - q^N) / (N (1 - q)^2)] of the ball of one:
    for large N about stray L* / N, whatever the rate.

    Examples
    --------
    >>> import numpy as np
    >>> sampling = Sampling(rows=101, batch=1)
    >>> one = averaged_ball(np.array([2.0]), 1.0, 0.1, sampling, 1)
    >>> round(one / noise_ball(np.array([2.0]), 1.0, 0.1, sampling), 6)
    1.0
    >>> round(averaged_ball(np.array([2.0]), 1.0, 0.1, sampling, 10_000) * 10_000, 2)
    1.29
    """
    stationary = _stationary(eigenvalues, least, rate, sampling)
    if stationary is None:
        return float("inf")
    slowness = abs(rate) * eigenvalues
    left = np.maximum(slowness, 1e-12)
    q = 1.0 - left
    share = ((1.0 + q) / left - 2.0 * q * (1.0 - q**steps) / (steps * left * left)) / steps
    share = np.where(slowness > 1e-6 / steps, np.clip(share, 0.0, 1.0), 1.0)
    return float(np.sum(stationary * share))


def expected_gap(
    shares: Floats,
    eigenvalues: Floats,
    least: float,
    rate: float,
    steps: int,
    sampling: Sampling,
    averaged: int = 0,
) -> float:
    """Return the gap to be expected after some steps: what is left of the start, and the ball.

    With ``averaged`` it is that of the mean of so many last steps. The way there is taken to be
    that of all rows; ``kedou.spectrum.far_start`` adds what the batches do to it.
    """
    q = 1.0 - rate * eigenvalues
    with np.errstate(over="ignore", invalid="ignore"):
        if not averaged:
            rest = float(np.sum(shares * np.abs(q) ** (2.0 * steps)))
            ball = noise_ball(eigenvalues, least, rate, sampling)
            more = (sampling.last_stray - sampling.stray) * float(np.sum((1.0 - q) ** 2))
            return rest + ball + (more * (least + ball) if more and least else 0.0)
        slowness = np.where(eigenvalues > 0, rate * eigenvalues, 1.0)
        mean = q ** (steps - averaged + 1) * (1.0 - q**averaged) / (averaged * slowness)
        left = shares * np.where(eigenvalues > 0, mean * mean, 1.0)
        return float(np.sum(left)) + averaged_ball(eigenvalues, least, rate, sampling, averaged)


def best_batch_rate(
    shares: Floats,
    eigenvalues: Floats,
    least: float,
    safe: float,
    steps: int,
    sampling: Sampling,
    averaged: int = 0,
) -> tuple[float, float]:
    """Return the rate with the smallest gap to be expected, up to the safe one, and that gap."""
    rates = [safe * 10.0 ** (-j / 16) for j in range(RUNGS)]
    gaps = [
        expected_gap(shares, eigenvalues, least, rate, steps, sampling, averaged) for rate in rates
    ]
    best = int(np.argmin(gaps))
    return rates[best], gaps[best]
