"""The first minute, as somebody who has never seen the page would live it."""

import pytest
from page_driver import Lab


def test_the_first_minute(lab):
    lab.open()
    assert lab.text("sentence") == "Turn the line into the tadpoles"
    assert lab.text("loss") == "5.12"
    assert not lab.at("machine").is_visible()
    assert not lab.at("menu").count()

    lab.drag("line-end", 0, 220)
    assert lab.value("loss") < 5
    assert lab.at("trace").locator(".been").count() > 3

    lab.drag_to("line-end", 0.9, axis="y", tolerance=0.01)
    assert lab.value("loss") == pytest.approx(0.275, abs=0.02)
    lab.click("machine")
    lab.at("question").wait_for(timeout=9000)
    assert lab.text("machine-loss") == "0.167"
    assert lab.value("your-loss") == pytest.approx(0.275, abs=0.02)
    assert "no eyes" in lab.text("question")
    lab.click("next")
    assert lab.at("chapter").count() == 1


def test_the_machine_takes_the_seven_steps_of_the_lesson(lab):
    lab.open()
    lab.at("line-end").focus()
    lab.page.keyboard.press("ArrowDown")
    seen = lab.page.evaluate(
        """() => new Promise(done => {
            const seen = [], loss = document.querySelector('[data-kedou=loss]');
            const look = () => { const v = loss.dataset.value; if (!seen.includes(v)) seen.push(v);
              if (document.querySelector('[data-kedou=question]').checkVisibility()) done(seen);
              else requestAnimationFrame(look); };
            document.querySelector('[data-kedou=machine]').click();
            requestAnimationFrame(look);
        })"""
    )
    losses = [float(each) for each in seen]
    assert lab.text("machine-w") == "step 7: w = 0.795"

    def loss(w):
        return 10.004286 * w**2 - 15.928571 * w + 6.507143

    for w in (0.0, 0.478, 0.669, 0.795):
        assert any(abs(each - loss(w)) < 0.01 for each in losses), w
    assert losses[-1] == pytest.approx(0.1669, abs=1e-4)


def test_the_first_minute_by_keyboard_alone(lab):
    lab.open()
    press = lab.page.keyboard.press
    for _ in range(6):
        press("Tab")
        if lab.page.evaluate("document.activeElement.dataset.kedou") == "line-end":
            break
    for _ in range(7):
        press("Shift+ArrowDown")
    lab.settle()
    assert lab.at("line-end").get_attribute("aria-valuetext") == "w = 0.80, loss 0.17"
    press("Tab")
    press("Enter")
    lab.at("question").wait_for(timeout=9000)


def test_chinese_is_as_whole_as_english(lab):
    lab.open(lang="zh-CN")
    assert lab.text("sentence") == "把直线转到蝌蚪身上"
    lab.click("language")
    assert lab.text("sentence") == "Turn the line into the tadpoles"


def test_every_step_of_the_machine_is_told_and_leaves_its_line(lab):
    lab.open()
    lab.at("line-end").focus()
    lab.page.keyboard.press("ArrowDown")
    lab.settle()
    seen = lab.page.evaluate(
        """() => new Promise(done => {
            const seen = new Set(), told = document.querySelector('[data-kedou=machine-w]');
            new MutationObserver(() => seen.add(told.textContent))
              .observe(told, {childList: true, characterData: true, subtree: true});
            const look = () =>
              document.querySelector('[data-kedou=question]').checkVisibility()
                ? done([...seen]) : requestAnimationFrame(look);
            document.querySelector('[data-kedou=machine]').click();
            requestAnimationFrame(look);
        })"""
    )
    weights = ["0.000", "0.478", "0.669", "0.745", "0.776", "0.788", "0.793", "0.795"]
    assert seen == [f"step {step}: w = {w}" for step, w in enumerate(weights)]
    assert lab.page.locator(".fan-line").count() == 7
    assert lab.page.locator(".ghost-line:visible").count() == 1


def test_an_arrow_shows_the_way_until_the_hand_has_moved(lab):
    lab.open()
    hint = lab.page.locator(".turn-hint:visible")
    assert hint.count() == 1
    assert lab.page.locator(".pulse").count() == 1
    lab.drag("line-end", 0, 60)
    assert hint.count() == 0
    assert lab.page.locator(".pulse").count() == 0


@pytest.mark.parametrize("width", [390, 820])
def test_nothing_moves_under_the_hand(browser, address, width):
    """The picture and the number stay where they are from the first look to the question."""
    lab = Lab(browser, address, viewport={"width": width, "height": 844}, reduced_motion="reduce")
    lab.open()
    places = []

    def look() -> None:
        lab.settle()
        boxes = [lab.at(name).bounding_box() for name in ("line-picture", "loss")]
        places.append([(round(b["x"]), round(b["y"])) for b in boxes])
        places[-1].append(round(boxes[0]["height"]))

    look()
    lab.drag("line-end", 0, 150)
    look()
    lab.click("machine")
    look()
    lab.at("question").wait_for(timeout=9000)
    look()
    lab.close()
    assert all(place == places[0] for place in places), places
    assert not lab.faults
