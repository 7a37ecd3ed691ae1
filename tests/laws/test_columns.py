"""Laws of columns: what a table becomes does not depend on how it is cut, written or ordered."""

import io
import json
import tempfile
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedou.block import Column, level_order
from kedou.columns import ColumnPlan, Feature
from kedou.columns.batch import MISSING, TableBatch
from kedou.columns.dates import to_dates
from kedou.columns.encode import encode
from kedou.columns.levels import level_name, to_codes
from kedou.columns.numbers import to_numbers
from kedou.columns.powers import powers
from kedou.errors import DataError, SavedFileError
from kedou.sources import csv as csv_reader
from kedou.sources import open as kopen
from kedou.sources import tables_of
from kedou.sources.records import first_record_end, last_record_end

finite = st.floats(allow_nan=False, allow_infinity=False)
PLAN = ColumnPlan(
    (Feature("a", degree=3), Feature("city", "category"), Feature("day", "date")),
    target="y",
    weight="w",
    key="city",
)


# The plan


names = st.text(min_size=1)
features = st.builds(
    Feature, names, st.sampled_from(["number", "category", "date"]), st.integers(1, 50)
)


@given(st.builds(ColumnPlan, st.tuples(features, features), names, st.none() | names, names))
def test_a_plan_survives_json(plan: ColumnPlan) -> None:
    assert ColumnPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize("part", ["features", "target", "key_kind"])
def test_a_damaged_plan_is_refused(part: str) -> None:
    saved = PLAN.to_json()
    for damaged in ({k: v for k, v in saved.items() if k != part}, saved | {part: 3}):
        with pytest.raises(SavedFileError):
            ColumnPlan.from_json(damaged)


# Powers


def exact(high: float, low: float) -> Fraction:
    return Fraction(high) + Fraction(low)


@given(st.lists(st.floats(1e-30, 1e30) | st.floats(-1e30, -1e-30), min_size=1), st.integers(1, 8))
def test_powers_are_nearly_exact(values: list[float], degree: int) -> None:
    """High + low to 2**-98, high alone to half a unit in the last place (or next to nothing)."""
    x = np.array(values)
    high, low = powers(x, degree)
    for i, value in enumerate(values):
        for j in range(degree):
            want = Fraction(value) ** (j + 1)
            assert abs(exact(high[i, j], low[i, j]) - want) <= abs(want) * Fraction(1, 2**98)
            half = Fraction(np.spacing(abs(high[i, j]))) / 2
            assert abs(Fraction(high[i, j]) - want) <= half * Fraction(1 + 2**-40)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(2, 6))
def test_powers_too_large_are_infinite_and_never_nan(value: float, degree: int) -> None:
    high, low = powers(np.array([value]), degree)
    assert not np.isnan(high).any()
    assert np.isfinite(low).all()
    with np.errstate(over="ignore", under="ignore"):
        plain = np.array([value]) ** degree
    assert np.isfinite(high[0, -1]) == np.isfinite(plain[0])


def test_powers_beat_repeated_products() -> None:
    x = np.random.default_rng(0).uniform(1, 2, 2000)
    high, _ = powers(x, 9)
    want = [float(Fraction(v) ** 9) for v in x]
    naive = np.cumprod(np.repeat(x[:, np.newaxis], 9, axis=1), axis=1)[:, -1]
    assert (high[:, -1] == want).all()
    assert (naive != want).any()


def test_low_halves_reach_the_blocks() -> None:
    table = pa.table({"a": [0.1, 0.2], "b": [1.0, 2.0], "y": [1.0, 2.0]})
    source = kopen(table, target="y", polynomial={"a": 2})
    (block,) = source.parts()[0].blocks()
    assert block.X_low is None
    (block,) = source.with_low_powers().parts()[0].blocks()
    assert [c.name for c in block.columns] == ["a", "a^2", "b"]
    assert exact(block.X[0, 1], block.X_low[0, 1]) == Fraction(0.1) ** 2
    assert not block.X_low[:, [0, 2]].any()


# Categories


def test_levels_are_sorted_and_only_those_seen() -> None:
    table = pa.record_batch({"c": ["b", "a", None, "c"], "x": [1.0, 2.0, 3.0, None]})
    plan = ColumnPlan((Feature("c", "category"), Feature("x")))
    done = encode(TableBatch(table), plan)
    assert [c.name for c in done.columns] == ["c=a", "c=b", "x"]
    assert done.columns[0] == Column("c=a", "c", "level", level="a")
    assert done.X.tolist() == [[0, 1, 1], [1, 0, 2]]
    assert done.skipped == {"c": 1, "x": 1}


