"""One contract over every update rule that can be found, and the lesson's numbers."""

import dataclasses
import importlib
import inspect
import json
import pickle
import pkgutil
import string
from fractions import Fraction

import numpy as np
import pytest

from kedou import rules
from kedou.errors import OptionError, OptionTypeError
from kedou.rules.registry import is_named
from kedou.texts import LANGUAGES, catalogue

X = np.array([0.8, 1.7, 2.7, 3.2, 3.7, 4.2, 4.2])
Y = np.array([1.0, 0.9, 2.4, 2.9, 2.8, 3.8, 2.7])
ADAPTERS = {rules.FunctionRule, rules.OwnRule}


def discovered():
    """Every class under kedou.rules that can take a step, whether or not it is in the table."""
    found = set()
    for module in pkgutil.iter_modules(rules.__path__, "kedou.rules."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if kind.__module__ == module.name and {"init", "update"} <= set(vars(kind)):
                found.add(kind)
    return found - {rules.Rule}


class Tadpoles:
    """Mean squared error of the tadpoles, b locked at 0 unless two parameters are given."""

    def design(self, theta):
        return X[:, None] if len(theta) == 1 else np.column_stack([X, np.ones(7)])

    def value(self, theta):
        return float(np.mean((Y - self.design(theta) @ theta) ** 2))

    def gradient(self, theta):
        Z = self.design(theta)
        return -2 / 7 * (Z.T @ (Y - Z @ theta))

    def curvature(self, theta, v):
        Z = self.design(theta)
        return 2 / 7 * (Z.T @ (Z @ v))


def walk(rule, theta, steps):
    objective, theta = Tadpoles(), np.array(theta, float)
    state, path = rule.init(theta), []
    for _ in range(steps):
        theta, state = rule.update(objective.gradient(theta), state, theta, objective)
        path.append(theta)
    return np.array(path)


def freeze(value):
    """Make every array inside a state read-only, so that changing it in place raises."""
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    elif isinstance(value, tuple):
        for item in value:
            freeze(item)
    return value


def examples():
    """Each rule with other constants than the usual ones."""
    for kind in (*rules.NAMED.values(), *rules.PYTHON_ONLY.values()):
        constants = {
            field.name: field.default / 2
            for field in dataclasses.fields(kind)
            if field.default is not dataclasses.MISSING
        }
        if kind.constant:
            constants[kind.constant] = 0.03
        yield kind(**constants)


EXAMPLES = list(examples())
every_rule = pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule.name)


def test_every_rule_in_the_package_is_in_the_table():
    named = set(rules.NAMED.values()) | set(rules.PYTHON_ONLY.values())
    assert discovered() == named | ADAPTERS
    assert {kind.__name__ for kind in discovered()} <= set(rules.__all__)


@pytest.mark.parametrize(("name", "kind"), {**rules.NAMED, **rules.PYTHON_ONLY}.items())
def test_a_rule_is_a_frozen_value_that_knows_its_name(name, kind):
    assert kind.name == name
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    assert len(importlib.import_module(kind.__module__).__doc__) > 80
    assert ">>>" in kind.__doc__


@every_rule
def test_update_is_pure_and_the_state_is_never_mutated(rule):
    objective = Tadpoles()
    theta = freeze(np.array([0.4, 0.3]))
    state = freeze(rule.init(theta))
    for _ in range(4):
        gradient = freeze(objective.gradient(theta))
        before = pickle.dumps((gradient, state, theta))
        first = rule.update(gradient, state, theta, objective)
        again = rule.update(gradient, state, theta, objective)
        assert pickle.dumps((gradient, state, theta)) == before
        np.testing.assert_array_equal(first[0], again[0])
        assert pickle.dumps(first[1]) == pickle.dumps(again[1])
        assert first[0].shape == (2,)
        assert first[0].dtype == np.float64
        assert np.isfinite(first[0]).all()
        theta, state = freeze(first[0]), freeze(first[1])


