"""How soon is a widget there in JupyterLab, how fast does it follow a hand, when does Python know?

A real JupyterLab on this machine, with folders of its own, in headless Chromium. For each chapter:

- *painted*: from the moment the cell is sent to the first frame with the widget's picture in it;
- *frame*: a handle is dragged with the mouse 60 times a second, as trusted events, each counted
  from its time stamp until after the frame in which the picture changed;
- *kernel*: from the last event of the drag until Python holds its value, as the kernel's own clock
  says (both run on this machine).

Needs Chromium and ``pip install 'kedou[jupyter]' playwright``.

    python benchmarks/notebook_drag.py [--moves 200] [--tries 7]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
from jupyter_driver import Desk, Jupyter, Notebook, Widget

PAINTED_S, FRAME_MS, KERNEL_MS = 0.6, 22.0, 150.0
CHAPTERS = {"forward": ("line-end", "w", 0), "backward": ("ball", "start", 1)}
CELL = """import time
lab = kd.lab.{name}(lang='en')
heard = []
lab.observe(lambda change: heard.append((time.time(), change.new)), '{part}')
lab"""
RUN = """async () => {
  const begun = performance.now();
  const seen = new Promise(done => {
    const look = () => {
      const plot = document.querySelector('[data-kedou=widget] svg.plot .axes text');
      if (plot && plot.getBoundingClientRect().width > 0) requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now() - begun);
        channel.port2.postMessage(0);
      });
      else requestAnimationFrame(look);
    };
    look();
  });
  const { content } = window.jupyterapp.shell.currentWidget;
  content.activeCellIndex = 1;
  void window.jupyterapp.commands.execute('notebook:run-cell');
  return await seen;
}"""
CLEAR = """() => {
  window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
  return new Promise(done => {
    const look = () => document.querySelector('[data-kedou=widget]')
      ? requestAnimationFrame(look) : done();
    look();
  });
}"""
LISTEN = """name => {
  window.found = [];
  const handle = document.querySelector(`[data-kedou=widget] [data-kedou=${name}]`);
  const where = () => handle.getAttribute('data-value');
  document.addEventListener('pointermove', event => {
    const [at, before] = [event.timeStamp, where()];
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.found.push([performance.now() - at,
        where() !== before, event.isTrusted, performance.timeOrigin + at]);
      channel.port2.postMessage(0);
    });
  }, { capture: true });
}"""


def drag(widget: Widget, handle: str, moves: int, along: int) -> None:
    dot = widget.at(handle).locator(".handle-dot, .ball").first
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = widget.page.mouse
    mouse.move(x, y)
    mouse.down()
    begun = time.perf_counter()
    for move in range(moves):
        by = 60 * (1 - abs(1 - (move % 60) / 30)) + 0.1 * move
        mouse.move(x + by * along, y + by * (1 - along))
        time.sleep(max(0.0, begun + (move + 1) / 60 - time.perf_counter()))
    mouse.up()
    widget.settle()


def measure(desk: Desk, name: str, moves: int, tries: int) -> list[tuple[str, float, float]]:
    handle, part, along = CHAPTERS[name]
    path = desk.jupyter.write(
        f"{name}.ipynb", "import kedou as kd", CELL.format(name=name, part=part)
    )
    book = Notebook(desk, path)
    book.run_cell(0)
    painted = []
    for _ in range(tries):
        desk.page.evaluate(CLEAR)
        painted.append(desk.page.evaluate(RUN) / 1000)
    widget = book.widget()
    desk.page.evaluate(LISTEN, handle)
    drag(widget, handle, moves, along)
    found = desk.page.evaluate("window.found")
    assert all(trusted for _, _, trusted, _ in found)
    changed = [took for took, differs, _, _ in found if differs]
    assert len(changed) > moves / 2, "the handle did not follow the mouse"
    last = max(at for _, differs, _, at in found if differs)
    value = widget.value(handle)
    book.wait_for(f"print(abs(lab.{part} - {value!r}) < 1e-12)", "True")
    knew = 1000 * float(book.ask("print(heard[-1][0])"))
    book.leave()
    p95 = statistics.quantiles(changed, n=20)[-1]
    return [
        (f"{name}: cell to painted, median of {tries} (s)", statistics.median(painted), PAINTED_S),
        (f"{name}: drag to frame, p95 of {len(changed)} (ms)", p95, FRAME_MS),
        (f"{name}: kernel has the final value after (ms)", knew - last, KERNEL_MS),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=200)
    parser.add_argument("--tries", type=int, default=7)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is needed (Debian: apt-get install chromium)")
        return 2
    rows: list[tuple[str, float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        jupyter = Jupyter(Path(folder) / "jupyter")
        try:
            with sync_playwright() as play:
                browser = play.chromium.launch(
                    executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
                )
                desk = Desk(jupyter, browser)
                for name in CHAPTERS:
                    rows += measure(desk, name, given.moves, given.tries)
                browser.close()
        finally:
            jupyter.close()
    for what, value, limit in rows:
        print(f"{what:<58} {value:8.2f}   line {limit:g}   {'ok' if value <= limit else 'MISSED'}")
    return int(any(value > limit for _, value, limit in rows))


if __name__ == "__main__":
    sys.exit(main())
