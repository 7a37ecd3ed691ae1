"""check_gradient against functions that are right, and against every mistake it knows."""

import string
import warnings

import numpy as np
import pytest

from kedou import data
from kedou.errors import DataError, OptionError, OptionTypeError
from kedou.gradient_check import check_gradient
from kedou.texts import LANGUAGES, catalogue, set_language

X = data.tadpoles().X[:, 0]
Y = data.tadpoles().y
RNG = np.random.default_rng(11)
X3 = RNG.normal(size=(30, 3)) * [1.0, 20.0, 0.1] + [3.0, 0.0, 1.0]
Y3 = RNG.normal(size=30) + X3 @ [1.0, 0.1, -2.0]
n = 7


# --- what a learner writes, right


def loss(w, b, x, y):
    y_hat = w * x + b
    return np.mean((y_hat - y) ** 2)


def gradient(w, b, x, y):
    e = y - (w * x + b)
    return -2 * np.mean(x * e), -2 * np.mean(e)


def update(w, b, x, y):
    dw, db = gradient(w, b, x, y)
    return w - 0.03 * dw, b - 0.03 * db


def update_with_rate(w, b, x, y, learning_rate):
    dw, db = gradient(w, b, x, y)
    return w - learning_rate * dw, b - learning_rate * db


def loss_loop(w, b, x, y):
    total = 0
    for i in range(len(x)):
        total += (y[i] - w * x[i] - b) ** 2
    return total / len(x)


def loss_matrix(w, b, x, y):
    return ((x @ w + b - y) ** 2).mean()


def gradient_matrix(w, b, x, y):
    e = x @ w + b - y
    return 2 * x.T @ e / len(y), 2 * e.mean()


def update_matrix(w, b, x, y, *, lr):
    dw, db = gradient_matrix(w, b, x, y)
    w -= lr * dw
    b -= lr * db
    return w, b


def gradient_flat(w, b, x, y):
    dw, db = gradient_matrix(w, b, x, y)
    return np.append(dw, db)


def gradient_of_w_alone(w, x, y):
    return -2 * np.mean(x * (y - w * x))


RIGHT = [
    (loss, X, Y, "loss"),
    (loss_loop, X, Y, "loss"),
    (lambda w, x, y: np.mean((w * x - y) ** 2), X, Y, "loss"),
    (lambda *a: loss(*a), X, Y, "loss"),
    (lambda w, b, x, y, delta=1.0: loss(w, b, x, y), X, Y, "loss"),
    (loss, list(X), list(Y), "loss"),
    (loss_loop, X[:, None], Y[:, None], "loss"),
    (loss_matrix, X[:, None], Y, "loss"),
    (loss_matrix, X3, Y3, "loss"),
    (gradient, X, Y, "gradient"),
    (lambda *a: list(gradient(*a)), X, Y, "gradient"),
    (gradient_of_w_alone, X, Y, "gradient"),
    (gradient_matrix, X[:, None], Y, "gradient"),
    (gradient_matrix, X3, Y3, "gradient"),
    (gradient_flat, X3, Y3, "gradient"),
    (update, X, Y, "update"),
    (update_with_rate, X, Y, "update"),
    (lambda w, b, x, y, lr=0.5: update_with_rate(w, b, x, y, lr), X, Y, "update"),
    (update_matrix, X3, Y3, "update"),
    (lambda w, x, y: w - 0.2 * gradient_of_w_alone(w, x, y), X, Y, "update"),
    (lambda w, x, y, lr: w - lr * gradient_of_w_alone(w, x, y), X, Y, "update"),
]


@pytest.mark.parametrize(("function", "x", "y", "kind"), RIGHT)
def test_a_right_function_is_right_in_both_languages(function, x, y, kind):
    check = check_gradient(function, x, y, kind)
    assert check, str(check)
    assert check.ok
    assert (check.verdict, check.mistake, check.component) == ("right", None, None)
    spoken(check)


