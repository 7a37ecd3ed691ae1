"""How long does the lab take to scan a file, and how much memory do all its processes hold?

A Parquet file (5M x 11): `kedou fit` on it as a person would call it, and the same scan asked of a
running `kedou lab` over its WebSocket, in turn. Memory is that of the lab and all its workers
together, looked at every 20 ms while it scans: resident (shared pages counted once for each
process) and proportional (counted once).

    python benchmarks/lab_scan.py            # 5M x 11
    python benchmarks/lab_scan.py --quick
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from _pages import lab_of, sockets_of
from _table import arguments, show, timed

FEATURES = [f"x{i}" for i in range(1, 11)]
EVERY = 0.02


def make_file(folder: Path, rows: int) -> Path:
    random = np.random.default_rng(7)
    path = folder / "rows.parquet"
    weights = random.normal(size=10)
    schema = pa.schema([(name, pa.float64()) for name in [*FEATURES, "y"]])
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, rows, 1_000_000):
            X = random.normal(size=(min(1_000_000, rows - first), 10))
            y = X @ weights + random.normal(size=len(X))
            columns = [*(X[:, j] for j in range(10)), y]
            writer.write_table(pa.table(columns, schema=schema), row_group_size=1_000_000)
    return path


class Memory:
    """The largest sums seen of what a process and its children hold, in MB."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.resident = self.proportional = self.processes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(EVERY):
            held = [memory_of(pid) for pid in family(self.pid)]
            self.processes = max(self.processes, len(held))
            self.resident = max(self.resident, sum(resident for resident, _ in held))
            self.proportional = max(self.proportional, sum(shared for _, shared in held))


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(
                (folder / "stat").read_text().rsplit(") ", 1)[1].split()[1]
            )
        except (OSError, IndexError):
            continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def memory_of(pid: int) -> tuple[int, int]:
    """Return resident and proportional memory in MB; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:] if line.endswith("kB")}
    return sizes.get("Rss", 0) // 1024, sizes.get("Pss", 0) // 1024


def fit(path: Path) -> None:
    command = [sys.executable, "-m", "kedou", "fit", str(path), "--target", "y", "--json"]
    subprocess.run([*command, "--quiet"], check=True, capture_output=True)


def main() -> None:
    options = arguments(__doc__)
    rows = 500_000 if options.quick else 5_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = make_file(Path(folder), rows)
        with lab_of("--data", folder) as lab:
            cookie = lab.enter()
            loop = asyncio.new_event_loop()
            page = loop.run_until_complete(sockets_of(lab, [cookie]))[0]
            ask = lambda **message: loop.run_until_complete(page.ask(**message))  # noqa: E731
            ask(type="hello")
            table = ask(type="open", source={"path": path.name})["table"]
            used: list[int] = []
            partly: list[float] = []

            def scan() -> None:
                page.news.clear()
                began = time.perf_counter()
                told = ask(type="scan", table=table, target="y")
                used.append(told["used"])
                first = [at - began for at, one in page.news if one.get("moments")]
                partly.append(first[0] if first else float("nan"))

            jobs = {"kedou fit": lambda: fit(path), "lab: scan": scan}
            with Memory(lab.process.pid) as memory:
                seconds = timed(jobs, options.tries)
            assert set(used) == {rows}
            show(f"{rows:,} x 11 Parquet, {path.stat().st_size / 1e6:.0f} MB", seconds, "kedou fit")
            print(
                f"lab and workers ({memory.processes} processes): {memory.resident} MB resident, "
                f"{memory.proportional} MB proportional; "
                f"first moments to train on after {np.nanmedian(partly):.2f} s"
            )
            answer = json.dumps({"rows": rows, "resident_mb": memory.resident})
            print(answer)
            loop.run_until_complete(page.close())
            loop.close()


if __name__ == "__main__":
    main()
