"""Small tables in a notebook: the numbers of what they tell of, safe, in both languages."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import kedou as kd
from kedou.readable import Table, shown
from kedou.texts import LANGUAGES, set_language

HOSTILE = "<img src=x onerror=alert(1)>\"'&</table>\u202e\n\x1b[31m"


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language(None)


def things(name: str = "x") -> dict:
    random = np.random.default_rng(3)
    x, z = random.normal(size=(2, 40))
    table = {name: x, "z": z, "y": 2 * x - z + random.normal(size=40)}
    moments = kd.scan(kd.open(table, target="y"), folds=2)
    return {
        "moments": moments,
        "diagnosis": kd.diagnose(moments),
        "solution": kd.solve(moments),
        "run": kd.descend(moments, learning_rate=0.1, steps=20),
    }


KINDS = ("moments", "diagnosis", "solution", "run")


class Reader(HTMLParser):
    """Reads a table as a browser would: its tags, and the text of each cell."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.rows: list[list[str]] = []
        self.notes: list[str] = []
        self.caption = ""
        self._into: str | None = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
        elif tag == "p":
            self.notes.append("")
        self._into = tag
        assert {name for name, _ in attributes} <= {"style", "scope"}

    def handle_data(self, data):
        if self._into in ("th", "td"):
            self.rows[-1][-1] += data
        elif self._into == "p":
            self.notes[-1] += data
        elif self._into == "caption":
            self.caption += data


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_html_and_text_say_the_same_in_both_languages(kind, lang):
    set_language(lang)
    thing = things()[kind]
    bundle = thing._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/html"] == thing._repr_html_()
    table = Reader(bundle["text/html"])
    lines = bundle["text/plain"].split("\n")
    assert lines[0] == table.caption
    assert lines[len(table.rows) + 1 :] == table.notes
    for line, row in zip(lines[1:], table.rows, strict=False):
        assert re.split(r"\s{2,}", line.strip()) == [cell for cell in row if cell]
    words = table.caption + "".join(table.notes) + "".join(table.rows[0])
    assert bool(re.search("[\u4e00-\u9fff]", words)) == (lang == "zh-CN")


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_names_are_text_and_nothing_else(kind):
    thing = things(HOSTILE)[kind]
    made = thing._repr_html_()
    assert set(Reader(made).tags) <= {
        "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "p"
    }  # fmt: skip
    assert "<img" not in made
    text = thing._repr_mimebundle_()["text/plain"]
    assert "\x1b" not in text
    assert "\u202e" not in text + made
    if kind != "diagnosis":
        assert "<img src=x" in text
        assert "<img src=x" in html.unescape(made)


@pytest.mark.parametrize("kind", KINDS)
def test_the_short_text_stays_as_it_was(kind):
    thing = things()[kind]
    assert "\n" not in repr(thing)[:60]
    assert repr(thing).startswith(type(thing).__name__)


def test_no_colour_is_its_own():
    made = "".join(thing._repr_html_() for thing in things().values())
    assert set(re.findall(r"(?<![\w-])color:([^;\"]+)", made)) == {"inherit"}
    assert set(re.findall(r"background:([^;\"]+)", made)) == {"none"}


def test_the_numbers_are_those_of_the_solution():
    solution = things()["solution"]
    rows = Reader(solution._repr_html_()).rows[1:]
    for n, row in enumerate(rows):
        low, high = solution.confidence_intervals[n]
        values = (solution.theta[n], solution.standard_errors[n], solution.t[n])
        assert row[1:] == [shown(float(v)) for v in (*values, solution.p_values[n], low, high)]


def test_the_numbers_are_those_of_the_run():
    run = things()["run"]
    rows = {row[0]: row[1:] for row in Reader(run._repr_html_()).rows}
    for n, name in enumerate(run.parameter_names):
        assert rows[name] == [shown(run.theta[0, n]), shown(run.theta[-1, n]),
                              shown(run.exact.theta[n])]  # fmt: skip
    assert rows["loss"][1] == shown(float(run.loss[-1]))
    assert run.advice in run._repr_mimebundle_()["text/plain"].replace("\n", " ")


def test_the_numbers_are_those_of_the_moments_and_the_diagnosis():
    made = things()
    moments, diagnosis = made["moments"], made["diagnosis"]
    rows = {row[0]: row[1:] for row in Reader(moments._repr_html_()).rows}
    n = moments.feature_names.index("z")
    spread = np.sqrt(moments.scatter[n, n] / moments.weight_sum)
    r = moments.scatter[n, -1] / np.sqrt(moments.scatter[n, n] * moments.scatter[-1, -1])
    assert rows["z"] == [shown(moments.mean[n]), shown(spread), shown(float(r))]
    rows = {row[0]: row[1:] for row in Reader(diagnosis._repr_html_()).rows}
    assert rows["learning-rate limit"] == [
        shown(diagnosis.learning_rate_limit), shown(diagnosis.scaled.learning_rate_limit)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        {"x": [1.0], "y": [2.0]},
        {"x": [1.0, 1.0, 1.0], "y": [2.0, 2.0, 2.0]},
        {"x": [1.0, 2.0, 4.0], "y": [2.0, 4.0, 8.0]},
        {"x": [1.0, None, 3.0], "y": [1.0, 2.0, None]},
        {"x": [1e150, -1e150, 3e149], "y": [1.0, 2.0, 0.0]},
    ],
)
def test_what_cannot_be_known_is_a_dash_and_never_a_failure(table):
    moments = kd.scan(kd.open(table, target="y"))
    for thing in (moments, kd.diagnose(moments), kd.solve(moments), kd.descend(moments, steps=2)):
        text = thing._repr_mimebundle_()["text/plain"]
        assert not re.search(r"\b(nan|inf|None)\b", text), text


def test_a_run_that_diverged_says_so():
    run = kd.descend(kd.data.tadpoles(), learning_rate=0.2, steps=900)
    text = run._repr_mimebundle_()["text/plain"]
    assert "diverged, no fit" in text.split("\n")[0]
    assert "inf" not in text


def test_many_columns_are_counted_rather_than_shown():
    random = np.random.default_rng(0)
    X = random.normal(size=(200, 60))
    moments = kd.scan(X, X[:, 0] + random.normal(size=200))
    for thing in (moments, kd.solve(moments), kd.descend(moments, steps=2)):
        table = Reader(thing._repr_html_())
        assert len(table.rows) == 21
        assert any("more" in note for note in table.notes)


def test_levels_have_their_own_rows_and_the_reference_is_told():
    table = {"city": ["a", "b", "a", "c", "b", "a"], "y": [1.0, 3, 2, 5, 4, 2]}
    moments = kd.scan(kd.open(table, target="y", categorical="city"))
    assert "city=b" in moments._repr_html_()
    assert "measured against a" in kd.solve(moments)._repr_html_()


def test_estimators_keep_the_table_of_scikit_learn():
    model = kd.LeastSquaresRegressor().fit([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0])
    assert "sk-" in model._repr_html_()


def test_a_row_of_wide_letters_lines_up():
    lines = Table("t", ("列", "n"), [("面积", 1.5), ("x", 22.25)]).text().split("\n")[1:]
    assert lines == ["列        n", "面积    1.5", "x     22.25"]
