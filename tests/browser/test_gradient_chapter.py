"""Chapter 8 as a learner meets it: the arrow, the run, the scaled input, the riddle, the race."""

import json
import subprocess
import sys

import pytest
from page_driver import Lab

RULES = ("momentum", "nesterov", "adam", "rmsprop", "adagrad", "exact-line-search")


def place(lab: Lab, name: str) -> tuple[float, float]:
    lab.settle()
    handle = lab.at(name)
    return float(handle.get_attribute("data-x")), float(handle.get_attribute("data-y"))


def press(lab: Lab, name: str, *keys: str) -> None:
    lab.at(name).focus()
    for key in keys:
        lab.page.keyboard.press(key)
    lab.settle()


def drag_plane(lab: Lab, name: str, x: float, y: float) -> None:
    """Drag a handle to a place of the plane, by what one unit is in pixels."""
    unit = lab.page.evaluate(
        """() => { const ticks = [...document.querySelectorAll(
             '[data-kedou=plane-picture] .axes .tick[text-anchor=middle]')];
           const at = t => [Number(t.textContent.replace('−', '-')), Number(t.getAttribute('x'))];
           const [a, b] = [at(ticks[0]), at(ticks.at(-1))];
           return (b[1] - a[1]) / (b[0] - a[0]); }"""
    )
    now = place(lab, name)
    lab.drag(name, (x - now[0]) * unit, -(y - now[1]) * unit)


def scrub(lab: Lab, step: int) -> None:
    if lab.value("step") == 0:
        lab.click("step-forward")
    lab.at("scrub").fill(str(step))
    lab.settle()


def set_rate(lab: Lab, rate: float) -> None:
    lab.at("rate-field").fill(str(rate))
    lab.at("rate-field").press("Enter")
    lab.settle()


def open_told(lab: Lab, lang: str = "en") -> None:
    lab.open("gradient", lang)
    lab.click("guess-show")


@pytest.mark.parametrize(
    ("tip", "verdict"),
    [
        ((0.34, 2.06), "right"),
        ((0.5, 2.12), "right"),
        ((0.3, 1.6), "typical"),
        ((-0.3, 2.1), "back"),
        ((0.1, 2.4), "steep"),
        ((1.5, 2.2), "long"),
        ((0.1, 2.04), "short"),
    ],
)
def test_the_arrow_is_drawn_by_hand(lab, tip, verdict):
    lab.open("gradient")
    lab.click("guess-start")
    assert lab.text("angle") == "?"
    drag_plane(lab, "guess-tip", *tip)
    assert place(lab, "guess-tip") == pytest.approx(tip, abs=0.01)
    lab.click("guess-lock")
    assert lab.verdict() == verdict
    assert lab.at("stays").is_visible()
    assert place(lab, "guess-tip") == pytest.approx(tip, abs=0.01)
    assert lab.at("guess-tip").is_visible(), "the guess stays beside the truth"
    assert lab.page.locator("[data-kedou=plane-picture] .step-arrow").is_visible()


def test_an_arrow_that_was_not_drawn_says_that_b_stays(lab):
    lab.open("gradient")
    lab.click("guess-start")
    lab.click("guess-lock")
    assert lab.verdict() == "flat"


def test_the_arrow_is_drawn_by_keys(lab):
    lab.open("gradient")
    lab.click("guess-start")
    press(lab, "guess-tip", *["ArrowRight"] * 4, *["ArrowUp"] * 3)
    assert place(lab, "guess-tip") == pytest.approx((0.33, 2.06))
    lab.click("guess-lock")
    assert lab.verdict() == "right"
    lab.open("gradient")
    lab.click("menu")
    assert "✓" in lab.text("menu")