def test_an_update_s_own_rate_is_found_out():
    assert check_gradient(update, X, Y, "update").rate == pytest.approx(0.03, rel=1e-9)
    check = check_gradient(update_with_rate, X, Y, "update", learning_rate=0.2)
    assert check.ok
    assert check.rate == 0.2


# --- what a learner writes, wrong


def e_of(w, b, x, y):
    return y - (w * x + b)


def mean_e2(w, b, x, y):
    return np.mean(e_of(w, b, x, y) ** 2)


def first_row(w, b, x, y):  # noqa: RET503
    for i in range(len(x)):
        return (y[i] - w * x[i] - b) ** 2


def last_row(w, b, x, y):
    for i in range(len(x)):
        total = (y[i] - w * x[i] - b) ** 2
    return total / len(x)


WRONG_LOSSES = {
    "mean-before-square": lambda w, b, x, y: np.mean((w * x + b) - y) ** 2,
    "mean-before-square,sum": lambda w, b, x, y: np.sum(e_of(w, b, x, y)) ** 2,
    "sum": lambda w, b, x, y: np.sum(e_of(w, b, x, y) ** 2),
    "half": lambda *a: mean_e2(*a) / 2,
    "sum,half": lambda *a: n * mean_e2(*a) / 2,
    "root": lambda *a: np.sqrt(mean_e2(*a)),
    "absolute": lambda *a: np.mean(np.abs(e_of(*a))),
    "absolute,sum": lambda *a: np.sum(np.abs(e_of(*a))),
    "forgot-b": lambda w, b, x, y: np.mean((y - w * x) ** 2),
    "minus-b": lambda w, b, x, y: np.mean((y - (w * x - b)) ** 2),
    "forgot-square": lambda *a: np.mean(e_of(*a)),
    "forgot-square,negative": lambda *a: -np.mean(e_of(*a)),
    "plus-y": lambda w, b, x, y: np.mean((w * x + b + y) ** 2),
    "squares-apart": lambda w, b, x, y: np.mean((w * x + b) ** 2 - y**2),
    "forgot-y": lambda w, b, x, y: np.mean((w * x + b) ** 2),
    "first-row": first_row,
    "last-row,divided-twice": last_row,
    "swapped-x-y": lambda w, b, x, y: mean_e2(w, b, y, x),
    "negative": lambda *a: -mean_e2(*a),
    "n-1": lambda *a: np.sum(e_of(*a) ** 2) / (n - 1),
    "divided-twice": lambda *a: mean_e2(*a) / n,
    "factor": lambda *a: 3 * mean_e2(*a),
    "unknown": lambda *a: mean_e2(*a) + 1,
    "zero": lambda *a: 0.0,
}


def mean_too_early(w, b, x, y):
    e = e_of(w, b, x, y)
    return -2 * np.mean(x) * np.mean(e), -2 * np.mean(e)


def root_of_loss(*a):
    return np.array(gradient(*a)) / (2 * np.sqrt(mean_e2(*a)))


def squared(w, b, x, y):
    e = e_of(w, b, x, y)
    return -2 * np.mean(x * e**2), -2 * np.mean(e**2)


def flipped(*a):
    return -np.array(gradient(*a))


def g(*a):
    return np.array(gradient(*a))


