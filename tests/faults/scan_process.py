"""A scan that tells every block it opens and closes, and can be told where to wait for its end.

``python scan_process.py JSON`` with ``data``, ``checkpoint``, ``trace``, ``result``, ``options``
and ``stop``: ``["block", n]``, ``["write", n]``, ``["rename", n]``, ``["renamed", n]`` or null.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import kedou as kd
from kedou.fitting import checkpoint
from kedou.fitting.checkpoint import Checkpoint
from kedou.sources import csv, parquet, tables

BLOCK = 1000
CHUNK = 20_000


@contextmanager
def small_blocks() -> Iterator[None]:
    """Cut data so that a small file has many parts and blocks, inside a ``with``."""
    before = parquet.BLOCK_ROWS, tables.BLOCK_ROWS, csv.CHUNK
    parquet.BLOCK_ROWS, tables.BLOCK_ROWS, csv.CHUNK = BLOCK, 400, CHUNK
    try:
        yield
    finally:
        parquet.BLOCK_ROWS, tables.BLOCK_ROWS, csv.CHUNK = before


class Trace:
    """Lines at the end of a file; they outlive the process."""

    def __init__(self, path: str, stop: list | None) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.stop = stop or [None, 0]
        self.counts = dict.fromkeys(("block", "write", "rename", "renamed"), 0)
        self.lock = threading.Lock()

    def __call__(self, *words: object) -> None:
        os.write(self.file, (" ".join(map(str, words)) + "\n").encode())

    def come_to(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1
            here = [what, self.counts[what]] == self.stop
        if here:
            self("waiting", what)
            time.sleep(600)


def main(job: dict) -> None:
    Checkpoint.__init__.__defaults__ = (0.0, time.perf_counter)
    checkpoint.SHARE = 1.0
    trace = Trace(job["trace"], job["stop"])
    blocks_after = tables.TableSourcePart.blocks_after
    fsync, replace = os.fsync, Path.replace

    def traced(part, mark):
        for block, after in blocks_after(part, mark):
            trace("open", block.origin, block.first_row)
            trace.come_to("block")
            yield block, after
            trace("done", block.origin, block.first_row)

    def slow_fsync(descriptor):
        trace.come_to("write")
        fsync(descriptor)

    def slow_replace(path, target):
        trace.come_to("rename")
        made = replace(path, target)
        trace.come_to("renamed")
        return made

    tables.TableSourcePart.blocks_after = traced
    os.fsync, Path.replace = slow_fsync, slow_replace
    moments = kd.scan(
        job["data"], checkpoint=job["checkpoint"], workers=job.get("workers"), **job["options"]
    )
    os.fsync, Path.replace = fsync, replace
    moments.save(job["result"])


if __name__ == "__main__":
    with small_blocks():
        main(json.loads(sys.argv[1]))