def test_nothing_gives_the_answer_away_before_it_is_asked(lab):
    lab.open("gradient")
    arrow = lab.page.locator("[data-kedou=plane-picture] .step-arrow")
    ahead = "document.querySelector('[data-kedou=plane-picture] .track-ahead').getAttribute('d')"
    for asked in (False, True):
        if asked:
            lab.click("guess-start")
        assert not arrow.is_visible()
        assert not lab.at("formula").is_visible()
        assert not lab.at("outcome").is_visible()
        assert lab.page.evaluate(ahead) == ""
    lab.click("guess-show")
    assert arrow.is_visible()
    assert len(lab.page.evaluate(ahead)) > 1000


def test_the_first_step_raises_b_and_the_angle_is_on_screen(lab):
    open_told(lab)
    assert lab.text("angle") == "77.4°"
    assert lab.text("loss") == "1.0786"
    assert "2.000 − 0.08 · (−0.714) = 2.057" in lab.text("formula")
    lab.click("show-arithmetic")
    assert "0.357" in lab.text("arithmetic")
    lab.click("step-forward")
    assert lab.text("b") == "2.0571"
    assert lab.text("w") == "0.3371"


def test_golden_numbers(lab):
    open_told(lab)
    lab.click("more")
    shown = {
        "steepest": "21.7459",
        "flattest": "0.2626",
        "condition": "82.8",
        "rate-limit": "0.09197",
        "scaled-limit": "1",
        "best-w": "0.743282",
        "best-b": "0.180389",
        "least": "0.162231",
    }
    assert {name: lab.text(name) for name in shown} == shown
    assert lab.value("limit") == pytest.approx(0.09197116, abs=1e-8)


def test_steps_to_one_percent(lab):
    open_told(lab)
    assert (lab.value("within-one"), lab.value("within-tenth")) == (136, 190)
    press(lab, "start", *["Shift+ArrowDown"] * 4)
    assert place(lab, "start") == (0, 0)
    for rate, steps in ((0.09087, 171), (0.05, 2), (0.046, 1)):
        set_rate(lab, rate)
        assert lab.value("within-one") == steps
        assert lab.at("outcome").get_attribute("data-outcome") == "converged"
    lab.click("more")
    lab.click("auto-gradient-descent")
    assert lab.value("steps-gradient-descent") == 1
    assert float(lab.at("rate-field").input_value()) == pytest.approx(0.046, abs=1e-4)


def test_scaling_the_input_makes_190_steps_one(lab):
    open_told(lab)
    lab.click("scale")
    assert lab.text("angle") == "0.0°"
    assert float(lab.at("rate-field").input_value()) == 0.5
    assert "190" in lab.text("scaled-said")
    assert (lab.value("within-one"), lab.value("within-tenth")) == (1, 1)
    lab.click("step-forward")
    assert lab.value("w") == pytest.approx(0.743282, abs=1e-6)
    assert lab.value("b") == pytest.approx(0.180389, abs=1e-6)
    assert lab.value("loss") == pytest.approx(0.162231, abs=1e-6)
    assert lab.at("play").inner_text() == "Play again"
    round_ones = lab.page.locator(
        "[data-kedou=plane-picture] .level-curve:not(.gone)"
    ).evaluate_all(
        "all => all.every(e => Math.abs(e.getAttribute('rx') - e.getAttribute('ry')) < 0.02)"
    )
    assert round_ones
    lab.page.keyboard.press("Control+z")
    lab.page.keyboard.press("Control+z")
    lab.settle()
    assert (lab.value("within-one"), lab.value("within-tenth")) == (136, 190)


def test_the_start_is_dragged_and_everything_follows(lab):
    open_told(lab)
    line = lab.page.locator("[data-kedou=line-picture] .model-line")
    before = (line.get_attribute("y2"), lab.text("angle"), lab.value("within-one"))
    drag_plane(lab, "start", 1.2, 1.0)
    assert place(lab, "start") == pytest.approx((1.2, 1.0), abs=0.02)
    w, b = place(lab, "start")
    assert (lab.value("w"), lab.value("b")) == pytest.approx((w, b), abs=1e-12)
    after = (line.get_attribute("y2"), lab.text("angle"), lab.value("within-one"))
    assert all(new != old for new, old in zip(after, before, strict=True))
    lab.page.keyboard.press("Control+z")
    assert place(lab, "start") == (0, 2)


