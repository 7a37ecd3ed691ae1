"""Chapter 7: several rates at once, outcomes in words; points of one's own here and in 5."""

import pytest
from page_driver import Lab

LIMIT = 2 / 20.008571428571429


def shared(lab) -> str:
    if not lab.at("share").is_visible():
        lab.click_summary("more")
    lab.click("share")
    return lab.at("share-link").input_value()


def set_rate(lab, rate: float) -> None:
    if not lab.at("rate-field").is_visible():
        lab.click_summary("more")
    lab.at("rate-field").fill(str(rate))
    lab.at("rate-field").press("Enter")
    lab.settle()


def curves(lab) -> int:
    lab.settle()
    return lab.page.locator("[data-kedou=loss-curves] .loss-curve:visible").count()


def test_rates_are_kept_and_removed(lab, another):
    lab.open("learning-rate")
    labels = "[data-kedou=loss-curves] .curve-label:visible"
    assert lab.page.locator(labels).all_text_contents() == ["0.01", "0.05", "0.11"]
    assert curves(lab) == 4
    lab.click_summary("more")
    assert lab.at("pin").is_disabled()  # 0.01 is kept already
    set_rate(lab, 0.03)
    lab.click("pin")
    assert curves(lab) == 5
    assert lab.at("unpin-3").text_content() == "0.03 ×"
    another.page.goto(shared(lab))
    assert curves(another) == 5
    lab.click("unpin-0")
    assert lab.at("unpin-0").text_content() == "0.05 ×"
    assert curves(lab) == 4
    lab.page.keyboard.press("Control+z")
    assert curves(lab) == 5
    set_rate(lab, 0.02)
    lab.click("pin")
    set_rate(lab, 0.04)
    assert lab.at("pin").is_disabled()  # five are enough


@pytest.mark.parametrize(
    ("rate", "outcome", "words"),
    [
        (0.01, "converged", "it got there at step 19"),
        (0.002, "slow", "steps would come within 1 %"),
        (0.09, "converged", "swings from side to side"),
        (0.11, "diverged", "above this data's limit 0.09996"),
    ],
)
def test_the_outcome_of_a_rate_is_told(lab, rate, outcome, words):
    lab.open("learning-rate")
    set_rate(lab, rate)
    assert lab.at("outcome").get_attribute("data-outcome") == outcome
    assert words in lab.text("outcome")


def test_the_outcome_keeps_the_riddle_and_the_guess(lab):
    lab.open("learning-rate")
    lab.click("guess-start")
    assert not lab.at("outcome").is_visible()
    lab.click("guess-show")
    lab.click("riddle")
    assert not lab.at("outcome").is_visible()
    lab.click("riddle-bouncing")
    assert "above this data's limit" in lab.text("outcome")


@pytest.mark.parametrize("chapter", ["backward", "learning-rate"])
def test_points_move_and_everything_follows(lab, another, chapter):
    lab.open(chapter)
    for _ in range(3):
        lab.click("step-forward")
    before = lab.value("loss")
    box = lab.at("tadpole-6").locator(".tadpole-dot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    lab.page.mouse.move(x - 60, y + 20, steps=6)
    lab.page.mouse.up()
    after = lab.value("loss")
    assert after != before
    assert lab.value("step") == 3
    another.page.goto(shared(lab))
    assert another.value("loss") == after
    assert another.at("tadpole-6").get_attribute("data-x") == lab.at("tadpole-6").get_attribute(
        "data-x"
    )
    lab.click("undo")
    assert lab.value("loss") == before
    lab.click("redo")
    lab.click("guess-start")
    assert lab.at("tadpole-6").get_attribute("data-x") == "4.2"


def test_limit_fold_and_rates_follow_the_points(lab):
    lab.open("learning-rate")
    assert "▲ 0.09996" in lab.text("rate-map")
    assert "0.04998" in lab.text("rate-map")
    lab.click_summary("more")
    lab.at("paste-area").fill("1 2\n1 1\n2 3")
    lab.click("paste")
    limit = 2 / (2 * (1 + 1 + 4) / 3)
    assert f"▲ {limit:.4g}" in lab.text("rate-map")
    assert f"{limit / 2:.4g}" in lab.text("rate-map")
    # The rate is held within what the map shows, and the handle can be walked to its ends.
    lab.at("rate").focus()
    lab.page.keyboard.press("End")
    assert lab.text("steps-needed") == "never"
    assert lab.value("rate") == pytest.approx(1.15 * limit, rel=0.01)
    set_rate(lab, limit / 2)
    assert lab.value("steps-needed") == 1


def test_steep_data_in_the_backward_pass(lab):
    lab.open("backward")
    lab.click_summary("more")
    lab.at("paste-area").fill("0.1 7\n0.3 7\n0.5 7")
    lab.click("paste")
    best = 0.9 * 7 / 0.35
    lab.at("ball").focus()
    lab.page.keyboard.press("End")
    assert lab.value("ball") > best
    lab.at("rate-field").fill("3")
    lab.at("rate-field").press("Enter")
    for _ in range(12):
        lab.click("step-forward")
    assert lab.value("w") == pytest.approx(best, rel=1e-3)


def test_all_four_pictures_move_in_one_frame(browser, address):
    lab = Lab(browser, address)
    lab.open("learning-rate")
    worst, frames = lab.page.evaluate(
        """() => new Promise(done => {
          const at = (name, what, prop) =>
            Number(document.querySelector(`[data-kedou=${name}] ${what}`).getAttribute(prop));
          const line = document.querySelector('.model-line');
          const tilt = () => line.y1.baseVal.value - line.y2.baseVal.value;
          const [x0, seen] = [at('bowl-picture', '.ball', 'cx'), []];
          const look = () => {
            seen.push([tilt(), at('bowl-picture', '.ball', 'cx') - x0]);
            if (seen.length < 50) return requestAnimationFrame(look);
            const [t, x] = seen.at(-1);  // both grow with w alone
            done([Math.max(...seen.map(([a, b]) => Math.abs(a / t - b / x))),
              new Set(seen.map(([a]) => a)).size]);
          };
          document.querySelector('[data-kedou=play]').click();
          requestAnimationFrame(look);
        })"""
    )
    lab.close()
    assert worst < 0.01
    assert frames > 5
    assert not lab.faults
