"""Finite but unkind data: no NaN, no infinity, no warning, and every refusal in words."""

import hostile
import numpy as np
import pytest

import kedou as kd
from kedou.errors import DataError

RULES = [*sorted(kd.rules.NAMED)]
COORDINATES = [
    {"intercept": intercept, "standardize": standardize, "ridge": ridge}
    for intercept in (True, False)
    for standardize in (True, False)
    for ridge in (0.0, 0.1)
]


def all_finite(value):
    return list(hostile.not_finite(value))[:3] == []


@pytest.fixture(params=hostile.TABLES, scope="module")
def moments(request):
    X, y = hostile.TABLES[request.param]
    return kd.scan(X, y, workers=1)


def test_the_look_finds_what_it_looks_for():
    run = kd.descend(kd.data.tadpoles(), steps=2)
    assert all_finite(run)
    assert not all_finite(kd.Trajectory(**{**vars(run), "loss": np.array([1.0, np.nan])}))
    assert not all_finite(kd.Trajectory(**{**vars(run), "settings": {"a": [float("inf")]}}))


def test_solutions_and_diagnoses_are_finite(moments):
    for options in COORDINATES:
        solution = kd.solve(moments, **options)
        assert all_finite(solution)
        assert solution.loss >= 0
        assert all(str(warning) for warning in solution.warnings)
        diagnosis = kd.diagnose(moments, **options)
        assert all_finite(diagnosis)
        assert all_finite(diagnosis.scaled)
        assert str(diagnosis)


def test_runs_are_finite(moments):
    for options in COORDINATES:
        for chosen in ({}, {"learning_rate": 0.3, "start": 1.0, "tolerance": 1e-3}):
            run = kd.descend(moments, steps=12, **chosen, **options)
            assert all_finite(run)
            assert (run.gap >= 0).all()
            assert run.advice
            assert all(str(note) for note in run.notes)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_stays_finite_on_all_of_them(rule):
    for X, y in hostile.TABLES.values():
        run = kd.descend(kd.scan(X, y, workers=1), rule=rule, steps=8)
        assert all_finite(run)
        assert run.advice


def test_jumps_are_finite(moments, monkeypatch):
    monkeypatch.setattr("kedou.descent.descend.MOST_RECORDS", 10)
    monkeypatch.setattr("kedou.descent.history.MOST_RECORDS", 10)
    for rate in (0.1, 1e-9, 3.0):
        for standardize in (True, False):
            run = kd.descend(moments, learning_rate=rate, steps=10**6, standardize=standardize)
            assert all_finite(run)
            assert len(run) <= 12


@pytest.mark.parametrize("name", [*hostile.TOO_LARGE, *hostile.TOO_SMALL])
def test_values_whose_squares_leave_float64_are_refused_in_words(name):
    X, y = {**hostile.TOO_LARGE, **hostile.TOO_SMALL}[name]
    moments = kd.scan(X, y, workers=1)
    for use in (kd.solve, kd.diagnose, kd.descend):
        with pytest.raises(DataError, match=r"squares leave the range of float64.*constant"):
            use(moments)


def test_a_refusal_names_the_column():
    X, y = hostile.TABLES["ordinary"]
    with pytest.raises(DataError, match="'x2'"):
        kd.solve(kd.scan(X * [1.0, 1e200], y))
    with pytest.raises(DataError, match="'x2'"):
        kd.solve(kd.scan(X * [1.0, 1e-200], y))


@pytest.mark.parametrize("scale", [1e-140, 1e-70, 1e70, 1e140])
def test_units_change_the_answer_by_their_factor_only(scale):
    X, y = hostile.TABLES["ordinary"]
    plain = kd.solve(kd.scan(X, y))
    scaled = kd.solve(kd.scan(X * scale, y))
    np.testing.assert_allclose(scaled.coefficients * scale, plain.coefficients, rtol=1e-12)
    np.testing.assert_allclose(scaled.standard_errors[:2] * scale, plain.standard_errors[:2])
    np.testing.assert_allclose(scaled.r2, plain.r2, rtol=1e-12)


def test_no_rows_and_no_weight_are_refused_in_words():
    X, y = hostile.TABLES["ordinary"]
    with pytest.raises(DataError):
        kd.scan(X[:0], y[:0])
    with pytest.raises(DataError):
        kd.solve(kd.scan(X, y, weight=np.zeros(12)))


def test_constant_columns_never_have_a_spread_below_zero():
    rng = np.random.default_rng(0)
    for value in (0.1, 3.7, -1e8 / 3, 1e-5 / 7):
        for rows in (7, 1000, 5000):
            moments = kd.scan(np.full((rows, 1), value), rng.normal(size=rows))
            assert moments.scatter[0, 0] >= 0
            solution = kd.solve(moments)
            assert solution.dependent == {"x1": ()}
            assert solution.coefficients[0] == 0
            assert solution.standard_errors[0] is None
