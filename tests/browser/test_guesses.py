"""Each chapter's guess, rightly and wrongly, made by hand; and its golden numbers on screen."""

import pytest


@pytest.mark.parametrize(
    ("slope", "verdict"),
    [(-15.9, "right"), (6.5, "typical"), (15, "rising"), (-7, "flat"), (-25, "steep")],
)
def test_derivative_rod(lab, slope, verdict):
    lab.open("derivative")
    lab.click("guess-start")
    lab.at("guess-rod").focus()
    for _ in range(round(abs(slope))):
        lab.page.keyboard.press("Shift+ArrowUp" if slope > 0 else "Shift+ArrowDown")
    lab.click("guess-lock")
    assert lab.verdict() == verdict
    assert lab.text("slope") == "−15.93"


def test_derivative_rod_by_hand(lab):
    lab.open("derivative")
    lab.click("guess-start")
    lab.drag("guess-rod", -60, 120)
    assert lab.value("guess-rod") < -5


def test_derivative_pen_draws_only_where_the_hand_has_been(lab):
    lab.open("derivative")
    drawn = "document.querySelector('[data-kedou=pen-picture] .pen').getAttribute('d') ?? ''"
    assert lab.page.evaluate(drawn) == ""
    lab.drag("point", -120, 0)
    assert len(lab.page.evaluate(drawn)) > 100
    lab.page.keyboard.press("Control+z")
    lab.settle()
    assert lab.page.evaluate(drawn) == ""


def test_derivative_loupe_settles_and_a_corner_never_straightens(lab):
    lab.open("derivative")
    assert lab.text("slope") == "4.08"
    lab.click("loupe")
    assert lab.value("secant") == pytest.approx(4.18, abs=0.001)
    lab.click("loupe")
    assert lab.value("secant") == pytest.approx(4.09, abs=0.001)
    lab.click("more")
    for curve, keys, words in (
        ("cubic-waves", ["ArrowRight"] * 50, "a local minimum"),
        ("cubic", ["ArrowLeft"] * 50, "neither"),
        ("corner", ["ArrowLeft"] * 50, "no slope"),
    ):
        lab.click(f"curve-{curve}")
        lab.at("point").focus()
        for key in keys:
            lab.page.keyboard.press(key)
        assert words in lab.text("place")


def test_forward_by_eye(lab):
    lab.open("forward")
    lab.click("guess-start")
    assert lab.text("loss") == "?"
    lab.drag_to("line-end", 0.8, axis="y", tolerance=0.008)
    lab.click("guess-lock")
    assert lab.verdict() == "right"
    assert lab.value("loss") < 0.17
    assert lab.at("stays").is_visible()


@pytest.mark.parametrize(
    ("w", "verdict"), [(0.9, "typical"), (1.3, "high"), (0.5, "low"), (0.78, "right")]
)
def test_forward_has_a_reason_for_each_guess(lab, w, verdict):
    lab.open("forward")
    lab.click("guess-start")
    lab.drag_to("line-end", w, axis="y", tolerance=0.004)
    lab.click("guess-lock")
    assert lab.verdict() == verdict


def test_forward_walks_a_number_through_the_stations(lab):
    lab.open("forward")
    lab.at("w-field").fill("0.8")
    lab.at("w-field").press("Enter")
    lab.click("tadpole-3")
    for station in ("forward", "error", "loss"):
        lab.click(f"station-{station}")
    assert lab.text("station-forward-value") == "ŷ = 0.80 · 3.20 = 2.56"
    assert lab.text("station-error-value") == "e = 2.90 − 2.56 = +0.34"
    assert "0.167" in lab.text("station-loss-value")


def test_forward_golden_numbers(lab):
    lab.open("forward")
    for w, loss in ((0, "6.507"), (1, "0.583"), (2, "14.667"), (0.796087, "0.167")):
        lab.at("w-field").fill(str(w))
        lab.at("w-field").press("Enter")
        assert lab.text("loss") == loss


def test_forward_unlocks_b(lab):
    lab.open("forward")
    lab.click("more")
    lab.click("unlock-b")
    lab.at("w-field").fill("0.743282")
    lab.at("w-field").press("Enter")
    lab.at("b-field").fill("0.180389")
    lab.at("b-field").press("Enter")
    assert lab.value("loss") == pytest.approx(0.162231, abs=1e-6)