@pytest.mark.parametrize(
    "array",
    [
        pa.array(["3", "1", "3"]),
        pa.array([" 3", "1.0", "3.00 "]),
        pa.array([3, 1, 3]),
        pa.array([3.0, 1.0, 3.0]),
        pa.array(["3", "1", "3"]).dictionary_encode(),
        pa.array([3, 1, 3]).dictionary_encode(),
        pa.array(["3", "1", "3"], pa.large_string()),
        pa.array(["3", "1", "3"], pa.string_view()),
    ],
)
def test_a_level_has_one_name_in_every_type(array: pa.Array) -> None:
    codes = to_codes(array, "c")
    assert codes.levels == ("1", "3")
    assert codes.codes.tolist() == [1, 0, 1]


def test_many_levels_are_sorted() -> None:
    names = [f"{i}" for i in range(50, 0, -1)] + ["b", "a"]
    assert list(to_codes(pa.array(names), "c").levels) == sorted(names, key=level_order)


def test_level_names() -> None:
    assert [level_name(v) for v in (True, "TRUE", 1.5, "01", "-0.0", "a.0")] == [
        *("true", "true", "1.5", "01", "-0", "a.0")
    ]


def test_a_model_gets_exactly_its_columns() -> None:
    columns = [Column("x", "x"), Column("c=b", "c", "level", level="b")]
    plan = ColumnPlan((Feature("c", "category"), Feature("x")))
    table = pa.record_batch({"c": ["b", "a", "b", "z"], "x": [1.0, 2.0, 3.0, 4.0]})
    batch = TableBatch(table, "new.csv", first_row=100)
    known = {"c": ["a"]}
    with pytest.raises(DataError) as caught:
        encode(batch, plan, columns=columns, known_levels=known, features_only=True)
    assert caught.value.code == "columns.level-unseen"
    assert caught.value.values == {
        **{"file": "new.csv", "row": 104, "column": "c", "level": "z", "known": ["a", "b"]}
    }
    done = encode(batch, plan, columns=columns, known_levels=known, unseen="skip")
    assert done.columns == tuple(columns)
    assert done.X.tolist() == [[1, 1], [2, 0], [3, 1]]
    assert done.unseen == {"c": ("z",)}
    assert done.usable is not None
    assert done.usable.tolist() == [True, True, True, False]
    assert done.skipped == {"c": 1}


# Dates


@given(st.lists(st.datetimes(datetime(1600, 1, 1), datetime(2200, 1, 1)), min_size=1))
def test_dates_agree_with_the_calendar(moments: list[datetime]) -> None:
    written = [moment.isoformat(sep=" ") for moment in moments]
    for array in (pa.array(moments, pa.timestamp("us")), pa.array(written)):
        days, weekdays, months, bad = to_dates(array, "day")
        assert not bad
        for i, moment in enumerate(moments):
            want = (moment - datetime(1970, 1, 1)) / timedelta(days=1)
            assert days[i] == pytest.approx(want, abs=1e-9)
            assert weekdays.levels[weekdays.codes[i]] == str(moment.isoweekday())
            assert months.levels[months.codes[i]] == str(moment.month)


@pytest.mark.parametrize(
    "text",
    ["2024-03-01", "2024/3/1", "2024.3.1", "2024年3月1日", " 2024-03-01 ", "2024-03-01 00:00"],
)
def test_ways_to_write_a_date(text: str) -> None:
    days, weekdays, months, bad = to_dates(pa.array([text]), "d")
    assert not bad
    assert days[0] == (date(2024, 3, 1) - date(1970, 1, 1)).days
    assert (weekdays.codes[0], months.codes[0]) == (4, 2)


def test_types_of_dates() -> None:
    day = date(1969, 12, 31)
    noon = datetime(1969, 12, 31, 12)
    for type_, value, want in (
        (pa.date32(), day, -1.0),
        (pa.date64(), day, -1.0),
        (pa.timestamp("s"), noon, -0.5),
        (pa.timestamp("ns"), noon, -0.5),
        (pa.timestamp("ms", "UTC"), noon, -0.5),
    ):
        days, weekdays, months, _ = to_dates(pa.array([value, None], type_), "d")
        assert days[0] == want
        assert np.isnan(days[1])
        assert (weekdays.codes.tolist(), months.codes.tolist()) == ([2, -1], [11, -1])


