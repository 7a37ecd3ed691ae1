"""How do scan and descent grow with rows and columns?

Scans and descends (1,000 steps with full history, on the moments) of random float64 arrays: rows
from 10^3 to 10^8 at 2 columns and to 10^7 at 10, columns from 2 to 1,000 at 20,000 rows. For each
series the exponent of a fit of log time on log size, over its larger half, where fixed costs are
small. Descent after the scan must be flat in rows: exponent 0. Draws the plot where matplotlib is
installed.

    python benchmarks/cost_by_size.py [--plot cost.svg]
    python benchmarks/cost_by_size.py --quick        # to 10^6 rows and 300 columns
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from _table import machine, record

import kedou as kd

STEPS = 1000
KINDS = ("scan", "descent")


@dataclass
class Series:
    """Seconds of a scan and of a descent, by rows or by columns."""

    name: str
    axis: str
    sizes: list[int] = field(default_factory=list)
    scan: list[float] = field(default_factory=list)
    descent: list[float] = field(default_factory=list)


def table(rows: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    X = np.empty((rows, k))
    for first in range(0, rows, 1 << 20):
        X[first : first + (1 << 20)] = random.normal(size=X[first : first + (1 << 20)].shape)
    y = X @ random.normal(size=k)
    y += random.normal(size=rows)
    return X, y


def median_seconds(job: Callable[[], object], tries: int) -> float:
    taken = []
    for number in range(tries + 1):
        started = time.perf_counter()
        job()
        if number:
            taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def measured(name: str, axis: str, sizes: Sequence[tuple[int, int]], tries: int) -> Series:
    series = Series(name, axis)
    print(f"\n{name}\n{'rows':>12} {'columns':>8} {'scan s':>10} {'descent s':>10}")
    for rows, k in sizes:
        X, y = table(rows, k)
        scan = median_seconds(lambda X=X, y=y: kd.scan(X, y), tries)  # type: ignore[misc]
        moments = kd.scan(X, y)
        del X, y
        run = median_seconds(
            lambda moments=moments: kd.descend(moments, learning_rate=0.01, steps=STEPS),  # type: ignore[misc]
            tries,
        )
        print(f"{rows:12,} {k:8,} {scan:10.5f} {run:10.5f}", flush=True)
        series.sizes.append(rows if axis == "rows" else k)
        series.scan.append(scan)
        series.descent.append(run)
    return series


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Return the slope of log seconds over log size, for the larger half of the sizes."""
    half = len(sizes) // 2
    slope, _ = np.polyfit(np.log(sizes[half:]), np.log(seconds[half:]), 1)
    return float(slope)


def draw(all_series: Sequence[Series], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(all_series), figsize=(4.2 * len(all_series), 3.8))
    for ax, series in zip(axes, all_series, strict=True):
        for kind, marker in zip(KINDS, "os", strict=True):
            seconds = getattr(series, kind)
            label = f"{kind}: size^{exponent(series.sizes, seconds):.2f}"
            ax.loglog(series.sizes, seconds, marker=marker, label=label)
        ax.set(title=series.name, xlabel=series.axis, ylabel="seconds")
        ax.grid(True, alpha=0.3)
        ax.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path)
    print(f"\n{path} is drawn")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="to 10^6 rows and 300 columns")
    parser.add_argument("--tries", type=int, default=3, help="counted rounds")
    parser.add_argument("--plot", type=Path, help="where the plot is drawn")
    options = parser.parse_args()
    print(machine())
    powers = range(3, 7) if options.quick else range(3, 9)
    wide = [2, 5, 10, 20, 50, 100, 300] if options.quick else [2, 5, 10, 20, 50, 100, 300, 1000]
    series = [
        measured("rows, 2 columns", "rows", [(10**e, 2) for e in powers], options.tries),
        measured("rows, 10 columns", "rows", [(10**e, 10) for e in powers[:5]], options.tries),
        measured("columns, 20,000 rows", "columns", [(20_000, k) for k in wide], options.tries),
    ]
    print("\nseconds grow as size to the power of")
    for one in series:
        found = {kind: exponent(one.sizes, getattr(one, kind)) for kind in KINDS}
        shown = "  ".join(f"{kind} {value:5.2f}" for kind, value in found.items())
        print(f"{one.name:22} {shown}")
        largest = {
            kind: {"seconds": getattr(one, kind)[-1], "ratio": found[kind]} for kind in KINDS
        }
        record(f"{one.name}: exponent", "scan", largest)
    if options.plot:
        if not importlib.util.find_spec("matplotlib"):
            raise SystemExit("The plot needs matplotlib.")
        draw(series, options.plot)


if __name__ == "__main__":
    main()
