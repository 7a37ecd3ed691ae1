"""Names and cells that mean something elsewhere do nothing but predict; what is none gives none."""

import contextlib
import math
import random
import sqlite3
from typing import Any

import pytest

import kedou as kd
from elsewhere import PROGRAMS, Row, in_sqlite
from kedou.block import Column
from kedou.columns import Feature
from kedou.conversion import NAMED
from kedou.errors import OptionError
from weighed import agree, level, model_of, weights

every_format = pytest.mark.parametrize("to", NAMED)

HOSTILE = (
    'say "hi"', "it's", "back\\slash", "two\nlines", "tab\there", "[a]", "]]", "}}", "{column}",
    "%s", '"; DROP TABLE t; --', "'); DROP TABLE t; --", "=1+1", '=HYPERLINK("x")', "+1", "@x",
    "-- x", "/* x */", "${process.exit(1)}", "`exit`", "</script><script>", "\u2028", "__proto__",
    "constructor", "prediction", "score", "n n", "constant 0", "add 1", "体积（毫升）", "时间",
    "😀", "a,b", "x^2", " ", "#", "'", "\\", "\r", "\x1b[31m", "NULL", "row", "2",
)  # fmt: skip
"""Names that mean something somewhere."""

LEVELS = tuple(name for name in HOSTILE if name.strip() == name and name != "NULL")
"""Those that may be the name of a level."""


def hostile() -> tuple[kd.Model, list[Row]]:
    """Return a model whose columns and levels all mean something somewhere."""
    numbers, groups = HOSTILE[::2], HOSTILE[1::2]
    columns = [Column(name, name) for name in numbers]
    columns += [level(g, name) for g in groups for name in LEVELS]
    features = [*(Feature(name) for name in numbers), *(Feature(g, "category") for g in groups)]
    references = dict.fromkeys(groups, "the reference")
    model = model_of(features, columns, weights(len(columns) + 1), references=references)
    dice = random.Random(4)
    rows = []
    for _ in range(12):
        row: dict[str, Any] = {name: dice.uniform(-9, 9) for name in numbers}
        row |= {g: dice.choice([*LEVELS, "the reference"]) for g in groups}
        rows.append(row)
    rows.append(rows[0] | {groups[0]: "'; DROP TABLE t; --"})
    rows.append(rows[0] | {groups[0]: '=1+1"'})
    return model, rows


@every_format
def test_hostile_names_and_cells_do_nothing_but_predict(to: str) -> None:
    model, rows = hostile()
    if to == "spreadsheet":
        with pytest.raises(OptionError) as caught:
            kd.convert(model, to=to)
        assert caught.value.code == "conversion.formula-too-long"
        return
    made = kd.convert(model, to=to)
    agree(model, rows, PROGRAMS[to](made, rows))
    if to == "sql":
        agree(model, rows, in_sqlite(made, rows))


@every_format
@pytest.mark.parametrize("start", range(0, len(HOSTILE), 6))
def test_few_hostile_names_at_a_time(to: str, start: int) -> None:
    names = HOSTILE[start : start + 6]
    levels = [name for name in names if name in LEVELS]
    columns = [*(Column(name, name) for name in names), *(level("g", name) for name in levels)]
    features = [*(Feature(name) for name in names), Feature("g", "category")]
    theta = weights(len(columns) + 1)
    model = model_of(features, columns, theta, references={"g": "r"})
    numbers = {name: 0.5 - j for j, name in enumerate(names)}
    rows: list[Row] = [{**numbers, "g": cell} for cell in (*levels, "r", "else", None)]
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


def test_javascript_can_stand_in_a_page() -> None:
    model, _ = hostile()
    text = kd.convert(model, to="javascript")
    assert "</script" not in text
    assert "\u2028" not in text


