"""``--precision``: what auto does, says and prints, on the command line."""

import json
from pathlib import Path

import numpy as np
import pytest

import kedou as kd
from oracle import fewest_digits

FILIP = Path(__file__).parents[1] / "data" / "nist" / "Filip.csv"
CERTIFIED = (
    *(-2772.17959193342, -2316.37108160893, -1127.97394098372, -354.478233703349),
    *(-75.1242017393757, -10.8753180355343, -1.06221498588947, -0.670191154593408e-1),
    *(-0.246781078275479e-2, -0.402962525080404e-4, -1467.48961422980),
)


def fit(kedou, *arguments):
    ended = kedou("fit", FILIP, "-t", "y", "-p", "x=10", *arguments)
    assert ended.err == "" or "Read" in ended.err, ended.err
    return ended


def exactly(found):
    return [*found["exact"]["coefficients"].values(), found["exact"]["intercept"]]


def test_a_polynomial_of_degree_ten_keeps_its_digits_without_being_asked(kedou):
    found = json.loads(fit(kedou, "--rule", "preconditioned", "--steps", "5", "--json", "-q").out)
    assert found["precision"] == "exact"
    assert fewest_digits(exactly(found), CERTIFIED) >= 13
    assert any('precision "exact"' in note for note in found["notes"])
    assert found["warnings"] == []
    assert found["hold_out"]["kind"] == "leave-one-out"
    assert found["r2"] == pytest.approx(0.996727416185620, rel=1e-10)
    assert found["hold_out"]["exact_mse"] == pytest.approx(found["hold_out"]["mse"], rel=1e-3)


def test_fast_does_not_and_says_what_it_lost(kedou):
    arguments = (
        "--precision",
        "fast",
        "--folds",
        "0",
        "--rule",
        "preconditioned",
        "--json",
        "--quiet",
    )
    found = json.loads(fit(kedou, *arguments).out)
    assert found["precision"] == "fast"
    assert fewest_digits(exactly(found), CERTIFIED) < 5


@pytest.mark.parametrize(("language", "words"), [("en", "once more"), ("zh", "重读一遍")])
def test_the_summary_and_the_diagnosis_say_why(kedou, language, words):
    for command in ("fit", "diagnose"):
        more = ("--folds", "0") if command == "fit" else ()
        ended = kedou("--lang", language, command, FILIP, "-t", "y", "-p", "x=10", *more)
        assert words in "".join(ended.out.split("\n")).replace("  ", "") or words in ended.out


def test_the_diagnosis_as_json(kedou):
    ended = kedou("diagnose", FILIP, "-t", "y", "-p", "x=10", "--json")
    found = json.loads(ended.out)
    assert found["precision"] == "exact"
    assert found["digits"]["coefficients"] > 15
    assert any('precision "exact"' in note for note in found["notes"])


def test_easy_data_are_read_once(kedou):
    found = json.loads(kedou("fit", "tadpoles.csv", "-t", "volume", "--json", "-q").out)
    assert found["precision"] == "fast"
    assert not any("precision" in note for note in found["notes"])
    asked = json.loads(
        kedou("fit", "tadpoles.csv", "-t", "volume", "--precision", "exact", "--json", "-q").out
    )
    assert asked["precision"] == "exact"
    assert asked["exact"]["intercept"] == pytest.approx(found["exact"]["intercept"], rel=1e-13)


def test_an_unknown_precision_is_refused_before_anything_is_read(kedou):
    for command in ("fit", "diagnose"):
        ended = kedou(command, "nowhere.csv", "-t", "y", "--precision", "double")
        assert ended.code == 2
        assert "double" in ended.err


def test_exact_moments_and_split_are_written_and_read(kedou, tmp_path):
    rng = np.random.default_rng(1)
    x = rng.integers(1000, 1100, 300)
    lines = [f"{v},{v**3 + n:.3f},{n}" for n, v in enumerate(x.tolist())]
    Path("t.csv").write_text("x,y,day\n" + "\n".join(lines) + "\n")
    command = ("fit", "t.csv", "-t", "y", "-f", "x", "-p", "x=4", "--split-by", "day")
    ended = kedou(*command, "--moments", "m.json", "--rule", "preconditioned", "-q")
    assert ended.code == 0, ended.err
    moments = kd.Moments.load("m.json")
    assert moments.precision == "exact"
    assert [fold.precision for fold in moments.folds] == ["exact", "exact"]
    assert moments.folds[0] + moments.folds[1] == kd.scan(
        "t.csv", target="y", features="x", polynomial={"x": 4}, precision="exact"
    )