WRONG_GRADIENTS = {
    ("flipped", "w"): flipped,
    ("forgot-2", "w"): lambda *a: g(*a) / 2,
    ("flipped,forgot-2", "w"): lambda *a: -g(*a) / 2,
    ("sum", "w"): lambda *a: g(*a) * n,
    ("sum,forgot-2", "w"): lambda *a: g(*a) * n / 2,
    ("flipped,sum", "w"): lambda *a: -g(*a) * n,
    ("two-twice", "w"): lambda *a: 2 * g(*a),
    ("divided-twice", "w"): lambda *a: g(*a) / n,
    ("forgot-2", "b"): lambda *a: g(*a) * [1, 0.5],
    ("flipped", "b"): lambda *a: g(*a) * [1, -1],
    ("forgot-x", "w"): lambda *a: (-2 * np.mean(e_of(*a)), -2 * np.mean(e_of(*a))),
    ("forgot-x,forgot-2", "w"): lambda *a: (-np.mean(e_of(*a)), -2 * np.mean(e_of(*a))),
    ("forgot-x,flipped", "w"): lambda *a: (2 * np.mean(e_of(*a)), 2 * np.mean(e_of(*a))),
    ("forgot-b", "w"): lambda w, b, x, y: gradient(w, 0, x, y),
    ("extra-x", "b"): lambda *a: (g(*a)[0], g(*a)[0]),
    ("squared-error", "w"): squared,
    ("mean-too-early", "w"): mean_too_early,
    ("forgot-y", "w"): lambda w, b, x, y: gradient(w, b, x, 0 * y),
    ("plus-y", "w"): lambda w, b, x, y: gradient(w, b, x, -y),
    ("absolute", "w"): lambda w, b, x, y: (
        -np.mean(x * np.sign(e_of(w, b, x, y))),
        -np.mean(np.sign(e_of(w, b, x, y))),
    ),
    ("root", "w"): root_of_loss,
    ("x-squared", "w"): lambda w, b, x, y: (
        -2 * np.mean(x**2 * e_of(w, b, x, y)),
        g(w, b, x, y)[1],
    ),
    ("swapped", "w"): lambda *a: g(*a)[::-1],
    ("zero", "w"): lambda *a: (0, g(*a)[1]),
    ("zero", "b"): lambda *a: (g(*a)[0], 0),
    ("first-row", "w"): lambda w, b, x, y: gradient(w, b, x[:1], y[:1]),
    ("last-row", "w"): lambda w, b, x, y: gradient(w, b, x[-1:], y[-1:]),
    ("n-1", "w"): lambda *a: g(*a) * n / (n - 1),
    ("factor", "b"): lambda *a: g(*a) * [1, 3],
    ("unknown", "b"): lambda *a: (g(*a)[0], g(*a)[1] + 1),
}


def in_turn(w, b, x, y, learning_rate):
    w = w - learning_rate * gradient(w, b, x, y)[0]
    b = b - learning_rate * gradient(w, b, x, y)[1]
    return w, b


def in_turn_other(w, b, x, y):
    b = b - 0.01 * gradient(w, b, x, y)[1]
    w = w - 0.01 * gradient(w, b, x, y)[0]
    return w, b


def implicit(w, b, x, y, lr):
    ahead = w - lr * gradient(w, b, x, y)[0]
    dw, db = gradient(ahead, b, x, y)
    return w - lr * dw, b - lr * db


def stepping(make, rate=0.01):
    def update(w, b, x, y):
        dw, db = make(w, b, x, y)
        return w - rate * dw, b - rate * db

    return update


def stepping_told(make):
    def update(w, b, x, y, lr):
        dw, db = make(w, b, x, y)
        return w - lr * dw, b - lr * db

    return update


WRONG_UPDATES = [
    ("plus", "w", stepping(flipped)),
    ("plus", "w", stepping_told(flipped)),
    ("plus", "b", stepping(lambda *a: g(*a) * [1, -1])),
    ("forgot-2", "w", stepping_told(lambda *a: g(*a) / 2)),
    ("forgot-2", "b", stepping(lambda *a: g(*a) * [1, 0.5])),
    ("sum", "w", stepping_told(lambda *a: g(*a) * n)),
    ("forgot-x", "w", stepping(lambda *a: g(*a)[[1, 1]])),
    ("forgot-x", "w", stepping_told(lambda *a: g(*a)[[1, 1]])),
    ("forgot-b", "w", stepping(lambda w, b, x, y: gradient(w, 0, x, y))),
    ("forgot-b,plus", "w", stepping(lambda w, b, x, y: flipped(w, 0, x, y))),
    ("extra-x", "b", stepping(lambda *a: g(*a)[[0, 0]])),
    ("squared-error", "w", stepping(squared)),
    ("forgot-rate", "w", lambda w, b, x, y, lr: np.array([w, b]) - g(w, b, x, y)),
    ("plus,forgot-rate", "w", lambda w, b, x, y, lr: np.array([w, b]) + g(w, b, x, y)),
    ("rate-twice", "w", lambda w, b, x, y, lr: np.array([w, b]) - lr * lr * g(w, b, x, y)),
    ("only-step", "w", lambda w, b, x, y: 0.01 * g(w, b, x, y)),
    ("only-step", "w", lambda w, b, x, y: -0.01 * g(w, b, x, y)),
    ("unchanged", "w", lambda w, b, x, y: (w, b)),
    ("zero", "b", lambda w, b, x, y: (w - 0.01 * g(w, b, x, y)[0], b)),
    ("new-w-for-b", "b", in_turn),
    ("new-w-for-b", "b", lambda w, b, x, y: in_turn(w, b, x, y, 0.02)),
    ("new-b-for-w", "w", in_turn_other),
    ("unknown", "w", lambda w, b, x, y: (w + 1, b + w**2)),
    ("factor", "w", implicit),
]