@every_rule
def test_a_state_can_be_put_back_and_the_run_continues_alike(rule):
    objective, theta = Tadpoles(), np.array([0.4, 0.3])
    whole = walk(rule, theta, 6)
    state = rule.init(theta)
    for step in range(6):
        state = pickle.loads(pickle.dumps(state))
        theta, state = rule.update(objective.gradient(theta), state, theta, objective)
        np.testing.assert_array_equal(theta, whole[step])


@every_rule
def test_json_repr_and_pickle_give_the_same_rule_back(rule):
    saved = json.loads(json.dumps(rules.to_json(rule)))
    assert rules.from_json(saved) == rule
    assert saved["name"] == rule.name
    assert eval(repr(rule), vars(rules)) == rule
    assert pickle.loads(pickle.dumps(rule)) == rule
    assert hash(rule) == hash(rules.from_json(saved))


@every_rule
def test_the_rate_can_be_a_schedule_and_is_replaced_by_with_rate(rule):
    if rule.constant is None:
        with pytest.raises(OptionError) as caught:
            rules.with_rate(rule, 0.1)
        said(caught, "rules.no-rate")
        return
    assert rules.has_rate(rule) == rule.constant
    schedule = rules.InverseTime(0.05, decay=1.0)
    changed = rules.with_rate(rule, schedule)
    assert getattr(changed, rule.constant) == schedule
    assert getattr(rule, rule.constant) == 0.03
    assert rules.from_json(json.loads(json.dumps(rules.to_json(changed)))) == changed
    same = rules.with_rate(rule, rules.Constant(0.03))
    np.testing.assert_array_equal(walk(same, [1.0, 0.0], 5), walk(rule, [1.0, 0.0], 5))
    first = walk(rules.with_rate(rule, 0.05), [1.0, 0.0], 1)
    np.testing.assert_array_equal(walk(changed, [1.0, 0.0], 1), first)
    assert not np.allclose(walk(changed, [1.0, 0.0], 3), walk(same, [1.0, 0.0], 3))
    steps = np.diff(
        walk(rules.with_rate(rule, lambda t: 0.01 if t == 0 else 0.0), [1, 0], 3), axis=0
    )
    np.testing.assert_array_equal(steps, 0.0)


def said(caught, code):
    """The error has this code and a full sentence in every language."""
    assert caught.value.code == code
    texts = {language: caught.value.text(language) for language in LANGUAGES}
    assert all(len(text) > 15 and "{" not in text for text in texts.values()), texts
    assert texts["en"] != texts["zh-CN"]


BAD_RATES = [
    (0, OptionError, "rules.zero"),
    (float("nan"), OptionError, "rules.not-finite"),
    (float("-inf"), OptionError, "rules.not-finite"),
    (10**400, OptionError, "rules.not-finite"),
    ("0.1", OptionTypeError, "rules.not-a-number"),
    (None, OptionTypeError, "rules.not-a-number"),
    (True, OptionTypeError, "rules.not-a-number"),
    (0.1j, OptionTypeError, "rules.not-a-number"),
    (np.array([0.1]), OptionTypeError, "rules.not-a-number"),
]


@pytest.mark.parametrize("kind", [k for k in rules.NAMED.values() if k.constant])
def test_a_rate_that_makes_no_sense_is_refused_in_words(kind):
    for value, error, code in BAD_RATES:
        with pytest.raises(error) as caught:
            kind(value)
        said(caught, code)
    for value in (-0.5, 3, np.float32(0.25), Fraction(1, 4)):
        assert getattr(kind(value), kind.constant) == float(value)
        assert type(getattr(kind(value), kind.constant)) is float


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (rules.Momentum, "momentum"),
        (rules.Nesterov, "momentum"),
        (rules.RMSProp, "decay"),
        (rules.Adam, "beta1"),
        (rules.Adam, "beta2"),
    ],
)
def test_what_is_remembered_is_a_share_below_one(kind, name):
    assert getattr(kind(0.1, **{name: 0}), name) == 0.0
    for value in (1.0, -0.1, 7):
        with pytest.raises(OptionError) as caught:
            kind(0.1, **{name: value})
        said(caught, "rules.not-a-share")
    with pytest.raises(OptionTypeError):
        kind(0.1, **{name: "0.9"})


