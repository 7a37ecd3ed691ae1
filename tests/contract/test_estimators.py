"""The two estimators keep scikit-learn's contract, and their own: honest answers, honest words."""

import pickle
import re
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from scipy.optimize import minimize
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score, learning_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

import kedou as kd
from kedou import rules
from kedou.errors import DataError, DivergenceError, KedouError, OptionError, OptionTypeError
from kedou.estimators import descended, rows
from kedou.estimators.linear import Linear
from kedou.texts import say

GD, LS = kd.GradientDescentRegressor, kd.LeastSquaresRegressor
BOTH = pytest.mark.parametrize("kind", [GD, LS])


def data(n=60, k=3, noise=0.5, seed=0):
    rng = np.random.default_rng(seed)
    scale, offset = 10.0 ** np.arange(-1, k - 1), np.arange(k) * 5.0
    X = rng.normal(size=(n, k)) * scale + offset
    return X, X @ (np.arange(1, k + 1) / scale) + 4.0 + noise * rng.normal(size=n)


class TestScikitLearn:
    @pytest.mark.parametrize(
        "estimator",
        [
            GD(),
            LS(),
            GD(fit_intercept=False),
            GD(ridge=0.1),
            GD(rule="exact-line-search", steps=2000, tolerance=1e-10),
            LS(fit_intercept=False, ridge=0.1, standardize=False),
        ],
        ids=repr,
    )
    def test_passes_every_check_without_a_word(self, estimator, monkeypatch):
        said = []

        class Listener:
            @staticmethod
            def warn(text, *_, **__):
                said.append(text)

        # Many checks silence all warnings, so they are caught where they are made.
        monkeypatch.setattr(descended, "warnings", Listener)
        results = check_estimator(estimator, on_fail=None, on_skip=None)
        assert len(results) > 50
        assert [r for r in results if r["status"] not in ("passed", "skipped")] == []
        assert {r["check_name"] for r in results if r["status"] == "skipped"} <= {
            "check_array_api_input"  # skipped unless SCIPY_ARRAY_API is set; it passes then
        }
        assert said == []

    def test_passes_the_checks_with_a_loss_that_has_no_partial_fit(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            results = check_estimator(GD(loss="huber", steps=50), on_fail=None, on_skip=None)
        assert [r["check_name"] for r in results if r["status"] == "failed"] == []

    @BOTH
    def test_no_tag_weakens_a_check(self, kind):
        tags = get_tags(kind())
        assert not tags.regressor_tags.poor_score
        assert not tags.non_deterministic
        assert not tags.no_validation
        assert not tags._skip_test
        assert tags.input_tags.sparse
        assert tags.target_tags.multi_output
        assert tags.target_tags.single_output

    @pytest.mark.parametrize("name", kd.estimators.__all__)
    def test_what_all_estimators_share_is_written_once(self, name):
        kind = getattr(kd, name)
        assert issubclass(kind, Linear)
        between = kind.__mro__[: kind.__mro__.index(Linear)]
        assert [one.__name__ for one in between if "__sklearn_tags__" in vars(one)] == []
        X, y = data()
        for flag in kind._flags:
            assert isinstance(kind().get_params()[flag], bool)
            with pytest.raises(OptionTypeError, match=flag):
                kind(**{flag: "yes"}).fit(X, y)
        told = {k for k, v in kind().get_params().items() if isinstance(v, bool)}
        assert told == set(kind._flags)

    @BOTH
    def test_works_in_pipelines_searches_and_clones(self, kind):
        X, y = data()
        squares = PolynomialFeatures(2, include_bias=False)
        pipeline = make_pipeline(squares, StandardScaler(), kind())
        assert pipeline.fit(X, y).score(X, y) > 0.9
        search = GridSearchCV(kind(), {"ridge": [0.0, 0.1, 10.0]}, cv=3).fit(X, y)
        assert search.best_params_ == {"ridge": 0.0}
        assert cross_val_score(kind(), X, y, cv=3).min() > 0.9
        _, _, scores = learning_curve(kind(), X, y, cv=3, exploit_incremental_learning=True)
        assert scores[-1].min() > 0.9
        model = kind(ridge=0.5).fit(X, y)
        copy = clone(model)
        assert copy.get_params() == model.get_params()
        with pytest.raises(NotFittedError):
            copy.predict(X)
        with pytest.raises(NotFittedError):
            _ = copy.diagnosis_

    @BOTH
    def test_survives_pickling(self, kind):
        X, y = data()
        model = kind().fit(X, y)
        again = pickle.loads(pickle.dumps(model))
        np.testing.assert_array_equal(again.predict(X), model.predict(X))
        assert again.moments_ == model.moments_
        again.partial_fit(X, y)
        assert again.moments_.count == 2 * len(y)

    @BOTH
    @pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
    def test_frames_name_the_features(self, kind, frame):
        X, y = data()
        table = frame({"age": X[:, 0], "y": X[:, 1], "体长": X[:, 2]})
        model = kind().fit(table, y)
        assert model.feature_names_in_.tolist() == ["age", "y", "体长"]
        assert model.moments_.feature_names == ("age", "y", "体长")
        assert model.moments_.target_name == "_y"
        np.testing.assert_array_equal(model.coef_, kind().fit(X, y).coef_)
        with pytest.raises(ValueError, match="feature names"):
            model.predict(table[["y", "age", "体长"]])

    def test_importing_kedou_does_not_import_scikit_learn(self):
        code = "import kedou, sys; assert not [m for m in sys.modules if m.startswith('sklearn')]"
        subprocess.run([sys.executable, "-c", code], check=True)


class TestAnswers:
    def test_one_column_with_mean_30_and_deviation_30(self):
        # scikit-learn 1.9's SGDRegressor(random_state=0) gets R2 = -1.8e20 here, without a word.
        rng = np.random.default_rng(2)
        x = rng.normal(30, 30, size=(100, 1))
        y = 2 * x[:, 0] + 5 + rng.normal(size=100)
        model = GD().fit(x, y)
        slope, intercept = np.polyfit(x[:, 0], y, 1)
        np.testing.assert_allclose(model.coef_, [slope], rtol=1e-12)
        np.testing.assert_allclose(model.intercept_, intercept, rtol=1e-12)

    @BOTH
    @pytest.mark.parametrize("shift", [0.0, 1e3])
    def test_two_columns_1e9_apart(self, kind, shift):
        # scikit-learn 1.9's LinearRegression drops the small column here and gets R2 = 0.004.
        rng = np.random.default_rng(0)
        z = rng.normal(size=(20_000, 2)) + shift
        y = 3 * z[:, 0] + 0.2 * z[:, 1] + 0.05 * rng.normal(size=20_000)
        model = kind().fit(z * [1.0, 1e9], y)
        assert model.score(z * [1.0, 1e9], y) > 0.9996
        np.testing.assert_allclose(model.coef_ * [1.0, 1e9], [3, 0.2], atol=0.002)
        np.testing.assert_allclose(model.coef_ * [1.0, 1e9], LS().fit(z, y).coef_, rtol=1e-9)

    @BOTH
    @pytest.mark.parametrize("intercept", [True, False])
    def test_least_squares_of_scikit_learn(self, kind, intercept):
        X, y = data()
        reference = LinearRegression(fit_intercept=intercept).fit(X, y)
        model = kind(fit_intercept=intercept).fit(X, y)
        np.testing.assert_allclose(model.coef_, reference.coef_, rtol=1e-8)
        np.testing.assert_allclose(model.intercept_, reference.intercept_, rtol=1e-8)
        np.testing.assert_allclose(model.score(X, y), reference.score(X, y), rtol=1e-12)

    @BOTH
    def test_ridge_is_scikit_learns_with_alpha_n_times_ridge(self, kind):
        X, y = data()
        plain = Ridge(alpha=0.3 * len(y)).fit(X, y)
        model = kind(ridge=0.3, standardize=False)
        if kind is GD:  # unstandardised columns of this set are 1e4 apart: a known slow walk
            X = X / [0.1, 1, 10]
            plain = Ridge(alpha=0.3 * len(y)).fit(X, y)
        np.testing.assert_allclose(model.fit(X, y).coef_, plain.coef_, rtol=1e-7)
        scaler = StandardScaler().fit(X)
        scaled = Ridge(alpha=0.3 * len(y)).fit(scaler.transform(X), y)
        model = kind(ridge=0.3).fit(X, y)
        np.testing.assert_allclose(model.coef_ * scaler.scale_, scaled.coef_, rtol=1e-8)

    def test_data_sets_of_the_package_arrive(self):
        longley = kd.data.longley()
        X = np.column_stack([longley.table[name] for name in longley.feature_names]).astype(float)
        y = np.asarray(longley.table[longley.target_name], dtype=float)
        model = GD().fit(X, y)
        assert model.n_iter_ > 100_000  # 12,000 times steeper one way than another
        np.testing.assert_allclose(model.coef_, LS().fit(X, y).coef_, rtol=1e-7)

    @pytest.mark.parametrize(
        "y",
        [np.full(40, 0.1), np.zeros(40), np.arange(40.0), np.arange(40.0) + 1e9],
        ids=["constant", "zero", "exact", "far"],
    )
    @BOTH
    def test_lines_without_errors(self, kind, y):
        x = np.arange(40.0)[:, None]
        weight = np.random.default_rng(1).uniform(0.1, 3, size=40)
        for model in (kind().fit(x, y), kind().fit(x, y, weight), kind().fit(x[:1], y[:1])):
            np.testing.assert_allclose(model.predict(x[:1]), y[:1], rtol=1e-12, atol=1e-13)

    @BOTH
    def test_dependent_columns_share(self, kind):
        X, y = data(noise=0.1)
        z = (X - X.mean(0)) / X.std(0)
        twice = kind().fit(z[:, [0, 0, 1, 2]], y)
        np.testing.assert_allclose(twice.coef_[0], twice.coef_[1], rtol=1e-9)
        np.testing.assert_allclose(twice.predict(z[:, [0, 0, 1, 2]]), kind().fit(z, y).predict(z))
        solution = twice.solution_ if kind is LS else twice.trajectory_.exact
        assert "x2" in str(solution.warnings[-1])

    def test_statistics_stand_beside_the_answer(self):
        X, y = data()
        model = LS().fit(X, y)
        assert model.solution_.coefficients.tolist() == model.coef_.tolist()
        assert model.solution_.intercept == model.intercept_
        assert (model.solution_.p_values[:3] < 1e-6).all()
        assert model.diagnosis_.digits.coefficients > 10
        assert model.diagnosis_.eigenvalues.shape == (4,)


class TestDescent:
    def test_the_coefficients_are_the_last_point_of_the_walk(self):
        X, y = data()
        with pytest.warns(ConvergenceWarning):
            model = GD(learning_rate=0.05, steps=10).fit(X, y)
        z = np.column_stack([(X - X.mean(0)) / X.std(0), np.ones(len(y))])
        theta = np.zeros(4)
        for _ in range(10):
            theta -= 0.05 * 2 * z.T @ (z @ theta - y) / len(y)
        np.testing.assert_allclose(model.coef_ * X.std(0), theta[:3], rtol=1e-12)
        np.testing.assert_allclose(model.predict(X), z @ theta, rtol=1e-12)
        assert model.coef_.tolist() == model.trajectory_.weights[-1].tolist()
        assert model.intercept_ == model.trajectory_.intercept[-1]
        assert model.n_iter_ == 10
        assert model.outcome_ == "slow"
        assert np.abs(model.coef_ - model.trajectory_.exact.coefficients).max() > 0.1

    def test_the_end_is_the_closed_form_not_the_answer(self):
        X, y = data()
        model = GD().fit(X, y)
        run = model.trajectory_
        assert run.stop == "tolerance"
        assert 1 < model.n_iter_ < 1000
        assert 0 < run.gap[-1] <= 1e-20 * run.exact.loss < run.gap[-2]
        walked = GD(learning_rate=run.learning_rate, steps=model.n_iter_).fit(X, y)
        np.testing.assert_allclose(walked.coef_, model.coef_, rtol=1e-13)

    def test_given_steps_are_taken_and_a_tolerance_stops(self):
        X, y = data()
        assert GD(steps=57).fit(X, y).n_iter_ == 57
        early = GD(tolerance=0.01).fit(X, y)
        late = GD(tolerance=1e-8, steps=500).fit(X, y)
        assert early.n_iter_ < late.n_iter_ < GD().fit(X, y).n_iter_

    def test_divergence_raises_and_keeps_nothing(self):
        X, y = data()
        model = GD(learning_rate=1.2)
        with pytest.raises(DivergenceError, match=r"diverged.*limit") as caught:
            model.fit(X, y)
        assert isinstance(caught.value, ArithmeticError)
        assert not isinstance(caught.value, ValueError)
        assert caught.value.values["trajectory"].outcome == "diverged"
        assert not hasattr(model, "coef_")
        model.set_params(learning_rate="auto").partial_fit(X, y)
        with pytest.raises(DivergenceError):
            model.set_params(learning_rate=1.2).partial_fit(X, y)
        assert model.moments_.count == len(y)

    @pytest.mark.parametrize(
        ("options", "outcome"),
        [
            ({"steps": 2, "learning_rate": 0.01}, "slow"),
            ({"rule": "sign", "learning_rate": 3.0}, "looping"),
            ({"rule": "fixed-step", "learning_rate": -0.5}, "stepped-over"),
            ({"rule": rules.GradientDescent(-0.001), "steps": 50}, "wrong-direction"),
        ],
    )
    def test_a_run_that_has_not_arrived_warns_with_advice(self, options, outcome):
        X, y = data()
        with pytest.warns(ConvergenceWarning, match=f"'{outcome}'") as caught:
            model = GD(**options).fit(X, y)
        assert model.outcome_ == outcome
        assert model.trajectory_.advice in str(caught[0].message)
        assert caught[0].filename == __file__

    def test_ill_conditioned_columns_warn_with_numbers(self):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(200, 2))
        X[:, 1] = X[:, 0] + 1e-4 * X[:, 1]
        with pytest.warns(ConvergenceWarning, match=r"1,000,000 steps.*LeastSquaresRegressor"):
            GD().fit(X, X.sum(1) + 10 * rng.normal(size=200))

    @pytest.mark.parametrize("rule", sorted(set(rules.NAMED) - {"slope", "fixed-step", "sign"}))
    def test_every_rule_that_shrinks_its_steps_arrives(self, rule):
        X, y = data()
        model = GD(rule=rule).fit(X, y)
        assert model.outcome_ == "converged"
        assert model.score(X, y) == pytest.approx(LS().fit(X, y).score(X, y), abs=1e-3)

    def test_rules_of_ones_own(self):
        X, y = data()
        z = (X - X.mean(0)) / X.std(0)
        own = GD(rule=lambda theta, gradient: theta - 0.1 * gradient, steps=500).fit(z, y)
        ours = GD(rule=rules.GradientDescent(0.1), steps=500).fit(z, y)
        np.testing.assert_allclose(own.coef_, ours.coef_, rtol=1e-12)

    def test_starts(self):
        X, y = data()
        model = GD(start=[1.0, 2.0, 3.0, 4.0]).fit(X, y)
        assert model.trajectory_.theta[0].tolist() == [1, 2, 3, 4]
        one, same, other = (GD(start="random", random_state=s).fit(X, y) for s in (1, 1, 2))
        assert one.trajectory_.theta[0].tolist() == same.trajectory_.theta[0].tolist()
        assert one.trajectory_.theta[0].tolist() != other.trajectory_.theta[0].tolist()
        drawn = GD(start="random", random_state=np.random.RandomState(1)).fit(X, y)
        assert drawn.trajectory_.seed == one.trajectory_.seed
        np.testing.assert_allclose(one.coef_, other.coef_, rtol=1e-8)

    def test_the_diagnosis_is_of_this_run(self):
        X, y = data()
        model = GD(ridge=0.1, start=1.0).fit(X, y)
        assert model.diagnosis_.best_learning_rate == model.trajectory_.learning_rate
        assert model.diagnosis_.start.tolist() == [1, 1, 1, 1]
        assert model.diagnosis_.learning_rate_limit == model.trajectory_.rates.limit


