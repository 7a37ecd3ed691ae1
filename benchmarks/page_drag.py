"""How long from the pointer event to the painted frame, when a learner drags on the page?

Serves the built page on loopback, drags the line's end (forward pass) and a tadpole (loss: the
best lines of three losses, and their three whole curves) in headless Chromium at the pace of a
hand, and takes for each trusted pointer event the time until the frame after it was painted. Also
prints the longest task while a run plays. Needs Chromium and ``pip install playwright``.

    python benchmarks/page_drag.py
"""

from __future__ import annotations

import functools
import http.server
import shutil
import statistics
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import kedou

LAB = Path(kedou.__file__).parent / "assets" / "lab"
LISTEN = """name => { window.delays = [];
  document.querySelector(`[data-kedou=${name}]`).addEventListener('pointermove', event => {
    const at = event.timeStamp;
    requestAnimationFrame(() => { const channel = new MessageChannel();
      channel.port1.onmessage = () => window.delays.push(performance.now() - at);
      channel.port2.postMessage(0); }); }); }"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
BEATS_TO_ALL_CURVES = 7
WATCH = """() => { window.long = [0]; new PerformanceObserver(list => window.long.push(
  ...list.getEntries().map(e => e.duration))).observe({type: 'longtask'}); }"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def drag(page: Page, name: str, way: float) -> list[float]:
    """Drag up and down over so many pixels; return the delays in ms, sorted."""
    page.evaluate(LISTEN, name)
    box = page.locator(f"[data-kedou={name}] circle").last.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for move in range(180):
        page.mouse.move(x, y + way * (1 - abs(move % 120 - 60) / 60))
        page.wait_for_timeout(16)
    page.mouse.up()
    delays: list[float] = page.evaluate("window.delays")
    return sorted(delays)


def report(what: str, delays: list[float]) -> None:
    p95 = delays[int(0.95 * (len(delays) - 1))]
    print(f"{what}: pointer event to painted frame, {len(delays)} moves: median "
          f"{statistics.median(delays):.1f} ms, p95 {p95:.1f} ms")  # fmt: skip


def main() -> None:
    handler = functools.partial(Quiet, directory=str(LAB))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}?lang=en&chapter=forward")
        page.wait_for_selector("[data-kedou=line-end] .handle-dot")
        report("line", drag(page, "line-end", 150))
        page.goto(f"{address}?lang=en&chapter=loss")
        page.wait_for_selector("[data-kedou=tadpole-6] .tadpole-dot")
        for _ in range(BEATS_TO_ALL_CURVES):
            page.keyboard.press("PageDown")
        page.evaluate(PAINTED)
        report("tadpole under three losses", drag(page, "tadpole-6", 150))
        page.goto(f"{address}?lang=en&chapter=backward")
        page.wait_for_selector("[data-kedou=play]")
        page.evaluate(WATCH)
        page.click("[data-kedou=play]")
        page.wait_for_timeout(2000)
        longest = max(page.evaluate("window.long"))
        browser.close()
    server.shutdown()
    print(f"longest task while playing: {longest:.0f} ms (0: none over 50)")


if __name__ == "__main__":
    main()
