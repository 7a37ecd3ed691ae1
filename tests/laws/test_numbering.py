"""Columns that number the rows are asked about, from moments alone; others are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kedou as kd
from kedou.moments.numbering import FEW_LEFT, FEW_ROWS, Numbering, numberings, questions
from kedou.texts import say

ROWS = 400


def moments_of(name, values, missing=0, seed=0, **options):
    """Return the moments of a table in which a column stands beside a measured one."""
    generator = np.random.default_rng(seed)
    size, y = generator.normal(size=(2, len(values)))
    size[generator.permutation(len(values))[:missing]] = np.nan
    return kd.scan({name: values, "size": size, "y": y}, target="y", **options)


def found(name, values, **options):
    return numberings(moments_of(name, values, **options))


@given(st.integers(0, 10**6), st.integers(FEW_ROWS + 1, 300), st.integers(-(10**12), 10**12))
def test_consecutive_numbers_are_found_wherever_they_begin_and_however_they_are_shuffled(
    seed, rows, first
):
    if 1500 <= first <= 2100:
        first = 1
    values = np.random.default_rng(seed).permutation(rows) + first
    assert found("a", values) == [Numbering("a", "consecutive", first, first + rows - 1)]


@given(st.integers(0, 10**6), st.integers(FEW_ROWS + 1, 300))
def test_a_single_number_elsewhere_is_no_numbering(seed, rows):
    generator = np.random.default_rng(seed)
    values = np.arange(rows)
    place = int(generator.integers(rows))
    values[place] = generator.choice([-3, rows + 2, (place + 5) % rows])
    assert found("a", values) == []


@pytest.mark.parametrize("precision", ["fast", "exact"])
@pytest.mark.parametrize("cuts", [[100], [7, 8, 300]])
def test_pieces_and_precision_do_not_matter(precision, cuts):
    values = np.random.default_rng(3).permutation(ROWS) + 1
    pieces = np.split(values, cuts)
    parts = [moments_of("a", piece, precision=precision) for piece in pieces]
    total = sum(parts[1:], parts[0])
    assert numberings(total) == [Numbering("a", "consecutive", 1, ROWS)]
    assert not any(numberings(part) for part in parts[:2] if part.count < 100)


@pytest.mark.parametrize("first", [0, 1])
def test_row_numbers_are_found_where_rows_were_skipped(first):
    for seed in range(20):
        values = np.arange(ROWS) + first
        told = found("a", values, missing=40, seed=seed)
        assert told == [Numbering("a", "spread", 1, ROWS)]
    assert found("a", np.arange(FEW_LEFT) + first, missing=20) == []


MEASURED = np.random.default_rng(5)
FINE = {
    "thousands": MEASURED.normal(5000, 100, ROWS).round(),
    "a few": MEASURED.integers(0, 50, ROWS),
    "as many as rows, drawn": MEASURED.integers(0, ROWS, ROWS),
    "even numbers": 2 * np.arange(ROWS),
    "a ramp": np.linspace(0.0, 1.0, ROWS),
    "halves": np.arange(ROWS) + 0.25,
    "years": np.arange(1650, 1650 + ROWS),
    "acid": MEASURED.integers(0, 10**6, ROWS),
    "identical": MEASURED.integers(0, 10**6, ROWS),
    "Fluid": MEASURED.integers(0, 10**6, ROWS),
}


@pytest.mark.parametrize("name", FINE)
def test_what_measures_is_not_asked_about(name):
    assert found(name, FINE[name]) == []
    if "drawn" not in name:  # of what is left nothing else tells these from row numbers
        assert found(name, FINE[name], missing=40) == []


@pytest.mark.parametrize(
    "name", ["id", "order_id", "orderId", "CustomerID", "guid", "Unnamed: 0", "订单编号", "流水号"]
)
def test_what_is_called_an_identity_number_and_is_whole_is_asked_about(name):
    values = np.random.default_rng(2).choice(10**7, ROWS, replace=False)
    assert found(name, values) == [Numbering(name, "named")]
    assert found(name, values, missing=40) == [Numbering(name, "named")]
    assert found(name, values + np.random.default_rng(1).normal(size=ROWS)) == []


def test_nothing_is_said_of_few_rows_of_weights_and_of_dates():
    assert found("id", np.arange(FEW_ROWS)) == []
    rows = np.arange(ROWS)
    table = {"a": rows, "w": 1.0 + rows % 2, "y": rows % 7}
    assert numberings(kd.scan(table, target="y", weight="w")) == []
    days = np.datetime64("2024-01-01") + rows
    assert numberings(kd.scan({"day": days, "y": rows % 7}, target="y", dates="day")) == []
    squares = kd.scan({"a": rows, "y": rows % 7}, target="y", polynomial={"a": 2})
    assert [each.name for each in numberings(squares)] == ["a"]


def test_the_advice_can_be_typed():
    table = {name: MEASURED.normal(size=ROWS) for name in ("living area", "a,b", "y")}
    moments = kd.scan({"nr": np.arange(ROWS), "id": np.arange(ROWS), **table}, target="y")
    first, second, how = questions(moments)
    assert (first.values["name"], second.values["name"]) == ("nr", "id")
    assert eval(how.values["list"]) == ["living area", "a,b"]
    assert say("cli.numbering-how", **how.values).endswith("--features 'living area,\"a,b\"'")
    assert [message.code for message in questions(moments.select(["nr"]))] == [
        "moments.numbering-consecutive"
    ]


def test_a_run_asks_unless_features_were_named_or_rows_came_as_an_array():
    table = {"nr": np.arange(ROWS), "size": MEASURED.normal(size=ROWS)}
    y = MEASURED.normal(size=ROWS)
    for options in ({}, {"loss": "huber", "steps": 3}, {"batch_size": 50, "epochs": 2}):

        def asked(data, *more, options=options, **named):
            run = kd.descend(data, *more, standardize=True, **options, **named)
            return [m.code for m in run.notes if m.code.startswith("moments.numbering")]

        whole = {**table, "y": y}
        assert asked(whole, target="y") == [
            "moments.numbering-consecutive",
            "moments.numbering-how",
        ]
        assert asked(whole, target="y", features=["nr"]) == []
    X = np.column_stack(list(table.values()))
    assert not any("numbering" in m.code for m in kd.descend(kd.scan(X, y)).notes)


def test_moments_say_so_in_their_table():
    shown = moments_of("a", np.arange(ROWS))._repr_html_()
    assert "each whole number from 0 to 399 once" in shown
    assert "each whole number" not in moments_of("a", np.arange(ROWS) * 2)._repr_html_()
