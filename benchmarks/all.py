"""Ask all questions, and put what came out in one table.

Runs every benchmark of this folder in a process of its own, small or at full size, and prints its
table as it goes. At the end the main table: for each question the time that Kedou took, and for
each peer its time in the same run over Kedou's. A benchmark whose peers are not installed leaves
them out; one that cannot run here (no Chromium, no GPU) is named, with the last line that it said.

    python benchmarks/all.py                      # small: minutes
    python benchmarks/all.py --full               # full size: an hour or more
    python benchmarks/all.py --full --only exact_answer,epochs --write README.md README.zh-CN.md
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from _table import machine

HERE = Path(__file__).resolve().parent
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"

SMALL: dict[str, list[str]] = {
    "cost_by_size": ["--quick", "--tries", "1"],
    "dask_simulation": [],
    "gpu_moments": ["--quick", "--tries", "3"],
    "lab_start": ["--tries", "3"],
    "notebook_drag": ["--moves", "60", "--tries", "2"],
    "own_data_drag": ["--rows", "1000", "100000", "--moves", "60"],
    "page_drag": ["--chapters", "forward,loss", "--seconds", "1", "--tries", "2"],
}
"""Arguments for a small run, where they are not just ``--quick``."""
FULL: dict[str, list[str]] = {"cost_by_size": ["--plot", str(HERE / "results/cost_by_size.svg")]}
"""Arguments for a run at full size, where there are any."""


def questions() -> list[str]:
    """Return the names of all benchmarks, in order."""
    return sorted(path.stem for path in HERE.glob("[a-z]*.py") if path.stem != "all")


def ask(name: str, full: bool, lines: Path) -> str | None:
    """Run one benchmark; return None, or why it did not end well."""
    options = FULL.get(name, []) if full else SMALL.get(name, ["--quick"])
    command = [sys.executable, str(HERE / f"{name}.py"), *options]
    print(f"\n== {name} {' '.join(options)}", flush=True)
    environment = os.environ | {"KEDOU_BENCHMARKS": str(lines)}
    started = time.perf_counter()
    said = ""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            said = line.strip() or said
    print(f"-- {name}: {time.perf_counter() - started:.0f} s")
    return None if process.returncode == 0 else said


def main_table(tables: Iterable[dict[str, Any]]) -> str:
    """Return the main table in Markdown: one row for each question and size."""
    rows = ["| question | Kedou | peers: their time over ours |", "| --- | ---: | --- |"]
    for table in tables:
        jobs = dict(table["jobs"])
        ours = jobs.pop(table["ours"])
        ratios = [
            f"{name.removeprefix('scikit-learn ')} {_two_digits(job['ratio'])}"
            for name, job in jobs.items()
            if not name.startswith("kedou")
        ]
        if ratios:
            rows.append(f"| {table['title']} | {ours['seconds']:.3g} s | {', '.join(ratios)} |")
    return "\n".join(rows)


def _two_digits(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"


def write(page: Path, table: str, command: str) -> None:
    """Put the table between the marks of a page, with the command that made it."""
    text = page.read_text("utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    made = f"{BEGIN}\n`{command}` · {machine()}\n\n{table}\n{END}"
    page.write_text(before + made + after, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--full", action="store_true", help="full size")
    parser.add_argument("--only", help="names, with commas between (all)")
    parser.add_argument("--write", type=Path, nargs="+", default=[], help="pages with the marks")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else questions()
    unknown = sorted(set(names) - set(questions()))
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(questions())}")
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "tables.jsonl"
        ended = {name: ask(name, options.full, lines) for name in names}
        found = lines.read_text("utf-8").splitlines() if lines.exists() else []
    tables = [json.loads(line) for line in found]
    table = main_table(table for table in tables if not table["title"].endswith("exponent"))
    print(f"\n{machine()}\n\n{table}")
    for name, why in ended.items():
        if why is not None:
            print(f"not measured here: {name} ({why})")
    command = "python benchmarks/all.py" + (" --full" if options.full else "")
    command += f" --only {options.only}" if options.only else ""
    for page in options.write:
        write(page, table, command)


if __name__ == "__main__":
    main()
