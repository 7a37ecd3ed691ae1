"""Exact answers where double-double, or the order of the steps, would not do by itself."""

from fractions import Fraction

import numpy as np
import pytest

import kedou as kd
from exact_ways import way  # noqa: F401 - all of it in NumPy and in machine code
from oracle import digits, exact_least_squares, fewest_digits

PROMISED = 15.0


def require_all_digits(solution, exact, parameters=None):
    where = list(range(len(solution.theta))) if parameters is None else parameters
    assert fewest_digits([solution.theta[j] for j in where], exact.theta) >= PROMISED
    errors = [solution.standard_errors[j] for j in where]
    assert fewest_digits(errors, exact.standard_errors) >= PROMISED
    assert digits(solution.residual_std, exact.residual_std) >= PROMISED


def powers_of(x, degree):
    return [[Fraction(float(value)) ** i for i in range(1, degree + 1)] for value in x]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    ("apart", "noise"), [(1e-10, 1e-12), (1e-12, 1e-14), (1e-14, 1.0), (1e-6, 1e-8)]
)
def test_two_columns_almost_the_same(apart, noise, seed):
    """The first step strays far along the difference of the two; only the norm of A shrinks."""
    rng = np.random.default_rng([seed, 30])
    a, b = rng.normal(size=(2, 40))
    X = np.column_stack([a, b, a + apart * rng.normal(size=40)])
    y = a + b + noise * rng.normal(size=40)
    solution = kd.solve(kd.scan(X, y, precision="exact"))
    require_all_digits(solution, exact_least_squares(X, y))


@pytest.mark.parametrize(
    ("low", "high", "degree"), [(1, 2, 10), (-9, -3, 10), (100, 130, 8), (1000, 1003, 4)]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_polynomials_on_other_abscissas(low, high, degree, weighted):
    rng = np.random.default_rng([degree, low % 1000])
    x, y = rng.uniform(low, high, 60), rng.normal(size=60)
    weight = rng.uniform(0.5, 4, 60) if weighted else None
    table = {"x": x, "y": y} | ({"w": weight} if weighted else {})
    options = {"weight": "w"} if weighted else {}
    moments = kd.scan(table, target="y", polynomial={"x": degree}, **options)
    assert moments.precision == "exact"
    require_all_digits(kd.solve(moments), exact_least_squares(powers_of(x, degree), y, weight))


def test_columns_of_hilbert():
    H = np.array([[1 / (i + j + 1) for j in range(12)] for i in range(20)])
    y = np.random.default_rng(3).normal(size=20)
    solution = kd.solve(kd.scan(H, y, precision="exact"))
    require_all_digits(solution, exact_least_squares(H, y))


def test_a_constant_column_takes_no_digit_from_the_others():
    rng = np.random.default_rng(8)
    x, y = rng.uniform(-9, -3, 82), rng.normal(size=82)
    table = {"x": x, "c": np.full(82, 7.0), "y": y}
    solution = kd.solve(kd.scan(table, target="y", polynomial={"x": 10}, precision="exact"))
    assert solution.dependent == {"c": ()}
    others = [j for j, name in enumerate(solution.parameter_names) if name != "c"]
    require_all_digits(solution, exact_least_squares(powers_of(x, 10), y), others)


@pytest.mark.parametrize("size", [1e-140, 1e150, 1e153])
def test_targets_of_any_size_that_can_be_squared(size):
    rng = np.random.default_rng(4)
    X = rng.normal(size=(40, 2))
    y = (X.sum(axis=1) + rng.normal(size=40)) * size
    require_all_digits(kd.solve(kd.scan(X, y, precision="exact")), exact_least_squares(X, y))


@pytest.mark.parametrize("size", [1e150, 1e160, 1e200, 1e300])
def test_weights_of_any_size(size):
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(40, 2)), rng.normal(size=40)
    weight = rng.uniform(1, 2, 40) * size
    solution = kd.solve(kd.scan(X, y, weight=weight, precision="exact"))
    require_all_digits(solution, exact_least_squares(X, y, weight))


def test_a_weight_sum_hardly_above_the_parameters():
    rng = np.random.default_rng(6)
    X, y, weight = rng.normal(size=(30, 2)), rng.normal(size=30), rng.uniform(size=30)
    weight *= (3 + 1e-7) / weight.sum()
    exact = exact_least_squares(X, y, weight)
    fast = kd.scan(X, y, weight=weight, precision="fast")
    told = kd.diagnose(fast).digits.residual_std
    assert told < 10
    assert abs(told - digits(kd.solve(fast).residual_std, exact.residual_std)) < 2
    moments = kd.scan(X, y, weight=weight)
    assert moments.precision == "exact"
    require_all_digits(kd.solve(moments), exact)
