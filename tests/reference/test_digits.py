"""Does ``digits`` tell the truth? 1,000 problems solved exactly beside the answer in float64."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import problems
import pytest

import kedou as kd
from oracle import digits, exact_least_squares, fewest_digits

TEST_SEED = 20240607  # never used to choose a constant


@dataclass(frozen=True)
class Judged:
    coefficients: float
    coefficients_said: float
    residual_std: float
    residual_std_said: float
    resolved: bool
    full_rank: bool


def judge(problem):
    exact = exact_least_squares(problem.X, problem.y, intercept=problem.intercept)
    moments = kd.scan(problem.X, problem.y, workers=1, precision="fast")
    diagnosis = kd.diagnose(moments, intercept=problem.intercept)
    solution = kd.solve(moments, intercept=problem.intercept)
    spread = solution.residual_std
    return Judged(
        coefficients=fewest_digits(solution.theta, exact.theta),
        coefficients_said=diagnosis.digits.coefficients,
        residual_std=0.0 if spread is None else digits(spread, exact.residual_std),
        residual_std_said=diagnosis.digits.residual_std,
        resolved=spread is not None,
        full_rank=not solution.dependent,
    )


@cache
def judged():
    return [judge(problem) for problem in problems.problems(TEST_SEED, 1000)]


def test_coefficients_have_the_digits_that_were_said():
    off = np.array([case.coefficients_said - case.coefficients for case in judged()])
    assert np.mean(np.abs(off) <= 2) >= 0.99
    assert np.mean(off <= 1) >= 0.99  # promising too much is the worse mistake
    assert abs(np.median(off)) <= 0.3


def test_residual_std_has_the_digits_that_were_said():
    cases = [case for case in judged() if case.resolved and case.full_rank]
    off = np.array([case.residual_std_said - case.residual_std for case in cases])
    assert len(cases) > 500
    assert np.mean(np.abs(off) <= 2) >= 0.99
    assert np.mean(off <= 1) >= 0.99
    assert abs(np.median(off)) <= 0.3


def test_the_problems_go_from_harmless_to_hopeless():
    said = np.array([case.coefficients_said for case in judged()])
    full = np.array([case.full_rank for case in judged()])
    assert said.min() < 2
    assert said.max() > 15
    assert 0.9 < full.mean() < 1
    share, _ = np.histogram(said[full], bins=[0, 4, 8, 12, 16])
    assert (share > 40).all()


def test_nothing_is_said_of_the_residuals_where_nothing_is_given():
    unresolved = [case for case in judged() if not case.resolved]
    assert len(unresolved) > 100
    assert all(case.residual_std_said == 0 for case in unresolved)


def test_digits_stay_true_for_many_rows_weights_and_long_tails():
    rng = np.random.default_rng(TEST_SEED)
    for rows in (3000, 30000, 25, 25, 25):
        X = np.exp(rng.normal(size=(rows, 2)) * 2) + 10.0 ** rng.uniform(0, 4, 2)
        y = X[:, 0] + 1e-3 * rng.normal(size=rows)
        weight = 10.0 ** rng.uniform(-3, 3, rows) if rows == 25 else None
        exact = exact_least_squares(X, y, weight)
        moments = kd.scan(X, y, weight=weight, precision="fast")
        said = kd.diagnose(moments).digits
        assert abs(fewest_digits(kd.solve(moments).theta, exact.theta) - said.coefficients) <= 2
        mse = kd.solve(moments).loss
        assert digits(np.sqrt(mse), np.sqrt(float(exact.loss))) >= said.residual_std - 2


@pytest.mark.parametrize("copies", [1, 2])
def test_dependent_columns_have_no_digits_but_the_residuals_keep_theirs(copies):
    rng = np.random.default_rng(9)
    X = rng.integers(-50, 50, size=(30, 2)).astype(float)
    y = X[:, 0] - 2 * X[:, 1] + 0.01 * rng.normal(size=30)
    wide = np.column_stack([X, *[X @ rng.integers(1, 4, 2).astype(float) for _ in range(copies)]])
    exact = exact_least_squares(X, y)
    moments = kd.scan(wide, y, precision="fast")
    solution, said = kd.solve(moments), kd.diagnose(moments).digits
    assert said.coefficients == 0
    assert len(solution.dependent) == copies
    assert abs(digits(solution.residual_std, exact.residual_std) - said.residual_std) <= 2


def test_an_intercept_that_is_a_small_rest_of_large_means_says_so():
    rng = np.random.default_rng(4)
    for _ in range(20):
        x = 1e5 + rng.normal(size=30)
        y = x + 1e-6 * rng.normal(size=30)
        exact = exact_least_squares(x[:, None], y)
        moments = kd.scan(x[:, None], y, precision="fast")
        solution = kd.solve(moments)
        assert digits(solution.coefficients[0], exact.coefficients[0]) > 14
        reached = digits(solution.intercept, exact.intercept)
        assert reached < 12
        assert abs(kd.diagnose(moments).digits.coefficients - reached) <= 2
