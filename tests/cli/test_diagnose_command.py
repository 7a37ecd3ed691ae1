"""``kedou diagnose``: the verdict before the run; ``kedou data``: something to try it on."""

import json
from pathlib import Path

import pytest


@pytest.fixture
def judged(kedou):
    def run(*arguments):
        ended = kedou("diagnose", *arguments, "--json", "-q")
        assert ended.code == 0, ended.err
        return json.loads(ended.out, parse_constant=pytest.fail)

    return run


def test_the_tadpoles(kedou, judged):
    page = " ".join(kedou("diagnose", "tadpoles.csv", "--target", "volume").out.split())
    for golden in ("above 0.09197 ", "0.09087", "82.8", "21.75, 0.2626", "at step 1", "0.04599"):
        assert golden in page
    found = judged("tadpoles.csv", "--target", "volume")
    assert found["eigenvalues"] == pytest.approx([21.7459, 0.2626], abs=5e-5)
    assert found["learning_rate_limit"] == pytest.approx(0.09197, abs=1e-5)
    assert found["scaled"]["learning_rate_limit"] == pytest.approx(1.0)
    assert found["participation"] == {
        "time": pytest.approx(0.08087, abs=1e-5),
        "intercept": pytest.approx(0.91913, abs=1e-5),
    }
    chinese = kedou("diagnose", "tadpoles.csv", "--target", "volume", "--lang", "zh").out
    assert "学习率上限" in chinese
    assert "0.09197" in chinese


def test_the_start_matters(judged):
    at_the_answer = judged("tadpoles.csv", "-t", "volume", "--start", "0.743282,0.180389")
    assert at_the_answer["best_steps"] <= 1
    low = judged("tadpoles.csv", "-t", "volume", "--start", "0,2")
    assert low["best_steps"] > 50
    through_zero = judged("tadpoles.csv", "-t", "volume", "--no-intercept")
    assert through_zero["learning_rate_limit"] == pytest.approx(0.099957, abs=1e-6)
    penalised = judged("tadpoles.csv", "-t", "volume", "--ridge", "10")
    assert penalised["condition_number"] != pytest.approx(82.8, abs=1)


def test_the_columns_that_make_it_hard_are_named(kedou, judged):
    rows = [f"{i},{i + (i % 2) / 1e4},{(i * 7) % 11},{i % 3}" for i in range(40)]
    Path("near.csv").write_text("\n".join(["a,b,c,y", *rows]) + "\n", encoding="utf-8")
    shares = judged("near.csv", "-t", "y")["scaled"]["participation"]
    assert shares["a"] + shares["b"] > 0.99
    page = kedou("diagnose", "near.csv", "-t", "y").out
    scaled = page[page.index("after scaling") :]
    assert "a 50 %" in scaled
    assert "b 50 %" in scaled
    assert "c" not in scaled[scaled.index("Made hard by") :].split("(")[0].replace("hard", "")
    rows = [f"{i},{2 * i},{i % 3}" for i in range(9)]
    Path("twins.csv").write_text("\n".join(["a,b,y", *rows]) + "\n", encoding="utf-8")
    assert judged("twins.csv", "-t", "y")["dependent_columns"] == {"b": ["a"]}
    assert "'b'" in kedou("diagnose", "twins.csv", "-t", "y").out


def test_data_without_a_slope(kedou, judged):
    Path("flat.csv").write_text("x,y\n0,1\n0,2\n", encoding="utf-8")
    assert judged("flat.csv", "-t", "y", "--no-intercept")["learning_rate_limit"] is None
    assert kedou("diagnose", "flat.csv", "-t", "y", "--no-intercept").code == 0


def test_a_random_start_is_refused(kedou):
    assert kedou("diagnose", "tadpoles.csv", "-t", "volume", "--start", "random").code == 2


def test_the_data_sets(kedou):
    listed = kedou("data")
    assert listed.code == 0
    assert "tadpoles" in listed.out
    assert "penguins" in listed.out
    told = kedou("data", "penguins", "--lang", "zh")
    assert "帕尔默" in told.out
    written = kedou("data", "tadpoles", "-o", "copy.csv")
    assert "kedou fit copy.csv --target volume --features time" in written.out
    assert Path("copy.csv").read_text(encoding="utf-8") == Path("tadpoles.csv").read_text("utf-8")
    assert kedou("fit", "copy.csv", "--target", "volume").code == 0


def test_every_data_set_can_be_fitted_as_suggested(kedou):
    names = [line.split()[0] for line in kedou("data").out.splitlines()[1:] if line[:1].islower()]
    assert len(names) >= 7
    for name in names:
        words = kedou("data", name, "-o", f"{name}.csv").out.split("kedou ", 1)[1].split()
        assert kedou(*words, "--folds", "0", "--steps", "20").code in (0, 4)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nought"], 2),
        (["-o", "x.csv"], 2),
        (["tadpoles", "-o", "no/where.csv"], 3),
        (["a", "b"], 2),
    ],
)
def test_what_is_not_there(kedou, arguments, code):
    ended = kedou("data", *arguments)
    assert ended.code == code
    assert ended.err.startswith("Error: ")


def test_two_points_have_no_residual_standard_deviation(kedou):
    Path("two.csv").write_text("x,y\n1,2\n3,7\n", encoding="utf-8")
    told = json.loads(kedou("diagnose", "two.csv", "-t", "y", "--json").out)
    assert told["digits"]["residual_std"] is None
    assert told["digits"]["coefficients"] > 14
    assert told["precision"] == "fast"
    shown = kedou("diagnose", "two.csv", "-t", "y").out
    assert "no degree of freedom is left" in " ".join(shown.split())
    shown = kedou("diagnose", "two.csv", "-t", "y", "--lang", "zh").out
    assert "没有剩余自由度" in shown