@pytest.mark.parametrize(
    ("flag", "verdict"),
    [(0.2867, "right"), (0.3186, "typical"), (0.6, "far"), (0.2, "near"), (0.05, "back")],
)
def test_backward_flag(lab, flag, verdict):
    lab.open("backward")
    lab.click("guess-start")
    lab.drag_to("guess-flag", flag, tolerance=0.006)
    lab.click("guess-lock")
    assert lab.verdict() == verdict
    assert lab.text("w") == "0.2867"


def test_backward_golden_numbers(lab):
    lab.open("backward")
    seen = []
    for _ in range(10):
        lab.click("step-forward")
        seen.append(lab.text("w"))
    assert seen[:4] == ["0.1593", "0.2867", "0.3886", "0.4701"]
    assert seen[-1] == "0.7107"
    assert lab.value("loss") == pytest.approx(0.23982, abs=1e-5)
    assert lab.text("loss") == "L = 0.23982"


def test_backward_scrubbed_back_shows_the_very_same_numbers(lab):
    lab.open("backward")
    seen = []
    for _ in range(5):
        lab.click("step-forward")
        seen.append((lab.value("w"), lab.value("loss")))
    back = []
    for step in (5, 4, 3, 2, 1):
        lab.at("scrub").fill(str(step))
        back.append((lab.value("w"), lab.value("loss")))
    assert back[::-1] == seen


LANES = {"gradient-descent": 4, "sign": 3, "fixed-step": 2, "slope": 1}


@pytest.mark.parametrize(
    ("first", "last", "verdict"),
    [
        ("gradient-descent", "slope", "right"),
        ("slope", "fixed-step", "typical"),
        ("sign", "slope", "sign-first"),
        ("fixed-step", "slope", "fixed-first"),
        ("gradient-descent", "fixed-step", "last"),
    ],
)
def test_rules_first_and_last(lab, first, last, verdict):
    lab.open("rules")
    lab.click("guess-start")
    pitch = lab.middle("guess-first")[1] - lab.middle("guess-last")[1]
    lab.drag("guess-first", 0, (2 - LANES[first]) * pitch)
    lab.drag("guess-last", 0, (3 - LANES[last]) * pitch)
    lab.click("guess-lock")
    assert lab.verdict() == verdict


def test_rules_fail_as_they_should_and_when(lab):
    lab.open("rules")
    fates = {}
    for step in range(1, 21):
        lab.click("step-forward")
        for rule in LANES:
            fates[rule, step] = lab.text(f"fate-{rule}")
    assert fates["fixed-step", 1].startswith("↦ walked past at step 1")
    assert "gone at step 4" in fates["fixed-step", 4]
    assert "loops" not in fates["sign", 1]
    assert "loops for ever" in fates["sign", 2]
    assert "diverges, out at step 1" in fates["slope", 1]
    assert fates["gradient-descent", 20] == "w = 0.798"
    assert lab.value("sum-fixed-step") == -9
    assert lab.value("sum-sign") == 1
    assert lab.value("sum-slope") == pytest.approx(7.7e24, rel=0.01)


@pytest.mark.parametrize(
    ("steps", "verdict"), [(31, "right"), (3, "typical"), (12, "few"), (90, "many")]
)
def test_learning_rate_steps(lab, steps, verdict):
    lab.open("learning-rate")
    lab.click("guess-start")
    handle = lab.at("guess-steps")
    handle.focus()
    for _ in range(abs(steps - 10)):
        lab.page.keyboard.press("ArrowUp" if steps > 10 else "ArrowDown")
    lab.click("guess-lock")
    assert lab.verdict() == verdict
    assert lab.value("steps-needed") == 31


def test_learning_rate_breaks_and_asks(lab):
    lab.open("learning-rate")
    assert lab.value("steps-needed") == 30
    lab.click("guess-show")
    lab.click("break-it")
    while lab.value("step") < 2:
        lab.page.wait_for_timeout(50)
    lab.click("play")
    lab.at("scrub").fill("10")
    assert lab.value("loss") == pytest.approx(247, abs=0.5)
    lab.click("riddle")
    lab.click("riddle-growing")
    assert lab.value("loss") == pytest.approx(7.69, abs=0.005)
    assert lab.text("riddle-verdict").startswith("Growing")


def test_learning_rate_by_hand(lab):
    lab.open("learning-rate")
    lab.drag_to("rate", 0.05, tolerance=0.0004)
    assert lab.value("steps-needed") <= 2
    lab.drag_to("rate", 0.105, tolerance=0.0008)
    assert lab.text("steps-needed") == "never"
