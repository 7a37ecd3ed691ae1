"""Every refusal teaches: what we got, what we needed, what to try, with file, row and column."""

import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest
import scipy.sparse

from kedou.errors import KedouError
from kedou.sources import csv as csv_reader
from kedou.sources import open as kopen
from kedou.sources.source import LeftOut


def drain(data: Any, y: Any = None, **options: Any) -> list[Any]:
    source = kopen(data, y, **options)
    return [block for part in source.parts() for block in part.blocks()]


def refusal(code: str, data: Any, y: Any = None, **options: Any) -> KedouError:
    """The error that opening or reading raises; its code must be ``code``."""
    with pytest.raises(KedouError) as caught:
        drain(data, y, **options)
    error = caught.value
    assert error.code == code, f"{error.code}: {error}"
    for language in ("en", "zh-CN"):
        assert "{" not in error.text(language).replace("={", "")
    return error


@pytest.fixture
def csv(tmp_path: Path) -> Any:
    def write(text: str | bytes, name: str = "prices.csv") -> Path:
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


TEN = "".join(f"{i},{i}.5\n" for i in range(10))


# What reaches stores is refused where there is none


def test_settings_of_a_store_are_for_addresses(csv: Any) -> None:
    path = csv("area,price\n" + TEN)
    given: dict[str, Any] = {"target": "price", "storage_options": {"key": "mine"}}
    error = refusal("sources.storage-options-here", path, **given)
    assert str(path) in str(error)
    assert "mine" not in str(error)
    refusal("sources.storage-options-here", str(path.parent), **given)
    refusal("sources.storage-options-here", [path], **given)
    table = {"area": [1.0, 2.0], "price": [1.0, 3.0]}
    refusal("sources.store-without-files", table, **given)
    refusal("sources.store-without-files", pd.DataFrame(table), target="price", filesystem=3)
    refusal("sources.store-without-files", np.eye(2), [1.0, 2.0], storage_options={"key": "mine"})
    refusal("sources.store-without-files", kopen(path, target="price"), filesystem=3)
    for empty in ({}, None):
        assert drain(path, target="price", storage_options=empty)


DIALECT = {"delimiter": ";", "encoding": "gb18030", "decimal": ","}


@pytest.mark.parametrize("option", DIALECT)
def test_how_a_text_file_is_written_has_no_meaning_in_memory(csv: Any, option: str) -> None:
    import kedou as kd

    given = {option: DIALECT[option]}
    table = {"area": [1.0, 2.0, 4.0], "price": [1.0, 3.0, 4.0]}
    for data in (table, pd.DataFrame(table), pl.DataFrame(table), pl.DataFrame(table).lazy()):
        error = refusal("sources.dialect-without-files", data, target="price", **given)
        assert f"{option}={DIALECT[option]!r}" in str(error)
        assert type(data).__name__ in str(error)
    for array in (np.eye(2), np.eye(2).tolist()):
        refusal("sources.dialect-without-files", array, [1.0, 2.0], **given)
    model = kd.fit(table, target="price")
    calls = [
        lambda: kd.scan(kd.data.tadpoles(), **given),
        lambda: kd.descend(table, target="price", **given),
        lambda: model.predict({"area": [1.0]}, **given),
        lambda: model.predict(np.eye(2)[:, :1], **given),
    ]
    for call in calls:
        with pytest.raises(KedouError) as caught:
            call()
        assert caught.value.code == "sources.dialect-without-files"
    assert drain(csv("area,price\n" + TEN), target="price", decimal=".")


def test_what_a_source_was_opened_as_is_not_chosen_again(csv: Any) -> None:
    import kedou as kd

    source = kopen(csv("area,price\n" + TEN), target="price")
    again = {"target": "area", "features": ["area"], "categorical": "area", "dates": ["area"]}
    again |= {"polynomial": {"area": 2}, "weight": "area", "missing": "error", "key": "area"}
    again |= {"bad_cells": "skip", "y": [1.0], **DIALECT}
    for option, value in again.items():
        error = refusal("sources.chosen-already", source, **{option: value})
        assert error.values == {"option": option}
    for same in ({}, {"missing": "skip", "categorical": (), "polynomial": None}):
        assert kopen(source, **same) is source
    with pytest.raises(KedouError, match="features"):
        kd.scan(source, features=["area"])


