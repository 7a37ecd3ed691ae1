"""What must hold for both estimators on any rows.

Tolerances: two computations of the same moments differ by some units in the last place of the
scatter, and solving multiplies that by the condition number of the correlations, below 1e3 for
these rows; 1e-9 leaves room for both, while one row too many or too few changes 1e-2.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kedou as kd

seeds = st.integers(0, 2**32 - 1)
CLOSE = {"rtol": 1e-9, "atol": 1e-9}
BOTH = pytest.mark.parametrize(
    "make",
    [
        kd.LeastSquaresRegressor,
        kd.GradientDescentRegressor,
        lambda: kd.LeastSquaresRegressor(fit_intercept=False, ridge=0.1),
        lambda: kd.GradientDescentRegressor(ridge=0.1),
        lambda: kd.GradientDescentRegressor(learning_rate=0.2, steps=500),
    ],
    ids=["exact", "descent", "exact-ridge", "descent-ridge", "descent-500-steps"],
)


def drawn(seed, n=40, k=3):
    """Return rows whose columns and coefficients have size 1, with offsets of some sizes."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, k)) + rng.uniform(-3, 3, size=k)
    return X, X @ rng.normal(size=k) + rng.normal(size=n), rng


def agree(one, other, X):
    np.testing.assert_allclose(one.coef_, other.coef_, **CLOSE)
    np.testing.assert_allclose(one.intercept_, other.intercept_, **CLOSE)
    np.testing.assert_allclose(one.predict(X), other.predict(X), **CLOSE)


@BOTH
@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_the_order_of_rows_is_irrelevant(make, seed):
    X, y, rng = drawn(seed)
    order = rng.permutation(len(y))
    agree(make().fit(X[order], y[order]), make().fit(X, y), X)


@BOTH
@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_weight_2_is_the_row_twice(make, seed):
    X, y, rng = drawn(seed)
    weight = rng.integers(0, 4, size=len(y))
    rows = np.repeat(np.arange(len(y)), weight)
    agree(make().fit(X, y, weight), make().fit(X[rows], y[rows]), X)


@BOTH
@settings(max_examples=20, deadline=None)
@given(seed=seeds, factor=st.sampled_from([1e-6, 0.3, 7.0, 1e9]))
def test_a_common_factor_of_all_weights_is_irrelevant(make, seed, factor):
    X, y, rng = drawn(seed)
    weight = rng.uniform(0.1, 3, size=len(y))
    agree(make().fit(X, y, factor * weight), make().fit(X, y, weight), X)


@BOTH
@settings(max_examples=20, deadline=None)
@given(seed=seeds, pieces=st.integers(1, 6))
def test_pieces_give_what_the_whole_gives(make, seed, pieces):
    X, y, rng = drawn(seed)
    weight = rng.uniform(0, 3, size=len(y))
    model = make()
    for part in np.array_split(rng.permutation(len(y)), pieces):
        model.partial_fit(X[part], y[part], weight[part])
    whole = make().fit(X, y, weight)
    assert model.moments_.count == whole.moments_.count == len(y)
    agree(model, whole, X)


@BOTH
@settings(max_examples=20, deadline=None)
@given(seed=seeds, powers=st.tuples(*[st.integers(-9, 9)] * 3))
def test_scaling_a_feature_divides_its_coefficient(make, seed, powers):
    X, y, _ = drawn(seed)
    factors = 10.0 ** np.array(powers)
    one, other = make().fit(X * factors, y), make().fit(X, y)
    np.testing.assert_allclose(one.coef_ * factors, other.coef_, **CLOSE)
    np.testing.assert_allclose(one.predict(X * factors), other.predict(X), **CLOSE)


@pytest.mark.parametrize("kind", [kd.LeastSquaresRegressor, kd.GradientDescentRegressor])
@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_shifting_features_moves_the_intercept_only(kind, seed):
    X, y, rng = drawn(seed)
    offsets = 100 * rng.normal(size=3)
    one, other = kind().fit(X + offsets, y), kind().fit(X, y)
    np.testing.assert_allclose(one.coef_, other.coef_, **CLOSE)
    np.testing.assert_allclose(one.intercept_, other.intercept_ - offsets @ other.coef_, rtol=1e-7)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, n=st.integers(20, 60), k=st.integers(1, 5))
def test_descent_comes_to_the_exact_answer_without_a_warning(seed, n, k):
    X, y, _ = drawn(seed, n, k)
    descent = kd.GradientDescentRegressor().fit(X, y)
    exact = kd.LeastSquaresRegressor().fit(X, y)
    apart = np.sqrt(np.mean((descent.predict(X) - exact.predict(X)) ** 2))
    spread = np.sqrt(max(exact.solution_.loss, 1e-12 * np.var(y)))
    assert apart <= 1e-10 * spread + 1e-13 * np.abs(y).max()


@pytest.mark.parametrize("kind", [kd.LeastSquaresRegressor, kd.GradientDescentRegressor])
@settings(max_examples=15, deadline=None)
@given(seed=seeds, order=st.permutations([0, 1, 2]))
def test_targets_do_not_know_each_other(kind, seed, order):
    X, y, rng = drawn(seed)
    Y = np.column_stack([y, rng.normal(size=len(y)), 3 * y - X[:, 0]])
    one, other = kind().fit(X, Y), kind().fit(X, Y[:, order])
    np.testing.assert_allclose(one.coef_[order], other.coef_, **CLOSE)