def spoken(check):
    """Every verdict is a full sentence in both languages."""
    for language in LANGUAGES:
        text = check.text(language)
        assert len(text) > 10
        assert "{" not in text
        assert "None" not in text
        set_language(language)
        try:
            assert str(check) == text
        finally:
            set_language(None)
    assert check.text("en") != check.text("zh")


def wrong(check, mistakes, component):
    assert not check
    assert check.verdict == "wrong"
    assert ",".join(check.mistakes) == mistakes, check
    assert check.component == component
    assert check.expected != check.got
    spoken(check)


@pytest.mark.parametrize("mistakes", WRONG_LOSSES)
def test_a_wrong_loss_is_told_which_mistake(mistakes):
    function = WRONG_LOSSES[mistakes]
    check = check_gradient(function, X, Y)
    wrong(check, mistakes, None)
    assert check.got == pytest.approx(float(function(*check.point, X, Y)))
    assert check.expected == pytest.approx(loss(*check.point, X, Y))


@pytest.mark.parametrize(("mistakes", "component"), WRONG_GRADIENTS)
def test_a_wrong_gradient_is_told_which_mistake(mistakes, component):
    function = WRONG_GRADIENTS[mistakes, component]
    check = check_gradient(function, X, Y, "gradient")
    wrong(check, mistakes, component)
    j = "wb".index(component)
    assert check.got == pytest.approx(float(function(*check.point, X, Y)[j]))
    assert check.expected == pytest.approx(gradient(*check.point, X, Y)[j])


@pytest.mark.parametrize(("mistakes", "component", "function"), WRONG_UPDATES)
def test_a_wrong_update_is_told_which_mistake(mistakes, component, function):
    check = check_gradient(function, X, Y, "update")
    wrong(check, mistakes, component)


def test_several_features_name_the_first_wrong_one():
    def second_wrong(w, b, x, y):
        dw, db = gradient_matrix(w, b, x, y)
        dw[1] = 2 * np.mean(x @ w + b - y)
        return dw, db

    wrong(check_gradient(second_wrong, X3, Y3, "gradient"), "forgot-x", "w2")

    def in_turn(w, b, x, y):
        w = w - 0.001 * gradient_matrix(w, b, x, y)[0]
        return w, b - 0.001 * gradient_matrix(w, b, x, y)[1]

    wrong(check_gradient(in_turn, X3, Y3, "update"), "new-w-for-b", "b")
    sums = check_gradient(lambda *a: 30 * gradient_flat(*a), X3, Y3, "gradient")
    wrong(sums, "sum", "w1")
    b_like_third = check_gradient(lambda *a: gradient_flat(*a)[[0, 1, 2, 2]], X3, Y3, "gradient")
    wrong(b_like_third, "extra-x", "b")


