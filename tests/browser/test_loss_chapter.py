"""The chapter on loss, lived: three best lines, a loss drawn by hand, a forecast of rain."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

TADPOLES = [[0.8, 1.0], [1.7, 0.9], [2.7, 2.4], [3.2, 2.9], [3.7, 2.8], [4.2, 3.8], [4.2, 2.7]]
GHOSTS = {"squared": 0.796087, "huber": 0.796087, "absolute": 0.888889}
FIRST = {
    "part": "tadpoles",
    "points": TADPOLES,
    "looked": "squared",
    "delta": 1,
    "w": None,
    "been": {"squared": [], "huber": [], "absolute": []},
    "drawn": "traced",
    "guess": {"stage": "closed", **GHOSTS},
    "chance": 80,
    "day": "sun",
}
FALLEN = [*TADPOLES[:6], [4.2, 0]]
LOSSES = ("squared", "huber", "absolute")


def fragment(**state: object) -> str:
    """Write a share link's fragment by hand, with a checksum that fits."""
    text = json.dumps(["loss", {**FIRST, **state}], separators=(",", ":"))
    coded = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    check = 0x811C9DC5
    for letter in coded:
        check = (check ^ ord(letter)) * 0x01000193 % 2**32
    return f"#state=1.{check:08x}.{coded}"


def visit(lab, lang: str = "en", **state: object):
    """Open the chapter in a state."""
    lab.page.goto("about:blank")
    lab.page.goto(f"{lab.address}?lang={lang}{fragment(**state)}")
    lab.page.wait_for_selector("main > *")
    lab.settle()
    return lab


def drag_tadpole(lab, index: int, down: float, pieces: int = 10) -> None:
    """Drag a tadpole by so many units of y."""
    dot = lab.at(f"tadpole-{index}").locator(".tadpole-dot").bounding_box()
    x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    lab.page.mouse.move(x, y + down * unit(lab), steps=pieces)
    lab.page.mouse.up()
    lab.settle()


def unit(lab) -> float:
    """How many pixels a unit of y has: two tadpoles of one x tell."""
    return lab.page.evaluate(
        """() => { const [a, b] = [5, 6].map(i => document.querySelector(
             `[data-kedou=tadpole-${i}]`)), y = e => Number(e.getAttribute('data-y'));
           const py = e => Number(/,([-\\d.]+)\\)/.exec(e.getAttribute('transform'))[1]);
           return (py(b) - py(a)) / (y(a) - y(b)); }"""
    )


def bests(lab) -> dict[str, str]:
    return {name: lab.text(f"best-{name}") for name in LOSSES}


def drawn_from_to(lab, name: str) -> list[float]:
    """Over how many pixels a loss is drawn."""
    path = lab.at(f"curve-of-{name}").get_attribute("d") or ""
    xs = [float(x) for x in re.findall(r"[ML]([-\d.]+),", path)]
    return [min(xs), max(xs)] if xs else []


def test_a_dragged_tadpole_moves_three_lines_in_three_ways(lab):
    lab.open("loss")
    assert bests(lab) == {"squared": "0.796", "huber": "0.796", "absolute": "0.889"}
    drag_tadpole(lab, 6, 2.7)
    assert lab.at("tadpole-6").get_attribute("data-y") == "0"
    assert bests(lab) == {"squared": "0.634", "huber": "0.768", "absolute": "0.889"}
    assert lab.value("best-squared") == pytest.approx(0.6341567899471654, rel=1e-12)
    assert lab.value("best-huber") == pytest.approx(0.7675128841381943, rel=1e-12)
    assert lab.value("best-absolute") == pytest.approx(2.4 / 2.7, rel=1e-12)
    assert "0.796 → 0.634" in lab.text("look-squared")
    lab.page.keyboard.press("Control+z")
    assert bests(lab)["squared"] == "0.796"


def test_the_same_by_keys(lab):
    lab.open("loss")
    lab.at("tadpole-6").focus()
    for _ in range(6):
        lab.page.keyboard.press("Shift+ArrowDown")
    lab.settle()
    assert bests(lab) == {"squared": "0.634", "huber": "0.768", "absolute": "0.889"}


