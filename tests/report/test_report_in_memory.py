"""``kd.report``: the report of a run in memory, whatever the run came from."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import kedou as kd
from kedou.errors import OptionError, OptionTypeError
from kedou.fitting.hold_out import hold_out
from kedou.reporting import ReportPage
from kedou.texts import current_language, set_language

TADPOLES = kd.data.tadpoles()


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language(None)


def inside(page: str) -> dict:
    text = re.search(r'<script type="application/json" id="kedou-report">(.*?)</script>', page)
    return json.loads(text[1])


def rows(count: int = 150, seed: int = 1) -> dict:
    random = np.random.default_rng(seed)
    x = random.normal(size=count)
    return {"x": x, "y": 2 * x + random.normal(size=count)}


def test_a_run_alone_makes_a_report_that_can_retrain():
    run = kd.descend(kd.scan(kd.open(rows(), target="y")), standardize=True)
    content = inside(kd.report(run).html)
    assert content["run"]["theta"][-1] == run.theta[-1].tolist()
    assert content["moments"]["whole"]["count"] == 150
    assert content["held"] is None
    assert content["residuals"] is None
    assert content["title"] == "Report: y"
    assert content["options"] == {"target": "y", "features": ["x"]}


def test_folds_bring_the_error_on_rows_left_out():
    moments = kd.scan(kd.open(rows(), target="y"), folds=5)
    run = kd.descend(moments, rule="momentum", learning_rate=0.1, steps=80, start=[1.0, 2.0])
    content = inside(kd.report(run).html)
    wanted = hold_out(moments, rule=kd.rules.make("momentum", 0.1), steps=80, start=[1.0, 2.0],
                      standardize=False)  # fmt: skip
    assert content["held"]["rmse"] == wanted.rmse
    assert content["held"]["folds"] == 5


def test_data_bring_left_out_error_residuals_and_the_name_of_the_file(tmp_path):
    path = tmp_path / "plants.csv"
    table = rows()
    lines = [f"{x!r},{y!r}" for x, y in zip(*map(np.ndarray.tolist, table.values()), strict=True)]
    path.write_text("\n".join(["x,y", *lines]))
    run = kd.descend(str(path), target="y", standardize=True)
    content = inside(kd.report(run, data=str(path), target="y").html)
    assert content["held"]["folds"] == 5
    assert sum(group["rows"] for group in content["residuals"]) == 150
    assert content["title"] == "Report: plants.csv"
    assert content["source"]["path"].endswith("plants.csv")


def test_few_rows_are_left_out_one_by_one():
    run = kd.descend(TADPOLES, standardize=True)
    content = inside(kd.report(run, data=TADPOLES).html)
    assert content["held"]["folds"] == 7
    assert content["held"]["rmse"] ** 2 == pytest.approx(0.345, abs=1e-3)


def test_a_file_is_written_and_named():
    run = kd.descend(TADPOLES)
    assert isinstance(kd.report(run), ReportPage)


def test_with_a_path_the_file_comes_back(tmp_path):
    run = kd.descend(TADPOLES)
    path = kd.report(run, tmp_path / "run.html")
    assert path == tmp_path / "run.html"
    assert isinstance(path, Path)
    assert path.read_text("utf-8") == kd.report(run).html == run.to_html()


def test_the_language_is_asked_for_and_given_back():
    run = kd.descend(TADPOLES)
    page = kd.report(run, lang="zh")
    assert '<html lang="zh-CN"' in page.html
    assert "报告" in page.title
    assert current_language() == "en"
    assert run.to_html(lang="zh-CN") == page.html


def test_an_estimator_is_its_run():
    table = rows()
    model = kd.GradientDescentRegressor().fit(table["x"][:, None], table["y"])
    assert kd.report(model).html == kd.report(model.trajectory_).html
    several = kd.GradientDescentRegressor().fit(table["x"][:, None], np.c_[table["y"], -table["y"]])
    with pytest.raises(OptionError, match=r"trajectory_\[0\]"):
        kd.report(several)
    assert kd.report(several.trajectory_[1]).title == "Report: y2"


def test_powers_levels_and_dates_are_named_as_they_were_made():
    table = {"x": np.arange(60.0) ** 0.5, "c": ["a", "b", "c"] * 20,
             "d": [f"2024-03-{1 + n % 28:02d}" for n in range(60)],
             "y": np.arange(60.0)}  # fmt: skip
    source = kd.open(table, target="y", categorical="c", polynomial={"x": 3}, dates="d")
    run = kd.descend(source, standardize=True)
    options = inside(kd.report(run).html)["options"]
    assert options == inside(kd.report(run, data=source).html)["options"]
    assert options["polynomial"] == {"x": 3}
    assert options["categorical"] == ["c"]
    assert options["dates"] == ["d"]


def test_a_run_over_rows_is_given_its_data():
    run = kd.descend(TADPOLES, loss="huber", steps=20)
    with pytest.raises(OptionError, match=r"moments=kd.scan\(data\)"):
        kd.report(run)
    content = inside(kd.report(run, data=TADPOLES).html)
    assert content["moments"] is None
    assert content["held"] is None
    assert content["without"]["code"] == "reporting.no-moments-loss"


def test_a_run_by_batches_or_by_ones_own_rule_says_why_it_cannot_retrain():
    batches = kd.descend(kd.data.engel(), standardize=True, batch_size=32, epochs=2)
    content = inside(kd.report(batches, data=kd.data.engel()).html)
    assert content["without"]["code"] == "reporting.no-moments-batches"
    assert content["held"] is content["validation"] is None
    own = kd.descend(TADPOLES, rule=lambda theta, gradient: theta - 0.01 * gradient, steps=5)
    content = inside(kd.report(own).html)
    assert content["without"]["code"] == "reporting.no-moments-rule"
    for rate in (lambda step: 0.05 / (1 + step), kd.rules.InverseTime(0.05, decay=1.0)):
        changing = kd.descend(TADPOLES, learning_rate=rate, steps=5)
        content = inside(kd.report(changing, data=TADPOLES).html)
        assert content["without"]["code"] == "reporting.no-moments-schedule"


def test_a_saved_run_is_told_with_its_moments(tmp_path):
    moments = kd.scan(TADPOLES)
    run = kd.descend(moments, standardize=True)
    run.save(tmp_path / "run.json")
    back = kd.Trajectory.load(tmp_path / "run.json")
    assert kd.report(back, moments=moments).html == kd.report(run).html


@pytest.mark.parametrize("give", ["data", "moments"])
def test_data_of_another_run_are_refused(give):
    run = kd.descend(TADPOLES)
    other = kd.data.penguins()
    with pytest.raises(OptionError, match="do not belong"):
        kd.report(run, **{give: other if give == "data" else kd.scan(other)})


def test_what_is_no_run_is_told():
    with pytest.raises(OptionTypeError, match="Moments"):
        kd.report(kd.scan(TADPOLES))
    with pytest.raises(OptionTypeError, match="LeastSquaresRegressor"):
        kd.report(kd.LeastSquaresRegressor().fit([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0]))


def test_moments_stay_out_where_that_is_asked():
    run = kd.descend(TADPOLES)
    assert inside(kd.report(run, with_moments=False).html)["moments"] is None


def test_a_notebook_shows_it_in_a_frame_of_its_own():
    page = kd.report(kd.descend(TADPOLES), name='"><script>alert(1)</script>')
    found = []

    class Frames(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.append((tag, dict(attributes)))

    Frames().feed(page._repr_html_())
    assert [tag for tag, _ in found] == ["style", "iframe"]
    attributes = found[1][1]
    assert attributes["srcdoc"] == page.html
    assert attributes["sandbox"] == "allow-scripts allow-downloads allow-modals"
