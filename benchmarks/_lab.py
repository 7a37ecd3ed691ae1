"""Shared by the benchmarks of the page: a running ``kedou lab``, and a headless Chromium.

Needs Chromium, and Playwright, which the extra ``bench`` brings.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

COMMAND = [sys.executable, "-m", "kedou", "lab", "--no-browser", "--lang", "en"]
LINK = re.compile(r"http://\S+")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True)
class Started:
    """A lab that has just printed its link.

    Attributes
    ----------
    link : str
    began : float
        When the process was started, in seconds of ``time.time``.
    told : float
        When the link was there.
    """

    link: str
    began: float
    told: float


@contextmanager
def lab() -> Iterator[Started]:
    """Start a lab as a person does; end it by Ctrl-C."""
    began = time.time()
    process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        link = next((found[0] for line in process.stdout if (found := LINK.search(line))), None)
        assert link is not None, "the lab printed no link"
        yield Started(link, began, time.time())
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
        process.stdout.close()


def chromium() -> str:
    """Return the path of Chromium; without one, say so and end: ``make bench`` goes on."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        print("left out: it needs Chromium (Debian: apt-get install chromium)")
        sys.exit(0)
    return found


def load() -> str:
    """Return how busy the machine is: figures of a busy one say little."""
    return f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"


def part(values: list[float], share: float) -> float:
    """Return a quantile: the value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