def test_lines_areas_and_curves_move_in_the_same_frame(lab):
    visit(lab, drawn="all")
    before, after = lab.page.evaluate(
        """() => { const read = () => [
            ...['squared', 'huber', 'absolute'].map(name =>
              document.querySelector(`[data-kedou=curve-of-${name}]`).getAttribute('d')),
            ...[...document.querySelectorAll('[data-kedou=line-picture] .loss-line')].slice(0, 1)
              .map(line => line.getAttribute('y2')),
            ...['area-0', 'best-huber', 'loss'].map(name =>
              document.querySelector(`[data-kedou=${name}]`).dataset.value),
            document.querySelector('[data-kedou=ball]').getAttribute('transform')];
          const before = read();
          document.querySelector('[data-kedou=tadpole-6]').dispatchEvent(new KeyboardEvent(
            'keydown', {key: 'ArrowDown', shiftKey: true, bubbles: true}));
          return new Promise(done => requestAnimationFrame(() => done([before, read()]))); }"""
    )
    assert len(before) == 8
    assert all(a != b for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("looked", LOSSES)
def test_an_area_is_what_the_loss_charges(lab, looked):
    """In pixels of the picture, shifted inwards or not, and the square a true square."""
    for tried in (None, 0.3, 1.4):
        visit(lab, looked=looked, points=FALLEN, w=tried, delta=0.6)
        check_areas(lab, looked, lab.value(f"best-{looked}") if tried is None else tried)


def check_areas(lab, looked: str, w: float) -> None:
    size = unit(lab)
    for i, (x, y) in enumerate(FALLEN):
        path = lab.at(f"area-{i}").get_attribute("d")
        corners = [(float(a), float(b)) for a, b in re.findall(r"([-\d.]+),([-\d.]+)", path)]
        shoelace = sum(
            a * d - b * c for (a, b), (c, d) in zip(corners, corners[1:] + corners[:1], strict=True)
        )
        area = abs(shoelace) / 2 / size**2
        e = y - w * x
        inside = min(abs(e), 0.6)
        charge = {"squared": e**2, "huber": inside * (abs(e) - inside / 2), "absolute": abs(e)}
        assert lab.value(f"area-{i}") == pytest.approx(charge[looked], rel=1e-12, abs=1e-15)
        assert area == pytest.approx(charge[looked], rel=2e-3, abs=2e-3)
        if looked == "squared":
            wide = max(a for a, _ in corners) - min(a for a, _ in corners)
            high = max(b for _, b in corners) - min(b for _, b in corners)
            assert wide == pytest.approx(high, abs=0.05)
            assert high == pytest.approx(abs(e) * size, abs=0.05)


def test_an_area_never_leaves_the_picture(lab):
    visit(lab, points=[*TADPOLES[:6], [5, 0]])
    box = lab.at("line-picture").bounding_box()
    area = lab.at("area-6").bounding_box()
    assert area["x"] + area["width"] <= box["x"] + box["width"]


MOVES = {  # how far down each ghost is moved, in hundredths of w
    "right": (16, 3, 0),
    "right, barely": (5, 2, 0),
    "typical": (16, 16, 16),
    "typical, a little": (4, 2, 2),
    "none": (0, 0, 0),
    "up": (16, 3, -4),
    "squared-still": (0, 10, 0),
    "squared-still, all on the absolute": (0, 0, 12),
    "absolute-moves": (16, 0, 10),
    "huber-still": (16, 0, 0),
    "huber-far": (16, 15, 0),
}


@pytest.mark.parametrize("case", MOVES)
def test_each_guess_gets_its_own_reason(lab, case):
    lab.open("loss")
    lab.click("guess-start")
    for name, steps in zip(LOSSES, MOVES[case], strict=True):
        lab.at(f"guess-{name}").focus()
        for _ in range(abs(steps)):
            lab.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
    lab.click("guess-lock")
    assert lab.verdict() == case.split(",")[0]
    assert bests(lab) == {"squared": "0.634", "huber": "0.768", "absolute": "0.889"}
    assert lab.at("stays").is_visible()
    for name, steps in zip(LOSSES, MOVES[case], strict=True):
        ghost = lab.at(f"guess-{name}")
        assert ghost.is_visible()
        assert ghost.get_attribute("tabindex") == "-1"
        assert lab.value(f"guess-{name}") == pytest.approx(GHOSTS[name] - steps / 100, abs=0.006)
    text = lab.text("guess-verdict")
    assert "0.796 → 0.768" in text


def test_reasons_differ_and_speak_both_languages(lab):
    said = set()
    for lang in ("en", "zh-CN"):
        for guess in (
            (0.63, 0.77, 0.888889), (0.6, 0.6, 0.6), (0.796087, 0.796087, 0.888889),
            (0.9, 0.796087, 0.888889), (0.796087, 0.7, 0.888889), (0.6, 0.796087, 0.7),
            (0.6, 0.796087, 0.888889), (0.6, 0.6, 0.888889),
        ):  # fmt: skip
            ghosts = dict(zip(LOSSES, guess, strict=True))
            visit(lab, lang, points=FALLEN, guess={"stage": "done", **ghosts})
            said.add(lab.text("guess-verdict"))
    assert len(said) == 16


def test_a_guess_by_hand(lab):
    lab.open("loss")
    lab.click("guess-start")
    assert not lab.at("area-0").is_visible()
    lab.drag_to("guess-squared", 0.64, axis="y", tolerance=0.011)
    lab.drag_to("guess-huber", 0.76, axis="y", tolerance=0.011)
    drag_tadpole(lab, 6, 2)
    assert lab.at("tadpole-6").get_attribute("data-y") == "2.7"
    lab.click("guess-lock")
    assert lab.verdict() == "right"
    ghost = lab.at("guess-squared").locator(".handle-dot").bounding_box()
    label = lab.at("line-label-squared").bounding_box()
    assert ghost["x"] > label["x"] + label["width"]


def test_the_tadpole_is_seen_to_fall_where_motion_is_welcome(browser, address):
    from page_driver import Lab

    lab = Lab(browser, address, reduced_motion="no-preference")
    lab.open("loss")
    seen = lab.page.evaluate(
        """() => new Promise(done => { const seen = [];
            document.querySelector('[data-kedou=guess-show]').click();
            const look = () => { const y = Number(document.querySelector(
                '[data-kedou=tadpole-6]').getAttribute('data-y'));
              const best = document.querySelector('[data-kedou=best-squared]').dataset.value;
              seen.push([y, Number(best)]);
              if (y === 0) done(seen); else requestAnimationFrame(look); };
            requestAnimationFrame(look); })"""
    )
    between = [(y, best) for y, best in seen if 0 < y < 2.7]
    assert between
    assert all(0.634 < best < 0.797 for _, best in between)
    lab.page.keyboard.press("Control+z")
    lab.settle()
    assert lab.at("tadpole-6").get_attribute("data-y") == "2.7"
    lab.close()
    assert not lab.faults


def test_a_loss_is_drawn_only_where_the_hand_has_been(lab):
    lab.open("loss")
    assert drawn_from_to(lab, "squared") == []
    assert not lab.at("show-whole").is_visible()
    ball = lab.middle("ball")[0]
    lab.drag("ball", -60, 0)
    low, high = drawn_from_to(lab, "squared")
    assert high - low == pytest.approx(60, abs=3)
    assert lab.middle("ball")[0] == pytest.approx(ball - 60, abs=2)
    w = lab.value("ball")
    squares = [(y - w * x) ** 2 for x, y in TADPOLES]
    assert lab.value("loss") == pytest.approx(sum(squares) / 7, rel=1e-12)
    assert lab.at("line-picture").locator(".model-line").is_visible()

    lab.click("look-absolute")
    assert drawn_from_to(lab, "squared") == drawn_from_to(lab, "absolute") == []
    lab.at("ball").focus()
    lab.page.keyboard.press("Home")
    lab.settle()
    assert drawn_from_to(lab, "absolute")[0] < low
    lab.click("look-squared")
    assert drawn_from_to(lab, "squared") == pytest.approx([low, high])

    lab.click("show-whole")
    whole = drawn_from_to(lab, "squared")
    assert whole[1] - whole[0] > 2 * (high - low)
    lab.click("more")
    lab.click("drawn-all")
    assert all(drawn_from_to(lab, name) == pytest.approx(whole) for name in LOSSES)
    for _ in range(2):
        lab.page.keyboard.press("Control+z")
    lab.settle()
    assert drawn_from_to(lab, "squared") == pytest.approx([low, high])


def test_a_moved_tadpole_sets_the_line_back_on_the_best(lab):
    visit(lab, w=0.3)
    assert lab.value("loss") > 2
    drag_tadpole(lab, 6, 0.5)
    assert lab.value("ball") == lab.value("best-squared")


def test_losses_are_chosen_by_keys_and_are_one_tab_stop(lab):
    lab.open("loss")
    lab.at("look-squared").focus()
    lab.page.keyboard.press("ArrowRight")
    assert "half the square" in lab.text("charge")
    assert lab.at("look-huber").get_attribute("aria-checked") == "true"
    for _ in range(2):
        lab.page.keyboard.press("ArrowLeft")
        lab.settle()
    assert lab.at("look-absolute").get_attribute("aria-checked") == "true"
    stops = lab.page.locator("[role=radiogroup]:visible [role=radio][tabindex='0']")
    assert stops.count() == 2  # the part, the loss
    lab.page.keyboard.press("Tab")
    focus = lab.page.evaluate("document.activeElement.dataset.kedou ?? ''")
    assert not focus.startswith("look-")


def test_lines_are_told_apart_without_colour(lab):
    lab.open("loss")
    dashes = lab.page.locator("[data-kedou=line-picture] .loss-line").evaluate_all(
        "all => all.map(line => getComputedStyle(line).strokeDasharray)"
    )
    assert len(set(dashes)) == 3
    boxes = [lab.at(f"line-label-{name}").bounding_box() for name in LOSSES]
    tops = sorted(box["y"] for box in boxes)
    assert min(b - a for a, b in pairwise(tops)) > 11


def test_huber_with_a_large_delta_is_the_squared_loss(lab):
    visit(lab, points=FALLEN, looked="huber")
    assert bests(lab)["huber"] == "0.768"
    lab.click("more")
    lab.at("delta-field").fill("3")
    lab.at("delta-field").press("Enter")
    assert bests(lab)["huber"] == bests(lab)["squared"] == "0.634"
    assert "3" in lab.text("charge")
    head = lab.at("table").locator("thead th").nth(4)
    assert head.inner_text() == "ℓ"


def test_a_flat_floor_is_said(lab):
    visit(lab, points=[[1, 1], [1, 3]], looked="absolute")
    assert lab.text("best-absolute") == "2.000"
    assert "from 1.000 to 3.000" in lab.text("flat")
    lab.click("look-squared")
    assert not lab.at("flat").is_visible()


def test_a_rain_forecast(lab):
    lab.open("loss")
    lab.click("part-rain")
    assert not lab.at("line-picture").is_visible()
    assert lab.text("brier") == "0.64"
    assert lab.text("log") == "1.609"
    assert lab.value("times") == pytest.approx(256, rel=1e-12)
    assert "256 times" in lab.text("times")
    lab.click("said-5")
    assert lab.text("brier") == "0.0025"
    assert lab.at("forecast").get_attribute("data-verdict") == "good"
    assert "good forecast" in lab.text("forecast")
    lab.click("day-rain")
    assert lab.text("brier") == "0.9025"
    assert lab.text("log") == "2.996"
    assert lab.at("forecast").get_attribute("data-verdict") == "dear"
    assert lab.value("times") == pytest.approx(0.9025 / 0.04)
    for cell, cost in (("80-sun", 0.64), ("5-sun", 0.0025), ("80-rain", 0.04), ("5-rain", 0.9025)):
        assert lab.value(f"cost-{cell}") == pytest.approx(cost, rel=1e-12)


def test_the_chance_is_dragged_and_moved_by_keys_to_its_ends(lab):
    visit(lab, part="rain")
    lab.drag_to("chance", 40, tolerance=0.5)
    assert lab.at("said-80").get_attribute("aria-checked") == "false"
    assert lab.at("said-5").get_attribute("aria-checked") == "false"
    assert lab.text("brier") == "0.16"
    lab.at("chance").focus()
    kinds = []
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "End", "Home"):
        lab.page.keyboard.press(key)
        lab.settle()
        kinds.append(lab.at("forecast").get_attribute("data-verdict"))
    assert kinds == ["nothing", "wrong", "certain", "good"]
    lab.page.keyboard.press("End")
    assert lab.text("log") == "∞"
    assert lab.text("brier") == "1"
    lab.click("day-rain")
    assert lab.text("log") == "0.000"