def test_the_mapping_of_a_sheet_is_never_taken_for_a_formula() -> None:
    names = ("=1+1", "two\n=lines", "x")
    model = model_of([Feature(n) for n in names], [Column(n, n) for n in names], weights(4))
    lines = kd.convert(model, to="spreadsheet").splitlines()
    assert [line[0] for line in lines] == ["#", "#", "#", "="]
    assert lines[1] == r'# B2: "two\n=lines"'


# What has no prediction


@every_format
@pytest.mark.parametrize("cell", [None, math.nan, math.inf, -math.inf])
def test_no_number_gives_no_prediction(to: str, cell: float | None) -> None:
    if to == "spreadsheet":
        cell = None  # its cells cannot hold the others
    features = (Feature("a", degree=2), Feature("b"), Feature("g", "category"))
    columns = [Column("a", "a"), Column("a^2", "a", "power", 2), Column("b", "b"), level("g", "u")]
    for theta in (weights(5), [0.0] * 5):
        model = model_of(features, columns, theta, references={"g": "v"})
        rows: list[Row] = [{"a": 1.5, "b": 2.0, "g": "u"}, {"a": cell, "b": 2.0, "g": "u"}]
        rows += [{"a": 1.5, "b": cell, "g": "v"}, {"a": 2.0, "b": -2.0, "g": "v"}]
        agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


def test_text_in_a_cell_of_numbers_is_an_error_in_a_sheet() -> None:
    model = model_of((Feature("x"), Feature("z")), [Column("x", "x"), Column("z", "z")], weights(3))
    rows: list[Row] = [{"x": cell, "z": 1.0} for cell in ("oops", "", "#N/A", True, 3.0)]
    found = PROGRAMS["spreadsheet"](kd.convert(model, to="spreadsheet"), rows)
    assert [value is None for value in found] == [True, True, True, True, False]


@every_format
def test_powers_and_sums_beyond_float64_give_no_prediction(to: str) -> None:
    model = model_of((Feature("a", degree=3),), [Column("a", "a"), Column("a^2", "a", "power", 2),
                     Column("a^3", "a", "power", 3)], [1.0, 0.0, 1e-200, 1.0])  # fmt: skip
    rows: list[Row] = [{"a": 1e102}, {"a": -1e102}, {"a": 1e103}, {"a": -1e300}]
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))
    steep = model_of(
        (Feature("a"), Feature("b")), [Column("a", "a"), Column("b", "b")], [1e200, -1e200, 0.0]
    )
    far: list[Row] = [{"a": 1e90, "b": 1.0}, {"a": 1e150, "b": 0.0}, {"a": 1e150, "b": 1e150}]
    agree(steep, far, PROGRAMS[to](kd.convert(steep, to=to), far))


@pytest.mark.parametrize("to", ["python", "javascript"])
def test_text_is_read_as_the_model_reads_it(to: str) -> None:
    model = model_of((Feature("x"), Feature("g", "category")), [Column("x", "x"), level("g", "3"),
                     level("g", "true")], weights(4), references={"g": "a"})  # fmt: skip
    texts = ["3", " 3.5 ", "+.5", "5.", "1e3", "-2E-3", "true", "FALSE", "oops", "1_000", "1,5",
             "NA", "nan", "inf", "-", "0x10", "", "１", "1 2"]  # fmt: skip
    levels = ["a", " a ", "3.0", "3.00", "03", "TRUE", "True", "NA", "None", "", "A"]
    rows = [*({"x": text, "g": "a"} for text in texts), *({"x": "1", "g": g} for g in levels)]
    agree(model, rows, PROGRAMS[to](kd.convert(model, to=to), rows))


def test_text_in_a_column_of_numbers_is_null_in_sqlite() -> None:
    model = model_of((Feature("x"),), [Column("x", "x")], [2.0, 1.0])
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (x)")
        cells = [(3,), ("oops",), ("3",), (None,), (1.5,)]
        connection.executemany("INSERT INTO t VALUES (?)", cells)
        found = connection.execute(f"SELECT {kd.convert(model, to='sql')} FROM t").fetchall()
    assert [value for (value,) in found] == [7.0, None, None, None, 4.0]
