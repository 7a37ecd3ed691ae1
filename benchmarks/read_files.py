"""How long does it take to turn a file into blocks, next to only reading it?

Makes a Parquet and a CSV file in a temporary folder and reads each with Kedou (every block is
made, checked and dropped) and with its peers in the same run, best of a few tries in turn. The
ratio is Kedou's time over the peer's. Peak memory is measured in a process of its own.

    python benchmarks/read_files.py            # 5M x 11 Parquet, 1M x 11 CSV
    python benchmarks/read_files.py --quick    # a tenth of it
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from kedou.sources import open as open_source

TRIES = 5
PEAK = """
import sys, threading
from kedou.sources import open as open_source
source = open_source(sys.argv[1], target="y")
rows = sum(len(block.y) for part in source.parts() for block in part.blocks())
if sys.platform == "linux":
    lines = open("/proc/self/status").read().splitlines()
    print(next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")))
else:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20)
"""


def make_files(folder: Path, parquet_rows: int, csv_rows: int) -> tuple[Path, Path]:
    random = np.random.default_rng(7)
    n = max(parquet_rows, csv_rows)
    names = [*(f"x{i}" for i in range(1, 11)), "y"]
    table = pa.table({name: random.normal(size=n) for name in names})
    parquet, csv = folder / "rows.parquet", folder / "rows.csv"
    pq.write_table(table.slice(0, parquet_rows), parquet)
    pc.write_csv(table.slice(0, csv_rows), csv)
    return parquet, csv


def blocks(path: Path) -> int:
    source = open_source(path, target="y")
    return sum(len(block.y) for part in source.parts() for block in part.blocks())


def blocks_in_threads(path: Path) -> int:
    def count(part: object) -> int:
        return sum(len(block.y) for block in part.blocks())  # type: ignore[attr-defined]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(count, open_source(path, target="y").parts()))


def decode_parquet(path: Path, threads: bool) -> int:
    with pq.ParquetFile(path) as file:
        return sum(b.num_rows for b in file.iter_batches(131_072, use_threads=threads))


def stream_csv(path: Path) -> int:
    return sum(batch.num_rows for batch in pc.open_csv(path))


def best_times(jobs: dict[str, Callable[[], int]]) -> dict[str, float]:
    times = dict.fromkeys(jobs, float("inf"))
    for _ in range(TRIES):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            times[name] = min(times[name], time.perf_counter() - start)
    return times


def print_table(title: str, times: dict[str, float], ours: list[str]) -> None:
    print(f"\n{title}")
    width = max(map(len, times))
    print(f"{'':{width}}  seconds" + "".join(f"  {name + ' /':>22}" for name in ours))
    for name, seconds in times.items():
        ratios = "".join(f"  {times[mine] / seconds:22.2f}" for mine in ours)
        print(f"{name:{width}}  {seconds:7.3f}{ratios}")


def peak_memory(path: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    scale = 10 if parser.parse_args().quick else 1
    with tempfile.TemporaryDirectory() as name:
        parquet, csv = make_files(Path(name), 5_000_000 // scale, 1_000_000 // scale)
        times = best_times(
            {
                "kedou": lambda: blocks(parquet),
                "kedou, threads": lambda: blocks_in_threads(parquet),
                "pyarrow iter_batches": lambda: decode_parquet(parquet, True),
                "pyarrow iter_batches, 1 thread": lambda: decode_parquet(parquet, False),
                "pyarrow read_table": lambda: pq.read_table(parquet).num_rows,
            }
        )
        print_table(f"Parquet, {5_000_000 // scale:,} x 11", times, ["kedou", "kedou, threads"])
        jobs: dict[str, Callable[[], int]] = {
            "kedou": lambda: blocks(csv),
            "pyarrow read_csv": lambda: pc.read_csv(csv).num_rows,
            "pyarrow open_csv": lambda: stream_csv(csv),
        }
        try:
            import polars as pl

            jobs["polars read_csv"] = lambda: pl.read_csv(csv).height
        except ImportError:
            pass
        print_table(f"CSV, {1_000_000 // scale:,} x 11", best_times(jobs), ["kedou"])
        print("\nPeak memory of the whole process")
        for path in (parquet, csv):
            megabytes = path.stat().st_size / 2**20
            print(f"{path.name:13} {megabytes:5.0f} MB file  {peak_memory(path):5d} MB")


if __name__ == "__main__":
    main()