def test_both_parts_are_one_state_and_travel_in_a_link(lab, another):
    lab.open("loss")
    drag_tadpole(lab, 6, 1)
    lab.drag("ball", 40, 0)
    lab.click("look-huber")
    lab.click("part-rain")
    lab.click("said-5")
    lab.click("day-rain")
    lab.click("more")
    lab.click("share")
    another.page.goto(lab.at("share-link").input_value())
    assert another.text("brier") == "0.9025"
    assert another.at("part-rain").get_attribute("aria-checked") == "true"
    another.click("part-tadpoles")
    lab.click("part-tadpoles")
    for name in ("best-squared", "best-huber", "best-absolute", "loss", "ball"):
        assert another.value(name) == lab.value(name)
    another.click("look-squared")
    lab.click("look-squared")
    assert drawn_from_to(another, "squared") == drawn_from_to(lab, "squared") != []


def test_a_state_that_cannot_be_is_refused(lab):
    for damage in (
        {"part": "snow"},
        {"looked": "cubic"},
        {"delta": 0},
        {"w": 5},
        {"chance": 101},
        {"day": None},
        {"drawn": True},
        {"points": [[0, 1], [0, 2]]},
        {"points": [[9, 1], [0, 2]]},
        {"been": {"squared": [[0, 9]], "huber": [], "absolute": []}},
        {"been": []},
        {"guess": {"stage": "open", "squared": 0.5, "huber": 0.5}},
        {"guess": {"stage": "open", "squared": 0.5, "huber": 0.5, "absolute": 2}},
        {"more": 1},
    ):
        visit(lab, **damage)
        assert "damaged" in lab.text("notice"), damage
    visit(lab)
    assert lab.text("notice") == ""


