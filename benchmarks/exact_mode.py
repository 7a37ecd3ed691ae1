"""What does the exact mode cost, against the fast mode on the same rows in the same run?

Whole scans by the clock, rows in memory, in turn, with one thread and with two: in NumPy, and in
machine code where numba is there. Counted by products alone, NumPy's s slices cost s (s + 1) / 2
symmetric products in place of one: 6 with three, 10 with four (16 without the symmetry).

    python benchmarks/exact_mode.py            # 1M x 10, 100k x 100
    python benchmarks/exact_mode.py --quick
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
from _table import arguments, machine

import kedou as kd
from kedou.moments.exact import accumulate
from kedou.moments.exact.compiled import Loading

SIZES = {10: 1_000_000, 100: 100_000}


def normal(random: np.random.Generator, n: int, k: int) -> np.ndarray:
    return random.normal(size=(n, k))


def whole(random: np.random.Generator, n: int, k: int) -> np.ndarray:
    return random.integers(0, 1000, (n, k)).astype(float)


def prices(random: np.random.Generator, n: int, k: int) -> np.ndarray:
    return np.round(np.exp(random.normal(size=(n, k))), 2)


def wide(random: np.random.Generator, n: int, k: int) -> np.ndarray:
    return np.exp(3.0 * random.normal(size=(n, k)))


Make = Callable[[np.random.Generator, int, int], np.ndarray]
KINDS: dict[str, tuple[Make, str]] = {
    "normal": (normal, ""),
    "whole numbers": (whole, ""),
    "prices, two decimals": (prices, ""),
    "over eight decades": (wide, ""),
    "normal, with weights 1-4": (normal, "counts"),
    "normal, with real weights": (normal, "real"),
}


class Never(Loading):
    """As if there were no numba."""

    def kernels(self, work: int) -> None:
        return None


def ways() -> dict[str, Loading]:
    """Return the ways to add exactly: machine code last, where it can be had."""
    found: dict[str, Loading] = {"NumPy": Never()}
    loading = Loading()
    if loading.load():
        found["machine code"] = loading
    return found


def main() -> None:
    options = arguments(__doc__)
    found = ways()
    print(f"exact mode over fast mode, by the clock   [{machine()}]")
    titles = "".join(f"  {way + ', ratio':>19}" for way in found)
    print(f"{'columns':>7}  {'threads':>7}  {'data':26}  {'fast ns/row':>11}{titles}")
    for k, n in SIZES.items():
        n = n // 10 if options.quick else n
        for name, (make, weights) in KINDS.items():
            random = np.random.default_rng(1)
            X, y = make(random, n, k), random.normal(size=n)
            w = random.integers(1, 5, n).astype(float) if weights == "counts" else random.random(n)
            weight = w if weights else None
            for workers in (1, 2):
                seconds: dict[str, list[float]] = {way: [] for way in ("fast", *found)}
                for round_number in range(options.tries + 1):
                    for way, taken in seconds.items():
                        accumulate.LOADING = found.get(way, accumulate.LOADING)
                        precision = "fast" if way == "fast" else "exact"
                        began = time.perf_counter()
                        kd.scan(X, y, weight=weight, precision=precision, workers=workers)
                        if round_number:
                            taken.append(time.perf_counter() - began)
                row = f"{k:>7}  {workers:>7}  {name:26}"
                row += f"  {statistics.median(seconds['fast']) / n * 1e9:11.1f}"
                for way in found:
                    pairs = zip(seconds[way], seconds["fast"], strict=True)
                    row += f"  {statistics.median(exact / fast for exact, fast in pairs):19.2f}"
                print(row, flush=True)


if __name__ == "__main__":
    main()
