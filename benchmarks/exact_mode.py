"""What does the exact mode cost, against the fast mode on the same rows in the same run?

Processor time of the accumulators, in turn (one thread, rows in memory): reading a file costs the
same in both. Counted by products alone, s slices cost s (s + 1) / 2 symmetric products in place of
one: 6 with three, 10 with four (16 without the symmetry).

    python benchmarks/exact_mode.py            # 1M x 10, 100k x 100
    python benchmarks/exact_mode.py --quick
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from _table import arguments, machine

from kedou.blas import one_thread
from kedou.block import Block, Column
from kedou.moments import Accumulator, ExactAccumulator, Merger

BLOCK_ROWS = {10: 131_072, 100: 8_192}


def normal(random: np.random.Generator, n: int, k: int) -> np.ndarray:
    return random.normal(size=(n, k))


def whole(random: np.random.Generator, n: int, k: int) -> np.ndarray:
    return random.integers(0, 1000, (n, k)).astype(float)


def prices(random: np.random.Generator, n: int, k: int) -> np.ndarray:
    return np.round(np.exp(random.normal(size=(n, k))), 2)


def wide(random: np.random.Generator, n: int, k: int) -> np.ndarray:
    return np.exp(3.0 * random.normal(size=(n, k)))


def blocks(X: np.ndarray, y: np.ndarray, weight: np.ndarray | None) -> list[Block]:
    n, k = X.shape
    columns = tuple(Column(f"x{j}", f"x{j}") for j in range(k))
    spans = [slice(i, i + BLOCK_ROWS[k]) for i in range(0, n, BLOCK_ROWS[k])]
    return [
        Block(X[s], y[s], weight=None if weight is None else weight[s], columns=columns)
        for s in spans
    ]


def fold(accumulator: Accumulator | ExactAccumulator, rows: list[Block]) -> Callable[[], object]:
    def run() -> object:
        merger = Merger()
        for block in rows:
            merger.add(accumulator.moments(block))
        total = merger.result()
        return total.moments() if hasattr(total, "moments") else total

    return run


def main() -> None:
    options = arguments(__doc__)
    sizes = {10: 1_000_000, 100: 100_000}
    print(f"exact mode over fast mode, one thread   [{machine()}]")
    print(f"{'columns':>7}  {'data':26}  {'fast ns/row':>11}  {'exact ns/row':>12}  {'ratio':>6}")
    for k, n in sizes.items():
        n = n // 10 if options.quick else n
        for name, make in {
            "normal": normal,
            "whole numbers": whole,
            "prices, two decimals": prices,
            "over eight decades": wide,
            "normal, with weights 1-4": normal,
            "normal, with real weights": normal,
        }.items():
            random = np.random.default_rng(1)
            X, y = make(random, n, k), random.normal(size=n)
            weight = None
            if "weights" in name:
                counts = "1-4" in name
                weight = random.integers(1, 5, n).astype(float) if counts else random.random(n)
            rows = blocks(X, y, weight)
            both = {"fast": Accumulator("y"), "exact": ExactAccumulator("y")}
            jobs = {mode: fold(accumulator, rows) for mode, accumulator in both.items()}
            seconds: dict[str, list[float]] = {mode: [] for mode in jobs}
            with one_thread():
                for round_number in range(options.tries + 1):
                    for mode, job in jobs.items():
                        began = time.process_time()
                        job()
                        if round_number:
                            seconds[mode].append(time.process_time() - began)
            pairs = zip(seconds["exact"], seconds["fast"], strict=True)
            ratio = float(np.median([exact / fast for exact, fast in pairs]))
            fast, exact = (float(np.median(seconds[mode])) / n * 1e9 for mode in ("fast", "exact"))
            print(f"{k:>7}  {name:26}  {fast:11.1f}  {exact:12.1f}  {ratio:6.2f}", flush=True)


if __name__ == "__main__":
    main()
