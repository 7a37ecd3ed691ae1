"""Random least-squares problems from harmless to hopeless."""

from dataclasses import dataclass

import numpy as np

CONDITIONS = 7.0
SCALES = 5.0
OFFSETS = 6.0


@dataclass(frozen=True)
class Problem:
    X: np.ndarray
    y: np.ndarray
    intercept: bool


def make_problem(rng):
    """Draw one problem: 8 to 40 rows, 1 to 6 columns.

    The columns are mixed, or powers of one another, so that the condition number of X'X lies
    between 1 and about 1e14; they have units that differ by up to 1e10 and lie up to 1e6 spreads
    from zero. The noise is between 1e-12 and 10 times the signal; a quarter of the tables have few
    decimals.
    """
    rows, k = int(rng.integers(8, 41)), int(rng.integers(1, 7))
    intercept = bool(rng.random() < 0.75)
    Z = rng.normal(size=(rows, k))
    tie = 10.0 ** -rng.uniform(0, CONDITIONS)
    shape = rng.choice(["one", "all", "powers"]) if k > 1 else "none"
    if shape == "one":
        j = int(rng.integers(k))
        others = [i for i in range(k) if i != j]
        mix = Z[:, others] @ rng.normal(size=k - 1) / np.sqrt(k - 1)
        Z[:, j] = mix + tie * Z[:, j]
    elif shape == "all":
        turn = np.linalg.qr(rng.normal(size=(k, k)))[0]
        Z = (Z * tie ** (np.arange(k) / (k - 1))) @ turn
    elif shape == "powers":
        x = rng.uniform(rng.choice([-1.0, 0.0, 1.0]), 2.0, rows)
        Z = x[:, None] ** np.arange(1, k + 1)
    if rng.random() < 0.25:
        Z = np.round(Z, int(rng.integers(1, 4)))
        Z[0] += 1
    offset = np.where(rng.random(k) < 0.6, 10.0 ** rng.uniform(-2, OFFSETS, k), 0.0)
    scale = 10.0 ** rng.uniform(-SCALES, SCALES, k)
    X = (Z + offset * rng.choice([-1.0, 1.0], k)) * scale
    signal = Z @ rng.normal(size=k)
    noise = 10.0 ** rng.uniform(-12, 1) * rng.normal(size=rows)
    y_offset = 10.0 ** rng.uniform(-2, OFFSETS) if rng.random() < 0.5 else 0.0
    y = (signal + noise + y_offset) * 10.0 ** rng.uniform(-3, 3)
    return Problem(X, y, intercept)


def problems(seed, count):
    rng = np.random.default_rng(seed)
    return [make_problem(rng) for _ in range(count)]
