"""How long from the pointer to the painted frame, in every chapter of the page?

Starts ``kedou lab``, opens it in headless Chromium, finds the chapters in the page's own menu, and
in each of them

- drags its handles at 60 moves a second: for each trusted pointer event the time from its own
  time stamp until its frame is painted, where the picture changed in that frame, and how many
  changed pictures a second there were. Once each move waits until the page has taken the last one,
  and once the hand is free: moves come at every moment between two frames alike, so that up to
  16.7 ms are waiting for the next frame;
- switches to the chapter from the menu: from the click to the painted chapter;
- lets its run play, and notes the longest task.

The first row is a page with one circle and nothing else, dragged in the same way: less than that is
not to be had. Other work disturbs the figures: wait for a quiet machine. Real-time priority is no
way out: with two cores Chromium's own processes starve each other.

    python benchmarks/page_drag.py                       # all chapters, drags of 3 s
    python benchmarks/page_drag.py --chapters rules,loss --seconds 10
    python benchmarks/page_drag.py --chapters loss --beats 7   # after seven PageDowns
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from dataclasses import dataclass, field
from typing import Any

from _lab import FLAGS, chromium, lab, load, part
from _table import machine
from playwright.async_api import Page, async_playwright

MOVES_A_SECOND = 60
MOST_P95, LEAST_UPDATES, MOST_SWITCH, MOST_TASK = 17.0, 55.0, 100.0, 50.0
WAY, PACE = 64, 8
FLOOR = "one circle"
BEATS = 12  # more than any chapter has
CIRCLE = """<!doctype html><style>svg { width: 900px; height: 560px }</style>
<div class="scene"><svg><g role="slider" tabindex="0" data-kedou="circle">
<circle class="handle-dot" cx="450" cy="280" r="9"/></g></svg></div><script>
let x, asked = false;
const paint = () => {
  asked = false;
  document.querySelector('circle').setAttribute('cx', x);
};
addEventListener('pointermove', event => {
  x = event.clientX;
  if (!asked) requestAnimationFrame(paint);
  asked = true;
});</script>"""
LISTEN = """() => {
  const drawn = ['d', 'transform', 'x', 'y', 'x1', 'y1', 'x2', 'y2', 'cx', 'cy', 'r', 'points',
    'width', 'height', 'fill', 'viewBox', 'class'];
  const seen = window.drag = {delays: [], work: [], still: 0, painted: []};
  let records = [], moves = [], began = 0;
  new MutationObserver(list => records.push(...list)).observe(
    document.querySelector('.scene'), {subtree: true, childList: true, characterData: true,
      attributes: true, attributeFilter: drawn, attributeOldValue: true});
  const changed = record => record.type === 'childList' || record.oldValue !==
    (record.type === 'attributes' ? record.target.getAttribute(record.attributeName)
                                  : record.target.data);
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const now = performance.now();
    if (records.some(changed)) {
      seen.delays.push(...moves.map(at => now - at));
      seen.work.push(now - began);
      seen.painted.push(now);
    } else seen.still += moves.length;
    records = [];
    moves = [];
  };
  addEventListener('pointermove', event => {
    if (!event.isTrusted) return;
    if (moves.push(event.timeStamp) === 1) {
      began = performance.now();
      requestAnimationFrame(() => channel.port2.postMessage(0));
    }
  }, true);
}"""
SWITCH = """() => new Promise(done => addEventListener('click', event => {
  const at = event.timeStamp;
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now() - at);
  requestAnimationFrame(() => channel.port2.postMessage(0));
}, {capture: true, once: true}))"""
FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
WATCH = """() => { window.tasks = []; new PerformanceObserver(list => window.tasks.push(
  ...list.getEntries().map(each => each.duration))).observe({type: 'longtask'}); }"""
HANDLES = """() => {
  const all = [...document.querySelectorAll('.scene [role=slider], .scene .tadpole.movable')]
    .filter(each => each.tabIndex >= 0 && each.getBoundingClientRect().width > 0
      && !each.classList.contains('gone'));
  const kinds = new Map(all.map(each => [each.dataset.kedou.replaceAll(/-?[0-9]+/g, ''), each]));
  return [...kinds.values()].map(each => each.dataset.kedou);
}"""


@dataclass
class Drag:
    """What a drag gave.

    Attributes
    ----------
    delays : list of float
        For each move that changed the picture: ms from its time stamp to the painted frame.
    work : list of float
        For each of those frames: ms from the first event to its end.
    still : int
        Moves that changed nothing.
    updates : float
        Changed pictures a second.
    """

    delays: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    still: int = 0
    updates: float = 0.0

    def missed(self) -> list[str]:
        """Return the names of the lines that were missed."""
        checks = {
            "p95": bool(self.delays) and part(self.delays, 0.95) > MOST_P95,
            "updates": bool(self.delays) and self.updates < LEAST_UPDATES and not self.is_in_steps,
        }
        return [name for name, is_missed in checks.items() if is_missed]

    @property
    def is_in_steps(self) -> bool:
        """Whether the handle has few places, so that most moves leave it where it is."""
        return self.still > 0.05 * (len(self.delays) + self.still)


@dataclass
class Figures:
    """What was measured of one chapter; where nothing plays, ``tasks`` is None.

    ``drags`` has for each handle a drag whose moves wait for the page, and one with a free hand.
    """

    chapter: str
    drags: dict[str, tuple[Drag, Drag]] = field(default_factory=dict)
    switches: list[float] = field(default_factory=list)
    tasks: list[float] | None = None

    def missed(self) -> list[str]:
        """Return the names of the lines that were missed, but for those of a drag."""
        checks = {
            "switch": max(self.switches, default=0.0) > MOST_SWITCH,
            "task": max(self.tasks or [], default=0.0) > MOST_TASK,
        }
        return [name for name, is_missed in checks.items() if is_missed]


async def main() -> None:
    """Measure, and print one table."""
    options = _arguments()
    with lab() as started:
        async with async_playwright() as play:
            browser = await play.chromium.launch(executable_path=chromium(), args=FLAGS)
            page = await browser.new_page(viewport={"width": options.width, "height": 900})
            floor = Figures(FLOOR)
            await page.set_content(CIRCLE)
            await _drags(page, floor, options)
            await page.goto(f"{started.link}&chapter=forward")
            address = page.url.split("?")[0]
            chapters = await page.locator("[data-kedou=menu] a").evaluate_all(
                "all => all.map(a => new URLSearchParams(a.search).get('chapter'))"
            )
            wanted = options.chapters.split(",") if options.chapters else chapters
            found = [Figures(name) for name in chapters if name in wanted]
            for _ in range(options.tries):
                for figures in found:
                    await _switch(page, figures)
            for figures in found:
                await page.goto(f"{address}?lang=en&chapter={figures.chapter}")
                await _drags(page, figures, options)
                await page.goto(f"{address}?lang=en&chapter={figures.chapter}")
                await _play(page, figures)
            await browser.close()
    _show([floor, *found], options.width)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--chapters", help="names, with commas between (all)")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each drag is (3)")
    parser.add_argument("--beats", type=int, default=0, help="PageDowns before a drag (0)")
    parser.add_argument("--tries", type=int, default=7, help="switches to each chapter (7)")
    parser.add_argument("--width", type=int, default=1440, help="of the window, in pixels (1440)")
    return parser.parse_args()


async def _switch(page: Page, figures: Figures) -> None:
    await page.locator("[data-kedou=menu] summary").click()
    link = page.locator(f"[data-kedou=menu] a[href*='chapter={figures.chapter}&']")
    measured = asyncio.create_task(page.evaluate(SWITCH))
    await asyncio.sleep(0.05)
    await link.click()
    figures.switches.append(await measured)
    shown = page.locator(f"[data-kedou=chapter][data-chapter={figures.chapter}]")
    assert await shown.count() == 1, f"the link does not lead to {figures.chapter}"


async def _drags(page: Page, figures: Figures, options: argparse.Namespace) -> None:
    await page.evaluate(FRAMES)  # by then the pictures know how large they are
    for name in await page.evaluate(HANDLES):
        both = []
        for free in (False, True):
            hand = await _taken(page, name, options.beats)
            both.append(await _drag(page, hand, options.seconds, free))
            await hand.move("mouseReleased", 0)
            await _again(page, 0)
        figures.drags[name] = (both[0], both[1])


async def _again(page: Page, beats: int) -> None:
    """Open the chapter anew, and walk to a beat."""
    if page.url != "about:blank":
        await page.reload()
    for _ in range(beats):
        await page.keyboard.press("PageDown")
    await page.evaluate(FRAMES)


@dataclass(frozen=True)
class Hand:
    """A hand that holds a handle, and goes to and fro from a place: to the right and up, and back.

    Attributes
    ----------
    mouse : CDPSession
    x, y : float
        The place.
    picture : Locator
        What is dragged in.
    """

    mouse: Any
    x: float
    y: float
    picture: Any

    async def move(self, kind: str, off: float) -> None:
        place = {"x": self.x + off, "y": self.y - off}
        button = {"button": "left", "buttons": 1, "clickCount": 1}
        await self.mouse.send("Input.dispatchMouseEvent", {"type": kind, **place, **button})


async def _taken(page: Page, name: str, beats: int) -> Hand:
    """Take a handle to the middle of its picture; one that has no room there, from where it is."""
    for in_middle in (True, False):
        await _again(page, beats)
        handle = page.locator(f"[data-kedou='{name}']")
        await handle.scroll_into_view_if_needed()
        picture = page.locator(".scene svg").filter(has=handle)
        dot = handle.locator("circle:not(.handle-hit, .tadpole-hit), rect.handle-dot").last
        x, y = await _middle(dot if await dot.count() else handle)
        mouse = await page.context.new_cdp_session(page)
        await page.mouse.move(x, y)
        await Hand(mouse, x, y, picture).move("mousePressed", 0)
        hand = Hand(mouse, *(await _middle(picture) if in_middle else (x, y)), picture)
        pictures = []
        for off in (0, WAY / 2):
            await hand.move("mouseMoved", off)
            await page.evaluate(FRAMES)
            pictures.append(await picture.screenshot())
        if pictures[0] != pictures[1]:
            return hand
        await hand.move("mouseReleased", 0)
    raise AssertionError(f"{name} was dragged, and the picture stayed as it was")


async def _drag(page: Page, hand: Hand, seconds: float, free: bool) -> Drag:
    before = await hand.picture.screenshot()
    await page.evaluate(LISTEN)
    sent = []
    clock = asyncio.get_running_loop().time
    began, count = clock(), int(seconds * MOVES_A_SECOND)
    for move in range(count):
        late = move / count if free else 0.0  # by one frame in all
        await asyncio.sleep(began + (move + late) / MOVES_A_SECOND - clock())
        sent.append(asyncio.create_task(hand.move("mouseMoved", _way(PACE * (move + 1)))))
        if not free:
            await sent[-1]
    await asyncio.gather(*sent)
    found = await page.evaluate("window.drag")
    painted = found.pop("painted")
    drag = Drag(**found)
    if len(painted) > 1:
        drag.updates = 1000 * (len(painted) - 1) / (painted[-1] - painted[0])
    await hand.move("mouseMoved", -WAY / 2)
    await page.evaluate(FRAMES)
    assert before != await hand.picture.screenshot(), "the picture stayed as it was"
    return drag


async def _middle(place: Any) -> tuple[float, float]:
    box = await place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _way(gone: float) -> float:
    """Return where a hand is that goes to and fro, up to ``WAY`` from where it began."""
    phase = gone % (4 * WAY)
    return abs((phase + WAY) % (4 * WAY) - 2 * WAY) - WAY


async def _play(page: Page, figures: Figures) -> None:
    button = page.locator("[data-kedou=play]:visible")
    for _ in range(BEATS):
        if await button.count():
            break
        await page.keyboard.press("PageDown")
        await page.evaluate(FRAMES)
    else:
        return
    await page.evaluate(WATCH)
    await button.first.click()
    await page.wait_for_timeout(3000)
    figures.tasks = await page.evaluate("window.tasks")


def _show(found: list[Figures], width: int) -> None:
    print(f"Window {width} wide, {MOVES_A_SECOND} moves a second   [{machine()}, {load()}]")
    print("ms: median and p95; switch: median and largest\n")
    columns = ("pointer to paint", "updates/s", "with a free hand", "work in it")
    _row("", "handle", "moves", *columns, "switch", "longest task", "missed")
    lines = (f"{MOST_P95:.0f}", f"{LEAST_UPDATES:.0f}", "", "", f"{MOST_SWITCH:.0f}")
    _row("line", "", "", *lines, f"{MOST_TASK:.0f}", "")
    for each in found:
        task = "nothing plays" if each.tasks is None else f"{max(each.tasks, default=0):.0f}"
        task = f"under {MOST_TASK:.0f}" if each.tasks == [] else task
        once = [_two(each.switches, 1.0), task]
        for name, (drag, free) in (each.drags or {"none": (Drag(), Drag())}).items():
            _row(
                each.chapter if once[0] or once[1] else "",
                name,
                f"{len(drag.delays)}" + (f"+{drag.still}" if drag.still else ""),
                _two(drag.delays, 0.95),
                "in steps" if drag.is_in_steps else f"{drag.updates:.1f}",
                _two(free.delays, 0.95),
                _two(free.work, 0.95),
                *once,
                ", ".join([*drag.missed(), *(each.missed() if any(once) else [])]),
            )
            once = ["", ""]
    if any(drag.still for each in found for drag, _ in each.drags.values()):
        print("\nmoves: that changed the picture + that left it as it was")


def _row(*cells: str) -> None:
    widths = (14, 10, 7, 16, 9, 16, 10, 11, 13, 0)
    pairs = zip(cells, widths, strict=True)
    row = "  ".join(f"{cell:{'<' if i < 2 else '>'}{w}}" for i, (cell, w) in enumerate(pairs))
    print(row.rstrip())


def _two(values: list[float], share: float) -> str:
    return f"{statistics.median(values):.1f} {part(values, share):.1f}" if values else "-"


if __name__ == "__main__":
    asyncio.run(main())
