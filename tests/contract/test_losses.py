"""One contract over every loss that can be found, and the lesson's numbers."""

import dataclasses
import importlib
import inspect
import json
import pickle
import pkgutil
import string
import tracemalloc

import numpy as np
import pytest

from kedou import losses
from kedou.block import Block
from kedou.errors import DataError, OptionError, OptionTypeError
from kedou.texts import LANGUAGES, catalogue

X = np.array([0.8, 1.7, 2.7, 3.2, 3.7, 4.2, 4.2])
Y = np.array([1.0, 0.9, 2.4, 2.9, 2.8, 3.8, 2.7])
CONSTANTS = {"huber": {"delta": 0.75}}
LOSSES = [kind(**CONSTANTS.get(name, {})) for name, kind in losses.NAMED.items()]
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)


def discovered():
    """Every class under kedou.losses with a value and a slope, in the table or not."""
    found = set()
    for module in pkgutil.iter_modules(losses.__path__, "kedou.losses."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if kind.__module__ == module.name and {"value", "slope"} <= set(vars(kind)):
                found.add(kind)
    return found - {losses.Loss}


def rows(loss, seed=1, n=200):
    """Targets and scores that keep away from corners, where a derivative jumps."""
    rng = np.random.default_rng(seed)
    score = rng.uniform(-4, 4, n)
    if binary(loss):
        return rng.integers(0, 2, n).astype(float), score
    error = rng.uniform(-3, 3, n)
    for corner in (0.0, 0.75, -0.75):
        error = np.where(np.abs(error - corner) < 1e-3, corner + 0.1, error)
    return score + error, score


def binary(loss):
    try:
        loss.check_target(np.array([0.5]))
    except DataError:
        return True
    return False


def said(caught, code):
    """The error has this code and a full sentence in every language."""
    assert caught.value.code == code
    texts = {language: caught.value.text(language) for language in LANGUAGES}
    assert all(len(text) > 15 and "{" not in text for text in texts.values()), texts
    assert texts["en"] != texts["zh-CN"]


def test_every_loss_in_the_package_is_in_the_table():
    assert discovered() == {*losses.NAMED.values(), losses.OwnLoss}
    assert {kind.__name__ for kind in discovered()} <= set(losses.__all__)


@every_loss
def test_a_loss_is_a_frozen_value_that_keeps_the_protocol(loss):
    assert isinstance(loss, losses.Loss)
    assert losses.NAMED[loss.name] is type(loss)
    assert dataclasses.is_dataclass(loss)
    assert type(loss).__dataclass_params__.frozen
    assert ">>>" in type(loss).__doc__
    saved = json.loads(json.dumps(losses.to_json(loss)))
    assert losses.from_json(saved) == loss
    assert pickle.loads(pickle.dumps(loss)) == loss
    assert eval(repr(loss), vars(losses)) == loss


@every_loss
def test_values_are_pure_finite_one_a_row_and_never_negative(loss):
    y, score = rows(loss)
    y.flags.writeable = score.flags.writeable = False
    for method in (loss.value, loss.slope, loss.curvature):
        answer = method(y, score)
        assert answer.shape == y.shape
        assert answer.dtype == np.float64
        assert np.isfinite(answer).all()
        np.testing.assert_array_equal(method(y, score), answer)
        np.testing.assert_array_equal(method(y[::-1], score[::-1]), answer[::-1])
    assert (loss.value(y, score) >= 0).all()
    assert loss.predict(score).shape == score.shape
    loss.check_target(y)


@every_loss
def test_the_slope_is_the_derivative_of_the_value(loss):
    y, score = rows(loss)
    h = 1e-5
    difference = (loss.value(y, score + h) - loss.value(y, score - h)) / (2 * h)
    np.testing.assert_allclose(loss.slope(y, score), difference, rtol=1e-7, atol=1e-8)


@every_loss
def test_the_curvature_is_the_derivative_of_the_slope(loss):
    y, score = rows(loss)
    h = 1e-5
    difference = (loss.slope(y, score + h) - loss.slope(y, score - h)) / (2 * h)
    np.testing.assert_allclose(loss.curvature(y, score), difference, rtol=1e-7, atol=1e-8)


@every_loss
def test_what_it_says_of_its_own_shape_is_true(loss):
    score = np.linspace(-12, 12, 200_001)
    lowest, highest = np.inf, -np.inf
    for target in (0.0, 1.0):
        bend = loss.curvature(np.full_like(score, target), score)
        lowest, highest = min(lowest, bend.min()), max(highest, bend.max())
    assert loss.convex == (lowest >= 0)
    if loss.curvature_bound is not None:
        assert highest <= loss.curvature_bound * (1 + 1e-12)
        assert highest == pytest.approx(loss.curvature_bound, rel=1e-7)
        assert -lowest <= loss.curvature_bound
    else:  # a corner: the slope jumps
        jump = np.diff(loss.slope(np.zeros(2), np.array([-1e-12, 1e-12])))
        assert jump == 2.0


@every_loss
def test_a_perfect_prediction_costs_nothing_and_has_no_slope(loss):
    if binary(loss):
        y, score = np.array([0.0, 1.0]), np.array([-800.0, 800.0])
    else:
        y, score = np.array([3.0, -2.0]), np.array([3.0, -2.0])
    np.testing.assert_array_equal(loss.value(y, score), 0.0)
    np.testing.assert_array_equal(loss.slope(y, score), 0.0)
    np.testing.assert_array_equal(loss.predict(score), y)


@every_loss
def test_far_scores_give_no_warning(loss):
    """Warnings are errors in this test run."""
    score = np.array([-1e150, -1e4, -50.0, 50.0, 1e4, 1e150])
    for target in (0.0, 1.0):
        y = np.full_like(score, target)
        for method in (loss.value, loss.slope, loss.curvature):
            assert np.isfinite(method(y, score)).all()
    assert np.isfinite(loss.predict(score)).all()


@pytest.mark.parametrize("loss", [losses.LogLoss(), losses.BrierScore()])
def test_a_target_that_is_not_0_or_1_is_refused_in_words(loss):
    for odd in (0.5, 2.0, -1.0):
        with pytest.raises(DataError) as caught:
            loss.check_target(np.array([0.0, 1.0, odd, odd]))
        said(caught, "losses.target-not-0-1")
        assert caught.value.values["row"] == 3
        assert caught.value.values["count"] == 2


# PyTorch 2.13.0 (float64), run apart from this project: binary_cross_entropy_with_logits,
# (sigmoid(s) - y)^2 and their autograd slopes, for y = 0.
SCORES = [-45.0, -2.5, -0.3, 0.0, 0.7, 3.0, 60.0]
TORCH_ZERO = {
    "log": (
        [
            0.0,
            0.07888973429254964,
            0.5543552444685271,
            0.6931471805599453,
            1.103186048885458,
            3.048587351573742,
            60.0,
        ],
        [
            2.8625185805493937e-20,
            0.07585818002124355,
            0.425557483188341,
            0.5,
            0.6681877721681662,
            0.9525741268224334,
            1.0,
        ],
    ),
    "brier": (
        [
            8.194012623990515e-40,
            0.005754463476135394,
            0.18109917149759516,
            0.25,
            0.44647489887505715,
            0.9073974670915214,
            1.0,
        ],
        [
            1.638802524798103e-39,
            0.010635880699674088,
            0.20806212773516963,
            0.25,
            0.2962916617334509,
            0.08606823439185537,
            0.0,
        ],
    ),
}


@pytest.mark.parametrize("name", TORCH_ZERO)
def test_log_loss_and_brier_score_agree_with_pytorch(name):
    loss, score = losses.make(name), np.array(SCORES)
    value, slope = map(np.array, TORCH_ZERO[name])
    np.testing.assert_allclose(loss.value(0 * score, score), value, rtol=1e-13, atol=1e-19)
    np.testing.assert_allclose(loss.slope(0 * score, score), slope, rtol=1e-13, atol=1e-25)
    np.testing.assert_allclose(loss.value(0 * score + 1, -score), value, rtol=1e-13, atol=1e-19)
    np.testing.assert_allclose(loss.slope(0 * score + 1, -score), -slope, rtol=1e-13, atol=1e-25)


def test_log_loss_keeps_its_digits_in_both_tails():
    tiny = np.exp(-40.0)
    for y, score in ((0.0, -40.0), (1.0, 40.0)):
        value = losses.LogLoss().value(np.array([y]), np.array([score]))
        assert value == pytest.approx(tiny, rel=1e-12)
        slope = losses.LogLoss().slope(np.array([y]), np.array([score]))
        assert slope == pytest.approx((1 - 2 * y) * tiny, rel=1e-12)


def test_huber_agrees_with_pytorch():
    """torch.nn.functional.huber_loss(error, 0, delta=1.5), PyTorch 2.13.0, run apart from this."""
    error = np.array([-3.0, -1.0, -0.4, 0.0, 0.4, 1.0, 3.0])
    loss = losses.Huber(delta=1.5)
    value = [3.375, 0.5, 0.08, 0, 0.08, 0.5, 3.375]
    np.testing.assert_allclose(loss.value(0 * error, error), value, rtol=1e-14)
    slope = [-1.5, -1, -0.4, 0, 0.4, 1, 1.5]
    np.testing.assert_allclose(loss.slope(0 * error, error), slope, rtol=1e-14)


def lowest(loss, y):
    """The best w with b = 0: halve an interval on the sign of the slope of the mean loss."""
    low, high = -5.0, 5.0
    for _ in range(60):
        w = (low + high) / 2
        if np.sum(X * loss.slope(y, w * X)) > 0:
            high = w
        else:
            low = w
    return low


def test_one_tadpole_dragged_down_moves_the_lines_as_in_the_lesson():
    dragged = Y.copy()
    dragged[6] = 0.0
    for loss, before, after in [
        (losses.SquaredError(), 0.796, 0.634),
        (losses.Huber(delta=1.0), 0.796, 0.768),
        (losses.AbsoluteError(), 0.889, 0.889),
    ]:
        assert lowest(loss, Y) == pytest.approx(before, abs=5e-4)
        assert lowest(loss, dragged) == pytest.approx(after, abs=5e-4)


def test_the_lesson_s_losses_of_b_zero():
    values = [np.mean(losses.SquaredError().value(Y, w * X)) for w in (0.0, 1.0, 2.0)]
    np.testing.assert_allclose(values, [6.507143, 0.582857, 14.667143], atol=5e-7)


def test_a_forecast_of_80_percent_on_a_sunny_day_costs_256_times_one_of_5():
    chance = np.array([0.8, 0.05])
    score = np.log(chance / (1 - chance))
    costs = losses.BrierScore().value(np.zeros(2), score)
    np.testing.assert_allclose(costs, [0.64, 0.0025], rtol=1e-14)
    assert costs[0] / costs[1] == pytest.approx(256, rel=1e-14)


def test_make_takes_names_classes_and_objects():
    assert losses.make("huber") == losses.make(losses.Huber) == losses.Huber(1.0)
    huber = losses.Huber(2)
    assert losses.make(huber) is huber
    assert huber.delta == 2.0


@pytest.mark.parametrize(
    ("make", "error", "code"),
    [
        (lambda: losses.make("squard"), OptionError, "losses.unknown-close"),
        (lambda: losses.make("zzz"), OptionError, "losses.unknown"),
        (lambda: losses.make(3), OptionTypeError, "losses.not-a-loss"),
        (lambda: losses.make(int), OptionTypeError, "losses.not-a-loss"),
        (lambda: losses.Huber(0), OptionError, "losses.delta-not-positive"),
        (lambda: losses.Huber(float("nan")), OptionError, "losses.delta-not-positive"),
        (lambda: losses.Huber(float("inf")), OptionError, "losses.delta-not-positive"),
        (lambda: losses.Huber("1"), OptionTypeError, "losses.delta-not-a-number"),
        (lambda: losses.from_json({"name": "zzz"}), OptionError, "losses.unknown"),
        (lambda: losses.from_json({"own": "Mine"}), OptionError, "losses.own-not-saved"),
        (
            lambda: losses.from_json({"name": "huber", "d": 1}),
            OptionError,
            "losses.constants",
        ),
    ],
)
def test_what_is_not_a_loss_is_refused_in_words(make, error, code):
    with pytest.raises(error) as caught:
        make()
    said(caught, code)


class Quartic:
    def value(self, y, score):
        return (y - score) ** 4

    def slope(self, y, score):
        return 4 * (score - y) ** 3


def test_an_own_loss_needs_only_value_and_slope():
    loss = losses.make(Quartic())
    y, score = np.array([1.0, 2.0]), np.array([0.0, 4.0])
    assert isinstance(loss, losses.Loss)
    np.testing.assert_array_equal(loss.value(y, score), [1, 16])
    np.testing.assert_array_equal(loss.slope(y, score), [-4, 32])
    np.testing.assert_array_equal(loss.predict(score), score)
    assert (loss.name, loss.convex, loss.curvature_bound) == ("Quartic", False, None)
    assert losses.to_json(loss) == {"name": None, "own": "Quartic"}
    loss.check_target(y)
    with pytest.raises(OptionTypeError) as caught:
        loss.curvature(y, score)
    said(caught, "losses.own-without-curvature")


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (lambda y: np.mean(y), OptionError, "losses.own-shape"),
        (lambda y: None, OptionTypeError, "losses.own-not-numbers"),
        (lambda y: [[1.0], [1.0, 2.0]], OptionTypeError, "losses.own-not-numbers"),
    ],
)
def test_an_own_loss_that_answers_wrongly_is_told_so(answer, error, code):
    class Wrong(Quartic):
        def value(self, y, score):
            return answer(y)

    with pytest.raises(error) as caught:
        losses.make(Wrong()).value(np.zeros(2), np.zeros(2))
    said(caught, code)


def test_a_block_is_summed_in_tiles_of_little_memory():
    rng = np.random.default_rng(0)
    block = Block(rng.normal(size=(400_000, 2)), rng.normal(size=400_000))
    tracemalloc.start()
    losses.over_block(losses.SquaredError(), np.zeros(3), block, curvature=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_500_000


def test_a_theta_that_ran_away_gives_an_endless_loss_without_a_warning():
    block = Block(np.array([[1.0], [-1.0]]), np.zeros(2))
    sums = losses.over_block(losses.SquaredError(), np.array([1e200, 0.0]), block)
    assert sums.loss_sum == np.inf
    sums = losses.over_block(losses.SquaredError(), np.array([np.inf, -np.inf]), block)
    assert not np.isfinite(sums.loss_sum)


def test_every_sentence_exists_in_both_languages_with_the_same_placeholders():
    placeholders = {
        language: {
            key: {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for key, text in catalogue("losses", language).items()
        }
        for language in LANGUAGES
    }
    assert placeholders["en"] == placeholders["zh-CN"]
