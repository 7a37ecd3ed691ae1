"""Kill workers of a Dask cluster inside open blocks, again and again, and compare all bits.

``python tests/faults/kill_workers.py 50 10``: one worker of four 50 times, all but one 10 times.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from waiting import scan_while_killing

import kedou as kd

PATIENT = {"distributed.deploy.lost-worker-timeout": "300s"}
"""On a busy machine a worker needs its time to be started again; without this it never is."""
GROUPS, ROWS = 12, 140_000
OPTIONS = {"target": "y", "folds": 2}


def make_file(folder: Path) -> Path:
    draw = np.random.default_rng(3)
    rows = GROUPS * ROWS
    table = pa.table({"a": draw.normal(size=rows) + 1e6, "b": draw.normal(size=rows),
                      "y": draw.normal(size=rows)})  # fmt: skip
    pq.write_table(table, folder / "rows.parquet", row_group_size=ROWS)
    return folder / "rows.parquet"


def blocks(source, count: int, draw: random.Random) -> list[str]:
    """Return some blocks, each of another part, by the names that the watch gives them."""
    parts = draw.sample(list(source.parts()), count)
    return [f"{part.origin}-{part.part.first_row + draw.choice([0, 131_072])}" for part in parts]


def workers(client) -> int:
    return len(client.scheduler_info(n_workers=-1)["workers"])


def main(one: int, all_but_one: int) -> None:
    import dask
    from distributed import Client, LocalCluster

    dask.config.set(PATIENT)
    draw = random.Random(0)
    with (
        tempfile.TemporaryDirectory() as name,
        LocalCluster(n_workers=4, threads_per_worker=1, host="127.0.0.1", silence_logs=50,
                     dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        root = Path(name)
        path = make_file(root)
        right = kd.scan(path, **OPTIONS)
        for count, times in ((1, one), (3, all_but_one)):
            began, equal = time.perf_counter(), 0
            for number in range(times):
                client.wait_for_workers(4)
                (folder := root / f"{count}-{number}").mkdir()
                source = kd.open(path, target="y")
                names = blocks(source, count, draw)
                moments = scan_while_killing(source, client, folder, names, folds=2)
                equal += moments == right and moments.rows_read == GROUPS * ROWS
                print(".", end="", flush=True)
            seconds = time.perf_counter() - began
            print(f"{count} of 4 workers killed in open blocks, {times} times:", end=" ")
            print(f"{equal} with equal bits and counts ({seconds:.0f} s)", flush=True)
            assert equal == times


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:])) if len(sys.argv) == 3 else main(50, 10)