def test_dates_become_a_trend_weekdays_and_months() -> None:
    table = pa.table({"day": [date(2024, 1, 1), date(2024, 2, 4)], "y": [1.0, 2.0]})
    (block,) = kopen(table, target="y", dates="day").parts()[0].blocks()
    assert [(c.name, c.source, c.kind) for c in block.columns] == [
        ("day:trend", "day", "date"),
        ("day:weekday=1", "day:weekday", "level"),
        ("day:weekday=7", "day:weekday", "level"),
        ("day:month=1", "day:month", "level"),
        ("day:month=2", "day:month", "level"),
    ]
    assert block.X.tolist() == [[19723, 1, 0, 1, 0], [19757, 0, 1, 0, 1]]


# Numbers


@pytest.mark.parametrize(
    ("array", "want"),
    [
        (pa.array([1, None], pa.int64()), [1, np.nan]),
        (pa.array([1.5, None], pa.float32()), [1.5, np.nan]),
        (pa.array([True, None]), [1, np.nan]),
        (pa.array([None, None]), [np.nan, np.nan]),
        (pa.array(["1.50", "-2"]).cast(pa.decimal128(5, 2)), [1.5, -2]),
        (pa.array(["0.1", "1e2"]), [0.1, 100]),
        (pa.array(["true", "NA"]), [1, np.nan]),
        (pa.array([2.5, 2.5]).dictionary_encode(), [2.5, 2.5]),
        (pa.array([7, 8], pa.uint8()), [7, 8]),
    ],
)
def test_types_of_numbers(array: pa.Array, want: list[float]) -> None:
    values, bad = to_numbers(array)
    np.testing.assert_array_equal(values, want)
    assert not bad


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=9), min_size=1))
def test_decimals_are_rounded_once(values: list[Any]) -> None:
    values = [v for v in values if abs(v) < 10**20]
    array = pa.array(values, pa.decimal128(38, 9))
    assert to_numbers(array)[0].tolist() == [float(v) for v in values]


# Cutting, ordering, writing


rows = st.lists(
    st.tuples(
        st.none() | st.floats(-1e6, 1e6),
        st.none() | st.sampled_from(["a", "b", "北京", ' "q" ', "x,y", "l\nm"]),
        st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
        st.none() | finite,
        st.floats(0, 1e6),
    ),
    min_size=1,
    max_size=40,
)


def as_table(values: list[tuple[Any, ...]]) -> pa.RecordBatch:
    a, city, day, y, w = zip(*values, strict=True)
    types = (pa.float64(), pa.string(), pa.date32(), pa.float64(), pa.float64())
    columns = (pa.array(c, t) for c, t in zip((a, city, day, y, w), types, strict=True))
    return pa.RecordBatch.from_arrays(list(columns), ["a", "city", "day", "y", "w"])


def as_rows(done: Any) -> list[dict[str, float]]:
    """Rows as dictionaries of what is not 0, so that unseen levels do not matter."""
    names = [column.name for column in done.columns]
    joined = np.column_stack([done.X, done.y, done.weight])
    return [
        {n: v for n, v in zip([*names, "y", "w"], row, strict=True) if v} for row in joined.tolist()
    ]


@given(rows, st.integers(0, 40))
def test_cutting_a_table_changes_nothing(values: list[tuple[Any, ...]], cut: int) -> None:
    table = as_table(values)
    whole = encode(TableBatch(table), PLAN)
    parts = [encode(TableBatch(t), PLAN) for t in (table[:cut], table[cut:])]
    assert [row for part in parts for row in as_rows(part)] == as_rows(whole)
    for name, count in whole.skipped.items():
        assert sum(part.skipped.get(name, 0) for part in parts) == count


@given(rows, st.randoms())
def test_the_order_of_rows_is_irrelevant(values: list[tuple[Any, ...]], random: Any) -> None:
    order = list(range(len(values)))
    random.shuffle(order)
    done = encode(TableBatch(as_table(values)), PLAN)
    shuffled = encode(TableBatch(as_table([values[i] for i in order])), PLAN)
    assert done.columns == shuffled.columns
    key = sorted(map(repr, as_rows(done)))
    assert key == sorted(map(repr, as_rows(shuffled)))


DIALECTS = [
    {"sep": ",", "decimal": ".", "encoding": "utf-8", "lineterminator": "\n"},
    {"sep": ";", "decimal": ",", "encoding": "gb18030", "lineterminator": "\r\n"},
    {"sep": "\t", "decimal": ",", "encoding": "utf-16", "lineterminator": "\n"},
    {"sep": "|", "decimal": ".", "encoding": "utf-8-sig", "lineterminator": "\r\n"},
]