def test_settings_of_a_store_are_refused_when_a_model_is_applied(csv: Any) -> None:
    import kedou as kd

    path = csv("area,price\n" + TEN)
    model = kd.fit(path, target="price")
    for data in (path, {"area": [1.0]}):
        with pytest.raises(KedouError) as caught:
            list(model.predict(data, storage_options={"key": "mine"}))
        assert "storage_options" in str(caught.value)


# Cells


def test_a_bad_cell_is_named(csv: Any) -> None:
    path = csv("area,price\n" + TEN * 30 + "oops,7\n" + TEN)
    error = refusal("columns.not-a-number", path, target="price")
    assert error.values == {
        "file": "prices.csv",
        "row": 301,
        "column": "area",
        "value": "oops",
    }
    assert str(error).startswith("prices.csv row 301, column 'area': 'oops' is not a number.")
    for hint in ('bad_cells="skip"', "--skip-bad-rows"):
        assert hint in str(error)
    blocks = drain(path, target="price", bad_cells="skip")
    assert sum(len(block.y) for block in blocks) == 310
    assert blocks[0].skipped == {"area": 1}
    assert blocks[0].rows_read == 311
    assert 300 not in blocks[0].row_numbers


def test_a_bad_cell_in_a_far_chunk_is_named(csv: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the column looked like whole numbers all along."""
    monkeypatch.setattr(csv_reader, "CHUNK", 1000)
    path = csv("area,price\n" + "1,2\n" * 5000 + "1.5,3\n" + "1,2\n" * 700 + "1,x\n1,y\n")
    error = refusal("columns.not-a-number", path, target="price")
    assert (error.values["row"], error.values["column"], error.values["value"]) == (
        *(5702, "price"),
        "x",
    )
    blocks = drain(path, target="price", bad_cells="skip")
    X = np.concatenate([block.X for block in blocks])
    assert len(blocks) > 10
    assert X[5000, 0] == 1.5


@pytest.mark.parametrize(
    "text",
    ["1,5", "12%", "¥3", "1 000", "0x1F", "1_0", "--1", "1e", "１２", "1.2.3", "nope", "1,234.5"],
)
def test_what_is_no_number(csv: Any, text: str) -> None:
    path = csv(f'a,y\n1,1\n2,2\n3,3\n"{text}",4\n')
    assert refusal("columns.not-a-number", path, target="y").values["value"] == text


@pytest.mark.parametrize("text", ["5", "+5", " 5 ", "5.", "5.0", "50e-1", '"5"', "5E0"])
def test_what_is_a_number(csv: Any, text: str) -> None:
    (block,) = drain(csv(f"a,y\n{text},1\n2,2\n"), target="y")
    assert block.X[:, 0].tolist() == [5, 2]


@pytest.mark.parametrize(
    "text", ["", "NA", "N/A", "NaN", "nan", "null", "None", "-", "--", "?", ".", " ", '""', " NA "]
)
def test_what_is_missing(csv: Any, text: str) -> None:
    path = csv(f"a,y\n1,2\n{text},3\n4,5\n")
    (block,) = drain(path, target="y")
    assert block.X[:, 0].tolist() == [1, 4]
    assert block.row_numbers.tolist() == [0, 2]
    assert block.skipped == {"a": 1}
    error = refusal("columns.missing-cell", path, target="y", missing="error")
    assert error.values == {"file": "prices.csv", "row": 2, "column": "a"}


@pytest.mark.parametrize("text", ["inf", "-inf", "Infinity", "1e999"])
def test_what_is_not_finite(csv: Any, text: str) -> None:
    path = csv(f"a,y\n1,2\n3,{text}\n4,5\n")
    (block,) = drain(path, target="y")
    assert block.skipped == {"y": 1}
    error = refusal("columns.not-finite", path, target="y", missing="error")
    assert (error.values["row"], error.values["column"]) == (2, "y")


def test_cells_are_counted_by_column(csv: Any) -> None:
    path = csv("a,b,y\n,,1\n,2,2\n1,1,\n1,1,x\n5,5,5\n")
    (block,) = drain(path, target="y", bad_cells="skip")
    assert block.skipped == {"a": 2, "b": 1, "y": 2}
    assert (block.rows_read, block.row_numbers.tolist()) == (5, [4])


def test_bad_cells_and_missing_ones_are_two_matters(csv: Any) -> None:
    path = csv("a,y\n1,1\n2,2\nx,3\n4,4\n,5\n")
    error = refusal("columns.missing-cell", path, target="y", missing="error", bad_cells="skip")
    assert error.values["row"] == 5


def test_nothing_usable_still_counts() -> None:
    table = pa.table({"a": [1.0, 2.0], "y": pa.array([None, None], pa.float64())})
    (block,) = drain(table, target="y")
    assert block.X.shape == (0, 1)
    assert (block.rows_read, block.skipped) == (2, {"y": 2})


# Rows


@pytest.mark.parametrize(("row", "cells"), [("1,2,3", 3), ("1", 1)])
def test_a_ragged_row_is_named(csv: Any, row: str, cells: int) -> None:
    path = csv("a,y\n" + TEN + row + "\n" + TEN)
    error = refusal("columns.ragged-row", path, target="y")
    assert error.values == {"file": "prices.csv", "row": 11, "cells": cells, "width": 2}
    (block,) = drain(path, target="y", bad_cells="skip")
    assert block.skipped == {"(row)": 1}
    assert block.rows_read == 21
    assert block.row_numbers.tolist() == [*range(10), *range(11, 21)]


def test_an_error_after_a_ragged_row_counts_it(csv: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reader, "CHUNK", 40)
    path = csv("a,y\n" + TEN + "1,2,3\n" + TEN + "1,-inf\n")
    options = {"target": "y", "bad_cells": "skip", "missing": "error"}
    assert refusal("columns.not-finite", path, **options).values["row"] == 22


def test_quoted_line_ends_at_every_chunk_border(csv: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [('a\nb,"c"', 1), ('5" pipe', 2), ('""', 3), (",\n,", 4)] * 20
    quoted = "".join('"{}",{}\n'.format(c.replace('"', '""'), y) for c, y in rows)
    loose = 'x 5" pipe,9\n'  # a quote inside a cell opens nothing
    path = csv("city,y\n" + quoted + loose * 3 + quoted)
    want = [y for _, y in rows] + [9, 9, 9] + [y for _, y in rows]
    for chunk in range(1, 90):
        monkeypatch.setattr(csv_reader, "CHUNK", chunk)
        blocks = drain(path, target="y", categorical="city")
        assert [y for block in blocks for y in block.y] == want
        names = {c.level for block in blocks for c in block.columns}
        assert names == {'a\nb,"c"', '5" pipe', '""', ",\n,", 'x 5" pipe'}


def test_an_open_quote_does_not_eat_the_memory(csv: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reader, "CHUNK", 1 << 10)
    monkeypatch.setattr(csv_reader, "LONGEST", 1 << 14)
    refusal("sources.no-row-end", csv('"a,y\n' + "1,2\n" * 400_000), target="y")
    path = csv("a,y\n1,2\n" * 1 + "3,4\n" * 300_000 + '"5,6\n' + "7,8\n" * 100_000)
    assert refusal("sources.quote-open", path, target="y").values["file"] == "prices.csv"


# Columns


def test_an_unknown_column_is_guessed(csv: Any) -> None:
    path = csv("area,price\n1,2\n")
    assert refusal("columns.unknown-near", path, target="pirce").values["near"] == "price"
    assert "Did you mean 'price'?" in str(refusal("columns.unknown-near", path, target="Price"))
    error = refusal("columns.unknown", path, target="zzz")
    assert error.values["columns"] == ["area", "price"]
    for option in ("features", "categorical", "dates"):
        refusal("columns.unknown-near", path, target="price", **{option: ["arae"]})
    refusal("columns.unknown-near", path, target="price", polynomial={"arae": 2})
    refusal("columns.unknown-near", path, target="price", weight="arae")
    refusal("columns.unknown-near", path, target="price", key="arae")


def test_roles(csv: Any) -> None:
    path = csv("a,city,day,y,void\n1,x,2024-01-01,2,\n2,y,2024-01-02,3,\n")
    refusal("sources.target-needed", path)
    refusal("columns.target-not-numeric", path, target="city")
    refusal("columns.target-not-numeric", path, target="day")
    refusal("columns.target-empty", path, target="void")
    refusal("columns.weight-not-numeric", path, target="y", weight="city")
    refusal("columns.role-and-feature", path, target="y", features=["a", "y"])
    refusal("columns.role-and-feature", path, target="y", weight="a", features=["a"])
    refusal("columns.two-roles", path, target="y", weight="y")
    refusal("columns.two-expansions", path, target="y", categorical="a", polynomial={"a": 2})
    refusal("columns.feature-text", path, target="y", features=["city"])
    refusal("columns.feature-date", path, target="y", features=["day"])
    refusal("columns.not-dates", path, target="y", dates=["a"])
    refusal("columns.weight-empty", path, target="y", weight="void")
    lists = pa.table({"a": [[1], [2]], "y": [1, 2]})
    refusal("columns.feature-other", lists, target="y", features="a")
    refusal("columns.not-a-category", lists, target="y", categorical="a")
    refusal("columns.no-features", lists, target="y")
    refusal("columns.no-features", path, target="y", weight="a")
    for degree in (0, 51, 1.5, True):
        refusal("columns.degree", path, target="y", polynomial={"a": degree})
    refusal("sources.choice", path, target="y", missing="drop")


def test_columns_are_left_out_by_name_and_reason(csv: Any) -> None:
    path = csv("a,city,day,y,void,b\n1,x,2024-01-01,2,,1\n2,y,2024-01-02,3,,1\n")
    assert kopen(path, target="y").left_out == [
        LeftOut("city", "columns.left-text"),
        LeftOut("day", "columns.left-date"),
        LeftOut("void", "columns.left-empty"),
    ]
    left = kopen(path, target="y", features="a", categorical="city").left_out
    assert LeftOut("b", "columns.left-unnamed") in left
    assert "city" not in {item.column for item in left}


def test_mostly_numbers_is_numbers_with_a_bad_cell(csv: Any) -> None:
    mostly = csv("a,y\n1,1\n2,2\noops,3\n")
    assert refusal("columns.not-a-number", mostly, target="y").values["row"] == 3
    mostly_text = csv("a,b,y\nx,1,1\ny,2,2\n3,3,3\n")
    assert kopen(mostly_text, target="y").left_out == [LeftOut("a", "columns.left-text")]


def test_headers(csv: Any) -> None:
    assert refusal("sources.duplicate-column", csv("a,a,y\n1,2,3\n"), target="y").values == {
        "column": "a",
        "file": "prices.csv",
    }
    source = kopen(csv("a,,y\n1,2,3\n"), target="y")
    assert [f.column for f in source.plan.features] == ["a", "column_2"]
    assert any("column_2" in note for note in source.notes)
    source = kopen(csv("1,2,3\n4,5,6\n"), target="c3")
    assert source.parts()[0].blocks().__next__().y.tolist() == [3, 6]
    assert any("c1, c2, c3" in note for note in source.notes)


def test_duplicate_columns_of_frames() -> None:
    for data in (
        pd.DataFrame([[1, 2, 3]], columns=["a", "a", "y"]),
        pa.table([[1], [2], [3]], ["a", "a", "y"]),
        pd.DataFrame([[1, 2, 3]], columns=[1, "1", "y"]),
    ):
        refusal("sources.duplicate-column", data, target="y")


def test_too_many_levels(csv: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv("name,y\n" + "".join(f"n{i},{i}\n" for i in range(1001)))
    error = refusal("columns.too-many-levels", path, target="y", categorical="name")
    assert (error.values["column"], error.values["count"]) == ("name", 1001)
    monkeypatch.setattr(csv_reader, "CHUNK", 500)  # no chunk has that many
    error = refusal("columns.too-many-levels", path, target="y", categorical="name")
    assert error.values["count"] > 1000
    fine = csv("name,y\n" + "".join(f"n{i},{i}\n" for i in range(1000)))
    assert sum(len(b.y) for b in drain(fine, target="y", categorical="name")) == 1000


@pytest.mark.parametrize("bad", ["-1", "inf", "", "-inf"])
def test_weights(csv: Any, bad: str) -> None:
    path = csv(f"a,w,y\n1,0,2\n1,2,2\n1,{bad},2\n")
    error = refusal("columns.weight", path, target="y", weight="w")
    assert (error.values["row"], error.values["column"]) == (3, "w")
    values = np.array([0, 2, float(bad or "nan")])
    assert refusal("columns.weight", np.ones(3), np.ones(3), weight=values).values["row"] == 3


def test_a_power_that_overflows() -> None:
    table = pa.table({"a": [1.0, 1e200, 2.0], "y": [1.0, 2.0, 3.0]})
    error = refusal("columns.power-overflow", table, target="y", polynomial={"a": 2})
    assert (error.values["row"], error.values["value"]) == (2, 1e200)


def test_large_integers_are_told(csv: Any) -> None:
    big = 2**53 + 1
    for data in (
        pa.table({"id": [1, big], "y": [1, 2]}),
        pl.DataFrame({"id": [1, big], "y": [1, 2]}),
    ):
        source = kopen(data, target="y")
        for part in source.parts():
            list(part.blocks())
        assert any("'id'" in note for note in source.notes)
    assert any("'x1'" in note for note in kopen(np.array([1, big]), np.ones(2)).notes)
    source = kopen(csv(f"id,y\n1,1\n{big},2\n"), target="y")
    for part in source.parts():
        list(part.blocks())
    assert any("'id'" in note for note in source.notes)
    calm = kopen(pa.table({"id": [1, 2**53 - 1], "y": [1, 2]}), target="y")
    list(calm.parts()[0].blocks())
    assert calm.notes == []


@pytest.mark.parametrize(
    "bad", ["2024-13-01", "1/2/2024", "soon", "2024-02-30", "2024-01-01 25:00"]
)
def test_dates(csv: Any, bad: str) -> None:
    path = csv(f"day,y\n2024-01-01,1\n{bad},2\n")
    error = refusal("columns.not-a-date", path, target="y", dates="day")
    assert (error.values["row"], error.values["column"], error.values["value"]) == (2, "day", bad)
    (block,) = drain(path, target="y", dates="day", bad_cells="skip")
    assert len(block.y) == 1


# Files


def test_files_that_are_not_there(tmp_path: Path, csv: Any) -> None:
    csv("a,y\n1,2\n")
    near = refusal("sources.no-file-near", tmp_path / "pirces.csv", target="y")
    assert near.values["near"] == "prices.csv"
    assert isinstance(near, OSError)
    refusal("sources.no-file", tmp_path / "nowhere" / "x.csv", target="y")
    refusal("sources.glob-empty", tmp_path / "*.parquet", target="y")
    (tmp_path / "empty").mkdir()
    refusal("sources.folder-empty", tmp_path / "empty", target="y")
    refusal("sources.address", "https://example.org/a.csv", target="y")
    refusal("sources.address", "ftp://bucket/a.parquet", target="y")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_one_may_not_read(csv: Any) -> None:
    path = csv("a,y\n1,2\n")
    path.chmod(0)
    refusal("sources.unreadable", path, target="y")


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.numbers"])
def test_workbooks(csv: Any, name: str) -> None:
    error = refusal("sources.workbook", csv(b"PK\x03\x04", name), target="y")
    assert "CSV UTF-8" in str(error)


def test_a_workbook_in_disguise(csv: Any) -> None:
    refusal("sources.workbook-inside", csv(b"PK\x03\x04" + b"\x00" * 99), target="y")
    refusal("sources.workbook-inside", csv(b"\xd0\xcf\x11\xe0" + b"\x00" * 99), target="y")


@pytest.mark.parametrize("name", ["a.json", "a.rds", "a.npy", "a.sqlite", "a.pkl", "a.dta"])
def test_other_formats(csv: Any, name: str) -> None:
    refusal("sources.unknown-format", csv("{}", name), target="y")


@pytest.mark.parametrize("text", ["", "\n\n", "   "])
def test_an_empty_file(csv: Any, text: str) -> None:
    refusal("sources.empty-file", csv(text), target="y")


@pytest.mark.parametrize("text", ["a,y\n", "a,y", "\ufeffa,y\r\n", "sep=;\na;y\n"])
def test_a_header_only(csv: Any, text: str) -> None:
    assert refusal("sources.no-rows", csv(text), target="y").values["file"] == "prices.csv"


def test_empty_tables(tmp_path: Path) -> None:
    empty = pa.table({"a": pa.array([], pa.float64()), "y": pa.array([], pa.float64())})
    refusal("sources.no-rows", empty, target="y")
    refusal("sources.no-rows", empty.to_pandas(), target="y")
    refusal("sources.no-rows", np.empty((0, 2)), np.empty(0))
    pq.write_table(empty, tmp_path / "a.parquet")
    refusal("sources.no-rows", tmp_path / "a.parquet", target="y")
    pf.write_feather(empty, tmp_path / "a.feather")
    refusal("sources.no-rows", tmp_path / "a.feather", target="y")


def test_damaged_files(csv: Any, tmp_path: Path) -> None:
    refusal("sources.not-parquet", csv("a,y\n1,2\n", "a.parquet"), target="y")
    refusal("sources.not-feather", csv("a,y\n1,2\n", "a.feather"), target="y")
    refusal("sources.feather-old", csv(b"FEA1" + b"\x00" * 40 + b"FEA1", "b.feather"), target="y")
    whole = gzip.compress(("a,y\n" + TEN * 20_000).encode())
    refusal("sources.compressed-damaged", csv(whole[: len(whole) // 2], "a.csv.gz"), target="y")
    refusal("sources.compressed-damaged", csv("a,y\n1,2\n", "b.csv.gz"), target="y")
    refusal("sources.compressed-damaged", csv("a,y\n1,2\n", "b.csv.zst"), target="y")
    table = pa.table({"a": np.arange(1000.0), "y": np.arange(1000.0)})
    pq.write_table(table, tmp_path / "c.parquet", compression="zstd")
    data = bytearray((tmp_path / "c.parquet").read_bytes())
    data[100:4000] = bytes(3900)
    refusal("sources.not-parquet", csv(bytes(data), "c.parquet"), target="y")
    refusal("sources.not-text", csv(b"a,y\n1,\x002\n"), target="y")


def test_encodings(csv: Any) -> None:
    chinese = "城市,价格\n" + "北京,1\n上海,2\n" * 50
    source = kopen(csv(chinese.encode("gb18030")), target="价格", categorical="城市")
    assert any("gb18030" in note and "--encoding" in note for note in source.notes)
    western = kopen(csv("prix,coût\n1,2\n".encode("cp1252")), target="coût")
    assert any("cp1252" in note for note in western.notes)
    late = ("a,city,y\n" + "1,x,2\n" * 300_000).encode() + "1,北京,2\n".encode("gb18030")
    error = refusal("sources.not-in-encoding", csv(late), target="y", categorical="city")
    assert "gb18030" in str(error)
    refusal(
        "sources.not-in-encoding", csv("a,y\n1,é\n".encode("cp1252")), target="y", encoding="utf-8"
    )
    late = ("a,city,y\n" + "1,x,2\n" * 300_000).encode() + b"1,\xff\xff,2\n"
    refusal("sources.not-in-encoding", csv(late), target="y", encoding="gb18030")
    (block,) = drain(csv("\ufeffa,y\n1,2\n".encode("utf-16-le")), target="y", encoding="utf-16-le")
    assert block.X.tolist() == [[1]]


def test_options_of_dialects(csv: Any, tmp_path: Path) -> None:
    path = csv("a;y\n1,5;2\n3,5;4\n")
    for value in ("", ";;", '"', "\n", "，"):
        refusal("sources.delimiter", path, target="y", delimiter=value)
    refusal("sources.decimal", path, target="y", decimal=";")
    refusal("sources.delimiter-is-decimal", path, target="y", delimiter=",", decimal=",")
    refusal("sources.encoding", path, target="y", encoding="klingon")
    source = kopen(path, target="y")
    assert any("decimal comma" in note for note in source.notes)
    assert any("';'" in note for note in source.notes)
    assert source.parts()[0].blocks().__next__().X.tolist() == [[1.5], [3.5]]
    refusal("columns.feature-text", path, target="y", decimal=".", features="a")
    pq.write_table(pa.table({"a": [1.0], "y": [2.0]}), tmp_path / "a.parquet")
    refusal("sources.dialect-without-csv", tmp_path / "a.parquet", target="y", delimiter=";")


def test_thousands_are_not_guessed(csv: Any) -> None:
    path = csv('a,y\n"1,234",1\n2,2\n3,3\n')
    assert refusal("columns.not-a-number", path, target="y").values["value"] == "1,234"


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".feather"])
def test_files_with_other_columns(tmp_path: Path, suffix: str) -> None:
    def write(name: str, **columns: Any) -> None:
        frame = pd.DataFrame(columns)
        path = tmp_path / f"{name}{suffix}"
        if suffix == ".csv":
            frame.to_csv(path, index=False)
        elif suffix == ".parquet":
            frame.to_parquet(path)
        else:
            frame.to_feather(path)

    write("a", age=[1.0], y=[2.0])
    write("b", agee=[1.0], y=[2.0])
    error = refusal("sources.column-absent-near", tmp_path, target="y")
    assert (error.values["file"], error.values["column"]) == (f"b{suffix}", "age")
    assert error.values["near"] == "agee"
    write("b", y=[2.0])
    refusal("sources.column-absent", tmp_path, target="y")
    write("b", age=[1.0], y=[2.0], legs=[4])
    assert refusal("sources.column-extra", tmp_path, target="y").values["column"] == "legs"
    write("b", age=[1.0], y=[2.0], agee=[4])
    assert refusal("sources.column-extra-near", tmp_path, target="y").values["near"] == "age"
    write("b", age=["x"], y=[2.0])
    code = "columns.not-a-number" if suffix == ".csv" else "sources.column-kind"
    error = refusal(code, tmp_path, target="y")
    assert (error.values["file"], error.values["column"]) == (f"b{suffix}", "age")
    write("b", age=[1], y=[2.0])
    assert len(drain(tmp_path, target="y")) == 2
    refusal("sources.file-twice", [tmp_path / f"a{suffix}"] * 2, target="y")


def test_an_empty_path_is_not_the_current_folder() -> None:
    refusal("sources.empty-path", "", target="y")


def test_folders(tmp_path: Path, csv: Any) -> None:
    csv("a,y\n1,2\n", "a.csv")
    csv("hello", "notes.md")
    csv("", "_SUCCESS")
    csv("a,y\n3,4\n", ".hidden.csv")
    source = kopen(tmp_path, target="y")
    assert [part.origin for part in source.parts()] == ["a.csv"]
    assert any("notes.md" in note for note in source.notes)
    pq.write_table(pa.table({"a": [1.0], "y": [2.0]}), tmp_path / "b.parquet")
    refusal("sources.several-formats", tmp_path, target="y")
    (tmp_path / "c" / "year=1").mkdir(parents=True)
    (tmp_path / "c" / "year=1" / "a.csv").write_text("a,y\n1,2\n")
    (tmp_path / "c" / "b.csv").write_text("a,y\n1,2\n")
    refusal("sources.partitions-differ", tmp_path / "c", target="y")


# Arrays and frames


def test_arrays() -> None:
    X, y = np.ones((3, 2)), np.ones(3)
    refusal("sources.y-needed", X)
    refusal("sources.y-is-a-name", X, "price")
    refusal("sources.y-is-a-name", pa.table({"a": [1]}), "a")
    refusal("sources.target-with-arrays", X, y, target="y")
    refusal("sources.weight-name-with-arrays", X, y, weight="w")
    refusal("sources.names-count", X, y, features=["a"])
    refusal("sources.same-names", X, y, features=["a", "a"])
    refusal("sources.same-names", X, y, features=["a", "y"])
    refusal("sources.sparse", scipy.sparse.csr_array(X), y)
    refusal("sources.sparse", scipy.sparse.coo_matrix(X), y)
    for bad in (X.astype(object), X.astype(str), X.astype(complex), X.astype("M8[s]")):
        refusal("sources.array-dtype", bad, y)
        refusal("sources.array-dtype", X, bad[:, 0])
    refusal("sources.not-an-array", [[1, 2], [3]], [1, 2])
    refusal("sources.X-shape", np.ones((3, 2, 1)), y)
    refusal("sources.X-shape", np.array(1.0), y)
    refusal("sources.vector-shape", X, X)
    refusal("sources.vector-shape", X, y, weight=X)
    assert refusal("sources.lengths", X, y[:2]).values == {"name": "y", "rows": 2, "expected": 3}
    refusal("sources.lengths", X, y, weight=y[:2])
    refusal("sources.lengths", pd.DataFrame(X, columns=["a", "b"]), y[:2])
    (block,) = drain(X, y[:, np.newaxis])
    assert block.y.shape == (3,)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_cells_of_arrays(value: float) -> None:
    X = np.ones((5, 2))
    X[3, 1] = value
    (block,) = drain(X, np.ones(5))
    assert block.skipped == {"x2": 1}
    assert block.row_numbers.tolist() == [0, 1, 2, 4]
    code = "columns.missing-cell" if np.isnan(value) else "columns.not-finite"
    for options in ({}, {"polynomial": {"x1": 2}}):
        error = refusal(code, X, np.ones(5), missing="error", **options)
        assert (error.values["row"], error.values["column"]) == (4, "x2")


def test_huge_values_are_finite() -> None:
    """Their sum is not, but they are."""
    X = np.full((4, 1), 1.7e308)
    for data, options in (
        (X, {"y": np.ones(4)}),
        (pa.table({"a": X[:, 0], "y": np.ones(4)}), {"target": "y"}),
    ):
        (block,) = drain(data, **options)
        assert len(block.y) == 4
        assert block.rows is None
        assert block.skipped == {}


def test_frames() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "y": [1.0, 2.0]})
    refusal("sources.unknown-data", 3, target="y")
    refusal("sources.unknown-data", frame["a"], target="y")
    refusal("sources.y-and-target", frame, [1, 2], target="y")
    refusal("sources.extra-name", frame, [1, 2])
    refusal("sources.mapping", {"a": [1, 2], "y": [1]}, target="y")
    refusal(
        "sources.mixed-column",
        frame.assign(a=pd.Series([1, "x"], dtype=object)),
        target="y",
        features="a",
    )


def test_arrays_beside_files(csv: Any) -> None:
    path = csv("a,y\n1,2\n")
    refusal("sources.y-with-file", path, [1])
    refusal("sources.weight-array-with-file", path, target="y", weight=[1])


def test_messages_in_both_languages(csv: Any) -> None:
    error = refusal("columns.not-a-number", csv("a,y\n1,1\n2,2\nx,3\n"), target="y")
    assert "第 3 行" in error.text("zh-CN")
    assert "row 3" in error.text("en")


def test_every_sentence_of_a_reader_has_a_case() -> None:
    """A sentence that no test asks for may never be said, or be said wrongly."""
    from kedou.texts import catalogue

    asked = Path(__file__).read_text(encoding="utf-8")
    for other in ("faults/test_dask.py", "faults/test_object_stores.py", "laws/test_columns.py"):
        asked += (Path(__file__).parents[1] / other).read_text(encoding="utf-8")
    for area in ("sources", "columns"):
        keys = {f"{area}.{key}" for key in catalogue(area, "en") if not key.startswith("note-")}
        untested = {key for key in keys if f'"{key}"' not in asked} - UNTESTED
        assert not untested


UNTESTED = {
    "columns.plan-damaged",  # the laws ask for its class
    "columns.inexact-integers",  # a note
    "columns.left-other",
    "sources.csv-damaged",  # whatever else PyArrow may refuse: no file is known
}