@pytest.mark.parametrize("kind", [rules.AdaGrad, rules.RMSProp, rules.Adam])
def test_epsilon_is_positive(kind):
    for value, code in ((-1e-8, "rules.epsilon-negative"), (0.0, "rules.zero")):
        with pytest.raises(OptionError) as caught:
            kind(0.1, epsilon=value)
        said(caught, code)


def test_make_takes_names_classes_objects_and_functions():
    assert rules.make("momentum", 0.1) == rules.Momentum(0.1)
    assert rules.make(rules.SignStep, 0.5) == rules.SignStep(0.5)
    assert rules.make("fixed-step", 0.5) == rules.FixedStep(0.5)
    assert rules.make("slope") == rules.make("slope", "auto") == rules.SlopeStep()
    adam = rules.Adam(0.1)
    assert rules.make(adam) is rules.make(adam, "auto") is adam
    schedule = rules.Cosine(0.1, steps=5)
    assert rules.make("adam", schedule).learning_rate is schedule
    own = rules.make(lambda theta, gradient: theta - 0.01 * gradient)
    np.testing.assert_array_equal(walk(own, [0.0], 5), walk(rules.GradientDescent(0.01), [0.0], 5))
    assert rules.make(own) is own


@pytest.mark.parametrize(
    ("rule", "rate", "error", "code"),
    [
        ("adma", 0.1, OptionError, "rules.unknown-close"),
        ("Gradient Descnt", 0.1, OptionError, "rules.unknown-close"),
        ("zzzzz", 0.1, OptionError, "rules.unknown"),
        ("adam", None, OptionError, "rules.rate-missing"),
        ("adam", "auto", OptionError, "rules.rate-missing"),
        ("slope", 0.1, OptionError, "rules.rate-not-used"),
        (rules.Adam(0.1), 0.2, OptionError, "rules.rate-twice"),
        (lambda theta, gradient: theta, 0.2, OptionError, "rules.rate-twice"),
        (3, None, OptionTypeError, "rules.not-a-rule"),
        (Tadpoles, None, OptionTypeError, "rules.own-class"),
        ("adam", "fast", OptionTypeError, "rules.not-a-number"),
    ],
)
def test_make_says_what_is_wrong(rule, rate, error, code):
    with pytest.raises(error) as caught:
        rules.make(rule, rate)
    said(caught, code)


def test_has_rate_for_names_and_classes():
    rated = {name: rules.has_rate(name) for name in rules.NAMED}
    assert rated == {name: rules.has_rate(kind) for name, kind in rules.NAMED.items()}
    assert [name for name, constant in rated.items() if constant == "c"] == ["fixed-step", "sign"]
    assert [name for name in rated if rated[name] is None] == ["slope", "exact-line-search"]
    assert rules.has_rate(lambda theta, gradient: theta) is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"name": "zzzzz"}, "rules.unknown"),
        ({"name": None, "own": "mine"}, "rules.own-not-saved"),
        ({"name": "adam"}, "rules.constants"),
        ({"name": "sign", "c": 1.0, "d": 2.0}, "rules.constants"),
        ({"name": "sign", "c": {"schedule": "nope"}}, "rules.unknown-schedule"),
    ],
)
def test_a_saved_rule_that_cannot_be_read_is_refused_in_words(data, code):
    with pytest.raises(OptionError) as caught:
        rules.from_json(data)
    said(caught, code)


class Half:
    """A learner's own rule object."""

    def init(self, theta):
        return 0

    def update(self, gradient, state, theta, objective):
        gradient *= 0
        theta /= 2
        return theta, state + 1


def test_an_own_rule_object_is_used_as_it_is_and_cannot_spoil_its_arguments():
    rule = rules.make(Half())
    np.testing.assert_array_equal(walk(rule, [1.0, 4.0], 3), [[0.5, 2], [0.25, 1], [0.125, 0.5]])
    theta, gradient = np.array([1.0]), np.array([2.0])
    rule.update(gradient, 0, theta, None)
    assert (theta, gradient) == (1.0, 2.0)
    assert rules.to_json(rule) == {"name": None, "own": "Half"}
    assert not is_named(rule)


