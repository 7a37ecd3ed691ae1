"""``kedou fit --batch-size``: the same run as ``kd.descend``, told in words and in JSON."""

import json
from pathlib import Path

import numpy as np
import pytest

import kedou as kd


@pytest.fixture
def table():
    generator = np.random.default_rng(3)
    x, z = generator.normal(size=500), generator.normal(size=500) * 3 + 5
    y = 2 * x - z + 4 + generator.normal(size=500)
    rows = [f"{a:.6f},{b:.6f},{c:.6f}" for a, b, c in zip(x, z, y, strict=True)]
    Path("rows.csv").write_text("\n".join(["x,z,y", *rows, ""]), encoding="utf-8")
    return ("rows.csv", "--target", "y")


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ((), {}),
        (("--epochs", "12", "--seed", "7"), {"epochs": 12, "seed": 7}),
        (("--no-shuffle", "--average"), {"shuffle": False, "average": True}),
        (("--loss", "huber", "--rule", "adam"), {"loss": "huber", "rule": "adam"}),
    ],
)
def test_it_is_the_run_of_the_library(kedou, table, given, options):
    ended = kedou("fit", *table, "--batch-size", "32", *given, "--json", "--quiet")
    told = json.loads(ended.out)
    run = kd.descend("rows.csv", target="y", batch_size=32, standardize=True, **options)
    found = [*told["coefficients"].values(), told["intercept"]]
    assert found == run.theta[-1].tolist()
    assert told["outcome"] == run.outcome
    assert told["settings"]["batch_size"] == 32
    for name in ("epochs", "shuffle", "average", "compiled"):
        assert told["settings"][name] == run.settings[name]
    assert told["steps"] == 16 * run.settings["epochs"]
    assert told["hold_out"] is None
    assert any("32" in note and "500" in note for note in told["notes"])


@pytest.mark.parametrize(("lang", "word"), [("en", "at 32 of 500 rows"), ("zh", "500行中的32行")])
def test_the_summary_tells_it(kedou, table, lang, word):
    ended = kedou("--lang", lang, "fit", *table, "--batch-size", "32")
    assert ended.code == 0, ended.err
    told = " ".join(ended.out.split())
    assert word in (told if lang == "en" else told.replace(" ", ""))
    assert "learning_rate=" not in ended.out
    assert "kd.rules" not in ended.out


def test_outputs_are_written(kedou, table):
    given = ("--model", "m.json", "--history", "h.csv", "--report", "r.html")
    ended = kedou("fit", *table, "--batch-size", "50", *given)
    assert ended.code == 0, ended.err
    assert kd.load_model("m.json").fit["settings"]["batch_size"] == 50
    assert len(Path("h.csv").read_text(encoding="utf-8").splitlines()) == 1 + 51


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (("--batch-size", "0"), "--batch-size 0"),
        (("--batch-size", "many"), "--batch-size many"),
        (("--batch-size", "8", "--epochs", "0"), "--epochs 0"),
        (("--epochs", "3"), "--batch-size 32"),
        (("--no-shuffle",), "--batch-size 32"),
        (("--average",), "--batch-size 32"),
        (("--batch-size", "8", "--steps", "10"), "--epochs says"),
    ],
)
def test_what_makes_no_sense_is_refused_before_reading(kedou, given, word):
    ended = kedou("--lang", "en", "fit", "missing.csv", "--target", "y", *given)
    assert ended.code == 2
    assert word in " ".join(ended.err.split())


def test_a_diverging_rate_has_its_exit_code_and_leaves_no_model(kedou, table):
    given = ("--batch-size", "4", "--learning-rate", "3", "--model", "m.json")
    ended = kedou("fit", *table, *given)
    assert ended.code == 5, ended.err
    assert not Path("m.json").exists()