def test_the_published_mistake_reports_0_076_for_0_240_after_ten_steps():
    w = 0.0
    for _ in range(10):
        w -= 0.01 * gradient_of_w_alone(w, X, Y)
    wrong_loss = WRONG_LOSSES["mean-before-square"]
    assert wrong_loss(w, 0.0, X, Y) == pytest.approx(0.076, abs=5e-4)
    assert loss(w, 0.0, X, Y) == pytest.approx(0.240, abs=5e-4)
    check = check_gradient(wrong_loss, X, Y, w=w, b=0.0)
    assert check.mistake == "mean-before-square"
    assert (check.got, check.expected) == pytest.approx((0.076, 0.240), abs=5e-4)
    assert check.point == (w, 0.0)
    assert "np.mean((y_hat - y) ** 2)" in str(check)


def test_a_difference_quotient_is_almost_right():
    def quotient(w, b, x, y, h=1e-4):
        here = loss(w, b, x, y)
        return (loss(w + h, b, x, y) - here) / h, (loss(w, b + h, x, y) - here) / h

    check = check_gradient(quotient, X, Y, "gradient")
    assert check.verdict == "approximate"
    assert not check.ok
    spoken(check)
    check = check_gradient(stepping_told(quotient), X, Y, "update")
    assert check.verdict == "approximate"
    spoken(check)
    central = check_gradient(
        lambda w, b, x, y: (
            (loss(w + 1e-5, b, x, y) - loss(w - 1e-5, b, x, y)) / 2e-5,
            (loss(w, b + 1e-5, x, y) - loss(w, b - 1e-5, x, y)) / 2e-5,
        ),
        X,
        Y,
        "gradient",
    )
    assert central.ok


def divides_by_zero(w, b, x, y):
    y_hat = w * x + b
    return float(np.mean((y_hat - y) ** 2)) / 0


@pytest.mark.parametrize(
    ("function", "kind", "verdict"),
    [
        (divides_by_zero, "loss", "raised"),
        (lambda w, b, x, y: undefined_name, "loss", "raised"),  # noqa: F821
        (lambda w, b, x, y: x @ np.ones(3), "loss", "raised"),
        (lambda w, b, x, y: None, "loss", "returned-nothing"),
        (lambda w, b, x, y: print("", end=""), "gradient", "returned-nothing"),
        (lambda w, b, x, y: f"loss {w}", "loss", "not-numbers"),
        (lambda w, b, x, y: {"dw": 1.0}, "gradient", "not-numbers"),
        (lambda w, b, x, y: 1j, "loss", "not-numbers"),
        (lambda w, b, x, y: [[1.0], [1.0, 2.0]], "gradient", "wrong-count"),
        (lambda w, b, x, y: np.log(-np.ones(1)), "loss", "not-finite"),
        (lambda w, b, x, y: (1.0, np.inf), "gradient", "not-finite"),
        (lambda w, b, x, y: (y - w * x - b) ** 2, "loss", "not-averaged"),
        (lambda w, b, x, y: [1.0] * 7, "loss", "not-averaged"),
        (lambda w, b, x, y: (-2 * x * (y - w * x - b), 1.0), "gradient", "not-averaged"),
        (lambda w, b, x, y: 1.0, "gradient", "wrong-count"),
        (lambda w, b, x, y: (1.0, 2.0), "loss", "wrong-count"),
        (lambda w, b, x, y: (w, b, 0.0), "update", "wrong-count"),
        (lambda w, b, x, y: (), "update", "not-numbers"),
        (lambda w: 0.0, "loss", "arguments"),
        (lambda w, b, x, y, z: 0.0, "loss", "arguments"),
        (lambda x, y, w, b: 0.0, "loss", "argument-order"),
        (lambda w, b, y, x: 0.0, "gradient", "argument-order"),
    ],
)
def test_whatever_the_function_does_is_a_verdict_in_words(function, kind, verdict):
    check = check_gradient(function, X, Y, kind)
    assert not check.ok
    assert check.verdict == verdict
    assert check.mistake is None
    spoken(check)


def test_an_exception_is_shown_with_its_line():
    check = check_gradient(divides_by_zero, X, Y)
    assert "ZeroDivisionError" in check.text("en")
    assert "line 3 of the function: `return float(np.mean" in check.text("en")


