"""``kedou predict``: every row keeps its place, and files come out whole."""

import json
from pathlib import Path

import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

import kedou as kd

HOUSES = "id,area,city,price\n007,1,a,3.1\n008,2,b,6.9\n009,3,a,7.2\n010,4,b,11.1\n011,5,a,10.8\n"


@pytest.fixture
def model(kedou):
    Path("houses.csv").write_text(HOUSES, encoding="utf-8")
    options = ("--target", "price", "-f", "area", "-c", "city", "--model", "model.json")
    assert kedou("fit", "houses.csv", *options).code == 0
    return "model.json"


def new_rows(text):
    Path("new.csv").write_text(text, encoding="utf-8")
    return "new.csv"


def test_the_tadpole_of_time_six(kedou):
    kedou("fit", "tadpoles.csv", "-t", "volume", "--model", "m.json")
    Path("six.csv").write_text("time\n6\n", encoding="utf-8")
    ended = kedou("predict", "m.json", "six.csv", "-o", "out.csv", "--interval", "0.95")
    assert ended.code == 0
    assert "1 rows read, 1 predicted" in ended.out
    (row,) = pc.read_csv("out.csv").to_pylist()
    assert list(row) == ["row", "time", "prediction", "lower", "upper"]
    assert row["row"] == 1
    assert row["prediction"] == pytest.approx(4.64, abs=0.005)
    assert row["lower"] == pytest.approx(2.87, abs=0.005)
    assert row["upper"] == pytest.approx(6.41, abs=0.005)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_rows_without_a_prediction_keep_their_place(kedou, model, ending):
    rows = new_rows("city,area,id\na,1,001\nb,,002\nb,oops,003\nb,3,004,5\nzzz,5,005\na,6,006\n")
    options = ("--skip-bad-rows", "--skip-unseen", "--keep", "id")
    ended = kedou("predict", model, rows, "-o", f"out.{ending}", *options)
    assert ended.code == 0, ended.err
    assert "6 rows read, 2 predicted" in ended.out
    assert "4 rows have no prediction" in ended.out
    assert "2 in 'area'" in ended.out
    table = pq.read_table("out.parquet") if ending == "parquet" else pc.read_csv("out.csv")
    assert table.column_names == ["row", "id", "area", "city", "prediction"]
    assert table["row"].to_pylist() == [1, 2, 3, 4, 5, 6]
    found = table["prediction"].to_pylist()
    expected = kd.load_model(model).predict({"area": [1.0, 6.0], "city": ["a", "a"]})
    assert [found[0], found[5]] == pytest.approx(expected.tolist())
    assert found[1:5] == [None] * 4
    assert table["area"].to_pylist() == [1, None, None, None, 5, 6]
    if ending == "parquet":
        assert table["id"].to_pylist() == ["001", "002", "003", None, "005", "006"]


def test_counts_as_an_object(kedou, model):
    rows = new_rows("city,area\na,1\nb,\n")
    ended = kedou("predict", model, rows, "-o", "out.csv", "--json")
    assert json.loads(ended.out) == {
        "rows": {"read": 2, "predicted": 1, "empty": 1, "cells": {"area": 1}},
        "output": "out.csv",
    }
    silent = kedou("predict", model, rows, "-o", "out.csv", "-q")
    assert (silent.code, silent.out, silent.err) == (0, "", "")


def test_several_files_and_formats(kedou, model):
    rows = new_rows("area,city\n1,a\n2,b\n")
    pq.write_table(pc.read_csv(rows), "new.parquet")
    Path("more.csv").write_text("city,area\nb,3\n", encoding="utf-8")
    assert kedou("predict", model, "new.csv", "more.csv", "-o", "out.csv").code == 0
    table = pc.read_csv("out.csv")
    assert table["file"].to_pylist() == ["new.csv", "new.csv", "more.csv"]
    assert table["row"].to_pylist() == [1, 2, 1]
    assert kedou("predict", model, "new.parquet", "-o", "same.csv").code == 0
    assert pc.read_csv("same.csv")["prediction"].to_pylist() == pytest.approx(
        table["prediction"].to_pylist()[:2]
    )


def test_a_chunk_with_a_bad_cell_keeps_the_columns_types(kedou, model, monkeypatch):
    monkeypatch.setattr("kedou.sources.csv.CHUNK", 2000)
    lines = [f"{i},a" if i != 700 else "oops,a" for i in range(1000)]
    rows = new_rows("\n".join(["area,city", *lines]) + "\n")
    ended = kedou("predict", model, rows, "-o", "out.parquet", "--skip-bad-rows")
    assert ended.code == 0, ended.err
    area = pq.read_table("out.parquet")["area"].to_pylist()
    assert area == [float(i) if i != 700 else None for i in range(1000)]


REFUSED = [
    (["nothing.json", "new.csv", "-o", "out.csv"], 3, "nothing.json"),
    (["new.csv", "new.csv", "-o", "out.csv"], 3, "not JSON"),
    (["model.json", "nothing.csv", "-o", "out.csv"], 3, "nothing.csv"),
    (["model.json", "tadpoles.csv", "-o", "out.csv"], 3, "'area'"),
    (["model.json", "new.csv", "-o", "out.xlsx"], 2, ".parquet"),
    (["model.json", "new.csv"], 2, "FILE"),
    (["model.json", "new.csv", "-o", "no/where.csv"], 3, "no/where.csv"),
    (["model.json", "new.csv", "-o", "out.csv", "--interval", "95"], 2, "--interval"),
    (["model.json", "new.csv", "-o", "out.csv", "--keep", "nought"], 3, "nought"),
    (["model.json", "new.csv", "-o", "out.csv", "--keep", "row"], 2, "row"),
    (["model.json", "unseen.csv", "-o", "out.csv"], 3, "--skip-unseen"),
    (["model.json", "gap.csv", "-o", "out.csv", "--missing", "error"], 3, "gap.csv row 1"),
    (["model.json", "new.csv", "-o", "out.csv", "--missing", "maybe"], 2, "--missing"),
]


@pytest.mark.parametrize(("arguments", "code", "named"), REFUSED)
def test_what_cannot_be_predicted_is_told_and_leaves_nothing(kedou, model, arguments, code, named):
    new_rows("area,city,row\n1,a,1\n")
    Path("unseen.csv").write_text("area,city\n1,zzz\n", encoding="utf-8")
    Path("gap.csv").write_text("area,city\n,a\n", encoding="utf-8")
    before = sorted(path.name for path in Path().iterdir())
    ended = kedou("predict", *arguments)
    assert ended.code == code, ended.err
    assert named in ended.err
    assert ended.out == ""
    assert sorted(path.name for path in Path().iterdir()) == before


def test_a_model_without_intervals_says_so(kedou):
    kedou("fit", "tadpoles.csv", "-t", "volume", "--ridge", "0.1", "--model", "m.json")
    ended = kedou("predict", "m.json", "tadpoles.csv", "-o", "out.csv", "--interval", "0.9")
    assert ended.code == 2
    assert "interval" in ended.err
    assert not Path("out.csv").exists()
