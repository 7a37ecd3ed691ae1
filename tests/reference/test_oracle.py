"""The oracle itself, held to answers known in fractions and to identities that must be exact."""

from fractions import Fraction

import numpy as np
import pytest

import kedou as kd
from oracle import digits, exact_least_squares, residual_sum


def test_a_line_in_fractions():
    exact = exact_least_squares([[0.0], [1.0], [2.0]], [1.0, 0.0, 2.0])
    assert exact.theta == (Fraction(1, 2), Fraction(1, 2))
    assert exact.sse == Fraction(3, 2)
    assert exact.r2 == Fraction(1, 4)
    assert exact.inverse == (Fraction(1, 2), Fraction(5, 6))


def test_weight_two_is_the_row_twice():
    rng = np.random.default_rng(3)
    X, y, w = rng.normal(size=(9, 3)), rng.normal(size=9), rng.integers(0, 4, 9)
    w[:4] = 1
    twice = np.repeat(np.arange(9), w)
    assert exact_least_squares(X, y, w.tolist()) == exact_least_squares(X[twice], y[twice])


@pytest.mark.parametrize("intercept", [True, False])
def test_residuals_are_exactly_orthogonal(intercept):
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(12, 4)) * 10.0 ** rng.integers(-8, 8, 4), rng.normal(size=12)
    exact = exact_least_squares(X, y, intercept=intercept)
    assert residual_sum(X, y, exact.theta, intercept=intercept) == exact.sse
    rows = [[Fraction(v) for v in row] + [Fraction(1)] * intercept for row in X.tolist()]
    errors = [
        Fraction(t) - sum(a * b for a, b in zip(row, exact.theta, strict=True))
        for row, t in zip(rows, y.tolist(), strict=True)
    ]
    for column in zip(*rows, strict=True):
        assert sum(a * b for a, b in zip(column, errors, strict=True)) == 0


def test_dependent_columns_have_no_single_answer():
    with pytest.raises(ZeroDivisionError):
        exact_least_squares([[1.0, 2.0], [2.0, 4.0], [5.0, 10.0]], [1.0, 2.0, 3.0])


def test_statistics_of_the_tadpoles():
    tadpoles = kd.data.tadpoles()
    exact = exact_least_squares(tadpoles.X, tadpoles.y)
    assert [round(float(v), 6) for v in exact.theta] == [0.743282, 0.180389]
    assert [round(float(v), 4) for v in exact.standard_errors] == [0.1507, 0.4768]
    assert round(float(exact.r2), 6) == 0.829413
    assert round(float(exact.loss), 6) == 0.162231


def test_digits():
    assert digits(1.0, 1) == pytest.approx(15.95, abs=0.01)
    assert digits(1.001, 1) == pytest.approx(3.0, abs=1e-9)
    assert digits(5.0, 1) == 0.0
    assert digits(1e-30, 0) == 0.0