def test_shapes_that_do_not_fit_are_explained():
    check = check_gradient(loss, X3, Y3)
    assert check.verdict == "raised"
    assert "x @ w + b" in check.text("en")
    assert "(30, 3)" in check.text("zh-CN")
    check = check_gradient(loss_matrix, X, Y)
    assert "w * x + b" in check.text("en")
    spoken(check)


def test_one_column_may_be_written_either_way_and_the_trap_is_told():
    column = X[:, None]
    assert "X[:, 0]" in check_gradient(loss, column, Y).text("en")
    assert "X[:, 0]" not in check_gradient(loss_matrix, column, Y).text("en")
    wrong(check_gradient(WRONG_LOSSES["root"], column, Y), "root", None)
    check = check_gradient(lambda w, b, x, y: np.mean(x @ w + b - y) ** 2, column, Y)
    wrong(check, "mean-before-square", None)


def test_the_function_gets_copies_and_no_warnings_escape():
    x, y = X.copy(), Y.copy()

    def spoiling(w, b, x, y):
        x *= 0
        y[:] = np.log(x - 1)
        return 1.0

    assert not check_gradient(spoiling, x, y)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


def test_a_step_far_smaller_than_w_is_still_judged():
    def uphill(w, x, y, lr):
        return w + lr * gradient_of_w_alone(w, x, y)

    check = check_gradient(uphill, 1e-4 * X, Y, "update")
    wrong(check, "plus", "w")
    down = check_gradient(lambda w, x, y, lr: 2 * w - uphill(w, x, y, lr), 1e-4 * X, Y, "update")
    assert down.ok


def test_a_function_that_warns_is_judged_by_its_numbers():
    def warning(w, b, x, y):
        warnings.warn("careful", stacklevel=1)
        return loss(w, b, x, y)

    assert check_gradient(warning, X, Y).ok


@pytest.mark.parametrize(
    ("arguments", "options", "error", "code"),
    [
        ((3, X, Y), {}, OptionTypeError, "not-a-function"),
        ((loss, X, Y, "los"), {}, OptionError, "kind-unknown"),
        ((loss, X, Y[:3]), {}, DataError, "data-shapes"),
        ((loss, [], []), {}, DataError, "data-shapes"),
        ((loss, np.zeros((2, 2, 2)), [1, 2]), {}, DataError, "data-shapes"),
        ((loss, ["a", "b"], [1, 2]), {}, DataError, "data-not-numbers"),
        ((loss, [1, np.nan], [1, 2]), {}, DataError, "data-not-finite"),
        ((update, X, Y, "update"), {"learning_rate": 0}, OptionError, "rate"),
        ((update, X, Y, "update"), {"learning_rate": "x"}, OptionError, "rate"),
        ((loss, X, Y), {"w": [1, 2]}, OptionError, "w-shape"),
        ((loss, X, Y), {"w": np.nan}, OptionError, "point-not-finite"),
        ((loss, X, Y), {"b": "here"}, OptionError, "point-not-finite"),
    ],
)
def test_our_own_arguments_are_refused_in_words(arguments, options, error, code):
    with pytest.raises(error) as caught:
        check_gradient(*arguments, **options)
    assert caught.value.code == f"gradient_check.{code}"
    texts = [caught.value.text(language) for language in LANGUAGES]
    assert all("{" not in text for text in texts)
    assert texts[0] != texts[1]


def test_every_sentence_is_used_and_exists_in_both_languages():
    placeholders = {
        language: {
            key: {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for key, text in catalogue("gradient_check", language).items()
        }
        for language in LANGUAGES
    }
    assert placeholders["en"] == placeholders["zh-CN"]
    tested = {
        key for keys in [*WRONG_LOSSES, *(k for k, _ in WRONG_GRADIENTS)] for key in keys.split(",")
    }
    tested |= {key for keys, _, _ in WRONG_UPDATES for key in keys.split(",")}
    known = {key.removeprefix("mistake-") for key in placeholders["en"] if "mistake-" in key}
    assert tested == known
