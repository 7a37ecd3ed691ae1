"""How long would 10^12 rows x 50 columns take on 1,000 workers, and what bounds it?

What a block, a merge and a result cost is measured here, now; what a task costs the scheduler is
given (``--scheduler``, milliseconds; ``dask_scan.py`` measures it). The tasks, units and tree are
those of ``kedou.fitting.dask_cluster``; workers, scheduler, links and driver are simulated: a task
starts when its window is open, the scheduler has sent it and a worker is free.

    python benchmarks/dask_simulation.py
    python benchmarks/dask_simulation.py --rows 1e11 --columns 10 --workers 100
"""

from __future__ import annotations

import argparse
import heapq
import pickle
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import kedou as kd
from kedou.fitting.cluster_tasks import Found
from kedou.fitting.dask_cluster import FAN, parts_a_task, units
from kedou.fitting.subtrees import subtrees
from kedou.moments import Merger

GROUP = 131_072


@dataclass(frozen=True)
class Costs:
    """Seconds, and bytes."""

    block: float
    merge: float
    result: int
    file_bytes: float
    scheduler: float
    network: float


def measure(columns: int, scheduler: float, network: float) -> Costs:
    """Scan row groups of that many columns on one thread, and merge their moments."""
    draw = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        names = [*(f"x{i}" for i in range(1, columns)), "y"]
        table = pa.table({name: draw.normal(size=4 * GROUP) for name in names})
        pq.write_table(table, path, row_group_size=GROUP)
        size = path.stat().st_size / 4
        moments = kd.scan(path, target="y", workers=1)
        times = []
        for _ in range(5):
            started = time.process_time()
            kd.scan(path, target="y", workers=1)
            times.append((time.process_time() - started) / 4)
    started = time.process_time()
    merger = Merger()
    for _ in range(256):
        merger.add(moments)
    merging = (time.process_time() - started) / 256
    result = len(pickle.dumps(Found(0, 1, moments, GROUP, None)))
    return Costs(min(times), merging, result, size, scheduler, network)


def simulate(rows: float, workers: int, costs: Costs) -> dict[str, float]:
    """Return seconds, of the whole and of what keeps each resource busy, and counts."""
    parts = int(-(-rows // GROUP))
    size = parts_a_task(parts, GROUP, workers)
    unit, ahead = units(parts, size, workers)
    free = [0.0] * workers
    scheduler = driver = busy = opened = 0.0
    tasks = moved = sent = 0
    waiting: deque[float] = deque()
    for first, stop in subtrees(0, parts, unit):
        sent += 1
        ends: list[float] = []
        for a, b in subtrees(first, stop, size):
            scheduler = max(scheduler, opened) + costs.scheduler
            start = max(scheduler, heapq.heappop(free))
            work = (b - a) * (costs.block + costs.merge)
            heapq.heappush(free, start + work)
            ends.append(start + work)
            busy, tasks = busy + work, tasks + 1
        while len(ends) > 1:
            merged = []
            for i in range(0, len(ends), FAN):
                inputs = ends[i : i + FAN]
                each = costs.result / costs.network + costs.merge
                merged.append(max(inputs) + costs.scheduler + len(inputs) * each)
                scheduler += costs.scheduler
                moved, tasks = moved + len(inputs), tasks + 1
            ends = merged
        waiting.append(ends[0])
        if len(waiting) > ahead:
            driver = max(driver, waiting.popleft()) + costs.merge + costs.result / costs.network
            opened = driver
    while waiting:
        driver = max(driver, waiting.popleft()) + costs.merge + costs.result / costs.network
    return {
        "whole": driver,
        "reading": busy / workers,
        "scheduler": tasks * costs.scheduler,
        "driver": sent * (costs.merge + costs.result / costs.network),
        "tasks": tasks,
        "parts": parts,
        "moved": moved * costs.result,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=float, default=1e12)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--workers", type=int, default=1000)
    parser.add_argument("--scheduler", type=float, default=1.0, help="milliseconds a task")
    parser.add_argument("--network", type=float, default=1e9, help="bytes a second, each link")
    options = parser.parse_args()
    costs = measure(options.columns, options.scheduler / 1000, options.network)
    print(
        f"measured here: {1000 * costs.block:.1f} ms of one core for a row group of "
        f"{GROUP:,} x {options.columns}, {1e6 * costs.merge:.0f} us a merge, "
        f"{costs.result / 1000:.0f} kB a result"
    )
    print(f"given: {options.scheduler:g} ms a task, {options.network / 1e9:g} GB/s a link")
    for workers in sorted({max(options.workers // 10, 1), options.workers, options.workers * 10}):
        took = simulate(options.rows, workers, costs)
        bound = max(("reading", "scheduler", "driver"), key=lambda name: took[name])
        print(
            f"\n{options.rows:.0e} rows on {workers:,} workers: {took['whole'] / 60:.1f} minutes "
            f"({int(took['parts']):,} row groups in {int(took['tasks']):,} tasks, "
            f"{took['moved'] / 1e9:.1f} GB of moments moved)"
        )
        for name in ("reading", "scheduler", "driver"):
            print(f"  {name:10} busy {took[name] / 60:8.1f} minutes")
        disk = costs.file_bytes * took["parts"] / took["whole"] / 1e9
        print(f"  bound by: {bound}; storage must deliver {disk:.1f} GB/s in all")


if __name__ == "__main__":
    main()
