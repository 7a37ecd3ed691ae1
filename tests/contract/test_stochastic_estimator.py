"""The estimator on mini-batches keeps scikit-learn's contract, and its own."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

import kedou as kd
from kedou.errors import DataError, DivergenceError, OptionError, OptionTypeError

SGD = kd.StochasticGradientRegressor


def data(n=900, k=3, noise=0.5, seed=0):
    rng = np.random.default_rng(seed)
    scale, offset = 10.0 ** np.arange(-1, k - 1), np.arange(k) * 5.0
    X = rng.normal(size=(n, k)) * scale + offset
    return X, X @ (np.arange(1, k + 1) / scale) + 4.0 + noise * rng.normal(size=n)


@pytest.mark.parametrize(
    "estimator",
    [SGD(), SGD(fit_intercept=False, ridge=0.1, average=True)],
    ids=repr,
)
def test_passes_every_check(estimator):
    with warnings.catch_warnings():
        # Some checks have more columns than rows: a line through all points is never reached.
        warnings.simplefilter("ignore", ConvergenceWarning)
        results = check_estimator(estimator, on_fail=None, on_skip=None)
    assert len(results) > 50
    assert [r for r in results if r["status"] not in ("passed", "skipped")] == []
    skipped = {r["check_name"] for r in results if r["status"] == "skipped"}
    assert skipped <= {"check_array_api_input"}


def test_no_tag_weakens_a_check():
    tags = get_tags(SGD())
    assert not tags.regressor_tags.poor_score
    assert not tags.non_deterministic
    assert not tags.no_validation
    assert not tags._skip_test
    assert tags.input_tags.sparse
    assert tags.target_tags.multi_output


@pytest.mark.parametrize("batch_size", [1, 32, 256, 10_000])
@pytest.mark.parametrize("average", [False, True])
def test_it_comes_close_to_least_squares_in_the_users_units(batch_size, average):
    X, y = data()
    model = SGD(batch_size=batch_size, average=average).fit(X, y)
    exact = LinearRegression().fit(X, y)
    assert model.outcome_ == "converged"
    assert ((model.predict(X) - exact.predict(X)) ** 2).mean() < 0.01 * 0.25
    assert model.n_iter_ == max(5, -(-1000 // -(-900 // batch_size)))


def test_the_order_comes_from_the_random_state_alone():
    X, y = data()
    one = SGD(batch_size=8).fit(X, y)
    np.testing.assert_array_equal(SGD(batch_size=8).fit(X, y).coef_, one.coef_)
    assert not np.array_equal(SGD(batch_size=8, random_state=1).fit(X, y).coef_, one.coef_)
    assert one.trajectory_.settings["shuffle"] is True


def test_a_diverging_rate_raises_and_keeps_nothing():
    X, y = data()
    model = SGD(learning_rate=5.0)
    with pytest.raises(DivergenceError) as told:
        model.fit(X, y)
    assert told.value.values["trajectory"].outcome == "diverged"
    assert not hasattr(model, "coef_")
    fine = SGD().fit(X, y)
    before = fine.coef_.copy()
    fine.set_params(learning_rate=5.0)
    with pytest.raises(DivergenceError):
        fine.partial_fit(X, y)
    np.testing.assert_array_equal(fine.coef_, before)


def test_a_run_that_has_not_arrived_warns():
    X, y = data()
    with pytest.warns(ConvergenceWarning, match=r"ended as 'slow'.*LeastSquaresRegressor"):
        model = SGD(learning_rate=1e-5, epochs=2).fit(X, y)
    assert model.outcome_ == "slow"


def test_pieces_go_on_from_where_it_stands():
    X, y = data(3000)
    model = SGD(batch_size=32)
    losses = []
    for first in range(0, 3000, 300):
        model.partial_fit(X[first : first + 300], y[first : first + 300])
        losses.append(((model.predict(X) - y) ** 2).mean())
    assert losses[-1] < 1.1 * ((LinearRegression().fit(X, y).predict(X) - y) ** 2).mean()
    np.testing.assert_allclose(model.trajectory_.theta[-1, :3], model.coef_)
    before = model.coef_.copy()
    model.partial_fit(X[:300], y[:300])
    np.testing.assert_allclose(model.trajectory_.theta[0, :3], before)
    with pytest.raises(DataError) as refused:
        model.partial_fit(X, np.c_[y, y])
    assert refused.value.code == "estimators.targets-changed"
    with pytest.raises(DataError):
        model.partial_fit(X, y[:, None])


def test_several_targets_are_each_as_if_alone():
    X, y = data()
    Y = np.c_[y, -2 * y + X[:, 0]]
    model = SGD(batch_size=64).fit(X, Y)
    for number in (0, 1):
        alone = SGD(batch_size=64).fit(X, Y[:, number])
        np.testing.assert_array_equal(model.coef_[number], alone.coef_)
    assert model.predict(X).shape == Y.shape
    model.partial_fit(X, Y)
    assert model.coef_.shape == (2, 3)


def test_sparse_rows_frames_weights_pickles_and_searches():
    X, y = data()
    dense = SGD(batch_size=64).fit(X, y)
    thin = SGD(batch_size=64).fit(sparse.csr_array(X), y)
    np.testing.assert_allclose(thin.coef_, dense.coef_, rtol=1e-10)
    named = SGD(batch_size=64).fit(pd.DataFrame(X, columns=list("abc")), y)
    assert named.feature_names_in_.tolist() == ["a", "b", "c"]
    weighted = SGD(batch_size=64).fit(X, y, np.full(len(y), 2.0))
    np.testing.assert_allclose(weighted.coef_, dense.coef_, rtol=1e-8)
    again = pickle.loads(pickle.dumps(dense))
    np.testing.assert_array_equal(again.predict(X), dense.predict(X))
    search = GridSearchCV(SGD(), {"ridge": [0.0, 10.0]}, cv=3).fit(X, y)
    assert search.best_params_ == {"ridge": 0.0}
    pipeline = make_pipeline(StandardScaler(), SGD(batch_size=64))
    assert cross_val_score(pipeline, X, y, cv=3).min() > 0.9
    with pytest.raises(NotFittedError):
        clone(dense).predict(X)


@pytest.mark.parametrize("loss", ["log", "brier"])
def test_probabilities(loss):
    X, y = data(k=1)
    ones = (y + np.random.default_rng(1).normal(size=len(y)) > 5.0).astype(float)
    model = SGD(loss=loss, batch_size=32, epochs=40)
    model.fit(X, ones)
    chance = model.predict(X)
    assert ((chance >= 0) & (chance <= 1)).all()
    assert ((chance - ones) ** 2).mean() < ones.var()


@pytest.mark.parametrize(
    ("options", "code", "kind"),
    [
        ({"batch_size": 0}, "fitting.batch-size", OptionError),
        ({"batch_size": "32"}, "fitting.batch-size-type", OptionTypeError),
        ({"epochs": 0}, "fitting.epochs", OptionError),
        ({"epochs": "all"}, "fitting.epochs-type", OptionTypeError),
        ({"shuffle": 1}, "estimators.flag", OptionTypeError),
        ({"average": None}, "estimators.flag", OptionTypeError),
        ({"ridge": -1.0}, "solution.ridge-negative", OptionError),
    ],
)
def test_what_makes_no_sense_is_refused(options, code, kind):
    X, y = data(20)
    with pytest.raises(kind) as refused:
        SGD(**options).fit(X, y)
    assert refused.value.code == code
