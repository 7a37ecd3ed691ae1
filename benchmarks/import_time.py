"""How long does ``import kedou`` take next to ``import numpy``, and ``kedou --help`` next to both?

Each is started in a fresh interpreter, in turn, and the median of the tries is shown; an empty
interpreter is measured too and taken off the imports.

    python benchmarks/import_time.py            # 21 tries
    python benchmarks/import_time.py --quick    # 5 tries
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

COMMANDS = {
    "empty interpreter": ["-c", "pass"],
    "import numpy": ["-c", "import numpy"],
    "import kedou": ["-c", "import kedou"],
    "first use: a descent on arrays": [
        "-c",
        "import kedou as kd; kd.descend(kd.scan([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0]))",
    ],
    "kedou --help": ["-c", "import sys; from kedou.cli import main; sys.exit(main(['--help']))"],
}


def seconds(arguments: list[str]) -> float:
    """Return how long a fresh interpreter takes for a command."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Measure all commands in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    tries = 5 if parser.parse_args().quick else 21
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(tries + 1):
        for name, arguments in COMMANDS.items():
            taken[name].append(seconds(arguments))
    median = {name: statistics.median(times[1:]) for name, times in taken.items()}
    empty = median["empty interpreter"]
    numpy = median["import numpy"] - empty
    print(f"{'':32} {'whole':>9} {'without start':>14} {'x numpy':>8}")
    for name, whole in median.items():
        own = whole - empty
        ratio = f"{own / numpy:8.2f}" if own > 0 and name != "empty interpreter" else f"{'':8}"
        print(f"{name:32} {1000 * whole:6.0f} ms {1000 * own:11.0f} ms {ratio}")


if __name__ == "__main__":
    main()
