"""The widgets without a browser: what they take, what they refuse, what follows from what."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import kedou as kd
from kedou.errors import DataError, KedouError, MissingPackageError, OptionError, OptionTypeError
from kedou.widgets import CHAPTER_FUNCTIONS
from kedou.widgets.chapters import CHAPTERS

X, Y = [1.0, 2.0, 3.0], [1.5, 2.0, 3.5]
PAIRS = [[1.0, 1.5], [2.0, 2.0], [3.0, 3.5]]


def page_says(widget, **parts) -> None:
    """Do what the page does when a hand has moved something."""
    state = {**widget.wire["state"], **parts}
    widget.set_state({"wire": {"state": state, "by": "view-a-1", "number": 1}})


@pytest.mark.parametrize("name", CHAPTER_FUNCTIONS)
def test_every_chapter_opens_and_its_state_is_json(name) -> None:
    widget = getattr(kd.lab, name)(lang="en")
    chapter = CHAPTERS[name.replace("_", "-")]
    assert widget.state == chapter.first
    assert json.loads(json.dumps(widget.wire["state"])) == widget.state
    assert name in repr(widget)
    again = getattr(kd.lab, name)(**widget.state)
    assert again.state == widget.state
    for part in set(chapter.fields) - {"points", "run", "layers"}:
        assert getattr(widget, part) == widget.state[part]


def test_the_chapters_are_all_there() -> None:
    assert {name.replace("_", "-") for name in CHAPTER_FUNCTIONS} == set(CHAPTERS)
    assert sorted(kd.lab.__all__) == sorted(CHAPTER_FUNCTIONS)
    with pytest.raises(AttributeError, match="backwards"):
        _ = kd.lab.backwards


def test_setting_a_part_sends_a_whole_new_state() -> None:
    widget = kd.lab.forward()
    before = widget.wire
    widget.w = 0.5
    assert widget.wire["state"] == {**before["state"], "w": 0.5}
    assert widget.wire["by"] == "python"
    assert widget.wire["number"] > before["number"]
    assert before["state"]["w"] == 1.5
    assert widget.state["w"] == 0.5
    widget.state = {"w": 0.25, "b": 1}
    assert (widget.w, widget.b) == (0.25, 1)


def test_what_the_page_says_is_followed_and_not_sent_back() -> None:
    widget = kd.lab.forward()
    seen = []
    widget.observe(lambda change: seen.append((change.name, change.old, change.new)), ["w", "b"])
    page_says(widget, w=0.75)
    assert widget.w == widget.state["w"] == 0.75
    assert widget.wire["by"] == "view-a-1"
    assert seen == [("w", 1.5, 0.75)]


@pytest.mark.parametrize("parts", [{"w": 99}, {"w": "0.5"}, {"points": []}, {"more": 1}])
def test_a_page_that_says_nonsense_is_told_the_state(parts) -> None:
    widget = kd.lab.forward(w=0.5)
    page_says(widget, **parts)
    assert widget.w == 0.5
    assert widget.wire["by"] == "python"
    assert widget.wire["state"]["w"] == 0.5


def test_a_page_can_set_nothing_but_the_wire() -> None:
    widget = kd.lab.rules()
    widget.set_state({"lang": "xx", "chapter": "train", "_esm": "alert(1)", "mine_name": "x"})
    assert (widget.chapter, widget.mine_name) == ("rules", None)
    assert "alert(1)" not in widget._esm


def test_learning_rate_is_the_rate() -> None:
    widget = kd.lab.backward(learning_rate=0.02)
    assert widget.state["rate"] == widget.rate == widget.learning_rate == 0.02
    page_says(widget, rate=0.03)
    assert widget.learning_rate == 0.03
    widget.learning_rate = 0.04
    assert widget.wire["state"]["rate"] == 0.04
    plane = kd.lab.gradient(rule="adam")
    plane.learning_rate = 0.3
    assert plane.rates["adam"] == plane.learning_rate == 0.3
    assert plane.rates["momentum"] == 0.02
    plane.rule = "exact-line-search"
    assert plane.learning_rate is None
    with pytest.raises(OptionError, match="exact line search"):
        plane.learning_rate = 0.1


@pytest.mark.parametrize(
    "data",
    [
        (X, Y),
        (np.array(X), np.array(Y)),
        np.column_stack([X, Y]),
        PAIRS,
        {"x": X, "y": Y},
        {"time": X, "volume": Y},
        pd.DataFrame({"y": Y, "extra": X, "x": X}),
        pl.DataFrame({"time": X, "volume": Y}),
        pa.table({"time": X, "volume": Y}),
    ],
)
def test_data_of_every_kind(data) -> None:
    widget = kd.lab.forward(data=data)
    assert widget.state["points"] == PAIRS
    widget.points = data
    assert widget.state["points"] == PAIRS


def test_data_sets() -> None:
    widget = kd.lab.train(data=kd.data.tadpoles())
    assert widget.state["points"] == CHAPTERS["train"].first["points"]
    with pytest.raises(DataError, match="6 features"):
        kd.lab.train(data=kd.data.longley())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (3, "int"),
        ("tadpoles", "str"),
        ({"a": X, "b": X, "c": X}, "a, b, c"),
        (([1.0], [1.0, 2.0]), r"\(1,\)"),
        ((X, ["a", "b", "c"]), "finite"),
        ((X, [1.0, np.nan, 2.0]), "finite"),
        ((X, [1.0, 2.0, 70.0]), "0 to 7"),
        ((X[:1], Y[:1]), "2 to 40"),
        (([0.0, 0.0], [1.0, 2.0]), "x is not 0"),
        ((np.ones(41), np.ones(41)), "2 to 40"),
    ],
)
def test_data_that_cannot_be_shown(data, said) -> None:
    with pytest.raises(DataError, match=said):
        kd.lab.forward(data=data)


def test_points_come_back_as_a_frame() -> None:
    widget = kd.lab.forward()
    frame = widget.points
    assert isinstance(frame, pd.DataFrame)
    assert frame.values.tolist() == widget.state["points"]
    assert widget.points is frame
    widget.w = 1.0
    assert widget.points is frame, "a frame is made anew only for other points"
    seen = []
    widget.observe(lambda change: seen.append(change.new), "points")
    widget.w = 1.1
    page_says(widget, points=PAIRS)
    assert [each.values.tolist() for each in seen] == [PAIRS]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: kd.lab.forward(v=1), "'v'"),
        (lambda: kd.lab.backward(learning_rat=1), "learning_rate"),
        (lambda: kd.lab.forward(w=3), "0 to 2"),
        (lambda: kd.lab.forward(w=True), "0 to 2"),
        (lambda: kd.lab.forward(w=float("nan")), "0 to 2"),
        (lambda: kd.lab.backward(step=1.5), "whole number"),
        (lambda: kd.lab.forward(unlocked=1), "True or False"),
        (lambda: kd.lab.loss(looked="hubert"), "huber"),
        (lambda: kd.lab.rules(fixed=0), "not 0"),
        (lambda: kd.lab.gradient(locked=True), "locked=False"),
        (lambda: kd.lab.train(power=4, points=PAIRS), "at most 1"),
        (lambda: kd.lab.forward(lang="fr"), "'fr'"),
        (lambda: kd.lab.forward(data=PAIRS, points=PAIRS), "same thing"),
        (lambda: kd.lab.derivative().points, "points"),
        (lambda: kd.lab.layers(data=PAIRS), "no data"),
        (lambda: setattr(kd.lab.backward(), "run", None), "follows from the state"),
        (lambda: setattr(kd.lab.forward(), "state", 3), "mapping"),
    ],
)
def test_what_does_not_fit_is_told(call, said) -> None:
    with pytest.raises((KedouError, AttributeError), match=said):
        call()


def test_a_refused_value_changes_nothing() -> None:
    widget = kd.lab.forward(w=0.5)
    wire = widget.wire
    for wrong in ({"w": 5}, {"w": 1.0, "b": 99}):
        with pytest.raises(OptionError):
            widget.state = wrong
    assert widget.wire is wire
    assert (widget.w, widget.b) == (0.5, 0)


def test_languages(monkeypatch) -> None:
    monkeypatch.delenv("KEDOU_LANG", raising=False)
    assert kd.lab.forward(lang="zh").lang == "zh-CN"
    kd.set_language("zh")
    try:
        assert kd.lab.forward().lang == "zh-CN"
        with pytest.raises(OptionError, match="需要的是"):
            kd.lab.forward(w=5)
    finally:
        kd.set_language(None)
    assert kd.lab.forward().lang == "en"
    monkeypatch.setenv("KEDOU_LANG", "zh_CN.UTF-8")
    assert kd.lab.forward().lang == "zh-CN"


def test_the_run_is_the_lessons() -> None:
    widget = kd.lab.backward()
    assert widget.run.weights[:5, 0].round(4).tolist() == [0.0, 0.1593, 0.2867, 0.3886, 0.4701]
    run = widget.run
    widget.step = 3
    widget.learning_rate = 0.11
    assert widget.run is not run
    assert str(widget.run.outcome) == "diverged"
    race = kd.lab.rules()
    assert list(race.runs) == ["gradient-descent", "sign", "fixed-step", "slope"]
    assert race.runs["fixed-step"].weights[-1, 0] == pytest.approx(-9)
    assert race.runs["sign"].weights[-1, 0] == 1.0
    plane = kd.lab.gradient()
    assert plane.run.theta[1].round(3)[1] == 2.057
    scaled = kd.lab.gradient(scaled=True, learning_rate=0.5)
    assert scaled.run.gap[1] < 1e-12
    powers = kd.lab.train(power=3, scaled=True, taken=50)
    assert powers.run.weights.shape[1] == 3
    assert len(kd.lab.cover().run) == 8
    with pytest.raises((OptionError, AttributeError)):
        _ = kd.lab.forward().run


def test_a_run_is_made_once_for_a_state_and_told_to_who_observes() -> None:
    widget = kd.lab.backward()
    assert widget.run is widget.run
    seen = []
    widget.observe(lambda change: seen.append(change.new), "run")
    page_says(widget, rate=0.05)
    assert [run.learning_rate for run in seen] == [0.05]


class TestMine:
    def test_it_is_run_judged_and_checked(self) -> None:
        widget = kd.lab.rules(mine=lambda w, slope: w - 0.05 * slope, lang="en")
        found = widget.mine_found
        assert len(found["weights"]) == 21
        assert found["weights"][-1] == pytest.approx(0.796087, abs=1e-6)
        assert (found["outcome"], found["right"], found["stopped"]) == ("converged", True, None)
        assert "0.05" in widget.verdict
        assert "w - 0.05 * slope" in widget.mine_name
        assert np.allclose(widget.runs["mine"].weights[:, 0], found["weights"], rtol=1e-12)
        json.dumps(found, allow_nan=False)

    def test_a_wrong_sign_is_named(self) -> None:
        widget = kd.lab.rules(mine=lambda w, slope: w + 0.01 * slope)
        assert widget.mine_found["right"] is False
        assert widget.verdict

    @pytest.mark.parametrize("lang", ["en", "zh-CN"])
    def test_a_way_of_its_own_is_not_called_wrong(self, lang: str) -> None:
        widget = kd.lab.rules(mine=lambda w, g: w - 0.03 * g / (1 + abs(g)), lang=lang)
        assert widget.mine_found["right"] is None
        assert {"en": "way of its own", "zh-CN": "自己的走法"}[lang] in widget.verdict

    def test_it_follows_the_points_and_the_start(self) -> None:
        calls = []

        def mine(w, slope):
            calls.append(w)
            return w - 0.01 * slope

        widget = kd.lab.rules(mine=mine)
        page_says(widget, start=0.25)
        assert widget.mine_found["start"] == 0.25
        assert widget.mine_found["weights"][0] == 0.25
        count = len(calls)
        page_says(widget, start=0.25, step=3)
        assert len(calls) == count, "a step of the page is no reason to run it again"

    @pytest.mark.parametrize(
        ("mine", "said"),
        [
            (lambda w, slope: 1 / 0, "ZeroDivisionError"),
            (lambda w, slope: w - 0.1 * slop, "slop"),  # noqa: F821
            (lambda w, slope: None, "return"),
            (lambda w, slope: float("inf"), "inf"),
            (lambda w, slope: "w", "ValueError"),
            (lambda w, slope: [w, slope], "TypeError"),
        ],
    )
    def test_what_goes_wrong_is_text(self, mine, said) -> None:
        widget = kd.lab.rules(mine=mine, lang="en")
        assert said in widget.mine_found["stopped"]
        assert widget.mine_found["weights"] == [1]
        assert "mine" not in widget.runs

    def test_a_loop_that_does_not_end_is_stopped_and_not_run_again(self, monkeypatch) -> None:
        monkeypatch.setattr("kedou.widgets.mine.SECONDS", 0.2)
        calls = []

        def endless(w, slope):
            calls.append(w)
            while True:
                pass

        begun = time.monotonic()
        widget = kd.lab.rules(mine=endless, lang="en")
        assert time.monotonic() - begun < 10
        assert "0.2 seconds" in widget.mine_found["stopped"]
        page_says(widget, start=0.5)
        assert len(calls) == 1
        left = [each for each in threading.enumerate() if each.name == "kedou-own-function"]
        for each in left:
            each.join(10)
        assert not [each for each in left if each.is_alive()]
        widget.mine = lambda w, slope: w - 0.05 * slope
        assert widget.mine_found["stopped"] is None

    @pytest.mark.parametrize("mine", [3, "w - slope", lambda w: w, lambda: 0])
    def test_what_is_no_rule_is_refused(self, mine) -> None:
        with pytest.raises(OptionTypeError):
            kd.lab.rules(mine=mine)


def test_show() -> None:
    run = kd.descend(kd.data.tadpoles(), learning_rate=0.05, steps=5000)
    widget = kd.show(run, lang="zh-CN")
    assert widget.run is run
    assert widget.step is None
    content = widget.content
    assert len(content["steps"]) <= 400
    assert content["steps"][0] == 0
    assert content["steps"][-1] == run.steps[-1]
    assert content["theta"][-1] == run.theta[-1].tolist()
    assert content["said"] == "".join(each.text("zh-CN") for each in run.messages)
    json.dumps(content, allow_nan=False)
    page_says(widget, step=7)
    assert widget.step == 7
    with pytest.raises(OptionError, match=r"whole number|整数"):
        widget.step = 10**9
    assert run.show(lang="en").lang == "en"
    with pytest.raises(OptionTypeError, match="int"):
        kd.show(3)


def test_a_run_that_left_every_scale_is_shown_as_far_as_it_is_numbers() -> None:
    run = kd.descend(kd.data.tadpoles(), rule="slope", intercept=False, steps=1000)
    content = kd.show(run).content
    json.dumps(content, allow_nan=False)
    assert content["outcome"] == "diverged"


def test_nothing_of_notebooks_is_loaded_before_a_widget_is_made() -> None:
    code = (
        "import sys, kedou as kd, kedou.lab, kedou.lab.host; kd.lab.forward; kd.show;"
        "names = ('anywidget', 'ipywidgets', 'traitlets', 'IPython');"
        "print([name for name in names if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_without_the_extra_the_error_names_it(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    for ask in (kd.lab.forward, lambda: kd.show(None)):
        with pytest.raises(MissingPackageError, match=r"pip install 'kedou\[jupyter\]'"):
            ask()