STATES = [
    *({"looked": looked} for looked in LOSSES),
    *({"looked": looked, "points": FALLEN, "delta": 0.35} for looked in LOSSES),
    *({"looked": looked, "w": 0.415, "points": FALLEN} for looked in LOSSES),
    *({"looked": looked, "points": [[0, 2], [1, 1], [1, 3]], "delta": 0.5} for looked in LOSSES),
    *({"looked": looked, "points": [[1, 0], [2, 1], [3, 7]], "delta": 0.1} for looked in LOSSES),
    *({"looked": looked, "points": [[1, 1], [2, 2]]} for looked in LOSSES),
    *({"part": "rain", "day": day, "chance": c} for day in ("sun", "rain") for c in (5, 80, 50)),
    *({"part": "rain", "day": "rain", "chance": chance} for chance in (0, 100)),
]


@pytest.mark.parametrize("state", STATES, ids=str)
def test_python_agrees_in_every_state(lab, state):
    visit(lab, **state)
    code = lab.copied_python()
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert len(lines) >= 2
    for name, value in lines:
        assert float(value) == pytest.approx(lab.value(name), rel=1e-11, abs=1e-12), name


def test_only_the_pictures_on_screen_are_saved(lab):
    visit(lab, part="rain")
    lab.click("more")
    with lab.page.expect_download() as download:
        lab.click("save-svg")
    saved = Path(download.value.path()).read_text("utf-8")
    wide = lab.at("rain-picture").evaluate("svg => svg.clientWidth")
    sheet = re.match(r'<svg xmlns="http://www.w3.org/2000/svg" width="(\d+)"', saved)
    assert sheet
    assert wide <= int(sheet.group(1)) <= wide + 64  # the picture, and a margin of paper
    assert saved.count("<svg") == 2


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_beats_lead_through_both_parts(browser, address, lang, width):
    from page_driver import Lab

    lab = Lab(browser, address, viewport={"width": width, "height": 850}, reduced_motion="reduce")
    lab.open("loss", lang)
    pictures = []
    for _ in range(10):
        lab.settle()
        shown = [
            name
            for name in ("line-picture", "trace-picture", "rain-picture")
            if lab.at(name).is_visible()
        ]
        assert lab.page.evaluate("document.documentElement.scrollWidth") <= width
        pictures.append(tuple(shown))
        lab.page.keyboard.press("PageDown")
    for drawer in ("python", "more"):
        lab.at(drawer).locator("summary").click()
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert pictures == [("line-picture", "trace-picture")] * 8 + [("rain-picture",)] * 2
    lab.close()
    assert not lab.faults


def test_a_tadpole_that_is_high_is_seen_on_a_small_screen_too(browser, address):
    from page_driver import Lab

    size = {"width": 390, "height": 844}
    lab = Lab(browser, address, viewport=size, has_touch=True, reduced_motion="reduce")
    visit(lab)
    near = unit(lab)
    visit(lab, points=[*TADPOLES[:5], [4.2, 7], [4.2, 2.7]])
    picture = lab.at("line-picture").bounding_box()
    dot = lab.at("tadpole-5").locator(".tadpole-dot").bounding_box()
    assert dot["y"] > picture["y"]
    assert unit(lab) < near
    lab.close()
    assert not lab.faults
