"""Every format of the registry predicts what the model predicts."""

import inspect
import math
import random
import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import kedou as kd
from elsewhere import PROGRAMS, Row, in_sqlite
from kedou import conversion
from kedou.block import Column
from kedou.columns import Feature
from kedou.conversion import NAMED
from kedou.errors import OptionError
from kedou.losses import NAMED as LOSSES
from weighed import agree, agree_or_give_nothing, expected, level, model_of, weights

every_format = pytest.mark.parametrize("to", NAMED)

NUMBERS = (
    *(0.0, -0.0, 1.0, -1.0, 0.1, -2.5, 7.0, 123456.789, -98765.4321, 1e-7, -3e-12),
    *(1e15, -1e15, 1e22, -7e33, 1e-30, -1e-100, 1e-300, 5e-324, -2.5e-308, 1e49, -1e49),
)


# The formats


def test_every_format_has_a_program_to_run_it_in() -> None:
    assert set(PROGRAMS) == set(NAMED)


def test_every_file_that_writes_is_in_the_registry() -> None:
    folder = Path(inspect.getfile(conversion)).parent
    writing = {
        p.stem
        for p in folder.glob("*.py")
        if "\ndef write(formula: Formula)" in p.read_text("utf-8")
    }
    assert {entry.module for entry in NAMED.values()} == {f"kedou.conversion.{n}" for n in writing}


@every_format
def test_text_is_str_and_the_rest_says_so(to: str) -> None:
    made = kd.convert(kd.fit(kd.data.tadpoles()), to=to)
    assert isinstance(made, str) == NAMED[to].is_text
    assert isinstance(conversion.to_bytes(made), bytes)


# The same numbers


@every_format
@pytest.mark.parametrize("intercept", [True, False])
def test_numbers_and_powers(to: str, intercept: bool) -> None:
    features = (Feature("时间"), Feature("a", degree=3), Feature("tiny"), Feature("zero"))
    columns = [Column("时间", "时间"), Column("a", "a"), Column("a^2", "a", "power", 2)]
    columns += [Column("a^3", "a", "power", 3), Column("tiny", "tiny"), Column("zero", "zero")]
    theta = [0.1 + 0.2, -1e-5 / 3, 2 / 3, -7 / 9, 1e-17 / 3, 0.0, 1e5 / 7][: 6 + intercept]
    model = model_of(features, columns, theta, intercept=intercept)
    dice = random.Random(1)
    rows = [
        {"时间": x, "a": dice.choice(NUMBERS), "tiny": dice.uniform(-1, 1), "zero": 1.0 / (i + 1)}
        for i, x in enumerate(NUMBERS * 3)
    ]
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


@every_format
def test_a_fit_of_real_data(to: str) -> None:
    data = kd.data.penguins().path()
    model = kd.fit(data, target="body_mass_g", categorical=["species", "island", "sex"],
                   features=["bill_length_mm", "flipper_length_mm"],
                   polynomial={"bill_depth_mm": 2})  # fmt: skip
    table = next(iter(model.predict_rows(data))).batch.table
    rows = table.to_pylist()[::7]
    rows = [{n: float(c) if isinstance(c, int) else c for n, c in row.items()} for row in rows]
    assert len(rows) > 40
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


@every_format
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(to: str, loss: str) -> None:
    features = (Feature("x"), Feature("z"))
    columns = [Column("x", "x"), Column("z", "z")]
    model = model_of(features, columns, [1 / 3, -2 / 7, 0.1], loss=loss)
    rows = [{"x": x, "z": z} for x in (-90.0, -1.5, 0.0, 2.0, 2000.0) for z in (-1.0, 0.3, 40.0)]
    rows += [{"x": None, "z": 1.0}, {"x": 1.0, "z": math.nan}]
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