def test_the_start_moves_by_keys_and_stays_in_the_picture(lab):
    open_told(lab)
    press(lab, "start", "ArrowRight", "ArrowDown", "Shift+ArrowDown")
    assert place(lab, "start") == pytest.approx((0.05, 1.45))
    press(lab, "start", "End")
    assert place(lab, "start")[0] > 2
    picture = lab.at("plane-picture").bounding_box()
    x, _ = lab.middle("start")
    assert picture["x"] < x < picture["x"] + picture["width"]
    assert "w = " in lab.at("start").get_attribute("aria-valuetext")


def test_a_start_dragged_in_scaled_coordinates_is_told_in_the_users(lab):
    open_told(lab)
    lab.click("scale")
    drag_plane(lab, "start", 1.5, 3)
    u, a = place(lab, "start")
    assert (u, a) == pytest.approx((1.5, 3), abs=0.02)
    assert lab.value("w") == pytest.approx(u / 1.1948870666472278)
    assert lab.value("b") == pytest.approx(a - 2.9285714285714284 * lab.value("w"))
    lab.click("scale")
    assert place(lab, "start") == pytest.approx((lab.value("w"), lab.value("b")))
    picture = lab.at("plane-picture").bounding_box()
    assert picture["y"] < lab.middle("start")[1] < picture["y"] + picture["height"]


