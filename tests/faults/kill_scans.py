"""Kill a scan with SIGKILL where it hurts, go on, and see that nothing is read twice or lost.

``python tests/faults/kill_scans.py 200`` kills 200 scans, each at another random moment, and
finishes each with the same command again.
"""

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from scan_process import small_blocks

import kedou as kd

HERE = Path(__file__).parent
OPTIONS = {"target": "y", "folds": 3, "categorical": ["g"]}
PLACES = ("block", "block", "write", "rename", "renamed", "anywhere")


def make_data(folder: Path, kind: str, rows: int = 30_000) -> list[str]:
    """Write two files of one kind and return their paths."""
    draw = np.random.default_rng(0)
    table = pa.table(
        {
            "a": draw.normal(size=rows) + 1e5,
            "b": draw.normal(size=rows),
            "g": draw.choice(["north", "south", "x,y"], size=rows),
            "y": draw.normal(size=rows),
        }
    )
    paths = []
    for number in range(2):
        half = table.slice(number * rows // 2, rows // 2)
        path = folder / f"{number}.{kind}"
        if kind == "parquet":
            pq.write_table(half, path, row_group_size=2500)
        elif kind == "csv.gz":
            with pa.CompressedOutputStream(str(path), "gzip") as stream:
                pc.write_csv(half, stream)
        else:
            pc.write_csv(half, path)
        paths.append(str(path))
    return paths


@dataclass
class Trial:
    """One scan that is killed, perhaps often, and goes on."""

    folder: Path
    data: list[str]
    killed: list[str] = field(default_factory=list)
    again: int = 0
    fresh: int = 0

    @property
    def checkpoint(self) -> Path:
        return self.folder / "work.checkpoint"

    def start(self, stop: list | None) -> tuple[subprocess.Popen, Path]:
        trace = self.folder / f"trace-{len(self.killed)}"
        job = {
            "data": self.data,
            "checkpoint": str(self.checkpoint),
            "trace": str(trace),
            "result": str(self.folder / "result.json"),
            "options": OPTIONS,
            "stop": stop,
        }
        command = [sys.executable, str(HERE / "scan_process.py"), json.dumps(job)]
        return subprocess.Popen(command, stderr=subprocess.PIPE), trace

    def kill(self, place: str, number: int) -> bool:
        """Kill a scan at a place; False where it was done before it came there."""
        before = finished(self.checkpoint, self.data)
        process, trace = self.start(None if place == "anywhere" else [place, number])
        wanted = number * 2 if place == "anywhere" else None
        while process.poll() is None and not _reached(trace, wanted):
            time.sleep(0.003)
        ended = process.poll() is not None
        process.kill()
        _, said = process.communicate()
        assert ended or process.returncode == -signal.SIGKILL
        assert not ended or process.returncode == 0, said.decode()
        self.check(trace, before)
        self.killed.append(place)
        opened, done = blocks(trace, "open"), blocks(trace, "done")
        if place == "block" and not ended:
            assert opened - done, "no block was open when the scan was killed"
        now = finished(self.checkpoint, self.data)
        assert before <= now, "what was finished is lost"
        self.again += len(done - now)
        return not ended

    def finish(self) -> kd.Moments:
        """Run the same once more, to its end."""
        before = finished(self.checkpoint, self.data)
        process, trace = self.start(None)
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()
        self.check(trace, before)
        self.fresh = len(blocks(trace, "done"))
        return kd.Moments.load(self.folder / "result.json")

    def check(self, trace: Path, before: set[tuple[str, int]]) -> None:
        """See that no finished block was opened again, and none twice."""
        lines = _lines(trace, "open")
        assert len(lines) == len(set(lines)), "a block was read twice by one scan"
        assert not before & set(lines), "a finished block was read again"


def finished(checkpoint: Path, data: list[str]) -> set[tuple[str, int]]:
    """Return the blocks, by file and first row, that a checkpoint holds."""
    if not checkpoint.exists():
        return set()
    content = json.loads(checkpoint.read_text("utf-8"))["content"]
    known = {int(number) for number, _ in content["finished"]} | set(range(content["next"]))
    upto = {int(number): mark[2] for number, mark, _ in content["open"]}
    found = set()
    with small_blocks():
        for number, part in enumerate(kd.open(data, target="y", categorical="g").parts()):
            if number in known or number in upto:
                for block in part.blocks():
                    if number in known or block.first_row < upto[number]:
                        found.add((block.origin, block.first_row))
    return found


def blocks(trace: Path, what: str) -> set[tuple[str, int]]:
    return set(_lines(trace, what))


def _lines(trace: Path, what: str) -> list[tuple[str, int]]:
    if not trace.exists():
        return []
    split = [line.split() for line in trace.read_text().splitlines()]
    return [(words[1], int(words[2])) for words in split if words[0] == what]


def _reached(trace: Path, wanted: int | None) -> bool:
    if not trace.exists():
        return False
    text = trace.read_bytes()
    return b"waiting" in text if wanted is None else text.count(b"\n") >= wanted


def whole(data: list[str], folder: Path) -> kd.Moments:
    """Return the moments of a scan that nobody interrupts."""
    return Trial(folder, data).finish()


def main(kills: int) -> None:
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        root, began, counts, again = Path(name), time.perf_counter(), {}, 0
        for kind in ("parquet", "csv", "csv.gz"):
            (root / kind).mkdir()
        data = {kind: make_data(root / kind, kind) for kind in ("parquet", "csv", "csv.gz")}
        right = {}
        for kind in data:
            (root / f"whole-{kind}").mkdir()
            right[kind] = whole(data[kind], root / f"whole-{kind}")
        equal = number = 0
        while sum(counts.values()) < kills:
            kind = list(data)[number % 3]
            (folder := root / str(number)).mkdir()
            trial, place = Trial(folder, data[kind]), draw.choice(PLACES)
            most = 60 if place in ("block", "anywhere") else 12
            if trial.kill(place, draw.randint(1, most)):
                counts[place] = counts.get(place, 0) + 1
                equal += trial.finish() == right[kind]
                again += trial.again
            number += 1
        shown = ", ".join(f"{place} {count}" for place, count in sorted(counts.items()))
        print(f"{sum(counts.values())} scans killed ({shown}), {equal} finished with equal bits,")
        print(f"0 finished blocks read twice, {again} blocks lost that were read but not recorded,")
        print(f"{time.perf_counter() - began:.0f} s")
        assert equal == kills


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