@every_format
def test_probabilities_far_out_stay_probabilities(to: str) -> None:
    model = model_of((Feature("x"),), [Column("x", "x")], [1.0, 0.0], loss="log")
    rows = [{"x": x} for x in (-1e300, -5000.0, -760.0, -710.0, -690.0, 690.0, 750.0, 1e300)]
    found = PROGRAMS[to](kd.convert(model, to=to), rows)
    assert [round(p, 12) for p in found if p is not None] == [0.0] * 5 + [1.0] * 3
    assert found[4] == pytest.approx(math.exp(-690), rel=1e-12, abs=0)


# Levels


@every_format
def test_levels(to: str) -> None:
    names = ["北京", "a", "A", "it's", 'say "hi"', "a\nb", "3", "007", "1.5", "x" * 300, "-2"]
    source = "城市"
    columns = [level(source, name) for name in names[1:]] + [Column("x", "x")]
    features = (Feature(source, "category"), Feature("x"))
    model = model_of(features, columns, weights(len(columns) + 1), references={source: names[0]})
    cells = [*names, "b", "aa", "", "NA", None, "x" * 299, "7", "北", "true"]
    rows: list[Row] = [{source: cell, "x": -1.25} for cell in cells]
    found = PROGRAMS[to](kd.convert(model, to=to), rows)
    assert None not in found[: len(names)]
    agree(model, rows, found)


@every_format
def test_other_ways_to_write_a_level_give_its_weight_or_nothing(to: str) -> None:
    names = ["a", "b  c", "3", "true"]
    columns = [level("g", name) for name in names[1:]]
    model = model_of((Feature("g", "category"),), columns, weights(4), references={"g": "a"})
    cells = [" a", "a ", "a\n", "\ta", "b c", " b  c", "3.0", "3.00", "03", "TRUE", "True", "tRUE"]
    rows: list[Row] = [{"g": cell} for cell in cells]
    agree_or_give_nothing(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


@every_format
@pytest.mark.parametrize(
    ("names", "cells"),
    [
        (["1", "2", "30"], [1, 2, 30, 4, None]),
        (["1", "2", "0.5"], [1.0, 2.0, 0.5, 2.5, None]),
    ],
)
def test_levels_that_are_numbers(to: str, names: list[str], cells: list[Any]) -> None:
    model = model_of((Feature("g", "category"),), [level("g", n) for n in names[1:]],
                     [1 / 3, -2 / 3, 5 / 7], references={"g": names[0]})  # fmt: skip
    rows: list[Row] = [{"g": cell} for cell in cells]
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


@every_format
def test_the_first_category_of_a_model_without_intercept_has_no_reference(to: str) -> None:
    data = {"g": ["a", "b", "a", "c"], "h": ["u", "v", "v", "u"], "y": [1.0, 2.0, 4.0, 8.0]}
    model = kd.fit(data, target="y", categorical=["g", "h"], intercept=False)
    assert set(model.references) == {"h"}
    rows: list[Row] = [{"g": g, "h": h} for g in ("a", "b", "c", "d") for h in ("u", "v", "w")]
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


@every_format
def test_a_thousand_levels_or_a_word_of_why_not(to: str) -> None:
    names = [f"level {i}" for i in range(1000)]
    columns = [level("g", name) for name in names[1:]]
    model = model_of(
        (Feature("g", "category"),), columns, weights(1000), references={"g": names[0]}
    )
    if to == "spreadsheet":
        with pytest.raises(OptionError) as caught:
            kd.convert(model, to=to)
        assert caught.value.code == "conversion.formula-too-long"
        return
    rows: list[Row] = [{"g": name} for name in (*names[::50], names[-1], "level 1000")]
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


@every_format
def test_more_columns_than_a_parser_nests_or_a_word_of_why_not(to: str) -> None:
    names = [f"x{i}" for i in range(1200)]
    columns = [Column(name, name) for name in names]
    model = model_of([Feature(name) for name in names], columns, weights(1201))
    if to == "spreadsheet":
        with pytest.raises(OptionError) as caught:
            kd.convert(model, to=to)
        assert "8,192" in str(caught.value)
        return
    dice = random.Random(2)
    rows: list[Row] = [{name: dice.uniform(-1, 1) for name in names} for _ in range(2)]
    made = kd.convert(model, to=to)
    agree(model, rows, PROGRAMS[to](made, rows))
    if to == "sql":
        agree(model, rows, in_sqlite(made, rows))


# Dates


def dated(seed: int = 0, **gone: Sequence[int]) -> kd.Model:
    """Return a model of one date column, without some weekdays or months."""
    weekdays = [i for i in range(1, 8) if i not in gone.get("weekdays", ())]
    months = [i for i in range(1, 13) if i not in gone.get("months", ())]
    columns = [Column("日期:trend", "日期", "date")]
    columns += [level("日期:weekday", str(i)) for i in weekdays[1:]]
    columns += [level("日期:month", str(i)) for i in months[1:]]
    references = {"日期:weekday": str(weekdays[0]), "日期:month": str(months[0])}
    return model_of(
        (Feature("日期", "date"),), columns, weights(len(columns) + 1, seed), references=references
    )


@every_format
def test_dates(to: str) -> None:
    model = dated()
    moments = [datetime(2024, 1 + i % 12, 1 + i % 28, i % 24, i % 60, i % 59) for i in range(60)]
    moments += [datetime(1970, 1, 1), datetime(1969, 12, 31, 23, 59, 59), datetime(2000, 2, 29)]
    moments += [
        datetime(1904, 3, 1, 6),
        datetime(2100, 3, 1),
        datetime(2199, 12, 31, 12, 30, 15, 250000),
    ]
    rows: list[Row] = [{"日期": moment} for moment in [*moments, None]]
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))
    days: list[Row] = [{"日期": date(2023, 1 + i % 12, 1 + i % 28)} for i in range(40)]
    agree(model, days, PROGRAMS[to](kd.convert(model, to=to), days))