def test_a_dragged_tadpole_moves_the_bowl(lab):
    open_told(lab)
    curves = """[...document.querySelectorAll('.level-curve')]
      .map(e => e.getAttribute('transform')).join()"""
    before = lab.page.evaluate(curves)
    lab.click("more")
    least = lab.value("least")
    box = lab.at("tadpole-6").locator(".tadpole-dot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    lab.page.mouse.move(x, y + 60, steps=6)
    lab.page.mouse.up()
    assert lab.value("least") > least
    assert lab.page.evaluate(curves) != before
    lab.click("reset-table")
    assert lab.value("least") == least
    assert lab.page.evaluate(curves) == before


def test_the_riddle_of_the_locked_b(lab):
    open_told(lab)
    lab.click("riddle")
    assert lab.at("outcome").get_attribute("data-outcome") == "converged"
    assert lab.value("within-one") == 40
    assert lab.value("limit") == pytest.approx(0.099957, abs=1e-6)
    scrub(lab, 20)
    assert lab.value("b") == 0
    lab.click("riddle-holds")
    assert "21.75" in lab.text("riddle-verdict")
    assert lab.at("outcome").get_attribute("data-outcome") == "diverged"
    assert "0.09197" in lab.text("advice")
    assert "try 0.046" in lab.text("advice")
    lab.click("play")
    scrub(lab, 60)
    assert lab.value("loss") > 1000
    assert lab.at("gone").is_visible()
    lab.click("riddle")
    lab.click("riddle-breaks")
    assert lab.text("riddle-verdict").startswith("It diverges")


def test_b_is_locked_and_unlocked(lab):
    open_told(lab)
    lab.click("more")
    lab.click("unlock-b")
    assert lab.text("least") == "0.166875"
    press(lab, "start", "Shift+ArrowUp")
    assert place(lab, "start")[1] == 0
    lab.click("unlock-b")
    assert lab.text("least") == "0.162231"


def test_rules_race_with_dash_and_letter(lab):
    open_told(lab)
    lab.click("more")
    lab.click("race-momentum")
    assert "momentum 0.02 · 60 steps" in lab.at("legend").locator("text").all_text_contents()
    for rule in RULES[1:]:
        lab.click(f"race-{rule}")
    assert lab.value("steps-momentum") == 60
    assert lab.value("steps-exact-line-search") == 11
    scrub(lab, 12)
    dashes = lab.page.locator("[data-kedou=plane-picture] .track-rival").evaluate_all(
        """all => all.filter(e => !e.closest('[data-kedou=legend]'))
          .map(e => getComputedStyle(e).strokeDasharray)"""
    )
    assert len(dashes) == len(set(dashes)) == len(RULES)
    legend = lab.at("legend").locator("text").all_text_contents()
    assert legend[legend.index("M") + 1] == "60", "so many runs have room for their steps only"
    lab.click("race-momentum")
    assert "M" not in lab.at("legend").locator("text").all_text_contents()


def test_each_rule_keeps_its_own_rate(lab):
    open_told(lab)
    lab.click("more")
    lab.click("rule-adam")
    assert float(lab.at("rate-field").input_value()) == 0.2
    lab.at("rate-adam-field").fill("0.1")
    lab.at("rate-adam-field").press("Enter")
    assert lab.value("within-one") == 63
    lab.click("auto-adam")
    assert float(lab.at("rate-field").input_value()) == pytest.approx(0.18196, abs=1e-5)
    lab.click("rule-exact-line-search")
    assert lab.at("rate-field").is_disabled()
    lab.click("rule-gradient-descent")
    assert float(lab.at("rate-field").input_value()) == 0.08


def test_several_rates_at_once(lab):
    open_told(lab)
    lab.click("more")
    lab.click("several")
    legend = lab.at("legend").locator("text").all_text_contents()
    assert any(each.endswith("0.095 · not within 1 %") for each in legend)
    assert any("0.046" in each for each in legend)


def test_the_field_points_down(lab):
    open_told(lab)
    lab.click("more")
    field = lab.page.locator("[data-kedou=plane-picture] .flow-field")
    assert not field.is_visible()
    lab.click("field")
    assert field.get_attribute("d").count("M") > 200


def test_the_surface_turns_by_hand_and_by_keys_and_is_saved(lab):
    open_told(lab)
    lab.click("more")
    lab.click("surface")
    facets = "document.querySelector('.facets polygon').getAttribute('points')"
    ball = lab.page.locator("[data-kedou=surface-picture] .ball")
    before = (lab.page.evaluate(facets), ball.get_attribute("cx"))
    press(lab, "surface-turn", "ArrowRight", "ArrowUp", "Shift+ArrowUp")
    assert place(lab, "surface-turn") == (35, 55)
    box = lab.at("surface-picture").bounding_box()
    lab.page.mouse.move(box["x"] + 100, box["y"] + 200)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + 140, box["y"] + 180, steps=4)
    lab.page.mouse.up()
    assert place(lab, "surface-turn") == (55, 45)
    assert (lab.page.evaluate(facets), ball.get_attribute("cx")) != before
    at = ball.get_attribute("cx")
    lab.click("step-forward")
    assert ball.get_attribute("cx") != at
    with lab.page.expect_download() as download:
        lab.click("save-svg")
    saved = download.value.path().read_text("utf-8")
    assert saved.count("<polygon") == 240
    with lab.page.expect_download() as download:
        lab.click("save-png")
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_the_loop_has_five_stations(lab):
    open_told(lab)
    lab.click("walk-loop")
    for station in ("forward", "loss", "backward", "update"):
        lab.click(f"station-{station}")
    assert lab.text("station-backward-value") == "dL/dw = −4.214, dL/db = −0.714"
    assert lab.text("station-update-value") == "w ← 0.337, b ← 2.057"


@pytest.mark.parametrize("rule", ["gradient-descent", *RULES])
@pytest.mark.parametrize("coordinates", ["plain", "scaled", "locked"])
def test_python_gives_the_same_numbers_for_every_rule(lab, rule, coordinates):
    open_told(lab)
    lab.click("more")
    if coordinates != "plain":
        lab.click("scale" if coordinates == "scaled" else "unlock-b")
    lab.click(f"rule-{rule}")
    lab.click("step-forward")
    scrub(lab, 7)
    code = lab.copied_python()
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert {"w", "b", "loss"} <= {name for name, _ in lines}
    for name, value in lines:
        assert float(value) == pytest.approx(lab.value(name), rel=1e-10, abs=1e-10), name


