"""Shared by all benchmarks: jobs timed in turn, medians and ratios in one table.

Jobs run A B C A B C ..., after one round that is not counted, so that a machine whose speed drifts
slows all of them alike. Quote the ratio, not the seconds. Where the variable ``KEDOU_BENCHMARKS``
names a file, each table is added to it as a line of JSON, for ``benchmarks/all.py``.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

Job = Callable[[], object]


def arguments(description: str | None) -> argparse.Namespace:
    """Read ``--quick`` (a tenth of the size) and ``--tries N``."""
    parser = argparse.ArgumentParser(description=(description or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--tries", type=int, default=5, help="counted rounds")
    return parser.parse_args()


def machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.machine()}, {cores} cores, Python {platform.python_version()}"


def timed(jobs: dict[str, Job], tries: int) -> dict[str, list[float]]:
    """Return the seconds of each counted round of each job."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for round_number in range(tries + 1):
        for name, job in jobs.items():
            gc.collect()
            started = time.perf_counter()
            job()
            taken = time.perf_counter() - started
            if round_number:
                seconds[name].append(taken)
    return seconds


def show(
    title: str,
    seconds: dict[str, list[float]],
    ours: str,
    scale: dict[str, float] | None = None,
    notes: dict[str, str] | None = None,
) -> None:
    """Print medians, the span, and each peer's time over ours (pair by pair, median)."""
    scale, notes = scale or {}, notes or {}
    medians: dict[str, dict[str, float]] = {}
    print(f"\n{title}   [{machine()}]")
    width = max(map(len, seconds))
    print(f"{'':{width}}  {'median s':>9}  {'min':>8}  {'max':>8}  {'/ ours':>7}")
    for name, values in seconds.items():
        factor = scale.get(name, 1.0)
        ratios = [factor * a / b for a, b in zip(values, seconds[ours], strict=True)]
        low, mid, high = min(values), statistics.median(values), max(values)
        medians[name] = {"seconds": mid * factor, "ratio": statistics.median(ratios)}
        row = f"{name:{width}}  {mid * factor:9.4f}  {low * factor:8.4f}  {high * factor:8.4f}"
        print(f"{row}  {statistics.median(ratios):7.2f}  {notes.get(name, '')}".rstrip())
    record(title, ours, medians)


def record(title: str, ours: str, medians: dict[str, dict[str, float]]) -> None:
    """Add one table to the file that ``benchmarks/all.py`` reads, where there is one.

    Parameters
    ----------
    medians : dict
        For each job its median ``seconds`` and its ``ratio``, the time over ours.
    """
    path = os.environ.get("KEDOU_BENCHMARKS")
    if path:
        line = json.dumps({"title": title, "ours": ours, "jobs": medians}, ensure_ascii=False)
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
