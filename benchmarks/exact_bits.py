"""Do order, chunking or merging ever change a bit of exact moments? 10,000 cases of each.

Every case draws rows of one kind (from whole numbers to eighty decades), shuffles them, cuts them
anywhere, merges the pieces in a random tree, and compares all bits with the rows as they were.

    python benchmarks/exact_bits.py            # 10,000 cases
    python benchmarks/exact_bits.py --quick    # 1,000
"""

from __future__ import annotations

import time

import numpy as np
from _table import arguments, machine

from kedou.block import Block, Column
from kedou.moments import ExactAccumulator, Sums


def draw(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    n, k = int(random.integers(2, 400)), int(random.integers(1, 6))
    X, y = random.normal(size=(n, k)), random.normal(size=n)
    kind = int(random.integers(6))
    if kind == 1:
        X = np.round(1000 * X)
    elif kind == 2:
        X = np.round(np.exp(X), 2)
    elif kind == 3:
        X = X * 10.0 ** random.uniform(-40, 40, X.shape)
    elif kind == 4:
        X[random.integers(n), 0] = 1e12
    elif kind == 5:
        X = X * 10.0 ** random.uniform(-100, 100, k)
    weight = random.uniform(0, 3, n) if random.random() < 0.25 else None
    return X, y, weight


def sums(X: np.ndarray, y: np.ndarray, weight: np.ndarray | None) -> Sums:
    columns = tuple(Column(f"x{j}", f"x{j}") for j in range(X.shape[1]))
    return ExactAccumulator("y").moments(Block(X, y, weight=weight, columns=columns))


def differs(random: np.random.Generator) -> bool:
    X, y, weight = draw(random)
    whole = sums(X, y, weight)
    order = random.permutation(len(y))
    cuts = np.sort(random.integers(0, len(y) + 1, int(random.integers(0, 6))))
    parts = [
        sums(X[rows], y[rows], None if weight is None else weight[rows])
        for rows in np.split(order, cuts)
    ]
    while len(parts) > 1:
        a = parts.pop(int(random.integers(len(parts))))
        b = parts.pop(int(random.integers(len(parts))))
        parts.append(a + b)
    return not (parts[0].bins == whole.bins and parts[0].moments() == whole.moments())


def main() -> None:
    options = arguments(__doc__)
    cases = 1_000 if options.quick else 10_000
    began = time.perf_counter()
    different = sum(differs(np.random.default_rng(seed)) for seed in range(cases))
    taken = time.perf_counter() - began
    print(f"{cases:,} cases, {different} with another bit, {taken:.0f} s   [{machine()}]")
    assert different == 0


if __name__ == "__main__":
    main()
