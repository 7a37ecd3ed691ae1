"""Any right answer is accepted; each wrong one gets the reason that belongs to it; none raises."""

import html
import itertools
import json
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import kedou as kd
from kedou.errors import OptionError
from kedou.exercises import checking, names
from kedou.exercises.checking import _exercises
from kedou.exercises.kinds import Choice, Function, Number
from kedou.texts import LANGUAGES

TADPOLES = kd.data.tadpoles()
X, Y = TADPOLES.X[:, 0], TADPOLES.y
check = kd.exercises.check


@pytest.fixture(autouse=True)
def _in_english():
    kd.set_language("en")
    yield
    kd.set_language(None)


def bowl(w):
    return float(np.mean((Y - w * X) ** 2))


# Right answers, of several shapes.


def slope_loop(weight):
    total = 0.0
    for time, volume in zip(X.tolist(), Y.tolist(), strict=True):
        total += -2 * time * (volume - weight * time)
    return total / 7


class Callable:
    def __call__(self, w, b, x, y):
        return np.average(np.square(w * x + b - y))


def errors_list(w, b, times, volumes):
    return [v - w * t - b for t, v in zip(times, volumes, strict=True)]


def huber_of_one(e):
    return e * e / 2 if -1 <= e <= 1 else abs(e) - 0.5


def descend_history(x, y, w, b, rate, steps):
    found = [(w, b)]
    for _ in range(steps):
        w, b = found[-1]
        r = w * x + b - y
        found.append((w - rate * 2 * (r @ x) / len(x), b - rate * 2 * r.mean()))
    return found


def descend_arrays(x, y, w, b, rate, steps):
    A = np.column_stack([x, np.ones(len(x))])
    theta = np.array([w, b])
    for _ in range(steps):
        theta = theta - rate * 2 * A.T @ (A @ theta - y) / len(y)
    return theta


def gradient_descent(w, slope):
    return w - 0.01 * slope


def descend_in_two_lists(*case):
    history = np.array(descend_history(*case))
    return history[:, 0].tolist(), history[:, 1].tolist()


def left_out_by_hat(x, y, power):
    A = np.vander(x, power + 1)
    hat = A @ np.linalg.pinv(A)
    return np.mean(((y - hat @ y) / (1 - np.diag(hat))) ** 2)