@settings(max_examples=60, deadline=None)
@given(rows, st.sampled_from(DIALECTS), st.integers(20, 4000))
def test_a_table_survives_csv(
    values: list[tuple[Any, ...]], dialect: dict[str, str], chunk: int
) -> None:
    """Dialect given, chunks of any size: what is read is what was written."""
    values = [(1.25, "a", date(2024, 1, 2), 0.5, 1.0), *values]
    table = as_table(values)
    want = encode(TableBatch(table), PLAN)
    text = table.to_pandas().to_csv(
        index=False, **{k: v for k, v in dialect.items() if k != "encoding"}
    )
    old = csv_reader.CHUNK
    csv_reader.CHUNK = chunk
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "t.csv"
            path.write_bytes(text.encode(dialect["encoding"]))
            source = kopen(
                path,
                target="y",
                weight="w",
                categorical="city",
                dates="day",
                polynomial={"a": 3},
                key="city",
                delimiter=dialect["sep"],
                decimal=dialect["decimal"],
                encoding=dialect["encoding"],
            )
            blocks = [block for part in source.parts() for block in part.blocks()]
    finally:
        csv_reader.CHUNK = old
    assert [row for block in blocks for row in as_rows(block)] == as_rows(want)
    assert sum(block.rows_read for block in blocks) == len(values)
    numbers = [int(i) for block in blocks for i in block.row_numbers]
    usable = np.ones(len(values), bool) if want.usable is None else want.usable
    assert numbers == np.flatnonzero(usable).tolist()


# Records


def slow_end(data: bytes, delimiter: bytes, newline: bytes) -> int:
    """The rule itself, byte by byte: a quote opens at the start of a cell, and closes."""
    inside, start, end, i = False, True, 0, 0
    while i < len(data):
        c = data[i : i + 1]
        if inside:
            if c == b'"':
                if data[i + 1 : i + 2] == b'"':
                    i += 1
                else:
                    inside = False
            start = False
        elif c == b'"' and start:
            inside, start = True, False
        else:
            start = c in (delimiter, b"\n", b"\r")
            if c == newline:
                end = i + 1
        i += 1
    return end


@settings(max_examples=300)
@given(st.text('a",;\n').map(str.encode), st.sampled_from([",", ";"]))
def test_records_end_where_the_rule_says(data: bytes, delimiter: str) -> None:
    assert last_record_end(data, delimiter, b"\n") == slow_end(data, delimiter.encode(), b"\n")


@given(st.lists(st.lists(st.text('ab",\n x'), min_size=2, max_size=2), min_size=1))
def test_records_that_pandas_wrote_are_found(cells: list[list[str]]) -> None:
    data = pd.DataFrame(cells).to_csv(index=False, header=False).encode()
    found = 0
    for _ in cells:
        end = first_record_end(data, ",", b"\n")
        assert end
        row = pd.read_csv(io.BytesIO(data[:end]), header=None, keep_default_na=False, dtype=str)
        assert row.to_numpy().tolist() == [cells[found]]
        data, found = data[end:], found + 1
    assert not data


# Without a target


def test_tables_without_a_target(tmp_path: Path) -> None:
    frame = pd.DataFrame({"c": ["a", "b"], "a": [1.5, 2.5]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    plan = ColumnPlan((Feature("a", degree=2), Feature("c", "category")), target="y", weight="w")
    for data in (frame, tmp_path / "t.csv", tmp_path / "t.parquet", frame.to_dict("list")):
        (batch,) = tables_of(data, plan)
        done = encode(batch, plan, features_only=True)
        assert done.X.tolist() == [[1.5, 2.25, 1, 0], [2.5, 6.25, 0, 1]]
        assert done.y is None
    plan = ColumnPlan((Feature("a"), Feature("b")), target="y")
    (batch,) = tables_of(np.array([[1, 2], [3, 4]]), plan)
    assert encode(batch, plan, features_only=True).X.tolist() == [[1, 2], [3, 4]]
    with pytest.raises(DataError) as caught:
        list(tables_of(frame, plan))
    assert caught.value.code == "columns.unknown"


def test_what_stands_for_missing_is_never_a_number() -> None:
    values, bad = to_numbers(pa.array(list(MISSING)))
    assert np.isnan(values).all()
    assert not bad
