"""Lines that pass through their points: the residuals are rounding, and are not sold as noise."""

import numpy as np
import pytest
from scipy import stats

import kedou as kd
from exact_ways import way  # noqa: F401 - all of it in NumPy and in machine code
from oracle import digits, exact_least_squares, fewest_digits


def line(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=int(rng.integers(3, 40))) * 10.0 ** rng.uniform(-5, 5)
    x += rng.choice([0.0, 1.0, 1e3]) * x.std()
    a, b = rng.normal(size=2) * [np.ptp(x), 1.0]
    return x[:, None], a + b * x


@pytest.mark.parametrize("intercept", [True, False])
def test_200_exact_lines(intercept):
    negative = unresolved = 0
    for seed in range(200):
        X, y = line(seed)
        if not intercept:
            y = 2.5 * X[:, 0]
        solution = kd.solve(kd.scan(X, y, workers=1), intercept=intercept)
        negative += solution.loss < 0
        assert solution.loss <= 1e-14 * np.mean(y * y)
        assert solution.residual_std is None
        assert all(error is None for error in solution.standard_errors)
        assert all(t is None for t in solution.t)
        assert solution.confidence_intervals.tolist() == [[None, None]] * (1 + intercept)
        assert solution.f is None
        unresolved += [m.code for m in solution.warnings] == ["solution.unresolved"]
    assert (negative, unresolved) == (0, 200)


def test_noise_just_above_rounding_is_resolved():
    rng = np.random.default_rng(0)
    for share in (1e-2, 1e-4, 1e-6):
        for _ in range(20):
            X = rng.normal(size=(30, 1))
            y = 1 + 2 * X[:, 0] + share * rng.normal(size=30)
            solution = kd.solve(kd.scan(X, y, workers=1))
            exact = exact_least_squares(X, y)
            assert digits(solution.residual_std, exact.residual_std) >= 1.5
            errors = fewest_digits(solution.standard_errors, exact.standard_errors)
            assert errors >= 1.5


def test_no_rows_to_spare_is_another_reason():
    solution = kd.solve(kd.scan([[1.0], [2.0]], [1.0, 3.0]))
    assert [m.code for m in solution.warnings] == ["solution.no-freedom"]
    assert solution.residual_std is None


@pytest.mark.parametrize("intercept", [True, False])
def test_statistics_against_the_oracle(intercept):
    rng = np.random.default_rng(6)
    for _ in range(60):
        k, n = int(rng.integers(1, 5)), int(rng.integers(9, 40))
        X = (rng.normal(size=(n, k)) + rng.uniform(-3, 3, k)) * 10.0 ** rng.uniform(-4, 4, k)
        y = X @ (rng.normal(size=k) / X.std(axis=0)) + rng.normal(size=n)
        weight = rng.integers(1, 5, n).astype(float)
        exact = exact_least_squares(X, y, weight, intercept)
        solution = kd.solve(kd.scan(X, y, weight=weight, workers=1), intercept=intercept)
        assert fewest_digits(solution.theta, exact.theta) >= 11
        assert fewest_digits(solution.standard_errors, exact.standard_errors) >= 12
        assert digits(solution.residual_std, exact.residual_std) >= 13
        assert digits(solution.loss, exact.loss) >= 13
        assert digits(solution.r2, exact.r2) >= 12
        assert solution.degrees_of_freedom == exact.degrees_of_freedom
        f = (exact.r2 / k) / ((1 - exact.r2) / exact.degrees_of_freedom)
        assert digits(solution.f, f) >= 11


def test_tests_and_intervals_against_scipy():
    rng = np.random.default_rng(12)
    x = rng.normal(size=25) + 4
    y = 1.5 - 0.4 * x + rng.normal(size=25)
    solution, peer = kd.solve(kd.scan(x[:, None], y)), stats.linregress(x, y)
    assert solution.coefficients[0] == pytest.approx(peer.slope, rel=1e-12)
    assert solution.p_values[0] == pytest.approx(peer.pvalue, rel=1e-10)
    errors = [peer.stderr, peer.intercept_stderr]
    np.testing.assert_allclose(solution.standard_errors, errors, rtol=1e-12)
    np.testing.assert_allclose(solution.t, solution.theta / errors, rtol=1e-12)
    assert solution.r2 == pytest.approx(peer.rvalue**2, rel=1e-12)
    assert solution.f == pytest.approx(solution.t[0] ** 2, rel=1e-12)
    assert solution.f_p_value == pytest.approx(peer.pvalue, rel=1e-10)
    for level in (0.5, 0.95, 0.999):
        half = stats.t.ppf(0.5 + level / 2, 23) * np.array(errors)
        borders = np.column_stack([solution.theta - half, solution.theta + half])
        np.testing.assert_allclose(solution.confidence(level), borders, rtol=1e-10)
    np.testing.assert_array_equal(solution.confidence_intervals, solution.confidence(0.95))


@pytest.mark.parametrize("intercept", [True, False])
def test_adjusted_r2_pays_for_every_feature(intercept):
    rng = np.random.default_rng(13)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=20) + 0.5
    solution = kd.solve(kd.scan(X, y), intercept=intercept)
    residual = y - solution.predict(X)
    centred = y - y.mean() * intercept
    free, total = 20 - 3 - intercept, 20 - intercept
    expected = 1 - (residual @ residual / free) / (centred @ centred / total)
    assert solution.adjusted_r2 == pytest.approx(expected, rel=1e-12)
    assert solution.adjusted_r2 < solution.r2