RIGHT = [
    ("derivative.slope-at-zero", -15.93),
    ("derivative.slope-at-zero", -16),
    ("derivative.slope-at-zero", np.float64(-15.928571)),
    ("derivative.slope-at-zero", np.array([-15.9])),
    ("derivative.slope", slope_loop),
    ("derivative.slope", lambda w: 20.008571 * w - 15.928571),
    ("derivative.slope", lambda w: (bowl(w + 1e-6) - bowl(w - 1e-6)) / 2e-6),
    ("derivative.slope", lambda w: np.array([(bowl(w + 1e-4) - bowl(w)) / 1e-4])),
    ("forward.errors", lambda w, b, x, y: y - w * x - b),
    ("forward.errors", errors_list),
    ("forward.errors", lambda a, c, s, t: (t - (a * s + c)).reshape(-1, 1)),
    ("forward.loss", lambda w, b, x, y: np.mean((y - w * x - b) ** 2)),
    ("forward.loss", Callable()),
    ("forward.loss", lambda w, x, y: np.mean((y - w * x) ** 2)),
    ("forward.weight", 0.8),
    ("forward.weight", 0.78),
    ("loss.huber", lambda e: np.where(np.abs(e) <= 1, e**2 / 2, np.abs(e) - 0.5)),
    ("loss.huber", huber_of_one),
    ("loss.huber", lambda es: [huber_of_one(e) for e in es]),
    ("loss.moves", ["squared", "huber"]),
    ("loss.moves", ("Huber", "Squared")),
    ("loss.moves", {"平方", "Huber"}),
    ("loss.moves", "平方，huber"),
    ("loss.rain", 256),
    ("loss.rain", 0.64 / 0.0025),
    ("layers.moved", 0.0128),
    ("layers.moved", 0.013),
    ("layers.gradient", lambda w1, w2, x, y: (-2 * (y - w2 * w1 * x) * w2 * x,
                                              -2 * (y - w2 * w1 * x) * w1 * x)),
    ("layers.gradient", lambda a, b, x, y: np.array([[b], [a]]) * 2 * x * (a * b * x - y)),
    ("backward.step-two", 0.2867),
    ("backward.step-two", 0.29),
    ("backward.gradient", lambda w, b, x, y: (-2 * np.mean(x * (y - w * x - b)),
                                              -2 * np.mean(y - w * x - b))),
    ("backward.gradient", lambda w, x, y: 2 * np.mean(x * (w * x - y))),
    ("backward.update", lambda w, b, x, y: (w + 0.1 * np.mean(x * (y - w * x - b)),
                                            b + 0.1 * np.mean(y - w * x - b))),
    ("backward.update", lambda w, x, y, lr: w - lr * 2 * np.mean(x * (w * x - y))),
    ("rules.first", "gradient"),
    ("rules.first", "梯度下降"),
    ("rules.first", ["Gradient Descent"]),
    ("rules.own", lambda w, slope: w - 0.03 * slope),
    ("rules.own", lambda w, slope: w - slope / 20.008571),
    ("rules.own", lambda w, slope, t: w - 0.5 / t**1.5 * np.sign(slope)),
    ("rules.own", lambda w, slope, scale=0.02: w - scale * slope),
    ("learning-rate.steps", 31),
    ("learning-rate.one-step", 0.05),
    ("learning-rate.one-step", 1 / 20.008571),
    ("gradient.first-b", 2.057),
    ("gradient.first-b", 2.06),
    ("gradient.descend", descend_history),
    ("gradient.descend", descend_arrays),
    ("gradient.standardise", lambda x: (x - np.mean(x)) / np.std(x)),
    ("gradient.standardise", lambda x: [(v - sum(x) / len(x)) / np.var(x) ** 0.5 for v in x]),
    ("train.which", "line"),
    ("train.which", "直线"),
    ("train.left-out", left_out_by_hat),
    # Python's other numbers, and words as people write them.
    ("derivative.slope", lambda w: Fraction(w) * Fraction("20.008571") - Fraction("15.928571")),
    ("forward.loss", lambda w, b, x, y: Decimal(float(np.mean((y - w * x - b) ** 2)))),
    ("forward.weight", Fraction(4, 5)),
    ("loss.rain", Decimal(256)),
    ("loss.moves", "squared and huber"),
    ("loss.moves", "the squared loss and the huber loss"),
    ("loss.moves", "平方和Huber"),
    ("loss.moves", ["平方损失", "Huber 损失"]),
    ("loss.moves", "“平方”、“Huber”"),
    ("rules.first", "gradient_descent"),
    ("rules.first", gradient_descent),
    ("train.which", "straight line"),
    ("train.which", "一次"),
    ("gradient.descend", descend_in_two_lists),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer"), RIGHT, ids=lambda v: v if isinstance(v, str) else "")
def test_any_right_answer_is_accepted(name, answer):
    verdict = check(name, answer)
    assert verdict, verdict
    assert (verdict.status, verdict.reason) == ("right", "")
    assert str(verdict).startswith("✓ ")


def test_counting_steps_in_a_loop_with_a_ceiling_is_right():
    def count(rate):
        w = 0.0
        for steps in range(1000):
            if abs(w - 0.7960873911180922) <= 0.001:
                return steps
            w -= rate * (20.00857142857143 * w - 15.928571428571429)
        return None

    assert check("learning-rate.steps-needed", count)


# Wrong answers: every mistake in the tables, by what it computes.


def known_mistakes():
    for name in names():
        chapter, _, own = name.partition(".")
        exercise = _exercises(chapter)[own]
        if isinstance(exercise, Number | Function):
            for reason, mistaken in exercise.mistakes.items():
                yield name, reason, mistaken
        if isinstance(exercise, Choice):
            options = list(exercise.spellings)
            for size in range(1, len(options) + 1):
                for chosen in itertools.combinations(options, size):
                    if frozenset(chosen) != exercise.truth and (
                        len(exercise.truth) > 1 or size < 2
                    ):
                        yield name, "-".join(chosen), list(chosen)


MISTAKES = list(known_mistakes())


def test_there_are_mistakes():
    assert len(MISTAKES) > 80


@pytest.mark.parametrize(
    ("name", "reason", "answer"), MISTAKES, ids=[f"{name}-{reason}" for name, reason, _ in MISTAKES]
)
def test_each_known_mistake_gets_its_own_reason(name, reason, answer):
    verdict = check(name, answer)
    assert (verdict.status, verdict.reason) == ("wrong", reason)
    said = {check(name, other).text() for n, r, other in MISTAKES if n == name and r != reason}
    own_words = verdict.text() not in said or reason.startswith("rainy-day")
    assert own_words, "two mistakes are told the same"
    for language in LANGUAGES:
        assert len(verdict.text(language)) > 8
    general = {check_text(f"exercises.{key}") for key in ("off", "off-function")}
    assert verdict.text()[2:] not in general


def check_text(code):
    return kd.texts.catalogue("exercises", "en")[code.partition(".")[2]]


def without_mean(x, y, w, b, rate, steps):
    for _ in range(steps):
        e = y - w * x - b
        w, b = w + 2 * rate * x * e, b + 2 * rate * e
    return w, b


MORE = [
    ("derivative.slope-at-zero", -30.0, "low"),
    ("derivative.slope-at-zero", -3.0, "high"),
    ("derivative.slope", lambda w: (bowl(w + 0.1) - bowl(w)) / 0.1, "large-step"),
    ("derivative.slope", lambda w: bowl(w + 0.01) - bowl(w), "not-divided"),
    ("derivative.slope", lambda w: w**3, "unknown"),
    ("forward.errors", lambda w, b, x, y: np.mean(y - w * x - b), "averaged"),
    ("forward.errors", lambda w, b, x, y: y[:-1] - w * x[:-1] - b, "count"),
    ("forward.loss", lambda w, b, x, y: np.mean(y - w * x - b) ** 2, "mean-before-square"),
    ("forward.loss", lambda w, b, x, y: np.sum((y - w * x - b) ** 2), "sum"),
    ("forward.weight", 0.9, "three-touch"),
    ("forward.weight", 1.2, "high"),
    ("forward.weight", 0.5, "low"),
    ("loss.moves", [], "none"),
    ("backward.step-two", 0.25, "low"),
    ("backward.step-two", 0.4, "high"),
    ("backward.gradient", lambda w, b, x, y: (-2 * np.mean(y - w * x - b),
                                              -2 * np.mean(y - w * x - b)), "forgot-x"),
    ("backward.update", lambda w, b, x, y: (w - 0.1 * np.mean(x * (y - w * x - b)),
                                            b - 0.1 * np.mean(y - w * x - b)), "plus"),
    ("rules.own", lambda w, slope: w + 0.01 * slope, "uphill"),
    ("rules.own", lambda w, slope: w - slope, "diverges"),
    ("rules.own", lambda w, slope: w - 0.11 * slope, "diverges"),
    ("rules.own", lambda w, slope: w - 0.5 * np.sign(slope), "loops"),
    ("rules.own", lambda w, slope: w - 0.5, "past"),
    ("rules.own", lambda w, slope: 0.796, "told"),
    ("rules.own", lambda w, slope: w, "unchanged"),
    ("rules.own", lambda w, slope: w - 0.001 * slope, "slow"),
    ("rules.own", lambda w, slope: 0.03 * slope, "only-step"),
    ("rules.own", lambda w, slope: -0.03 * slope, "only-step"),
    ("rules.own", lambda w, slope: 0.0, "only-step"),
    ("rules.own", lambda w, slope, t: w - 0.3 * np.sin(2 * t), "elsewhere"),
    ("rules.own", lambda w, slope: 0.9 * w, "past"),
    ("rules.own", lambda w, slope: w - 0.0999 * slope, "bounces"),
    ("learning-rate.steps", 12, "low"),
    ("learning-rate.steps", 60, "high"),
    ("learning-rate.one-step", 0.1, "limit"),
    ("learning-rate.one-step", 0.01, "short"),
    ("learning-rate.one-step", 0.08, "beyond"),
    ("learning-rate.one-step", -0.05, "uphill"),
    ("learning-rate.one-step", 0, "still"),
    ("derivative.slope", lambda w: -2 * X * (Y - w * X),
                         "not-averaged"),
    ("gradient.descend", without_mean, "not-averaged"),
    ("gradient.descend", lambda *case: descend_history(*case)[-1][0], "count"),
    ("layers.gradient", lambda w1, w2, x, y: w1, "count"),
    ("loss.moves", "all", "squared-huber-absolute"),
    ("loss.moves", "都不动", "none"),
    ("gradient.standardise", np.mean, "averaged"),
    ("loss.huber", lambda e: np.mean(e**2), "averaged"),
    ("train.which", ["line", "cubic"], "line-cubic"),
    ("train.which", [], "none"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer", "reason"), MORE)
def test_other_mistakes_are_recognised_too(name, answer, reason):
    verdict = check(name, answer)
    assert (verdict.status, verdict.reason) == ("wrong", reason), verdict
    assert "{" not in verdict.text("zh-CN") + verdict.text("en")


def test_equal_steps_are_told_why():
    said = check("backward.step-two", 0.3186)
    assert "0.3186 is two equal steps" in str(said)
    assert "0.3186 是两步一样长" in said.text("zh-CN")


# Nothing yet, and code that gives no answer.


def unwritten(*_):
    """Only the empty cell's text."""
    ...


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("answer", [..., None, unwritten, lambda: ...])
def test_nothing_yet(name, answer):
    verdict = check(name, answer)
    assert (verdict.status, verdict.ok) == ("blank", False)
    assert str(verdict).startswith("○ Not yet")


def broken(w, b, x, y):
    nothing = {}
    return nothing["loss"]


STOPPED = [
    ("forward.loss", broken, "raised"),
    ("forward.errors", broken, "raised"),
    ("forward.errors", lambda w, b, x, y: exit(), "raised"),
    ("backward.gradient", lambda w, b, x, y: exit(), "raised"),
    ("forward.errors", lambda w, b, x, y: print(end=""), "returned-nothing"),
    ("forward.errors", lambda w, b, x, y: "y - y_hat", "not-numbers"),
    ("forward.errors", lambda w, b, x, y: (y - w * x - b) / 0.0, "not-finite"),
    ("forward.errors", lambda x, y: y - x, "arguments"),
    ("forward.errors", [1, 2, 3], "not-a-function"),
    ("forward.loss", 0.17, "not-a-function"),
    ("rules.own", lambda w: w, "arguments"),
    ("rules.own", lambda w, slope: (w, slope), "count"),
    ("rules.own", lambda w, slope: math.nan, "not-finite"),
    ("rules.own", 3, "not-a-function"),
    ("backward.step-two", "0.2867", "not-a-number"),
    ("backward.step-two", [0.1593, 0.2867], "not-a-number"),
    ("backward.step-two", True, "not-a-number"),
    ("backward.step-two", math.inf, "not-finite"),
    ("backward.step-two", 1 + 1j, "not-a-number"),
    ("rules.first", "nobody", "unknown-word"),
    ("rules.first", 7, "unknown-word"),
    ("loss.huber", lambda e: {"e": e}, "not-numbers"),
]


@pytest.mark.parametrize(("name", "answer", "reason"), STOPPED)
def test_code_without_an_answer_is_told_and_not_raised(name, answer, reason):
    verdict = check(name, answer)
    assert (verdict.status, verdict.reason) == ("stopped", reason), verdict
    assert "{" not in verdict.text("zh-CN") + verdict.text("en")


def test_an_exception_is_told_with_its_line():
    said = str(check("forward.errors", broken))
    assert "KeyError" in said
    assert 'line 3 of the function: `return nothing["loss"]`' in said


def test_what_is_shown_of_an_array_is_where_it_differs():
    verdict = check("loss.huber", lambda e: np.minimum(e**2 / 2, np.abs(e) - 0.5))
    values = verdict.said.values
    assert values["got"] != values["expected"]
    assert values["at"] == "e = [..., -0.4, 0, 0.3, ...]"


def test_a_caret_for_a_power_is_told():
    for name in ("forward.loss", "forward.errors"):
        said = check(name, lambda w, b, x, y: (y - w * x - b) ^ 2)
        assert "^ is not a power" in str(said)
        assert "^ 不是乘方" in said.text("zh-CN")
        assert "。 " not in said.text("zh-CN")


def forever(*_):
    steps = 0
    while True:
        steps += 1


@pytest.mark.parametrize("name", ["forward.loss", "gradient.descend", "rules.own"])
def test_a_loop_without_an_end_is_stopped(name, monkeypatch):
    monkeypatch.setattr(checking, "SECONDS", 0.2)
    answer = (lambda w, slope: forever()) if name == "rules.own" else forever
    verdict = check(name, answer)
    assert (verdict.status, verdict.reason) == ("stopped", "too-long")


def test_a_function_may_change_what_it_is_given():
    def errors(w, b, x, y):
        x *= w
        y -= x + b
        return y

    assert check("forward.errors", errors)
    assert TADPOLES.y.tolist() == kd.data.tadpoles().y.tolist()


def test_a_warning_of_numpy_is_not_shown(recwarn):
    check("forward.errors", lambda w, b, x, y: np.log(y - 100))
    assert not recwarn.list


# Names and looks.


def test_a_name_that_is_none_says_which_there_are():
    with pytest.raises(OptionError, match=r"backward\.gradient"):
        check("backward.gradients", 1)
    with pytest.raises(OptionError, match=r"derivative\.slope-at-zero"):
        check("something else", 1)


def test_every_chapter_has_two_exercises_at_least():
    counts = [sum(n.startswith(f"{c}.") for n in names()) for c in kd.exercises.CHAPTERS]
    assert min(counts) >= 2


def test_in_a_notebook_it_is_a_small_page_of_its_own_and_escapes():
    verdict = check("rules.first", "<b>&")
    page = verdict._repr_html_()
    assert html.escape(str(verdict)) in page
    assert "<b>" not in page
    assert 'role="status"' in page
    assert repr(verdict) == str(verdict)


def test_every_sentence_belongs_to_a_mistake():
    """A sentence that nothing can bring about is a mistake that was renamed."""
    general = {
        "blank-number", "blank-word", "blank-function", "right", "right-function", "off",
        "too-low", "too-high", "off-function", "count", "text-not-number", "not-a-number",
        "not-finite", "not-a-function", "arguments", "unknown-word", "too-long", "no-exercise",
        "no-exercise-near", "not-averaged",
    }  # fmt: skip
    found = {f"{n.replace('.', '-')}-{r}" for n, r, _ in MISTAKES}
    found |= {f"{n.replace('.', '-')}-{r}" for n, _, r in MORE}
    found |= {f"{n.replace('.', '-')}-right" for n in names()}
    path = Path(kd.__file__).parent / "assets" / "texts" / "en" / "exercises.json"
    keys = set(json.loads(path.read_text(encoding="utf-8")))
    assert not keys - found - general