@pytest.mark.parametrize("to", [to for to in NAMED if to != "spreadsheet"])
def test_dates_before_sheets_know_any(to: str) -> None:
    model = dated(1)
    moments = [datetime(1600, 2, 29), datetime(1800, 12, 31, 23, 59, 59), datetime(1, 1, 2)]
    rows: list[Row] = [{"日期": moment} for moment in moments]
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


def test_a_sheet_gives_nothing_for_days_that_programs_count_differently() -> None:
    rows: list[Row] = [{"日期": datetime(1900, 2, 28)}, {"日期": datetime(1900, 3, 1)}]
    found = PROGRAMS["spreadsheet"](kd.convert(dated(), to="spreadsheet"), rows)
    assert [value is None for value in found] == [True, False]


@every_format
def test_weekdays_and_months_never_seen(to: str) -> None:
    model = dated(weekdays=(2, 7), months=(1, 6, 12))
    rows: list[Row] = [{"日期": datetime(2024, 1 + i % 12, 1 + i % 28)} for i in range(84)]
    wanted, _ = expected(model, rows)
    assert 20 < wanted.count(None) < 70
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


@pytest.mark.parametrize("to", ["python", "javascript"])
def test_dates_in_words(to: str) -> None:
    model = dated()
    texts = ["2024-03-01", "2024/3/1", "2024.3.1", "2024年3月1日", " 2024-03-01 12:30:15.5 ",
             "2024-03-01T12:30Z", "2024-02-30", "2024-13-01", "24-03-01", "yesterday", "",
             "2024-03-01 25:00", "0000-01-01", "20240301"]  # fmt: skip
    rows: list[Row] = [{"日期": text} for text in texts]
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


def test_sqlite_has_no_dates_and_says_so() -> None:
    with pytest.raises(sqlite3.OperationalError):
        in_sqlite(kd.convert(dated(), to="sql"), [{"日期": "2024-03-01"}])
