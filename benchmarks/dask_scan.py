"""Does a Dask cluster on one machine keep up with threads, and what does a row group cost it?

Parquet (5M x 11), scanned by threads and by two worker processes of one thread each, on the same
cores; then thousands of parts with next to no rows, whose time is the scheduler's alone.

    python benchmarks/dask_scan.py
    python benchmarks/dask_scan.py --quick
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from _table import arguments, show, timed
from file_to_coefficients import make_files

import kedou as kd
from kedou.block import Block, Column
from kedou.fitting import dask_cluster
from kedou.fitting.dask_cluster import DaskCluster
from kedou.fitting.progress import Counter
from kedou.fitting.reading import Reading

COLUMNS = tuple(Column(f"x{j}", f"x{j}") for j in range(1, 11))


@dataclass(frozen=True)
class TinyPart:
    """A part of eight rows."""

    number: int
    rows: int = 8
    origin: str = "memory"

    def blocks(self) -> Any:
        draw = np.random.default_rng(self.number)
        yield Block(X=draw.normal(size=(8, 10)), y=draw.normal(size=8), columns=COLUMNS)


class TinyParts:
    """A source of many tiny parts."""

    target_name, weight_name, rows, left_out, notes = "y", None, None, (), ()

    def __init__(self, count: int) -> None:
        self.count = count

    def parts(self) -> list[TinyPart]:
        return [TinyPart(number) for number in range(self.count)]


def overhead(client: Any, count: int, size: int) -> tuple[float, float]:
    """Return the milliseconds a part takes on the cluster, tasks of ``size`` parts.

    By the clock, and of processor time in this process, where client and scheduler are: the clock
    also holds the workers' share, and whatever else the machine does.
    """
    source: Any = TinyParts(count)
    dask_cluster.task_size = lambda parts, threads: size
    started, busy = time.perf_counter(), time.process_time()
    reading = Reading(source, None, Counter(None, None), cluster=DaskCluster(client))
    moments = reading.moments()
    taken, busy = time.perf_counter() - started, time.process_time() - busy
    assert moments.count == 8 * count
    return 1000 * taken / count, 1000 * busy / count


def main() -> None:
    from distributed import Client, LocalCluster

    options = arguments(__doc__)
    rows = 5_000_000 // (10 if options.quick else 1)
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", silence_logs=50,
                     dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        path, _ = make_files(Path(folder), rows, 1000)
        assert kd.scan(path, target="y") == kd.scan(path, target="y", client=client)
        seconds = timed(
            {
                "threads of one process": lambda: kd.scan(path, target="y"),
                "Dask, 2 workers of 1 thread": lambda: kd.scan(path, target="y", client=client),
            },
            options.tries,
        )
        show(f"Parquet {rows:,} x 11", seconds, "threads of one process")
        count = 512 if options.quick else 4096
        print(f"\nEverything but reading, {count} parts of 8 rows:")
        overhead(client, 64, 1)
        for size in (1, 8):
            clock, busy = overhead(client, count, size)
            print(
                f"  tasks of {size}: {clock:.3f} ms a row group, "
                f"of which client and scheduler compute {busy:.3f}"
            )


if __name__ == "__main__":
    main()
