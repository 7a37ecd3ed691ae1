"""How long from ``kedou lab`` to the first painted chapter, with the browser already open?

Starts the command, and sends a page of a headless Chromium that waits already to the link it
prints: as it is, which shows the cover, and with ``chapter=`` before, which shows a chapter. Taken
are the start of an empty interpreter, the time until the link is there (the lab answers from then
on), and until the first frame with the finished picture is painted; each try has a browser profile
that has never seen the page.

    python benchmarks/lab_start.py               # 9 tries
    python benchmarks/lab_start.py --tries 21 --chapter rules
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

from _lab import FLAGS, chromium, lab, load
from _table import machine
from playwright.sync_api import Browser, sync_playwright

LINE = 1200.0
WAIT = """() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    window.painted = performance.timeOrigin + performance.now();
  };
  const look = () => {
    const lines = [...document.querySelectorAll('main svg.plot path, main svg.plot line')];
    if (lines.some(each => each.getBoundingClientRect().width > 0)) channel.port2.postMessage(0);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tries", type=int, default=9, help="counted starts of each kind (9)")
    parser.add_argument("--chapter", default="forward", help="which chapter (forward)")
    options = parser.parse_args()
    kinds = {"the cover": "", f"chapter {options.chapter}": f"&chapter={options.chapter}"}
    empty: list[float] = []
    times: dict[str, list[tuple[float, float, float]]] = {kind: [] for kind in kinds}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        for _ in range(options.tries + 1):
            empty.append(_empty())
            for kind, query in kinds.items():
                times[kind].append(_start(browser, query))
        browser.close()
    print(f"ms, median of {options.tries} starts   [{machine()}, {load()}]\n")
    first = statistics.median(empty[1:])
    head = f"{'to the first picture of':24} {'Python':>7} {'its link':>9} {'the page':>9}"
    print(f"{head} {'all':>7} {'slowest':>8}")
    print(f"{'line':24} {'':7} {'':9} {'':9} {LINE:7.0f}")
    for kind, tries in times.items():
        told, paint, whole = (statistics.median(each) for each in zip(*tries[1:], strict=True))
        slowest = max(each[2] for each in tries[1:])
        row = f"{kind:24} {first:7.0f} {told - first:9.0f} {paint:9.0f} {whole:7.0f}"
        print(f"{row} {slowest:8.0f}{'  missed' if whole > LINE else ''}")


def _empty() -> float:
    began = time.time()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return 1000 * (time.time() - began)


def _start(browser: Browser, query: str) -> tuple[float, float, float]:
    """Return ms until the link was there, from there to the painted picture, and in all."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(f"({WAIT})()")
    with lab() as started:
        page.goto(started.link + query)
        page.wait_for_function("() => window.painted !== undefined")
        painted = page.evaluate("window.painted") / 1000
    context.close()
    whole, told = painted - started.began, started.told - started.began
    return 1000 * told, 1000 * (whole - told), 1000 * whole


if __name__ == "__main__":
    main()
