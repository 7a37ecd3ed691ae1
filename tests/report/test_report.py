"""The report: whole in one file, true to the run, safe against what is in the data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest

import kedou as kd
from kedou.cli import app
from kedou.fitting.hold_out import hold_out
from kedou.fitting.validation import validate
from kedou.moments.relation import likely_leaks
from kedou.reporting import Report, report_content, report_page
from kedou.reporting.content import residual_groups
from kedou.texts import set_language

HOSTILE = "</script><script>alert(1)</script><!--"


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language(None)


def made(table: dict, target: str = "y", **options) -> Report:
    source = kd.open(table, target=target, **options)
    moments = kd.scan(source, folds=4)
    run = kd.descend(moments, standardize=True)
    return Report(run, moments, source.plan, "data.csv", held=hold_out(moments))


def table(rows: int = 120, **more) -> dict:
    random = np.random.default_rng(1)
    x = random.normal(size=rows)
    return {"x": x, **more, "y": 2 * x + random.normal(size=rows)}


def inside(page: str) -> dict:
    text = re.search(r'<script type="application/json" id="kedou-report">(.*?)</script>', page)
    assert text
    return json.loads(text.group(1))


def test_a_report_holds_the_very_numbers_of_its_run():
    report = made(table())
    content = inside(report_page(report_content(report)))
    assert content["run"]["theta"][-1] == report.run.theta[-1].tolist()
    assert content["run"]["steps"][-1] == 1000
    assert content["parameters"]["exact"] == report.run.exact.theta.tolist()
    assert content["held"]["rmse"] == report.held.rmse
    assert content["validation"]["left_out"][-1] == pytest.approx(report.held.mse, rel=1e-12)
    again = kd.moments.store.from_content(
        {**content["moments"]["whole"], "folds": content["moments"]["folds"]}
    )
    assert again == report.moments


def test_nothing_is_asked_for_and_nothing_but_its_own_script_may_run():
    page = report_page(report_content(made(table())))
    assert not re.search(r'(?:src|href)="(?!data:)', page.split("<style>")[0])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert "default-src &#x27;none&#x27;" in policy or "default-src 'none'" in policy
    for tag in ("style", 'script type="module"'):
        name = tag.split()[0]
        text = re.search(rf"<{tag}>(.*?)</{name}>", page, re.S).group(1)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"sha256-{digest}" in policy
    assert "unsafe" not in policy


def test_hostile_names_do_not_leave_the_data():
    report = made({HOSTILE: table()["x"], "y": table()["y"]})
    page = report_page(report_content(report))
    assert "alert(1)</script>" not in page
    assert page.count("</script>") == 3
    assert HOSTILE in inside(page)["parameters"]["names"]


def test_moments_can_be_left_out_and_are_said_to_be():
    report = made(table())
    plain = Report(**{**vars_of(report), "with_moments": False})
    content = report_content(plain)
    assert content["moments"] is None
    assert content["without"]["code"] == "reporting.no-moments"


def test_moments_of_a_rare_level_stay_out():
    city = ["a"] * 60 + ["b"] * 51 + ["c"] * 9
    report = made(table(city=city), categorical=["city"])
    content = report_content(report)
    assert content["moments"] is None
    assert "city=c" in content["without"]["text"]
    city = ["a"] * 60 + ["b"] * 50 + ["c"] * 10
    assert report_content(made(table(city=city), categorical=["city"]))["moments"] is not None


def test_folds_of_few_rows_stay_out_but_the_error_on_them_is_told():
    content = report_content(made(table(30)))
    assert content["moments"]["folds"] == []
    assert content["validation"] is not None


def four_folds(seed):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(60, 3)) @ generator.normal(size=(3, 3))
    return kd.scan(X, X @ [1.0, -2.0, 0.5] + 2 * generator.normal(size=60), folds=4)


def test_an_automatic_rate_is_each_training_parts_own_as_in_the_lab():
    differ = 0
    for seed in range(12):
        moments = four_folds(seed)
        run = kd.descend(moments, standardize=True)
        content = inside(kd.report(run, moments=moments).html)
        own, fixed = validate(moments), validate(moments, learning_rate=run.learning_rate)
        told = content["validation"]
        assert told["left_out"] == own.left_out[np.searchsorted(own.steps, told["steps"])].tolist()
        assert content["held"]["rmse"] == hold_out(moments, standardize=True).rmse
        assert content["settings"]["rate"] is None
        assert content["run"]["learning_rate"] == run.learning_rate
        differ += own.best_step != fixed.best_step
    assert differ > 3


def test_a_rate_that_was_given_is_that_of_every_training_part():
    moments = four_folds(0)
    for rule in ("gradient-descent", "momentum"):
        run = kd.descend(moments, rule, learning_rate=0.2, steps=50, standardize=True)
        content = inside(kd.report(run, moments=moments).html)
        seen = validate(moments, rule=rule, learning_rate=0.2, steps=50)
        assert content["validation"]["left_out"] == seen.left_out.tolist()
        assert content["settings"]["rate"] == 0.2
    run = kd.descend(moments, "momentum", steps=50, standardize=True)
    assert inside(kd.report(run, moments=moments).html)["settings"]["rate"] == run.learning_rate


def test_residuals_are_groups_of_at_least_ten_rows():
    report = made(table(95))
    X, y = table(95)["x"][:, None], table(95)["y"]
    groups = residual_groups(report.run, report.moments, (X, y))
    assert sum(group["rows"] for group in groups) == 95
    assert min(group["rows"] for group in groups) >= 10
    mean = sum(group["mean"] * group["rows"] for group in groups) / 95
    predicted = X[:, 0] * report.run.weights[-1, 0] + report.run.intercept[-1]
    assert mean == pytest.approx((y - predicted).mean(), abs=1e-12)
    assert residual_groups(report.run, report.moments, (X[:19], y[:19])) is None


def test_the_most_important_warning_is_first():
    x = table()["x"]
    leak = made({"x": x, "after": table()["y"] * 3 + 1, "y": table()["y"]})
    assert likely_leaks(leak.moments)[0].name == "after"
    assert report_content(leak)["warnings"][0]["code"] == "reporting.leak"
    noise = np.random.default_rng(2).normal(size=120)
    useless = report_content(made({"x": x, "y": noise}))
    assert "reporting.no-skill" in [each["code"] for each in useless["warnings"]]
    few = report_content(made(table(8)))
    assert "reporting.few-rows" in [each["code"] for each in few["warnings"]]


def test_columns_that_may_only_number_the_rows_are_asked_about():
    numbered = {"nr": np.arange(120) + 1, **table()}
    for features, expected in ((None, ["moments.numbering-consecutive"]), (["nr", "x"], [])):
        source = kd.open(numbered, target="y", features=features)
        run = kd.descend(source, standardize=True)
        for page in (kd.report(run, data=source), kd.report(run)):
            warnings = inside(page.html)["warnings"]
            asked = [each for each in warnings if "numbering" in each["code"]]
            assert [each["code"] for each in asked] == expected


def test_the_command_line_asks_in_its_report(tmp_path):
    lines = ["nr,x,y", *(f"{i},{i * i % 17},{i % 5}" for i in range(60))]
    (tmp_path / "d.csv").write_text("\n".join(lines))
    path = tmp_path / "run.html"
    app.run(["fit", str(tmp_path / "d.csv"), "-t", "y", "-q", "--report", str(path)])
    said = [each["text"] for each in inside(path.read_text("utf-8"))["warnings"]]
    assert any(text.startswith("'nr' holds each whole number from 0 to 59") for text in said)


def holes(missing: int) -> dict:
    x = table()["x"].copy()
    x[:missing] = np.nan
    return {"x": x, "town": ["a", "b"] * 60, "y": table()["y"]}


@pytest.mark.parametrize(
    ("missing", "code"), [(0, None), (3, "reporting.some-skipped"), (40, "reporting.many-skipped")]
)
def test_rows_that_were_skipped_are_warned_of(missing, code):
    source = kd.open(holes(missing), target="y")
    run = kd.descend(kd.scan(source), standardize=True)
    for language in ("en", "zh-CN"):
        content = inside(kd.report(run, data=source, lang=language).html)
        said = {each["code"]: each["text"] for each in content["warnings"]}
        skipping = [each for each in said if each.endswith("skipped")]
        assert skipping == ([] if code is None else [code])
        if code:
            assert all(word in said[code] for word in ("120", str(missing), "x"))
    assert said["reporting.columns-left-out"].startswith("没有用到的列：“town”（文字）")


def test_columns_that_were_not_asked_for_are_no_warning():
    data = {**holes(0), "z": table()["x"] ** 2}
    run = kd.descend(data, target="y", features="x", standardize=True)
    content = inside(kd.report(run, data=kd.open(data, target="y", features="x")).html)
    assert "reporting.columns-left-out" not in [each["code"] for each in content["warnings"]]


def test_many_columns_are_counted():
    data = {**table(), **{f"t{number}": ["a", "b"] * 60 for number in range(9)}}
    run = kd.descend(data, target="y", standardize=True)
    (said,) = inside(kd.report(run, data=kd.open(data, target="y"), lang="en").html)["warnings"]
    assert said["text"].startswith("Columns not used: 't0' (text), 't1' (text)")
    assert "and 3 more columns" in said["text"]


def test_the_command_line_warns_of_rows_and_columns(tmp_path):
    (tmp_path / "d.csv").write_text(
        "town,x,y\n" + "".join(f"a,{i},{2 * i + i % 3}\n" for i in range(30)) + "b,,3\nb,4\n"
    )
    path = tmp_path / "run.html"
    command = ["fit", str(tmp_path / "d.csv"), "-t", "y", "--skip-bad-rows", "-q"]
    assert app.run([*command, "--report", str(path)]) == 0
    said = {each["code"]: each["text"] for each in inside(path.read_text("utf-8"))["warnings"]}
    assert said["reporting.some-skipped"] == (
        "2 of 32 rows were left out for missing or bad cells (1 in 'x', rows of another length: 1)."
    )
    assert "'town' (text)" in said["reporting.columns-left-out"]


def test_the_command_line_writes_it(tmp_path, capsys):
    tadpoles = str(kd.data.tadpoles().path())
    path = tmp_path / "run.html"
    code = app.run(["fit", tadpoles, "--target", "volume", "--report", str(path)])
    assert code == 0
    assert str(path) in capsys.readouterr().out
    content = inside(path.read_text("utf-8"))
    assert content["title"] == "Report: tadpoles.csv"
    assert content["moments"]["folds"] == []
    assert content["validation"]["left_out"][-1] == pytest.approx(0.345, abs=5e-4)
    assert (
        app.run(["fit", tadpoles, "-t", "volume", "--report", str(path), "--no-moments", "-q"]) == 0
    )
    assert inside(path.read_text("utf-8"))["moments"] is None


def test_a_report_of_another_loss_has_no_moments(tmp_path):
    path = tmp_path / "run.html"
    engel = str(kd.data.engel().path())
    app.run(["fit", engel, "-t", "food", "--loss", "huber", "--report", str(path), "--quiet"])
    content = inside(path.read_text("utf-8"))
    assert content["without"]["code"] == "reporting.no-moments-loss"
    assert content["loss"] == "huber"


def vars_of(report: Report) -> dict:
    return {name: getattr(report, name) for name in Report.__dataclass_fields__}


def test_the_page_is_built():
    assert (Path(kd.__file__).parent / "assets" / "lab" / "bundle.js").exists()