def step_down(theta, gradient):
    theta -= 0.1 * gradient
    return theta


def test_a_function_may_change_its_copies_in_place():
    theta, gradient = np.array([1.0, 1.0]), np.array([2.0, 4.0])
    new, _ = rules.FunctionRule(step_down).update(gradient, (), theta)
    np.testing.assert_allclose(new, [0.8, 0.6])
    np.testing.assert_array_equal(theta, 1.0)
    assert rules.FunctionRule(step_down).name == "step_down"


@pytest.mark.parametrize(
    ("function", "error", "code"),
    [
        (lambda theta, gradient: None, OptionTypeError, "rules.returned-nothing"),
        (lambda theta, gradient: np.zeros(3), OptionError, "rules.returned-shape"),
        (lambda theta, gradient: 0.5, OptionError, "rules.returned-shape"),
        (lambda theta, gradient: [[1.0], [1.0, 2.0]], OptionTypeError, "rules.returned-ragged"),
        (lambda theta, gradient: "down", OptionTypeError, "rules.returned-not-numbers"),
        (lambda theta, gradient: theta + 1j, OptionTypeError, "rules.returned-not-numbers"),
        (lambda theta, gradient: theta * np.nan, OptionError, "rules.returned-not-finite"),
    ],
)
def test_a_function_that_returns_the_wrong_thing_is_told_so(function, error, code):
    with pytest.raises(error) as caught:
        rules.make(function).update(np.ones(2), (), np.ones(2), None)
    said(caught, code)
    if code == "rules.returned-shape":
        assert "theta has shape (2,)" in caught.value.text("en")


def test_a_rule_that_cannot_be_called_is_told_so():
    for function in (lambda theta: theta, lambda: 0, lambda a, b, c: a):
        with pytest.raises(OptionTypeError) as caught:
            rules.FunctionRule(function)
        said(caught, "rules.function-arguments")
    with pytest.raises(OptionTypeError) as caught:
        rules.FunctionRule(3)
    said(caught, "rules.not-a-function")

    class OnlyTheta(Half):
        def update(self, gradient, state, theta, objective):
            return theta

    with pytest.raises(OptionTypeError) as caught:
        rules.make(OnlyTheta()).update(np.ones(1), 0, np.ones(1), None)
    said(caught, "rules.update-not-a-pair")


def test_schedules():
    assert [rules.InverseTime(0.4, decay=1.0)(t) for t in range(4)] == [0.4, 0.2, 0.4 / 3, 0.1]
    cosine = rules.Cosine(0.2, steps=4, final=0.1)
    np.testing.assert_allclose(
        [cosine(t) for t in range(6)],
        [0.2, 0.15 + 0.05 * np.sqrt(0.5), 0.15, 0.15 - 0.05 * np.sqrt(0.5), 0.1, 0.1],
        rtol=1e-15,
    )
    for make, error, code in [
        (lambda: rules.Constant(0), OptionError, "rules.zero"),
        (lambda: rules.Constant("x"), OptionTypeError, "rules.not-a-number"),
        (lambda: rules.InverseTime(0.1, decay=-1), OptionError, "rules.decay-negative"),
        (lambda: rules.Cosine(0.1, steps=0), OptionError, "rules.steps-not-positive"),
        (lambda: rules.Cosine(0.1, steps=2.5), OptionTypeError, "rules.steps-not-whole"),
        (lambda: rules.rate_at(lambda t: float("nan"), 3), OptionError, "rules.not-finite"),
        (
            lambda: rules.from_json(rules.to_json(rules.Adam(lambda t: 1))),
            OptionError,
            "rules.own-schedule-not-saved",
        ),
    ]:
        with pytest.raises(error) as caught:
            make()
        said(caught, code)


