"""Correlations and correlation ratios from moments are those of the rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kedou as kd
from kedou.moments.relation import likely_leaks, relations


def told(moments):
    return {relation.name: relation.correlation for relation in relations(moments)}


@given(st.integers(0, 10**6), st.floats(-1e6, 1e6))
def test_numbers(seed, far):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(50, 3)) + far
    y = X @ generator.normal(size=3) + generator.normal(size=50)
    found = told(kd.scan(X, y))
    for j in range(3):
        assert found[f"x{j + 1}"] == pytest.approx(np.corrcoef(X[:, j], y)[0, 1], abs=1e-8)


@given(st.integers(0, 10**6))
def test_categories(seed):
    generator = np.random.default_rng(seed)
    codes = generator.integers(0, 4, 60)
    y = codes * 1.5 + generator.normal(size=60)
    names = [f"l{code}" for code in codes]
    found = told(kd.scan({"c": names, "y": y}, target="y", categorical="c"))
    within = sum(((y[codes == c] - y[codes == c].mean()) ** 2).sum() for c in np.unique(codes))
    total, levels = ((y - y.mean()) ** 2).sum(), len(np.unique(codes))
    eps2 = 1 - (within / (60 - levels)) / (total / 59)
    assert found["c"] == pytest.approx(np.sqrt(max(eps2, 0.0)), rel=1e-9, abs=1e-7)


def test_weights_are_frequencies():
    table = {"x": [1.0, 2.0, 4.0, 5.0], "c": ["a", "a", "b", "b"], "y": [1.0, 3.0, 2.0, 9.0]}
    twice = {name: values + values[1:2] for name, values in table.items()}
    weighted = {**table, "w": [1.0, 2.0, 1.0, 1.0]}
    one = told(kd.scan(twice, target="y", categorical="c"))
    other = told(kd.scan(weighted, target="y", categorical="c", features="x", weight="w"))
    assert one == pytest.approx(other)


def test_a_level_for_every_row_is_no_leak_and_one_made_from_the_target_is():
    y = np.random.default_rng(0).normal(size=40)
    names = [f"row {i}" for i in range(40)]
    assert told(kd.scan({"c": names, "y": y}, target="y", categorical="c")) == {}
    nearly = [*names[:38], "row 37", "row 36"]
    moments = kd.scan({"c": nearly, "y": y}, target="y", categorical="c")
    assert likely_leaks(moments) == []
    sign = np.where(y > 0, 1.0, -1.0)
    made = {"c": np.where(y > 0, "up", "down").tolist(), "half": sign / 2, "n": y, "y": sign}
    leaks = likely_leaks(kd.scan(made, target="y", categorical="c"))
    assert {leak.name for leak in leaks} == {"c", "half"}
    negative = likely_leaks(kd.scan({"x": -sign, "y": sign}, target="y"))
    assert [leak.correlation for leak in negative] == [-1.0]


def test_few_rows_are_on_a_line_by_chance():
    for rows, found in ((10, []), (11, ["x"])):
        table = {"x": list(range(rows)), "y": [2.0 * value for value in range(rows)]}
        assert [leak.name for leak in likely_leaks(kd.scan(table, target="y"))] == found


def test_what_is_constant_has_no_relation():
    assert relations(kd.scan({"x": [1.0, 1.0, 1.0], "y": [1.0, 2.0, 3.0]}, target="y")) == []
    assert relations(kd.scan({"x": [1.0, 2.0, 3.0], "y": [1.0, 1.0, 1.0]}, target="y")) == []
