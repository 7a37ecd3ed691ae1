"""NIST's certified linear regressions in the fast mode, at the digits that are really reached.

The certified values are rounded to 15 digits, so 15.95 cannot be reached (NoInt1: 14.7).
"""

import nist
import numpy as np
import pytest

import kedou as kd
from oracle import digits, exact_least_squares, fewest_digits

# name: digits of the coefficients in file order, in the worst of 200 row orders, standard errors,
# residual standard deviation, R2, F
REACHED = {
    "Norris": (12.2, 11.7, 10.3, 10.3, 15.0, 10.0),
    "Pontius": (11.4, 11.1, 9.4, 9.4, 15.0, 9.4),
    "NoInt1": (14.6, 14.6, 12.9, 12.9, 15.0, 12.7),
    "Longley": (11.5, 11.4, 12.4, 12.5, 14.6, 12.2),
    "Wampler4": (6.4, 6.4, 10.3, 14.8, 15.0, 15.0),
}
SLACK = 1.0  # another BLAS adds in another order
PROMISED = {"Wampler4": (5.0, 5.0)}


def scanned(certified, order=None):
    order = slice(None) if order is None else order
    return kd.scan(certified.powers[order], certified.y[order], precision="fast")


def solved(certified, order=None):
    return kd.solve(scanned(certified, order), intercept=certified.has_intercept)


def coefficient_digits(certified, order=None):
    return fewest_digits(certified.in_order(solved(certified, order).theta), certified.estimates)


@pytest.mark.parametrize("name", REACHED)
def test_coefficients_in_file_order(name):
    reached = coefficient_digits(nist.read(name))
    assert reached >= max(REACHED[name][0] - SLACK, PROMISED.get(name, (11.0, 10.5))[0])


@pytest.mark.parametrize("name", REACHED)
def test_coefficients_in_200_row_orders(name):
    certified, rng = nist.read(name), np.random.default_rng(1)
    orders = (rng.permutation(len(certified.y)) for _ in range(200))
    worst = min(coefficient_digits(certified, order) for order in orders)
    assert worst >= max(REACHED[name][1] - SLACK, PROMISED.get(name, (11.0, 10.5))[1])


@pytest.mark.parametrize("name", REACHED)
def test_statistics(name):
    certified = nist.read(name)
    solution = solved(certified)
    _, _, errors, spread, r2, f = REACHED[name]
    found = certified.in_order(solution.standard_errors)
    assert fewest_digits(found, certified.errors) >= errors - SLACK
    assert digits(solution.residual_std, certified.residual_std) >= spread - SLACK
    assert digits(solution.r2, certified.r2) >= r2 - SLACK
    assert digits(solution.f, certified.f) >= f - SLACK
    assert solution.dependent == {}
    assert solution.warnings == ()


@pytest.mark.parametrize("name", [*REACHED, "Wampler1"])
def test_the_digits_reached_are_those_that_were_said(name):
    certified = nist.read(name)
    diagnosis = kd.diagnose(scanned(certified), intercept=certified.has_intercept)
    assert abs(coefficient_digits(certified) - diagnosis.digits.coefficients) <= 2


def test_wampler1_has_the_digits_that_float64_leaves():
    assert coefficient_digits(nist.read("Wampler1")) >= 5.4


def test_an_exact_polynomial_has_no_standard_errors():
    solution = solved(nist.read("Wampler1"))
    assert solution.residual_std is None
    assert all(error is None for error in solution.standard_errors)
    assert [message.code for message in solution.warnings] == ["solution.unresolved"]
    assert solution.loss >= 0
    assert digits(solution.r2, 1) >= 12


@pytest.mark.parametrize("name", [*REACHED, "Wampler1"])
def test_the_oracle_agrees_with_the_certificate(name):
    certified = nist.read(name)
    exact = exact_least_squares(
        certified.powers.tolist(), certified.y.tolist(), intercept=certified.has_intercept
    )
    # The data are decimal: as float64 they differ by half a unit in the last place.
    assert fewest_digits(certified.in_order(map(float, exact.theta)), certified.estimates) >= 13.4
    if certified.residual_sum:
        errors = certified.in_order(float(error) for error in exact.standard_errors)
        assert fewest_digits(errors, certified.errors) >= 11.9
        assert digits(float(exact.sse), certified.residual_sum) >= 11.9
