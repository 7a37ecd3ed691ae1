"""Chapter 6: a fifth runner, outcomes in words, points of one's own, lines that turn along."""

import subprocess
import sys

import pytest
from page_driver import Lab

LATER = ["momentum", "nesterov", "adagrad", "rmsprop", "adam", "exact-line-search"]


def choose(lab, rule: str) -> None:
    if not lab.at("fifth").is_visible():
        lab.click_summary("more")
    lab.at("fifth").select_option(rule)
    lab.settle()


def type_rule(lab, text: str) -> None:
    choose(lab, "own")
    lab.at("own-rule").fill(text)
    lab.at("own-rule").press("Enter")
    lab.settle()


def go_to_step(lab, step: int) -> None:
    if not lab.at("scrub").is_visible():
        lab.click("step-forward")
    lab.at("scrub").fill(str(step))
    lab.settle()


def slope(w: float) -> float:
    return 20.008571428571429 * w - 15.928571428571429


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("w - 0.05*slope", lambda w, t: w - 0.05 * slope(w)),
        ("w - 0.1*sign(slope)", lambda w, t: w - (0.1 if slope(w) > 0 else -0.1)),
        ("w = w − 0.05 × slope ÷ t", lambda w, t: w - 0.05 * slope(w) / t),
        ("w ← w-max(-0.1,min(0.1,slope))", lambda w, t: w - max(-0.1, min(0.1, slope(w)))),
    ],
)
def test_a_typed_rule_runs(lab, text, rule):
    lab.open("rules")
    type_rule(lab, text)
    w = 1.0
    for t in range(1, 5):
        lab.click("step-forward")
        w = rule(w, t)
        assert lab.value("sum-fifth") == pytest.approx(w, rel=1e-10)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("w - 0.05*slop", "“slop” is not known here. There are w, slope, t"),
        ("w -", "missing at the end"),
        ("w - x", "“x” is not known here"),
        ("alert(w)", "no function “alert”"),
        ("window.w", "has no place here"),
    ],
)
def test_what_is_no_rule_is_told(lab, text, words):
    lab.open("rules")
    type_rule(lab, text)
    assert words in lab.text("own-rule-trouble")
    lab.click("step-forward")
    assert lab.value("sum-fifth") == pytest.approx(1 - 0.05 * slope(1), rel=1e-10)


def test_a_rule_without_an_answer_stops_and_says_so(lab):
    lab.open("rules")
    type_rule(lab, "w - sqrt(2 - t)*0.1")
    go_to_step(lab, 2)
    assert lab.value("sum-fifth") == pytest.approx(0.9)
    go_to_step(lab, 3)
    assert lab.value("sum-fifth") == pytest.approx(0.9)
    assert lab.text("fate-fifth") == "✕ stopped after step 2"
    go_to_step(lab, 20)
    lab.click_summary("outcomes")
    assert lab.at("outcome-fifth").get_attribute("data-outcome") == "stopped"
    assert "returned nan from a finite theta" in lab.text("outcomes")


def test_outcomes_are_named_at_the_end(lab):
    lab.open("rules")
    assert not lab.at("outcomes").is_visible()
    go_to_step(lab, 19)
    assert not lab.at("outcomes").is_visible()
    go_to_step(lab, 20)
    lab.click_summary("outcomes")
    outcomes = {
        name: lab.at(f"outcome-{name}").get_attribute("data-outcome")
        for name in ("gradient-descent", "sign", "fixed-step", "slope")
    }
    assert outcomes == {
        "gradient-descent": "converged",
        "sign": "looping",
        "fixed-step": "stepped-over",
        "slope": "diverged",
    }
    said = lab.text("outcomes")
    assert "above this data's limit 0.09996" in said
    assert "repeat themselves around the best point for ever" in said


def test_outcomes_are_told_in_chinese(lab):
    lab.open("rules", "zh-CN")
    go_to_step(lab, 20)
    lab.click_summary("outcomes")
    assert lab.text("outcome-slope") == "发散"
    assert "0.09996" in lab.text("outcomes")


