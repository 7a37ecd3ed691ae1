"""The data sets that come with Kedou: complete, sourced, licensed, and read without pandas."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kedou import data
from kedou.errors import OptionError, OptionTypeError, UnreadableFileError
from kedou.texts import LANGUAGES, set_language

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "src" / "kedou" / "assets" / "data"
every_set = pytest.mark.parametrize("name", data.names())


def said(caught, code):
    """The error has this code and a full sentence in every language."""
    assert caught.value.code == code
    texts = {language: caught.value.text(language) for language in LANGUAGES}
    assert all(len(text) > 15 and "{" not in text for text in texts.values()), texts
    assert texts["en"] != texts["zh-CN"]


def test_every_file_is_in_the_index_and_the_other_way_round():
    assert sorted(file.stem for file in FOLDER.glob("*.csv")) == sorted(data.names())
    assert data.names()[0] == "tadpoles"


@every_set
def test_a_data_set_is_complete_and_says_where_it_comes_from(name):
    chosen = data.load(name)
    rows = len(chosen.y)
    assert chosen.X.shape == (rows, len(chosen.feature_names))
    assert np.isfinite(chosen.X).all()
    assert np.isfinite(chosen.y).all()
    assert list(chosen.table) == list(chosen.units)
    assert {len(column) for column in chosen.table.values()} == {rows}
    np.testing.assert_array_equal(chosen.y, chosen.table[chosen.target_name])
    for j, feature in enumerate(chosen.feature_names):
        np.testing.assert_array_equal(chosen.X[:, j], chosen.table[feature])
    assert chosen.target_name not in chosen.feature_names
    assert len(chosen.source) > 20
    assert str(rows) in repr(chosen)
    assert all(
        "NA" not in column and "" not in column
        for column in chosen.table.values()
        if isinstance(column, list)
    )


@every_set
def test_every_word_exists_in_both_languages(name):
    entry = json.loads((FOLDER / "index.json").read_text("utf-8"))[name]
    spoken = [entry["title"], entry["description"], entry["licence"], *entry["columns"].values()]
    for texts in spoken:
        assert all(texts[language] for language in LANGUAGES)
        assert texts["en"] != texts["zh-CN"]
    assert all("unit" in column for column in entry["columns"].values())
    chosen = data.load(name)
    said_in = {}
    for language in LANGUAGES:
        set_language(language)
        try:
            said_in[language] = (chosen.title, chosen.description, chosen.licence)
            assert chosen.column_descriptions.keys() == chosen.table.keys()
        finally:
            set_language(None)
    assert said_in["en"][0] == entry["title"]["en"]
    assert said_in["zh-CN"][1] == entry["description"]["zh-CN"]


@every_set
def test_each_is_a_function_of_its_name_and_gives_arrays_of_its_own(name):
    function = getattr(data, name)
    assert name in dir(data)
    chosen = function()
    chosen.y[0] = chosen.X[0, 0] = -1e9
    assert chosen.table[chosen.target_name][0] != -1e9
    assert chosen.table[chosen.feature_names[0]][0] != -1e9
    assert function().y[0] != -1e9
    assert function().X[0, 0] != -1e9
    np.testing.assert_array_equal(function().table[chosen.target_name], function().y)


@every_set
def test_the_file_is_tidy_csv(name):
    chosen = data.load(name)
    raw = chosen.path().read_bytes()
    assert raw.endswith(b"\n")
    assert b"\r" not in raw
    with chosen.path().open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    assert {len(row) for row in rows} == {len(chosen.table)}
    assert len(rows) == len(chosen.y) + 1


def test_the_tadpoles_are_those_of_the_lesson():
    tadpoles = data.tadpoles()
    assert tadpoles.X.shape == (7, 1)
    points = [(0.8, 1.0), (1.7, 0.9), (2.7, 2.4), (3.2, 2.9), (3.7, 2.8), (4.2, 3.8), (4.2, 2.7)]
    np.testing.assert_array_equal(np.column_stack([tadpoles.X[:, 0], tadpoles.y]), points)
    assert (tadpoles.feature_names, tadpoles.target_name) == (("time",), "volume")
    assert (ROOT / "examples" / "tadpoles.csv").read_bytes() == tadpoles.path().read_bytes()


# Certified by NIST (Statistical Reference Datasets), intercept first. Certified values check that
# no number was lost on the way into our files.
NIST = {
    "norris": ([-0.262323073774029, 1.00211681802045], 1e-10),
    "pontius": ([0.673565789473684e-03, 0.732059160401003e-06, -0.316081871345029e-14], 1e-9),
    "longley": (
        [
            -3482258.63459582,
            15.0618722713733,
            -0.035819179292591,
            -2.02022980381683,
            -1.03322686717359,
            -0.0511041056535807,
            1829.15146461355,
        ],
        1e-6,
    ),
}


@pytest.mark.parametrize("name", NIST)
def test_the_nist_sets_give_the_certified_coefficients(name):
    chosen, (certified, rtol) = data.load(name), NIST[name]
    columns = chosen.X if name != "pontius" else np.column_stack([chosen.X, chosen.X**2])
    mean, sd = columns.mean(axis=0), columns.std(axis=0)
    scaled = np.column_stack([np.ones(len(columns)), (columns - mean) / sd])
    fitted = np.linalg.lstsq(scaled, chosen.y)[0]
    slopes = fitted[1:] / sd
    np.testing.assert_allclose([fitted[0] - slopes @ mean, *slopes], certified, rtol=rtol)


def test_the_other_sets_are_the_published_ones():
    assert len(data.engel().y) == 235
    slope, intercept = np.polyfit(data.engel().X[:, 0], data.engel().y, 1)
    assert (slope, intercept) == pytest.approx((0.4852, 147.4754), abs=5e-5)
    flights = data.challenger()
    assert (len(flights.y), flights.y.sum()) == (23, 7)
    assert set(flights.y) == {0.0, 1.0}
    assert sorted(flights.X[flights.y == 1, 0]) == [53, 57, 58, 63, 70, 70, 75]
    penguins = data.penguins()
    species = penguins.table["species"]
    counts = {kind: species.count(kind) for kind in sorted(set(species))}
    assert counts == {"Adelie": 146, "Chinstrap": 68, "Gentoo": 119}
    assert isinstance(penguins.table["sex"], list)


@pytest.mark.parametrize(
    ("name", "error", "code"),
    [
        ("tadpole", OptionError, "data.unknown-close"),
        ("zzzz", OptionError, "data.unknown"),
        (3, OptionTypeError, "data.name-not-text"),
    ],
)
def test_an_unknown_name_is_refused_in_words(name, error, code, tmp_path):
    for call in (lambda: data.load(name), lambda: data.write(name, tmp_path)):
        with pytest.raises(error) as caught:
            call()
        said(caught, code)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(AttributeError):
        data.no_such_thing  # noqa: B018


def test_write_replaces_the_file_whole(tmp_path):
    target = tmp_path / "蝌蚪.csv"
    target.write_text("older and longer " * 50)
    assert data.write("tadpoles", target) == target
    assert target.read_bytes() == data.tadpoles().path().read_bytes()
    assert data.write("engel", str(tmp_path)) == tmp_path / "engel.csv"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["engel.csv", "蝌蚪.csv"]
    with pytest.raises(UnreadableFileError):
        data.write("tadpoles", tmp_path / "no such folder" / "x.csv")


def test_reading_needs_neither_pandas_nor_pyarrow_nor_scipy():
    code = (
        "import sys, kedou.data as d; d.penguins();"
        "print([m for m in ('pandas', 'pyarrow', 'scipy', 'sklearn') if m in sys.modules])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert printed.stdout.strip() == "[]"