def test_of_a_schedule_of_ones_own_the_name_is_kept():
    def fading(step):
        return 0.1 / (1 + step)

    told = rules.to_json(rules.Momentum(fading))
    assert told["learning_rate"] == {"schedule": None, "own": "fading"}
    assert not rules.can_be_made_again(told)
    assert not rules.can_be_made_again(rules.to_json(rules.make(lambda theta, gradient: theta)))
    assert rules.can_be_made_again(rules.to_json(rules.Momentum(rules.InverseTime(0.1, 1.0))))


def test_the_slope_rule_runs_away_as_in_the_lesson():
    path = walk(rules.SlopeStep(), [0.0], 20)[:, 0]
    np.testing.assert_allclose(path[:3], [15.93, -286.9, 5468], rtol=5e-4)
    best = 15.928571428571427 / 20.00857142857143
    np.testing.assert_allclose(
        (path[1:6] - best) / (path[:5] - best), -19.00857142857143, rtol=1e-9
    )
    assert abs(walk(rules.SlopeStep(), [1.0], 20)[-1, 0]) == pytest.approx(7.7e24, rel=0.01)


def test_the_fixed_rule_walks_past_and_the_sign_rule_loops():
    np.testing.assert_array_equal(walk(rules.FixedStep(0.5), [1.0], 4)[:, 0], [0.5, 0, -0.5, -1])
    assert walk(rules.FixedStep(0.5), [1.0], 20)[-1, 0] == -9
    np.testing.assert_array_equal(walk(rules.FixedStep(-0.5), [1.0], 2)[:, 0], [1.5, 2.0])
    np.testing.assert_array_equal(walk(rules.SignStep(0.5), [1.0], 4)[:, 0], [0.5, 1, 0.5, 1])
    still, _ = rules.SignStep(0.5).update(np.zeros(2), 0, np.ones(2))
    np.testing.assert_array_equal(still, 1.0)


def test_gradient_descent_hits_the_lesson_s_numbers():
    path = walk(rules.GradientDescent(0.01), [0.0], 10)[:, 0]
    np.testing.assert_allclose(path[:4], [0.1593, 0.2867, 0.3886, 0.4701], atol=5e-5)
    assert path[9] == pytest.approx(0.7107, abs=5e-5)
    assert Tadpoles().value(path[9:]) == pytest.approx(0.23982, abs=5e-6)
    best = 15.928571428571427 / 20.00857142857143
    assert walk(rules.GradientDescent(1 / 20.00857142857143), [0.0], 1)[0, 0] == pytest.approx(best)
    assert walk(rules.GradientDescent(0.01), [1.0], 20)[-1, 0] == pytest.approx(0.798, abs=5e-4)
    ten = Tadpoles().value(walk(rules.GradientDescent(0.11), [0.0], 10)[-1])
    assert ten == pytest.approx(247, abs=0.5)
    hundred = Tadpoles().value(walk(rules.GradientDescent(0.1), [0.0], 100)[-1])
    assert hundred == pytest.approx(7.69, abs=0.005)
    raised = walk(rules.GradientDescent(0.08), [0.0, 2.0], 1)[0]
    assert raised[1] == pytest.approx(2.057, abs=5e-4)


def test_exact_line_search_lands_in_one_step_and_stays_where_there_is_no_bottom():
    rule = rules.ExactLineSearch()
    best = 15.928571428571427 / 20.00857142857143
    assert walk(rule, [0.0], 1)[0, 0] == pytest.approx(best, rel=1e-14)

    class Saddle(Tadpoles):
        def curvature(self, theta, v):
            return -v

    theta = np.array([1.0, 2.0])
    np.testing.assert_array_equal(rule.update(np.ones(2), (), theta, Saddle())[0], theta)
    np.testing.assert_array_equal(rule.update(np.zeros(2), (), theta, Tadpoles())[0], theta)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_exact_line_search_neither_vanishes_nor_overflows(size):
    class Bowl:
        def curvature(self, theta, v):
            return np.array([1.0, 3.0]) * v

    gradient = size * np.array([1.0, 3.0])
    new, _ = rules.ExactLineSearch().update(gradient, (), np.zeros(2), Bowl())
    np.testing.assert_allclose(new, -(10 / 28) * gradient, rtol=1e-14)