@pytest.mark.parametrize("rule", [*LATER, "own"])
def test_every_fifth_runner_has_its_python(lab, rule):
    lab.open("rules")
    choose(lab, rule)
    go_to_step(lab, 7)
    code = lab.copied_python()
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    got = dict(line.split()[:2] for line in ran.stdout.splitlines())
    assert float(got["sum-fifth"]) == pytest.approx(lab.value("sum-fifth"), rel=1e-10)
    assert len(got) == 5


def test_the_rate_of_a_later_rule_is_chosen_and_arrives(lab):
    lab.open("rules")
    for rule in ("momentum", "adam"):
        choose(lab, rule)
        go_to_step(lab, 20)
        assert lab.at("outcome-fifth").get_attribute("data-outcome") == "converged"


def test_points_move_and_everything_follows(lab, another):
    lab.open("rules")
    go_to_step(lab, 3)
    before = {name: lab.value(f"sum-{name}") for name in ("gradient-descent", "slope")}
    line = lab.page.locator(".model-line")
    slope_before = line.get_attribute("y2")
    lab.at("tadpole-6").focus()
    for _ in range(5):
        lab.page.keyboard.press("Shift+ArrowDown")
    lab.settle()
    assert lab.at("tadpole-6").get_attribute("data-y") == "0.2"
    for name, value in before.items():
        assert lab.value(f"sum-{name}") != value
    assert line.get_attribute("y2") != slope_before
    assert "best 0.646" in lab.text("race-picture")
    lab.click_summary("more")
    lab.click("share")
    another.page.goto(lab.at("share-link").input_value())
    assert another.value("sum-slope") == lab.value("sum-slope")
    lab.click("guess-start")
    assert lab.at("tadpole-6").get_attribute("data-y") == "2.7"


def test_windows_grow_with_steep_data(lab):
    lab.open("rules")
    lab.click_summary("more")
    lab.at("paste-area").fill("0.1 7\n0.3 7\n0.5 7")
    lab.click("paste")
    best = (0.1 + 0.3 + 0.5) * 7 / (0.01 + 0.09 + 0.25)
    assert f"best {best:.3f}" in lab.text("race-picture")
    assert float(lab.at("start").get_attribute("aria-valuemax")) > best


def test_the_fixed_constant_crosses_zero_by_keys(lab):
    lab.open("rules")
    lab.click_summary("more")
    lab.at("fixed-field").fill("0.01")
    lab.at("fixed-field").press("Enter")
    lab.at("fixed-slider").focus()
    lab.page.keyboard.press("ArrowLeft")
    lab.settle()
    assert lab.at("fixed-field").input_value() == "-0.01"


def test_line_and_bowl_move_in_the_frame_of_the_race(browser, address):
    """At every animation frame a runner stands at the same w on its lane, its curve, its line."""
    lab = Lab(browser, address)
    lab.open("rules")
    apart, lane = lab.page.evaluate(
        """() => new Promise(done => {
          const x = name => {
            const g = document.querySelector(`[data-kedou=${name}] .runner-0`);
            return Number(/translate\\(([-\\d.]+)/.exec(g.getAttribute('transform'))[1]);
          };
          const rail = document.querySelector('.rail');
          const perW = (rail.x2.baseVal.value - rail.x1.baseVal.value) / 2.5;
          const line = document.querySelector('.model-line');
          const tilt = () => line.y1.baseVal.value - line.y2.baseVal.value;
          const [x0, tilt0] = [x('race-picture'), tilt()];
          let [worst, frames] = [0, 0];
          const look = () => {
            worst = Math.max(worst, Math.abs(x('race-picture') - x('bowl-picture')) / perW);
            // All began at w = 1.
            const lane = 1 + (x('race-picture') - x0) / perW;
            worst = Math.max(worst, Math.abs(tilt() / tilt0 - lane));
            if (++frames < 40) requestAnimationFrame(look); else done([worst, lane]);
          };
          document.querySelector('[data-kedou=play]').click();
          requestAnimationFrame(look);
        })"""
    )
    lab.close()
    assert apart < 0.002
    assert lane < 0.99
    assert not lab.faults