class TestLosses:
    def test_huber_reaches_the_lowest_point(self):
        X, y = data()
        y[0] += 1000

        def loss(theta):
            e = np.abs(y - X @ theta[:3] - theta[3])
            return np.where(e <= 1, e * e / 2, e - 0.5).mean()

        model = GD(loss="huber").fit(X, y)
        found = loss([*model.coef_, model.intercept_])
        z = (X - X.mean(0)) / X.std(0)
        exact = minimize(
            lambda u: loss([*(u[:3] / X.std(0)), u[3] - X.mean(0) @ (u[:3] / X.std(0))]),
            [*(LS().fit(z[1:], y[1:]).coef_), y.mean()],
            method="BFGS",
        )
        assert found == pytest.approx(exact.fun, rel=0.01)
        assert np.abs(LS().fit(X, y).coef_ / model.coef_ - 1).max() > 0.5

    def test_absolute_is_not_moved_by_one_wild_row(self):
        x = np.arange(21.0)[:, None]
        y = 3 * x[:, 0] + 1
        y[20] = 1e4
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = GD(loss="absolute", steps=3000).fit(x, y)
        assert abs(model.coef_[0] - 3) < 1
        assert abs(LS().fit(x, y).coef_[0] - 3) > 50

    @pytest.mark.parametrize("loss", ["log", "brier"])
    def test_probabilities(self, loss):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(300, 2)) * [1, 100]
        y = (rng.uniform(size=300) < 1 / (1 + np.exp(-X[:, 0] - X[:, 1] / 100))).astype(int)
        model = GD(loss=loss).fit(X, y)
        p = model.predict(X)
        assert ((p > 0) & (p < 1)).all()
        reference = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(X / [1, 100], y)
        np.testing.assert_allclose(
            p, reference.predict_proba(X / [1, 100])[:, 1], atol=0.02 if loss == "log" else 0.1
        )
        with pytest.raises(DataError, match="0"):
            GD(loss=loss).fit(X, y + 1)

    def test_weights_and_sparse_rows_reach_the_passes(self):
        X, y = data(n=20)
        weight = np.arange(20) % 3
        repeated = np.repeat(np.arange(20), weight)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = GD(loss="huber", steps=50)
            one = clone(model).fit(sparse.csr_array(X), y, weight)
            two = clone(model).fit(X[repeated], y[repeated])
        np.testing.assert_allclose(one.coef_, two.coef_, rtol=1e-9)

    def test_several_targets_and_no_partial_fit(self):
        X, y = data()
        Y = np.column_stack([y, -2 * y + X[:, 0]])
        model = GD(loss="huber", steps=30)
        with pytest.warns(ConvergenceWarning, match="y2"):
            model.fit(X, Y)
        assert model.coef_.shape == (2, 3)
        assert not hasattr(model, "partial_fit")
        with pytest.raises(AttributeError) as caught:
            model.partial_fit(X, y)
        assert "all rows at every step" in str(caught.value.__cause__)