# PyTorch 2.13.0 (torch.optim.SGD, Adagrad, RMSprop, Adam; float64, autograd), run apart from this
# project: the first five (w, b) from (0, 0) on the mean squared error of the seven tadpoles.
TORCH = [
    (
        rules.GradientDescent(0.05),
        [
            (0.7964285714285714, 0.23571428571428568),
            (0.7270566326530612, 0.2146173469387755),
            (0.7332647526967929, 0.21594616982507286),
            (0.7328729368000728, 0.21532401812421906),
            (0.7330553062907073, 0.21487882767749011),
        ],
    ),
    (
        rules.Momentum(0.02, momentum=0.9),
        [
            (0.31857142857142856, 0.09428571428571428),
            (0.7853290612244898, 0.23233877551020404),
            (1.1824992788664723, 0.34958300384839647),
            (1.3443703257276212, 0.3968838593887613),
            (1.2241549934559415, 0.36038160827144644),
        ],
    ),
    (
        rules.Nesterov(0.02, momentum=0.9),
        [
            (0.6052857142857143, 0.1791428571428571),
            (0.9685279110204081, 0.28632297959183667),
            (1.0507763458920722, 0.31000716788594745),
            (0.9544464525727616, 0.28059345577565165),
            (0.809303927200238, 0.2365913231613281),
        ],
    ),
    (
        rules.AdaGrad(0.3),
        [
            (0.29999999999811655, 0.29999999999363636),
            (0.4368997575414047, 0.4341640786421601),
            (0.5122316147888617, 0.5053255061049561),
            (0.5558818582515777, 0.5438973827368611),
            (0.5817920873924542, 0.5641732839440765),
        ],
    ),
    (
        rules.RMSProp(0.05),
        [
            (0.4999999968609864, 0.49999998939393947),
            (0.5928652123194514, 0.5826023167633314),
            (0.6132178268940008, 0.5906932001408295),
            (0.6194491275360059, 0.5844498644201461),
            (0.6229413654288498, 0.5756143716867347),
        ],
    ),
    (
        rules.Adam(0.2),
        [
            (0.19999999987443942, 0.1999999995757576),
            (0.39435906037873536, 0.394070424722072),
            (0.5748571169241437, 0.5733995247713379),
            (0.7286888453982212, 0.7241670890252859),
            (0.8417974000177076, 0.8314778980549455),
        ],
    ),
    (
        rules.Adam(0.2, beta1=0.5, beta2=0.7, epsilon=0.01),
        [
            (0.1998745182396702, 0.1995766555790747),
            (0.389774498486092, 0.3886940631446933),
            (0.555852319049989, 0.5525060345499619),
            (0.6751388193907539, 0.6659508071379264),
            (0.7235766379722314, 0.703240709573243),
        ],
    ),
    (
        rules.Momentum(rules.Cosine(0.02, steps=4), momentum=0.9),
        [
            (0.31857142857142856, 0.09428571428571428),
            (0.7169739885077387, 0.21212137277565835),
            (0.9304201330384794, 0.27515148925856947),
            (0.9740926945039953, 0.28800097715004463),
            (0.9740926945039953, 0.28800097715004463),
        ],
    ),
    (
        rules.AdaGrad(rules.InverseTime(0.3, decay=0.5)),
        [
            (0.29999999999811655, 0.29999999999363636),
            (0.3912665050269753, 0.3894427190926522),
            (0.4376366692473588, 0.434099627569407),
            (0.466296345922295, 0.46125741243166174),
            (0.4860061297559748, 0.4796498952832481),
        ],
    ),
]


@pytest.mark.parametrize(("rule", "path"), TORCH, ids=lambda value: getattr(value, "name", None))
def test_each_step_agrees_with_pytorch(rule, path):
    np.testing.assert_allclose(walk(rule, [0.0, 0.0], 5), path, rtol=1e-13)


def test_every_sentence_exists_in_both_languages_with_the_same_placeholders():
    placeholders = {
        language: {
            key: {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for key, text in catalogue("rules", language).items()
        }
        for language in LANGUAGES
    }
    assert placeholders["en"] == placeholders["zh-CN"]
