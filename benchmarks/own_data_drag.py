"""How long from the pointer on the learning rate to the repainted loss curve, on a table of rows?

A table of 20 features is trained for 1,000 steps in a real lab and in its report opened from disk;
the rate is dragged with the mouse 60 times a second, as trusted events. Each counts from its time
stamp until the frame in which the loss curve's path has changed is painted: until the next task
begins, whichever that is, for the frame is one task to its end. Descent runs on moments, so the
number of rows must not matter. Needs Chromium and ``pip install playwright``.

    python benchmarks/own_data_drag.py [--rows 1000 2000000] [--moves 300]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from _lab import FLAGS, chromium, part
from page_drag import CIRCLE, Hand
from playwright.async_api import Browser, Page, async_playwright

FEATURES = 20
BLOCK = 250_000
LIMIT_MS = 20.0


class Move(NamedTuple):
    """What the page saw of a move: times in ms from its time stamp, and from its dispatch."""

    whole: float
    in_frame: float
    changed: bool
    trusted: bool


# What a drag changes, and what is held: where it is found, and which attribute tells of it.
Drawn = tuple[str, str, str, str]
CURVE = "path.run-line:not(.left-out, .pin-0, .pin-1)"
RATE: Drawn = (CURVE, "d", "[data-kedou=rate]", "transform")
ONE_CIRCLE: Drawn = ("circle", "cx", "circle", "cx")
LISTEN = """([curve, attribute, handle, place]) => {
  const line = document.querySelector(curve), held = document.querySelector(handle);
  const at = () => Number(/[-\\d.]+/.exec(held.getAttribute(place)));
  let drawn = line.getAttribute(attribute), begun = 0, hand = 0, grip = 0, waiting = [];
  window.hold = x => { window.found = []; waiting = []; grip = at() - x; };
  addEventListener('pointermove', () => { begun = performance.now(); }, {capture: true});
  // Last of all who listen, and so last of all who paint in that frame.
  addEventListener('pointermove', event => {
    for (const each of event.getCoalescedEvents()) waiting.push([each.timeStamp, begun]);
    hand = event.clientX;
    requestAnimationFrame(() => {
      const changed = line.getAttribute(attribute) !== drawn;
      drawn = line.getAttribute(attribute);
      // What is not where the hand is has not been painted yet.
      if (Math.abs(at() - grip - hand) > 1) return;
      const moves = waiting;
      waiting = [];
      // A move that comes while the frame is painted is told before any message.
      const channel = new MessageChannel(), next = ['pointerrawupdate', 'pointermove'];
      const painted = () => {
        const now = performance.now();
        for (const name of next) removeEventListener(name, painted, {capture: true});
        for (const [told, from] of moves.splice(0))
          window.found.push([now - told, now - from, changed, event.isTrusted]);
      };
      for (const name of next) addEventListener(name, painted, {capture: true});
      channel.port1.onmessage = painted;
      channel.port2.postMessage(0);
    });
  });
}"""


def write_table(path: Path, rows: int) -> None:
    random = np.random.default_rng(0)
    names = [f"x{n:02d}" for n in range(FEATURES)]
    weights = random.normal(size=FEATURES)
    scales = 10.0 ** random.uniform(-1, 1, FEATURES)
    mixing = np.eye(FEATURES) + 0.4 * random.normal(size=(FEATURES, FEATURES))
    schema = pa.schema([(name, pa.float32()) for name in [*names, "y"]])
    with pq.ParquetWriter(path, schema) as file:
        for first in range(0, rows, BLOCK):
            count = min(BLOCK, rows - first)
            X = random.normal(size=(count, FEATURES)) @ mixing
            y = X @ weights + random.normal(size=count)
            columns = [*(X * scales).T, y]
            arrays = [pa.array(column.astype(np.float32)) for column in columns]
            file.write_table(pa.table(arrays, schema=schema))


@contextmanager
def lab(folder: Path) -> Iterator[str]:
    """Start a lab; yield the link of its owner."""
    command = [sys.executable, "-m", "kedou", "lab", "--no-browser", "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if link := re.search(r"http://\S+token=[\w-]+", line):
                break
        else:
            raise RuntimeError("the lab did not start")
        try:
            yield link.group()
        finally:
            process.terminate()


async def drag(page: Page, moves: int, drawn: Drawn = RATE) -> list[Move]:
    """Drag a handle to and fro, whether the page keeps up or not."""
    await page.evaluate(LISTEN, drawn)
    handle = (
        page.locator(drawn[2])
        .locator("circle.handle-dot")
        .or_(page.locator(f"{drawn[2]}.handle-dot"))
    )
    await handle.scroll_into_view_if_needed()
    box = await handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    hand = Hand(await page.context.new_cdp_session(page), x, y, None)
    await hand.move("mousePressed", 0)
    await page.evaluate("x => window.hold(x)", x)
    clock = asyncio.get_running_loop().time
    began = clock()
    sent = []
    for move in range(moves):
        # By one frame later in all: moves fall at every moment between two frames alike.
        due = began + move * (1 + 1 / moves) / 60
        await asyncio.sleep(max(0.0, due - clock()))
        off = -4.0 - 3 * (60 - abs(move % 120 - 60))
        sent.append(asyncio.create_task(hand.move("mouseMoved", off)))
    await asyncio.gather(*sent)
    await hand.move("mouseReleased", off)
    found = [Move(*each) for each in await page.evaluate("window.found")]
    assert all(each.trusted for each in found)
    return found


def report(what: str, found: list[Move]) -> None:
    painted = [each.whole for each in found if each.changed]
    own = [each.in_frame for each in found if each.changed]
    p95 = part(painted, 0.95)
    print(
        f"{what:28} {len(painted):5} of {len(found):4} {statistics.median(painted):9.1f} "
        f"{p95:7.1f} {LIMIT_MS:7.0f} {statistics.median(own):9.1f} {part(own, 0.95):7.1f}  "
        f"{'holds' if p95 <= LIMIT_MS else 'MISSES'}",
        flush=True,
    )


async def measure_circle(browser: Browser, folder: Path, moves: int) -> None:
    """Less than this is not to be had: a page with one circle and nothing else."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    circle = folder / "circle.html"
    circle.write_text(CIRCLE)
    await page.goto(circle.as_uri())
    report("one circle, nothing else", await drag(page, moves, ONE_CIRCLE))
    await page.close()