def test_a_run_scrubbed_back_shows_the_very_same_numbers(lab):
    open_told(lab)
    seen = []
    for _ in range(5):
        lab.click("step-forward")
        seen.append([lab.value(name) for name in ("w", "b", "loss", "angle")])
    back = []
    for step in (5, 4, 3, 2, 1):
        scrub(lab, step)
        back.append([lab.value(name) for name in ("w", "b", "loss", "angle")])
    assert back[::-1] == seen


def test_a_share_link_restores_the_whole_chapter_elsewhere(lab, another):
    open_told(lab)
    lab.click("more")
    for name in ("scale", "race-momentum", "field", "surface"):
        lab.click(name)
    press(lab, "surface-turn", "ArrowRight")
    press(lab, "start", "ArrowRight")
    set_rate(lab, 0.3)
    scrub(lab, 3)
    lab.click("share")
    another.page.goto(lab.at("share-link").input_value())
    another.page.wait_for_selector("[data-chapter=gradient]")
    for name in ("step", "w", "b", "loss", "angle", "within-one"):
        assert another.value(name) == lab.value(name), name
    assert place(another, "surface-turn") == place(lab, "surface-turn")
    assert another.at("legend").is_visible()
    assert another.page.locator(".flow-field").is_visible()


@pytest.mark.parametrize(
    "change",
    [
        {"step": 301},
        {"step": 1.5},
        {"start": [0, 99]},
        {"start": [0]},
        {"rule": "slope"},
        {"rates": {"gradient-descent": 0.08}},
        {"race": ["adam", "adam"]},
        {"locked": True},
        {"view": [0, 95]},
        {"guess": {"stage": "done", "value": 1}},
        {"points": [[0, 1], [0, 2]]},
        {"riddle": "solved"},
        {"more": 1},
    ],
)
def test_a_state_that_is_none_of_the_chapters_is_refused(lab, change):
    """What a link may carry is changed by hand, its checksum made anew."""
    open_told(lab)
    lab.click("more")
    lab.click("share")
    link = lab.at("share-link").input_value()
    broken = lab.page.evaluate(
        """([link, change]) => {
          const [head, text] = link.split(/#state=1\\.[0-9a-f]{8}\\./);
          const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
          const [chapter, state] = JSON.parse(plain);
          const again = btoa(JSON.stringify([chapter, {...state, ...change}]))
            .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
          let hash = 0x811c9dc5;
          for (const c of again) hash = Math.imul(hash ^ c.charCodeAt(0), 0x01000193);
          const check = (hash >>> 0).toString(16).padStart(8, '0');
          return `${head}#state=1.${check}.${again}`; }""",
        [link, change],
    )
    lab.page.goto("about:blank")
    lab.page.goto(broken)
    assert "damaged" in lab.text("notice"), json.dumps(change)


def test_beats_walk_through_the_chapter(lab):
    lab.open("gradient")
    outcomes = []
    for _ in range(9):
        lab.page.keyboard.press("PageDown")
        lab.settle()
        outcomes.append(lab.at("outcome").get_attribute("data-outcome"))
    assert outcomes[-2:] == ["converged", "diverged"]
    assert lab.value("step") == 20


def test_outcomes_are_named_in_both_languages(lab):
    open_told(lab, "zh-CN")
    assert "收敛" in lab.text("outcome")
    set_rate(lab, 0.095)
    assert "发散" in lab.text("outcome")
    set_rate(lab, 0.001)
    assert "太慢" in lab.text("outcome")
    assert "学习率" in lab.text("advice")
