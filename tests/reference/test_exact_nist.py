"""All eleven of NIST's linear sets in the exact mode: 13 digits of everything that is certified."""

from fractions import Fraction

import nist
import nist_more
import numpy as np
import pytest

import kedou as kd
from exact_ways import way  # noqa: F401 - all of it in NumPy and in machine code
from oracle import digits, exact_least_squares, fewest_digits

FILES = ("Norris", "Pontius", "NoInt1", "Longley", "Wampler1", "Wampler4")
PROMISED = 13.0


def certified_table(name):
    """Return the certified values, the table and the powers wanted of one set."""
    if name in FILES:
        certified = nist.read(name)
        table = {f"x{j + 1}": certified.X[:, j] for j in range(certified.X.shape[1])}
        first = "x1"
        table["y"] = certified.y
    else:
        certified = nist_more.read(name)
        table = {column: np.array(list(map(float, getattr(certified, column)))) for column in "xy"}
        first = "x"
    powers = {first: certified.degree} if certified.degree > 1 else {}
    return certified, table, powers


def in_order(certified, values):
    values = list(values)
    return [values[-1], *values[:-1]] if certified.has_intercept else values


def scanned(name, **options):
    certified, table, powers = certified_table(name)
    return certified, kd.scan(table, target="y", polynomial=powers, **options)


@pytest.mark.parametrize("name", [*FILES, *nist_more.NAMES])
def test_thirteen_digits(name):
    certified, moments = scanned(name, precision="exact")
    solution = kd.solve(moments, intercept=certified.has_intercept)
    assert fewest_digits(in_order(certified, solution.theta), certified.estimates) >= PROMISED
    assert digits(solution.r2, certified.r2) >= PROMISED
    assert solution.dependent == {}
    if name == "Wampler2":  # an exact line in decimals: in float64 what is left is rounding of y
        assert solution.residual_std is None
        assert [message.code for message in solution.warnings] == ["solution.unresolved"]
        return
    errors = in_order(certified, solution.standard_errors)
    assert fewest_digits(errors, certified.errors) >= PROMISED
    assert digits(solution.residual_std, certified.residual_std) >= PROMISED
    assert solution.warnings == ()


def test_an_exact_polynomial_of_whole_numbers_leaves_exactly_nothing():
    _, moments = scanned("Wampler1", precision="exact")
    solution = kd.solve(moments)
    assert solution.loss == 0.0
    assert solution.residual_std == 0.0
    assert solution.standard_errors.tolist() == [0.0] * 6
    assert solution.theta.tolist() == [1.0] * 6


@pytest.mark.parametrize("name", [*FILES, *nist_more.NAMES])
def test_three_steps_of_preconditioned_descent_reach_the_digits_of_the_answer(name):
    certified, moments = scanned(name, precision="exact")
    run = kd.descend(moments, "preconditioned", steps=3, intercept=certified.has_intercept)
    assert fewest_digits(in_order(certified, run.theta[3]), certified.estimates) >= PROMISED
    # The first step alone does not: nothing puts the answer in place.
    if name in ("Filip", "Wampler5"):
        assert fewest_digits(in_order(certified, run.theta[1]), certified.estimates) < 10


@pytest.mark.parametrize("name", ["Filip", "Wampler1", "Wampler4", "Wampler5", "Pontius"])
def test_auto_goes_over_the_hard_sets_once_more_and_says_so(name):
    certified, moments = scanned(name)
    assert moments.precision == "exact"
    assert moments.chosen.code == "fitting.precision-exact"
    assert moments.chosen.values["coefficients"] < 13
    solution = kd.solve(moments)
    assert fewest_digits(in_order(certified, solution.theta), certified.estimates) >= PROMISED


@pytest.mark.parametrize("name", ["Norris", "Longley"])
def test_auto_stays_fast_where_ten_digits_are_left(name):
    _, moments = scanned(name)
    assert (moments.precision, moments.chosen) == ("fast", None)


@pytest.mark.parametrize("name", nist_more.NAMES)
def test_the_oracle_agrees_with_what_is_certified_for_the_other_sets(name):
    certified = nist_more.read(name)
    rows = [[x**i for i in range(1, certified.degree + 1)] for x in certified.x]
    exact = exact_least_squares(rows, certified.y, intercept=certified.has_intercept)
    theta = in_order(certified, map(float, exact.theta))
    assert fewest_digits(theta, certified.estimates) >= 14.3
    assert digits(float(exact.r2), certified.r2) >= 13
    if certified.residual_std:
        errors = in_order(certified, map(float, exact.standard_errors))
        assert fewest_digits(errors, certified.errors) >= 14.3
        assert digits(float(exact.residual_std), certified.residual_std) >= 14.3
    else:
        assert exact.sse == 0


def test_wampler5_is_wampler1_and_10000_times_the_noise():
    assert nist_more.read("Wampler5").y == tuple(map(Fraction, nist_more.WAMPLER5_Y))