async def measure(browser: Browser, folder: Path, rows: int, moves: int) -> None:
    name = f"table-{rows}.parquet"
    write_table(folder / name, rows)
    with lab(folder) as link:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(600_000)
        await page.goto(link)
        await page.wait_for_selector("main > *")
        await page.goto(f"{link.split('?')[0]}?lang=en&chapter=own-data")
        await page.locator("[data-kedou=data-set] option").first.wait_for(state="attached")
        await page.fill("[data-kedou=path]", name)
        await page.click("[data-kedou=open-path]")
        await page.click("[data-kedou=train]")
        await page.wait_for_function(
            "() => document.querySelector('[data-kedou=computed-by]')"
            "?.textContent.includes('Python')"
        )
        report(f"lab, {rows:,} rows", await drag(page, moves))
        await page.click("[data-kedou=phase-use]")
        async with page.expect_download() as download:
            await page.click("[data-kedou=save-report]")
        path = folder / f"report-{rows}.html"
        await (await download.value).save_as(path)
        await page.close()
    alone = await browser.new_context(offline=True, viewport={"width": 1440, "height": 900})
    page = await alone.new_page()
    await page.goto(path.as_uri())
    await page.wait_for_selector("[data-kedou=outcome]")
    report(f"report, {rows:,} rows", await drag(page, moves))
    await alone.close()
    (folder / name).unlink()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 2_000_000])
    parser.add_argument("--moves", type=int, default=300)
    asked = parser.parse_args()
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"{FEATURES} features, 1,000 steps; load of this machine {load}, {os.cpu_count()} cores")
    print(
        f"{'ms':28} {'frames':>13} {'median':>9} {'p95':>7} {'line':>7} {'in frame':>9} {'p95':>7}"
    )
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as play:
            browser = await play.chromium.launch(executable_path=chromium(), args=FLAGS)
            await measure_circle(browser, Path(folder), asked.moves)
            for rows in asked.rows:
                await measure(browser, Path(folder), rows, asked.moves)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