class TestData:
    @BOTH
    def test_several_targets_are_each_as_if_alone(self, kind):
        X, y = data()
        Y = np.column_stack([y, np.cos(y), X[:, 0] * 1e6 + np.sin(y)])
        model = kind().fit(X, Y)
        assert model.coef_.shape == (3, 3)
        assert model.intercept_.shape == (3,)
        for j in range(3):
            alone = kind().fit(X, Y[:, j])
            np.testing.assert_allclose(model.coef_[j], alone.coef_, rtol=1e-9)
            np.testing.assert_allclose(model.predict(X)[:, j], alone.predict(X), rtol=1e-9)
            assert model.diagnosis_[j].digits.coefficients == pytest.approx(
                alone.diagnosis_.digits.coefficients, abs=0.5
            )
        column = kind().fit(X, Y[:, [0]])
        assert column.coef_.shape == (1, 3)
        assert column.predict(X).shape == (60, 1)
        if kind is GD:
            assert [str(outcome) for outcome in model.outcome_] == ["converged"] * 3
            assert model.n_iter_.shape == (3,)
        else:
            assert [s.target_name for s in model.solution_] == ["y1", "y2", "y3"]

    @BOTH
    @pytest.mark.parametrize("container", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
    def test_sparse_is_dense(self, kind, container, monkeypatch):
        monkeypatch.setattr(rows, "BLOCK_NUMBERS", 64)
        monkeypatch.setattr(rows, "SHORTEST_BLOCK", 8)
        X, y = data()
        X[np.abs(X) < 5] = 0
        for target in (y, np.column_stack([y, X[:, 0] - y])):
            model = kind().fit(container(X), target)
            np.testing.assert_allclose(model.coef_, kind().fit(X, target).coef_, rtol=1e-9)
            np.testing.assert_allclose(model.predict(container(X)), model.predict(X), rtol=1e-12)

    def test_wide_sparse_rows_become_dense_a_few_at_a_time(self):
        X = sparse.random_array((50_000, 500), density=0.001, format="csr", rng=0)
        source = rows.Rows(X, np.zeros((50_000, 1)), None, tuple(map(str, range(500))), ("y",))
        sizes = [block.X.nbytes for part in source.parts() for block in part.blocks()]
        assert max(sizes) <= 8 * rows.BLOCK_NUMBERS
        assert sum(sizes) == 8 * 50_000 * 500
        assert isinstance(source, kd.Source)

    def test_float64_rows_are_not_copied(self):
        X, y = data()
        source = rows.Rows(X, y[:, None], None, ("a", "b", "c"), ("y",))
        (block,) = source.parts()[0].blocks()
        assert np.shares_memory(block.X, X)

    @BOTH
    @pytest.mark.parametrize("dtype", [np.float32, np.int16, bool])
    def test_other_numbers(self, kind, dtype):
        X, y = data()
        X = X.astype(dtype)
        model, wide = kind().fit(X, y), kind().fit(X.astype(float), y)
        np.testing.assert_allclose(model.predict(X), wide.predict(X), rtol=1e-9)

    @BOTH
    def test_pieces_may_differ_in_weights_but_not_in_targets(self, kind):
        X, y = data()
        model = kind().partial_fit(X[:20], y[:20]).partial_fit(X[20:], y[20:], np.ones(40))
        np.testing.assert_allclose(model.coef_, kind().fit(X, y).coef_, rtol=1e-9)
        for other in (y[:, None], np.column_stack([y, y])):
            with pytest.raises(DataError, match="targets"):
                model.partial_fit(X, other)
        assert model.moments_.count == 60

    @BOTH
    def test_fit_forgets(self, kind):
        X, y = data()
        model = kind().fit(X[:30], -y[:30]).fit(X, y)
        assert model.moments_.count == 60
        np.testing.assert_array_equal(model.coef_, kind().fit(X, y).coef_)

    @BOTH
    def test_parameters_may_change_between_pieces(self, kind):
        X, y = data()
        model = kind().fit(X, y).set_params(fit_intercept=False, ridge=0.1)
        model.partial_fit(X, y, sample_weight=0)
        expected = kind(fit_intercept=False, ridge=0.1).fit(X, y)
        np.testing.assert_allclose(model.coef_, expected.coef_, rtol=1e-9)


X3, Y3 = [[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0]


@BOTH
@pytest.mark.parametrize(
    ("y", "weight", "error", "words"),
    [
        (Y3, [1, 2], DataError, r"\(2,\).*3 rows"),
        (Y3, [[1], [2], [3]], DataError, r"\(3, 1\)"),
        (Y3, [1, -2, 3], DataError, r"row 2 is -2.0"),
        (Y3, [1, 2, np.nan], DataError, r"row 3 is nan"),
        (Y3, "heavy", OptionTypeError, "'heavy'"),
        (Y3, [0, 0, 0], DataError, r"weight.*zero|zero.*weight"),
        (sparse.csr_array(np.ones((3, 2))), None, OptionTypeError, "toarray"),
        (["1", "2", "3"], None, OptionTypeError, "astype"),
    ],
)
def test_refusals_say_what_was_given_and_what_is_needed(kind, y, weight, error, words):
    with pytest.raises(error, match=words) as caught:
        kind().fit(X3, y, weight)
    assert isinstance(caught.value, KedouError)
    assert not hasattr(kind, "coef_")


@BOTH
def test_options_are_checked_when_fitting(kind):
    with pytest.raises(OptionTypeError, match="fit_intercept='no'"):
        kind(fit_intercept="no").fit(X3, Y3)
    with pytest.raises(OptionTypeError, match="standardize=1"):
        kind(standardize=1).partial_fit(X3, Y3)
    with pytest.raises(OptionError, match="ridge"):
        kind(ridge=-1).fit(X3, Y3)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"steps": "many"}, "many"),
        ({"steps": -1}, "negative"),
        ({"steps": 1.5}, "whole number"),
        ({"tolerance": 0}, "tolerance"),
        ({"rule": "adan"}, "adam"),
        ({"learning_rate": "fast"}, "fast"),
        ({"loss": "squard"}, "squared"),
        ({"start": [1.0, 2.0, 3.0]}, "2"),
        ({"start": "far"}, "far"),
        ({"loss": "huber", "ridge": 1.0}, "ridge"),
        ({"rule": rules.GradientDescent(0.1), "learning_rate": 0.1}, "0.1"),
    ],
)
def test_descents_options_are_refused_in_words(options, words):
    with pytest.raises(KedouError, match=words):
        GD(**options).fit(X3, Y3)


def test_words_in_both_languages():
    error = DivergenceError("estimators.diverged", target="y", advice="...")
    assert "diverged" in error.text("en")
    assert "发散" in error.text("zh-CN")
    for language in ("en", "zh-CN"):
        text = say("estimators.not-converged", language, target="y", outcome="slow", advice="?")
        assert re.search(r"y.*slow.*\?.*LeastSquaresRegressor", text)
