"""How a run is named: each outcome happens when it should, and the table's order decides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kedou as kd
from kedou.descent.outcome import Context, Outcome, judge
from kedou.descent.walk import Walk

seeds = st.integers(0, 2**32 - 1)
TADPOLES = kd.data.tadpoles()


class WrongSlope:
    """A loss whose gradient forgot its factor 2."""

    def value(self, y, score):
        return (y - score) ** 2

    def slope(self, y, score):
        return score - y


class RightSlope(WrongSlope):
    def slope(self, y, score):
        return 2 * (score - y)


HAPPENS = {
    "converged": {"learning_rate": 0.05},
    "slow": {"learning_rate": 1e-6},
    "looping": {"rule": "sign", "learning_rate": 0.5, "start": 1.0, "intercept": False},
    "stepped-over": {"rule": "fixed-step", "learning_rate": 0.5, "start": 1.0},
    "wrong-direction": {"learning_rate": -0.01},
    "wrong-gradient": {"loss": WrongSlope(), "learning_rate": 0.01},
    "diverged": {"learning_rate": 0.1},
}


@pytest.mark.parametrize("name", HAPPENS)
def test_every_outcome_happens(name):
    run = kd.descend(TADPOLES.X, y=TADPOLES.y, steps=50, **HAPPENS[name])
    assert str(run.outcome) == name
    assert isinstance(run.outcome, kd.Outcome)
    assert run.messages[0].code.startswith("descent.")
    assert len(run.advice) > 20


def test_there_are_no_other_outcomes():
    assert {str(outcome) for outcome in Outcome} == set(HAPPENS)


def test_a_right_gradient_of_ones_own_is_not_called_wrong():
    run = kd.descend(TADPOLES.X, y=TADPOLES.y, loss=RightSlope(), learning_rate=0.05, steps=50)
    assert str(run.outcome) == "converged"


# The table, row by row: each walk fits its own row and the row below it.


def made(points, gap, gradient, stop="steps"):
    theta = np.array(points, dtype=float).reshape(len(points), -1)
    slope = np.full_like(theta, 0.0)
    slope[:] = np.array(gradient, dtype=float).reshape(-1, 1)
    return Walk(
        steps=np.arange(len(theta)),
        theta=theta,
        gap=np.array(gap, dtype=float),
        gradient=slope,
        stop=stop,
        tail=theta,
    )


UPHILL = made([0, 1, 2], [1, 2, 3], [1, 1, 1])
LOOP = made([0, 1, 2, 3] * 3, [5, 4, 5, 6] * 3, [-2, -1, 1, 1] * 3)
ONWARD = made([0, 1, 2, 3, 4, 5, 6, 7, 8], [4, 1, 0.5, 1, 4, 9, 16, 25, 36], [-1] * 3 + [1] * 6)
GROWING = made([0, 1, -1, 2, -3, 5, -8], [4, 1, 2, 5, 9, 25, 64], [-1, 1, -1, 1, -1, 1, -1])
RESTING = made([0, 1, 1.5, 1.75, 1.8, 1.81], [4, 3, 2, 1.5, 1.2, 1.1], [-1] * 6)


@pytest.mark.parametrize(
    ("walk", "context", "outcome"),
    [
        (UPHILL, Context(0.0, gradient_is_wrong=True), "wrong-gradient"),
        (UPHILL, Context(0.0, grows=True), "wrong-direction"),
        (UPHILL, Context(100.0), "wrong-direction"),
        (RESTING, Context(100.0, grows=True), "diverged"),
        (made([0, 1, 2], [4, 3, 2], [-1] * 3, stop="ceiling"), Context(100.0), "diverged"),
        (LOOP, Context(100.0), "converged"),
        (ONWARD, Context(100.0), "converged"),
        (LOOP, Context(0.0), "looping"),
        (ONWARD, Context(0.0), "stepped-over"),
        (GROWING, Context(0.0), "diverged"),
        (GROWING, Context(0.0, grows=False), "slow"),
        (RESTING, Context(0.0), "slow"),
        (RESTING, Context(0.0, grows=False), "slow"),
    ],
)
def test_the_order_of_the_table(walk, context, outcome):
    assert str(judge(walk, context)) == outcome


def test_going_uphill_at_first_is_forgiven_if_it_got_lower_later():
    walk = made([0, -1, 3, 3.1], [4, 5, 1, 0.9], [-1, -1, -1, -1])
    assert str(judge(walk, Context(0.0))) == "slow"


def test_a_run_that_ends_where_it_started_is_judged_too():
    for gap, outcome in ((0.0, "converged"), (1.0, "slow")):
        walk = made([0], [gap], [0])
        assert str(judge(walk, Context(0.5))) == outcome
    still = made([1] * 6, [1] * 6, [0] * 6)
    assert str(judge(still, Context(0.0))) == "slow"


# Divergence, foreseen.


def drawn(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(12, 2)) * [1.0, rng.uniform(0.2, 5)]
    return kd.scan(X, X @ rng.normal(size=2) + rng.normal(size=12), workers=1)


@given(seeds, st.floats(0.01, 0.999))
def test_below_the_limit_nothing_diverges(seed, share):
    moments = drawn(seed)
    limit = kd.diagnose(moments).learning_rate_limit
    run = kd.descend(moments, learning_rate=share * limit, steps=60)
    assert str(run.outcome) in ("converged", "slow")


@given(seeds, st.floats(1.001, 3), st.sampled_from([0, 1, 5, 400]))
def test_above_the_limit_it_diverges_whatever_steps_is(seed, share, steps):
    moments = drawn(seed)
    limit = kd.diagnose(moments).learning_rate_limit
    run = kd.descend(moments, learning_rate=share * limit, start=[1.0, 2.0, 3.0], steps=steps)
    assert str(run.outcome) in ("diverged", "wrong-direction")
    if steps == 0:
        assert str(run.outcome) == "diverged"


def test_a_start_without_a_share_in_the_growing_direction_does_not_diverge():
    X = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 3.0], [0.0, -3.0]])
    moments = kd.scan(X, X @ [1.0, 2.0])
    steep = kd.diagnose(moments, intercept=False).learning_rate_limit
    start = [5.0, 2.0]  # exact along the steep second column
    run = kd.descend(moments, learning_rate=1.5 * steep, start=start, intercept=False, steps=200)
    assert str(run.outcome) == "converged"


def test_a_foreseen_divergence_says_the_limit_and_a_rate_that_works():
    run = kd.descend(TADPOLES, learning_rate=0.1, steps=3)
    message = run.messages[0]
    assert message.code == "descent.above-limit"
    assert message.values["limit"] == pytest.approx(0.09197, abs=5e-6)
    advised = kd.descend(TADPOLES, learning_rate=message.values["try_rate"], steps=3)
    assert str(advised.outcome) == "converged"


def test_too_short_a_run_says_how_many_steps_it_needs():
    run = kd.descend(TADPOLES, learning_rate=0.01, steps=5)
    assert str(run.outcome) == "slow"
    needed = run.messages[0].values["needed"]
    exactly = [
        str(kd.descend(TADPOLES, learning_rate=0.01, steps=steps).outcome)
        for steps in (needed - 1, needed)
    ]
    assert exactly == ["slow", "converged"]


# Oscillating, a separate fact.


@pytest.mark.parametrize(
    ("rate", "swings", "outcome"),
    [
        (0.01, False, "converged"),
        (0.0499, False, "converged"),
        (0.09, True, "converged"),
        (0.0999, True, "converged"),
        (0.1, True, "diverged"),
    ],
)
def test_oscillating_is_a_fact_of_its_own(rate, swings, outcome):
    run = kd.descend(TADPOLES, learning_rate=rate, intercept=False, steps=5000)
    assert (run.oscillating, str(run.outcome)) == (swings, outcome)


@given(seeds)
def test_below_half_the_limit_nothing_oscillates(seed):
    moments = drawn(seed)
    limit = kd.diagnose(moments).learning_rate_limit
    assert not kd.descend(moments, learning_rate=0.499 * limit, steps=30).oscillating
    assert kd.descend(moments, learning_rate=1.2 * limit, start=3.0, steps=30).oscillating
