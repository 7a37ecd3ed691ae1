"""What must hold for descent on moments, measured on the rows that the moments came from."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

import kedou as kd
from kedou.descent import history
from kedou.descent.jump import jump, path
from kedou.descent.walk import walk
from kedou.errors import KedouError, OptionError, OptionTypeError
from kedou.rules import GradientDescent
from kedou.spectrum import make_quadratic

seeds = st.integers(0, 2**32 - 1)
flags = st.booleans()
ridges = st.sampled_from([0.0, 0.3])


class Rows:
    """A random problem, descended by hand on its rows, in the coordinates asked for."""

    def __init__(self, seed, intercept=True, standardize=False, ridge=0.0, k=None):
        rng = np.random.default_rng(seed)
        k = int(rng.integers(1, 4)) if k is None else k
        n = int(rng.integers(k + 2, 15))
        self.X = rng.normal(size=(n, k)) * rng.uniform(0.5, 3, k) + rng.uniform(-2, 2, k)
        self.y = self.X @ rng.normal(size=k) + rng.normal(size=n)
        self.weight = rng.integers(1, 4, n).astype(float) if rng.random() < 0.5 else None
        self.w = np.ones(n) if self.weight is None else self.weight
        self.start = rng.normal(size=k + intercept)
        self.intercept, self.ridge, self.k = intercept, ridge, k
        self.moments = kd.scan(self.X, self.y, weight=self.weight, workers=1)
        self.options = {"intercept": intercept, "standardize": standardize, "ridge": ridge}
        self.mean, self.scale = np.zeros(k), np.ones(k)
        if standardize and intercept:
            self.mean = self.average(self.X)
        if standardize:
            self.scale = np.sqrt(self.average((self.X - self.mean) ** 2))
        ones = [np.ones((n, 1))] if intercept else []
        self.Z = np.hstack([(self.X - self.mean) / self.scale, *ones])
        self.penalty = np.append(np.full(k, ridge), np.zeros(int(intercept)))
        self.H = 2 * (self.Z.T @ (self.w[:, None] * self.Z)) / self.w.sum()
        self.H += 2 * np.diag(self.penalty)

    def average(self, values):
        return np.average(values, axis=0, weights=self.w)

    def inward(self, theta):
        inner = theta.copy()
        inner[: self.k] *= self.scale
        if self.intercept:
            inner[-1] += theta[: self.k] @ self.mean
        return inner

    def outward(self, inner):
        theta = inner.copy()
        theta[: self.k] /= self.scale
        if self.intercept:
            theta[-1] -= theta[: self.k] @ self.mean
        return theta

    def loss(self, theta):
        inner = self.inward(theta)
        return float(self.average((self.y - self.Z @ inner) ** 2) + self.penalty @ (inner * inner))

    def step(self, theta, rate):
        inner = self.inward(theta)
        errors = self.y - self.Z @ inner
        gradient = -2 * self.Z.T @ (self.w * errors) / self.w.sum() + 2 * self.penalty * inner
        return self.outward(inner - rate * gradient)

    @property
    def limit(self):
        return 2 / np.linalg.eigvalsh(self.H)[-1]

    def run(self, **options):
        options = {"start": self.start, **self.options, **options}
        return kd.descend(self.moments, **options)


def assert_near(found, expected, digits=10):
    size = np.abs(expected).max() + 1e-300
    np.testing.assert_allclose(found, expected, rtol=0, atol=size * 10.0**-digits)


@given(seeds, flags, flags, ridges, st.floats(0.01, 1.4))
def test_every_step_is_the_step_on_the_rows(seed, intercept, standardize, ridge, share):
    rows = Rows(seed, intercept, standardize, ridge)
    rate = share * rows.limit
    run = rows.run(learning_rate=rate, steps=20)
    theta = rows.start
    for t in range(21):
        assert_near(run.theta[t], theta)
        assert_near(run.loss[t], rows.loss(theta))
        theta = rows.step(theta, rate)


@given(seeds, flags, flags, ridges, st.floats(0.01, 1.4))
def test_every_step_is_the_closed_form(seed, intercept, standardize, ridge, share):
    rows = Rows(seed, intercept, standardize, ridge)
    rate = share * rows.limit
    run = rows.run(learning_rate=rate, steps=25)
    best = rows.inward(run.exact.theta)
    shrink = np.eye(len(best)) - rate * rows.H
    for t in (1, 2, 7, 25):
        inner = best + np.linalg.matrix_power(shrink, t) @ (rows.inward(rows.start) - best)
        assert_near(run.theta[t], rows.outward(inner), digits=9)


@given(seeds, flags, flags, ridges)
def test_the_gradient_is_the_slope_of_the_loss_of_the_rows(seed, intercept, standardize, ridge):
    rows = Rows(seed, intercept, standardize, ridge)
    run = rows.run(learning_rate=0.3 * rows.limit, steps=3)
    for theta, gradient in zip(run.theta, run.gradient, strict=True):
        for j in range(len(theta)):
            h = 1e-4 * np.eye(len(theta))[j]
            # Central differences of a parabola are exact but for rounding.
            slope = (rows.loss(theta + h) - rows.loss(theta - h)) / 2e-4
            assert abs(slope - gradient[j]) <= 1e-7 * (rows.loss(theta) + np.abs(gradient).max())


@given(seeds, flags, flags, ridges, st.floats(0.01, 1.2))
def test_the_loss_is_the_least_loss_and_the_gap(seed, intercept, standardize, ridge, share):
    rows = Rows(seed, intercept, standardize, ridge)
    run = rows.run(learning_rate=share * rows.limit, steps=40)
    assert (run.gap >= 0).all()
    np.testing.assert_array_equal(run.loss, run.exact.loss + run.gap)
    assert_near(run.exact.loss, rows.loss(run.exact.theta), digits=12)
    if share < 1:
        falls = np.diff(run.gap) <= 1e-12 * run.gap[:-1] + 1e-28 * run.loss[0]
        assert falls.all()


@given(seeds)
def test_the_gap_keeps_its_digits_near_the_bottom(seed):
    rows = Rows(seed)
    run = rows.run(learning_rate=0.5, steps=40, standardize=True)
    surface = make_quadratic(rows.moments)
    away = run.theta - run.exact.theta
    H = 2 * surface.R.T @ surface.R
    expected = 0.5 * np.einsum("ti,ij,tj->t", away, H, away)
    assert (run.gap >= 0).all()
    near = expected > 1e-26 * run.loss[0]
    np.testing.assert_allclose(run.gap[near], expected[near], rtol=1e-2)


@given(seeds)
def test_weight_two_is_the_row_twice_for_the_whole_run(seed):
    rows = Rows(seed, k=2)
    twice = np.repeat(np.arange(len(rows.y)), rows.w.astype(int))
    other = kd.descend(rows.X[twice], y=rows.y[twice], learning_rate=0.01, steps=9)
    run = kd.descend(rows.X, y=rows.y, weight=rows.w, learning_rate=0.01, steps=9)
    assert_near(run.theta, other.theta, digits=12)


@given(seeds, flags)
def test_ridge_is_scikit_learns(seed, intercept):
    rows = Rows(seed, intercept, ridge=0.3)
    alpha = 0.3 * rows.w.sum()
    peer = Ridge(alpha=alpha, fit_intercept=intercept)
    peer.fit(rows.X, rows.y, sample_weight=rows.w)
    solution = kd.solve(rows.moments, intercept=intercept, ridge=0.3)
    assert_near(solution.coefficients, peer.coef_)
    assert abs(solution.intercept - float(peer.intercept_)) <= 1e-10 * (1 + abs(rows.y).max())
    run = rows.run(steps=300)
    assert_near(run.exact.theta, solution.theta, digits=14)
    assert run.gap[-1] < run.gap[0]
    assert solution.residual_std is None
    assert all(error is None for error in solution.standard_errors)


# The jump.


@given(seeds, flags, st.sampled_from([0.1, 0.5, 0.93, 1.0, 1.05]))
def test_the_jump_lands_where_the_walk_goes(seed, standardize, share):
    rows = Rows(seed)
    surface = make_quadratic(rows.moments, standardize=standardize)
    rate = share * 2 / surface.eigenvalues[0]
    start = surface.coordinates.inward(rows.start)
    walked = walk(surface, GradientDescent(rate), start, 200)
    jumped = path(surface, rate, start, walked.steps)
    size = np.abs(walked.theta - surface.best).max() + np.abs(surface.best).max()
    assert np.abs(jumped - walked.theta).max() <= 1e-10 * size


@given(seeds, st.floats(0.05, 1.5), st.sampled_from([None, 0.5, 1e-2, 1e-6]))
@settings(max_examples=40)
def test_the_jump_stops_where_the_walk_stops(seed, share, tolerance):
    rows = Rows(seed)
    surface = make_quadratic(rows.moments)
    rate = share * 2 / surface.eigenvalues[0]
    walked = walk(surface, GradientDescent(rate), rows.start, 400, tolerance)
    jumped = jump(surface, rate, rows.start, 400, tolerance)
    assert jumped.stop == walked.stop
    np.testing.assert_array_equal(jumped.steps, walked.steps)
    assert_near(jumped.gap, walked.gap, digits=8)
    assert jumped.tail.shape == walked.tail.shape


def test_a_run_of_a_billion_steps_takes_no_longer():
    run = kd.descend(kd.data.tadpoles(), learning_rate=1e-7, steps=10**9)
    assert run.steps[-1] == 10**9
    assert str(run.outcome) == "converged"
    assert (np.diff(run.gap) <= 0).all()


# Thinning.


def expected_steps(last, most):
    stride = 1
    while last // stride >= most:
        stride *= 2
    kept = list(range(0, last + 1, stride))
    return kept if kept[-1] == last else [*kept, last]


@pytest.mark.parametrize("last", [0, 1, 49, 50, 51, 99, 100, 101, 199, 200, 201, 1000, 12345])
@pytest.mark.parametrize("rule", ["gradient-descent", "sign"])
def test_thinning_keeps_the_steps_it_states(monkeypatch, last, rule):
    monkeypatch.setattr(history, "MOST_RECORDS", 50)
    monkeypatch.setattr("kedou.descent.descend.MOST_RECORDS", 50)
    run = kd.descend(kd.data.tadpoles(), rule=rule, learning_rate=0.001, steps=last)
    assert run.steps.tolist() == expected_steps(last, 50)
    assert len(run) <= 51
    assert run.thinned == (last >= 50)
    monkeypatch.undo()
    full = kd.descend(kd.data.tadpoles(), rule=rule, learning_rate=0.001, steps=last)
    np.testing.assert_allclose(run.theta, full.theta[run.steps], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rule", ["gradient-descent", "sign"])
def test_a_long_run_keeps_at_most_100_001_records(rule):
    run = kd.descend(kd.data.tadpoles(), rule=rule, learning_rate=1e-4, steps=100_003)
    assert run.steps.tolist() == expected_steps(100_003, 100_000)
    assert run.at(0).step == 0
    assert run.at(100_003).step == 100_003
    assert run.at(-1).step == 100_003
    with pytest.raises(OptionError, match="2"):
        run.at(1)


# Starts, stops and settings.


def test_a_random_start_is_drawn_once_and_carried():
    table = kd.data.tadpoles()
    run, again = (kd.descend(table, start="random", seed=5, steps=3) for _ in range(2))
    np.testing.assert_array_equal(run.theta, again.theta)
    other = kd.descend(table, start="random", seed=6, steps=3)
    assert not np.array_equal(other.theta[0], run.theta[0])
    unseeded = kd.descend(table, start="random", steps=3, learning_rate=0.01)
    assert isinstance(unseeded.seed, int)
    repeated = kd.descend(table, start="random", seed=unseeded.seed, steps=3, learning_rate=0.01)
    np.testing.assert_array_equal(repeated.theta, unseeded.theta)
    carried = kd.descend(table, start=unseeded.theta[0], steps=3, learning_rate=0.01)
    np.testing.assert_array_equal(carried.theta, unseeded.theta)
    assert carried.seed is None


@given(seeds, st.sampled_from([1.0, 0.1, 0.01, 1e-6]))
def test_a_tolerance_stops_at_the_first_step_inside_it(seed, tolerance):
    rows = Rows(seed)
    run = rows.run(steps=3000, tolerance=tolerance)
    target = tolerance * run.exact.loss
    if run.stop == "tolerance":
        assert run.gap[-1] <= target
        assert str(run.outcome) == "converged"
        assert (run.gap[:-1] > target).all()
    else:
        assert len(run) == 3001
        assert (run.gap > target).all()


def test_a_run_that_leaves_keeps_its_last_good_parameters():
    run = kd.descend(kd.data.tadpoles(), learning_rate=100.0, steps=5000)
    assert run.stop == "ceiling"
    assert run.loss[-1] <= 1e30 * run.loss[0]
    following = run.theta[-1] - 100.0 * run.gradient[-1]
    w, b = following
    x, y = kd.data.tadpoles().X[:, 0], kd.data.tadpoles().y
    assert np.mean((y - w * x - b) ** 2) > 1e30 * run.loss[0]


@given(seeds, st.integers(0, 5))
def test_the_start_is_kept_as_it_was_given(seed, steps):
    rows = Rows(seed, standardize=True)
    run = rows.run(steps=steps)
    np.testing.assert_array_equal(run.theta[0], rows.start)
    assert len(run) == steps + 1
    assert run.steps.tolist() == list(range(steps + 1))


@pytest.mark.parametrize(
    "options",
    [
        {"steps": -1},
        {"steps": 2.5},
        {"steps": True},
        {"steps": "many"},
        {"tolerance": 0.0},
        {"tolerance": float("nan")},
        {"tolerance": "small"},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"learning_rate": "fast"},
        {"learning_rate": None, "rule": GradientDescent(0.1), "start": "somewhere"},
        {"learning_rate": 0.1, "rule": GradientDescent(0.1)},
        {"rule": "downhill"},
        {"start": [1.0]},
        {"start": [np.nan, 0.0]},
        {"start": np.zeros((2, 1))},
        {"seed": 1.5},
        {"ridge": -1.0},
        {"ridge": float("inf")},
        {"loss": "huber"},
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(options):
    moments = kd.scan(kd.data.tadpoles())
    with pytest.raises((OptionError, OptionTypeError)) as refusal:
        kd.descend(moments, **options)
    assert isinstance(refusal.value, KedouError)
    assert len(str(refusal.value)) > 25


def test_the_rates_said_before_the_run_are_those_of_both_units():
    plain = kd.descend(kd.data.tadpoles(), steps=1)
    scaled = kd.descend(kd.data.tadpoles(), steps=1, standardize=True)
    assert plain.rates.user_limit == plain.rates.limit == pytest.approx(0.09197, abs=5e-6)
    assert plain.rates.scaled_limit == pytest.approx(1.0)
    assert scaled.rates.limit == scaled.rates.scaled_limit == plain.rates.scaled_limit
    assert scaled.rates.user_limit == plain.rates.user_limit
    assert (plain.rates.user_best, plain.rates.scaled_best) == (
        scaled.rates.user_best,
        scaled.rates.scaled_best,
    )


def test_at_and_to_frame_show_the_same_run():
    run = kd.descend(kd.data.tadpoles(), learning_rate=0.01, steps=6)
    frame = run.to_frame()
    assert frame.column_names[:3] == ["step", "time", "intercept"]
    for t in range(7):
        step = run.at(t)
        assert step.loss == frame["loss"][t].as_py()
        assert step.theta.tolist() == [frame["time"][t].as_py(), frame["intercept"][t].as_py()]
    assert run.at(-1).step == 6
    assert run.at(-7).step == 0
    for step in (7, -8):
        with pytest.raises(OptionError):
            run.at(step)
    assert all(a < b for a, b in pairwise(run.steps))
