"""``kedou fit``: the golden numbers, every option, every outcome."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

import kedou as kd

REQUIRED = {
    *("equation", "coefficients", "intercept", "standard_errors", "r2", "rows", "outcome"),
    *("oscillating", "learning_rate", "learning_rate_limit", "loss", "gap", "left_out"),
    "warnings",
}


def write(name, text, encoding="utf-8"):
    Path(name).write_text(text, encoding=encoding)
    return name


@pytest.fixture
def fitted(kedou):
    """Fit, and return the JSON object; the run must end with ``code``."""

    def run(*arguments, code=0):
        ended = kedou("fit", *arguments, "--json", "--quiet")
        assert ended.code == code, ended.err
        return json.loads(ended.out, parse_constant=pytest.fail)

    return run


@pytest.fixture
def tadpoles(fitted):
    """Fit the tadpoles with further options."""
    return lambda *options, code=0: fitted(
        "tadpoles.csv", "--target", "volume", *options, code=code
    )


@pytest.fixture
def homes():
    """A table with categories, dates, weights, groups and powers in it."""
    generator = np.random.default_rng(7)
    lines = ["area,city,day,weight,street,price"]
    for i in range(240):
        area = round(float(generator.uniform(2, 9)), 3)
        city, street = "ABC"[i % 3], i % 12
        price = area**2 + 3 * (city == "B") + 0.01 * i + generator.normal() / 10
        day = f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}"
        lines.append(f"{area},{city},{day},{1 + i % 2},{street},{price:.4f}")
    return write("homes.csv", "\n".join(lines) + "\n")


def test_the_tadpoles_as_a_page(kedou):
    page = kedou("fit", "tadpoles.csv", "--target", "volume")
    assert page.code == 0
    shown = " ".join(page.out.split())
    for golden in (
        "volume = 0.743282 · time + 0.180389",
        "7 read, all of them used",
        "converged",
        "the limit is 0.09197 in your units, 1.0 after scaling",
        "0.8294",
        "0.1507",
        "0.4768",
        "error (RMSE) 0.5876, each of 7 rows left out in turn",
        '"always the mean": 1.138',
    ):
        assert golden in shown
    assert "7 rows" in page.err


def test_the_mean_absolute_error_of_rows_left_out(fitted, kedou):
    table = kd.data.tadpoles()
    time, volume = np.array(table.X)[:, 0], np.array(table.y)
    errors, baseline = [], []
    for i in range(len(time)):
        rest = np.arange(len(time)) != i
        slope, intercept = np.polyfit(time[rest], volume[rest], 1)
        errors.append(abs(volume[i] - slope * time[i] - intercept))
        baseline.append(abs(volume[i] - volume[rest].mean()))
    found = fitted("tadpoles.csv", "--target", "volume", "--steps", 3000)["hold_out"]
    assert found["mae"] == pytest.approx(np.mean(errors), rel=1e-9)
    assert found["baseline_mae"] == pytest.approx(np.mean(baseline), rel=1e-12)
    assert (found["mae_rows"], found["mae_spread"]) == (7, None)
    random = np.random.default_rng(0)
    x = random.normal(size=2500)
    rows = [f"{a:.5f},{2 * a + e:.5f}" for a, e in zip(x, random.normal(size=2500), strict=True)]
    long = write("long.csv", "\n".join(["x,y", *rows]) + "\n")
    held = fitted(long, "--target", "y")["hold_out"]
    assert held["mae_rows"] == 2000
    # Of a normal error the mean absolute one is sqrt(2 / pi) of the root mean squared one.
    assert held["mae"] == pytest.approx(held["rmse"] * math.sqrt(2 / math.pi), rel=0.05)
    page = kedou("fit", long, "--target", "y")
    assert "taken over 2,000 of those rows" in " ".join(page.out.split())


def test_the_tadpoles_as_an_object(tadpoles):
    found = tadpoles()
    assert set(found) >= REQUIRED
    assert found["coefficients"] == {"time": pytest.approx(0.743282, abs=1e-6)}
    assert found["intercept"] == pytest.approx(0.180389, abs=1e-6)
    assert found["standard_errors"]["time"] == pytest.approx(0.1507, abs=1e-4)
    assert found["standard_errors"]["intercept"] == pytest.approx(0.4768, abs=1e-4)
    assert found["r2"] == pytest.approx(0.829413, abs=1e-6)
    assert found["rows"] == {"read": 7, "used": 7, "skipped": 0, "cells": {}}
    assert found["outcome"] == "converged"
    assert found["oscillating"] is False
    assert found["learning_rate_limit"] == pytest.approx(1.0)
    assert found["rates"]["user_limit"] == pytest.approx(0.09197, abs=1e-5)
    assert found["rates"]["scaled_limit"] == pytest.approx(1.0)
    assert found["loss"]["first"] == pytest.approx(6.507143, abs=1e-6)
    assert found["loss"]["exact"] == pytest.approx(0.162231, abs=1e-6)
    assert 0 <= found["gap"] < 1e-12
    assert found["left_out"] == []
    assert found["warnings"] == []
    assert found["hold_out"]["mse"] == pytest.approx(0.345, abs=5e-4)


def test_coefficients_are_what_descent_found(tadpoles):
    found = tadpoles("--no-intercept", "--no-standardize", "--learning-rate", "0.01", "--steps", 10,
                     code=4)  # fmt: skip
    assert found["coefficients"]["time"] == pytest.approx(0.7107, abs=5e-5)
    assert found["loss"]["last"] == pytest.approx(0.23982, abs=5e-6)
    assert found["intercept"] == 0
    assert found["exact"]["coefficients"]["time"] == pytest.approx(0.796087, abs=1e-6)
    assert found["r2"] < found["exact"]["r2"]


@pytest.mark.parametrize(("degree", "error"), [(2, 0.939), (3, 2.71), (4, 12.6)])
def test_powers_left_out(tadpoles, degree, error):
    found = tadpoles("--polynomial", f"time={degree}", "--steps", "1e9", code=0)
    assert found["hold_out"]["mse"] == pytest.approx(error, rel=2e-3)
    assert len(found["coefficients"]) == degree


def test_early_stopping_and_the_exact_answers_stand_beside_each_other(kedou):
    page = kedou("fit", "tadpoles.csv", "-t", "volume", "-p", "time=4")
    assert page.code == 4
    assert "the exact answers: 3.549" in page.out
    assert "is possible" in page.out


RAW = ["--no-intercept", "--no-standardize", "--learning-rate"]
OUTCOMES = [
    ([*RAW, "0.0999", "--steps", "5000"], 0, "converged"),
    ([*RAW, "0.1"], 5, "diverged"),
    (["--learning-rate", "0.001", "--steps", "5"], 4, "slow"),
    ([*RAW, "0.5", "--rule", "sign", "--start", "1"], 4, "looping"),
    ([*RAW, "0.5", "--rule", "fixed-step", "--start", "1"], 4, "stepped-over"),
    ([*RAW, "0.5", "--rule", "fixed-step", "--start=-1"], 5, "wrong-direction"),
]


@pytest.mark.parametrize(("options", "code", "outcome"), OUTCOMES)
def test_every_outcome_has_its_code_and_its_page(kedou, options, code, outcome):
    for language in ("en", "zh"):
        page = kedou("fit", "tadpoles.csv", "-t", "volume", *options, "--lang", language)
        assert page.code == code
        assert "volume = " in page.out
    found = kedou("fit", "tadpoles.csv", "-t", "volume", *options, "--json")
    assert json.loads(found.out)["outcome"] == outcome
    assert found.code == code
    silent = kedou("fit", "tadpoles.csv", "-t", "volume", *options, "--quiet")
    assert (silent.code, silent.out, silent.err) == (code, "", "")


def test_a_diverged_run_leaves_no_model(kedou):
    Path("model.json").write_text("older", encoding="utf-8")
    page = kedou(
        "fit", "tadpoles.csv", "-t", "volume", "--learning-rate", 2, "--model", "model.json"
    )
    assert page.code == 5
    assert "No model was written" in page.err
    assert Path("model.json").read_text(encoding="utf-8") == "older"
    object_only = kedou(
        *("fit", "tadpoles.csv", "-t", "volume", "--learning-rate", 2, "--model", "m.json"),
        "--json",
    )
    assert json.loads(object_only.out)["outcome"] == "diverged"
    assert not Path("m.json").exists()


def test_an_unfinished_run_leaves_a_model_and_a_word(kedou):
    page = kedou(
        *("fit", "tadpoles.csv", "-t", "volume", "--learning-rate", 0.01, "--steps", 5),
        *("--model", "model.json"),
    )
    assert page.code == 4
    assert "not arrived" in page.err
    assert kd.load_model("model.json").fit["outcome"] == "slow"


def test_files_that_come_out(tadpoles):
    tadpoles(*("--steps", 20, "--model", "m.json", "--history", "h.parquet", "--moments", "s.json"))
    tadpoles("--steps", 20, "--history", "h.csv")
    history = pq.read_table("h.parquet")
    assert history.column("step").to_pylist() == list(range(21))
    assert pc.read_csv("h.csv").equals(history)
    assert kd.load_model("m.json").predict({"time": [6.0]})[0] == pytest.approx(4.64, abs=0.005)
    again = kd.descend(kd.Moments.load("s.json"), steps=20, standardize=True)
    assert history.column("loss").to_pylist() == again.loss.tolist()


def test_columns(fitted, homes):
    plain = fitted(homes, "-t", "price", "--features", "area", code=0)
    assert list(plain["coefficients"]) == ["area"]
    assert {left["column"] for left in plain["left_out"]} == {"city", "day", "weight", "street"}
    assert "--categorical city" in next(
        left["reason"] for left in plain["left_out"] if left["column"] == "city"
    )
    several = fitted(homes, "-t", "price", "-f", "area,street", "-f", "weight")
    assert list(several["coefficients"]) == ["area", "street", "weight"]
    rich = fitted(
        *(homes, "-t", "price", "-f", "area", "--categorical", "city"),
        *("--polynomial", "area=2", "--dates", "day", "--steps", "1e8"),
    )
    assert rich["coefficients"]["area^2"] == pytest.approx(1.0, abs=0.05)
    assert rich["coefficients"]["day:trend"] == pytest.approx(0.009, abs=0.002)
    assert rich["references"]["city"] == "A"
    assert rich["coefficients"]["city=B"] == pytest.approx(3.0, abs=0.1)
    assert rich["standard_errors"].keys() == {*rich["coefficients"], "intercept"}


def test_a_weight_of_two_is_the_row_twice(fitted):
    write("once.csv", "x,w,y\n1,2,1\n2,1,3\n4,3,2\n7,1,8\n")
    write("often.csv", "x,y\n1,1\n1,1\n2,3\n4,2\n4,2\n4,2\n7,8\n")
    weighted = fitted("once.csv", "-t", "y", "--weight", "w")
    repeated = fitted("often.csv", "-t", "y")
    assert weighted["coefficients"]["x"] == pytest.approx(repeated["coefficients"]["x"])
    assert weighted["standard_errors"]["x"] == pytest.approx(repeated["standard_errors"]["x"])
    assert weighted["rows"]["used"] == 4


@pytest.mark.parametrize(
    ("loss", "code"), [("squared", 0), ("absolute", 4), ("huber", 0), ("log", 0), ("brier", 0)]
)
def test_losses(fitted, kedou, loss, code):
    kedou("data", "challenger", "-o", "flights.csv")
    found = fitted("flights.csv", "-t", "damage", "--loss", loss, "--steps", 400, code=code)
    assert found["loss"]["name"] == loss
    assert found["loss"]["last"] <= found["loss"]["first"]
    if loss == "squared":
        assert found["hold_out"]["folds"] == 23
    else:
        assert found["hold_out"] is None
        assert found["r2"] is None
        assert found["learning_rate_limit"] is None
    if loss == "log":
        assert found["equation"].startswith("P(damage = 1) = 1 / (1 + exp(-(")
        assert found["coefficients"]["temperature"] == pytest.approx(-0.2322, abs=1e-3)


@pytest.mark.parametrize("rule", sorted(kd.rules.NAMED))
def test_rules(kedou, rule):
    page = kedou("fit", "tadpoles.csv", "-t", "volume", "--rule", rule)
    assert page.code in (0, 4, 5)
    assert "volume = " in page.out


def test_settings_of_descent(tadpoles):
    early = tadpoles("--learning-rate", 0.1, "--tolerance", "0.5")
    assert early["steps"] < 40
    assert early["loss"]["last"] <= 1.5 * early["loss"]["exact"]
    nowhere = tadpoles("--steps", 0, "--start", "2,1", code=4)
    assert (nowhere["coefficients"]["time"], nowhere["intercept"]) == (2.0, 1.0)
    one = tadpoles("--steps", 0, "--start", "random", "--seed", 3, code=4)
    same = tadpoles("--steps", 0, "--start", "random", "--seed", 3, code=4)
    other = tadpoles("--steps", 0, "--start", "random", code=4)
    assert one["start"] == same["start"] != other["start"]
    assert other["seed"] is not None
    pulled = tadpoles("--ridge", 1)
    assert pulled["coefficients"]["time"] == pytest.approx(0.743282 / 2, abs=1e-5)
    assert pulled["standard_errors"] == {"time": None, "intercept": None}
    assert len(pulled["warnings"]) == 1
    raw = tadpoles("--no-standardize", "--learning-rate", 0.05)
    assert raw["learning_rate_limit"] == pytest.approx(0.09197, abs=1e-5)


def test_rows_that_cannot_be_used(kedou, fitted):
    write("holes.csv", "x,y\n1,2\n,3\n3,oops\n4,8\n5\n6,13\n7,inf\n")
    assert kedou("fit", "holes.csv", "-t", "y").code == 3
    found = fitted("holes.csv", "-t", "y", "--skip-bad-rows")
    assert found["rows"] == {
        "read": 7, "used": 3, "skipped": 4, "cells": {"x": 1, "y": 2, "(row)": 1},
    }  # fmt: skip
    page = kedou("fit", "holes.csv", "-t", "y", "--skip-bad-rows")
    shown = " ".join(page.out.split())
    assert "7 read, 3 used, 4 skipped" in shown
    assert "1 in 'x'" in shown
    assert "2 in 'y'" in shown
    assert "rows with too many or too few cells: 1" in shown
    write("gap.csv", "x,y\n1,2\n,3\n3,4\n5,7\n")
    strict = kedou("fit", "gap.csv", "-t", "y", "--missing", "error")
    assert strict.code == 3
    assert "gap.csv row 2, column 'x'" in strict.err


def test_how_a_file_is_written(fitted):
    write("zh.csv", "时间;体积\n0,8;1,0\n1,7;0,9\n2,7;2,4\n3,2;2,9\n", encoding="gb18030")
    told = fitted("zh.csv", "-t", "体积", "--encoding", "gb18030", "--delimiter", ";",
                  "--decimal", ",")  # fmt: skip
    assert told["notes"] == [note for note in told["notes"] if "rate" in note]
    detected = fitted("zh.csv", "-t", "体积")
    assert detected["coefficients"] == told["coefficients"]
    assert len(detected["notes"]) > len(told["notes"])
    write("tabs.txt", "x\ty\n1\t2\n2\t3\n4\t4\n")
    assert fitted("tabs.txt", "-t", "y", "--delimiter", "tab")["rows"]["used"] == 3


def test_several_files_and_folders(fitted):
    Path("parts").mkdir()
    for number, lines in enumerate((["1,2", "2,3"], ["4,6", "5,6"])):
        write(f"parts/{number}.csv", "\n".join(["x,y", *lines]) + "\n")
    whole = write("whole.csv", "x,y\n1,2\n2,3\n4,6\n5,6\n")
    expected = fitted(whole, "-t", "y")["coefficients"]
    for files in (["parts/0.csv", "parts/1.csv"], ["parts"], ["parts/*.csv"]):
        assert fitted(*files, "-t", "y")["coefficients"] == pytest.approx(expected)


def test_checks_on_rows_left_out(fitted, kedou, homes):
    basic = [homes, "-t", "price", "-f", "area"]
    assert fitted(*basic)["hold_out"]["folds"] == 5
    assert fitted(*basic, "--folds", 8)["hold_out"]["folds"] == 8
    assert fitted(*basic, "--folds", 0)["hold_out"] is None
    assert fitted(*basic, "--seed", 1)["hold_out"]["rmse"] != fitted(*basic)["hold_out"]["rmse"]
    last = fitted(*basic, "--split-by", "day")["hold_out"]
    assert last["kind"] == "split"
    assert (last["training_rows"], last["rows"], last["cut"]) == ([192], [48], "2024-07-25")
    page = " ".join(kedou("fit", *basic, "--split-by", "day").out.split())
    assert "learnt from the 192 rows before 2024-07-25, tested on the 48 rows" in page
    groups = fitted(*basic, "--group-by", "street")["hold_out"]
    assert groups["kind"] == "group"
    assert all(count % 20 == 0 for count in groups["rows"])
    assert sum(groups["rows"]) == 240


def test_numbers_are_never_infinite(fitted):
    write("flat.csv", "x,y\n1,3\n2,3\n3,3\n")
    flat = fitted("flat.csv", "-t", "y")
    assert flat["r2"] is None
    write("line.csv", "x,y\n1,2\n2,4\n3,6\n")
    line = fitted("line.csv", "-t", "y")
    assert line["r2"] == pytest.approx(1.0)
    write("two.csv", "x,z,y\n1,5,2\n2,7,4\n")
    two = fitted("two.csv", "-t", "y", code=0)
    assert two["standard_errors"]["x"] is None
    assert two["warnings"]
    write("one.csv", "x,y\n1,2\n")
    assert fitted("one.csv", "-t", "y", code=0)["hold_out"] is None
    huge = fitted("tadpoles.csv", "-t", "volume", "--learning-rate", "1e30", code=5)
    assert math.isfinite(huge["loss"]["last"])


def test_columns_that_cannot_be_told_apart_are_named(kedou, fitted):
    write("twins.csv", "x,twice,still,y\n1,2,5,1\n2,4,5,3\n3,6,5,2\n4,8,5,5\n")
    found = fitted("twins.csv", "-t", "y")
    assert found["standard_errors"]["twice"] is None
    assert any("'twice'" in warning for warning in found["warnings"])
    assert any("'still'" in warning for warning in found["warnings"])
    assert "Note well" in kedou("fit", "twins.csv", "-t", "y").out


def test_many_columns_stay_readable(kedou):
    generator = np.random.default_rng(0)
    values = generator.standard_normal((300, 45)).round(3)
    names = ",".join([f"column_{j}" for j in range(44)] + ["y"])
    rows = "\n".join(",".join(map(str, row)) for row in values)
    write("wide.csv", f"{names}\n{rows}\n")
    page = kedou("fit", "wide.csv", "-t", "y")
    assert "... and 15 more" in page.out
    assert max(map(len, page.out.splitlines())) <= 80
    assert page.out.count("column_") < 60


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_numbers_of_prices_are_whole(kedou, tmp_path, lang):
    rows = "".join(f"{i},{(79000 + 1200 * i + 900 * (i % 3)):.1f}\n" for i in range(40))
    path = tmp_path / "prices.csv"
    path.write_text("age,price\n" + rows)
    told = kedou("fit", str(path), "-t", "price", "--lang", lang).out
    assert not re.search(r"e\+0[0-6]", told)
    assert re.search(r"79,\d{3}\b", told)
    formula = next(line for line in told.splitlines() if "price = " in line)
    assert "," not in formula.split("price = ")[1]
    content = json.loads(kedou("fit", str(path), "-t", "price", "--json", "--lang", lang).out)
    assert isinstance(content["loss"]["first"], float)
    assert content["loss"]["first"] > 1e7


def test_a_column_that_only_counts_the_rows_is_asked_about(fitted, kedou):
    generator = np.random.default_rng(3)
    size = generator.normal(size=60)
    table = {"nr": generator.permutation(60) + 1, "size": size}
    table |= {"y": 2 * size + generator.normal(size=60)}
    lines = [
        ",".join(table),
        *(",".join(map(str, row)) for row in zip(*table.values(), strict=True)),
    ]
    write("numbered.csv", "\n".join(lines))
    question, how = fitted("numbered.csv", "-t", "y")["warnings"]
    assert question.startswith("'nr' holds each whole number from 1 to 60 once.")
    assert how.endswith("--features size")
    assert fitted("numbered.csv", "-t", "y", *how.split()[-2:])["warnings"] == []
    assert fitted("numbered.csv", "-t", "y", "--features", "nr,size")["warnings"] == []
    huber = fitted("numbered.csv", "-t", "y", "--loss", "huber", "--steps", "200")
    assert huber["warnings"] == [question, how]
    assert question not in huber["notes"]
    shown = kedou("fit", "numbered.csv", "-t", "y", "--lang", "zh").out
    assert "“nr”里从 1 到 60 的整数各出现一次" in shown.replace("\n", "").replace(" " * 15, "")


def test_what_follows_the_target_almost_exactly_is_called_a_likely_leak(fitted, kedou):
    generator = np.random.default_rng(2)
    rows = ["x,paid,y"]
    for _ in range(40):
        x, noise, slip = generator.normal(size=3)
        rows.append(f"{x:.6f},{2 * x + noise + 1e-4 * slip:.6f},{2 * x + noise:.6f}")
    name = write("leak.csv", "\n".join(rows) + "\n")
    found = fitted(name, "--target", "y")
    assert ["paid" in warning for warning in found["warnings"] if "leak" in warning] == [True]
    assert "likely a leak" in " ".join(kedou("fit", name, "--target", "y").out.split())
    honest = fitted(name, "--target", "y", "--features", "x")
    assert not [warning for warning in honest["warnings"] if "leak" in warning]
