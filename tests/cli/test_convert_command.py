"""``kedou convert``: what is printed or written is what the package makes, whole or not at all."""

import pickle
from pathlib import Path

import numpy as np
import pytest

import kedou as kd
from kedou.cli.convert import FORMATS
from kedou.conversion import NAMED

HOUSES = "面积,city,price\n1,a,3.1\n2,b,6.9\n3,a,7.2\n4,b,11.1\n5,a,10.8\n"


@pytest.fixture
def model(kedou):
    Path("houses.csv").write_text(HOUSES, encoding="utf-8")
    options = ("--target", "price", "-f", "面积", "-c", "city", "--model", "model.json")
    assert kedou("fit", "houses.csv", *options).code == 0
    return "model.json"


def test_help_names_every_format():
    assert FORMATS.split("|") == list(NAMED)


@pytest.mark.parametrize("to", [name for name, entry in NAMED.items() if entry.is_text])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_is_printed_and_nothing_else(kedou, model, to, language):
    ended = kedou("convert", model, "--to", to, "--lang", language)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == kd.convert(kd.load_model(model), to=to)


@pytest.mark.parametrize("to", NAMED)
def test_a_file_holds_the_same(kedou, model, to):
    ended = kedou("convert", model, "--to", to, "-o", "out")
    assert (ended.code, ended.err) == (0, "")
    assert "out" in ended.out
    assert to in ended.out
    data = Path("out").read_bytes()
    made = kd.convert(kd.load_model(model), to=to)
    if to == "sklearn":
        rows = np.array([[6.0, "a"], [7.0, "b"]], dtype=object)
        assert pickle.loads(data)[-1].predict(rows).tolist() == made[-1].predict(rows).tolist()
    else:
        assert data == (made if isinstance(made, bytes) else made.encode("utf-8"))
    silent = kedou("convert", model, "--to", to, "-o", "out", "-q")
    assert (silent.code, silent.out, silent.err) == (0, "", "")


REFUSED = [
    (["nothing.json", "--to", "sql"], 3, "nothing.json"),
    (["houses.csv", "--to", "sql"], 3, "not JSON"),
    (["model.json"], 2, "sql|spreadsheet"),
    (["model.json", "--to", "slq"], 2, "'sql'"),
    (["model.json", "--to", "cobol"], 2, "spreadsheet"),
    (["model.json", "--to", "onnx"], 2, "-o"),
    (["model.json", "--to", "sklearn"], 2, "-o"),
    (["model.json", "--to", "sql", "-o", "no/where.sql"], 3, "no/where.sql"),
    (["upper.json", "--to", "sql", "-o", "out.sql"], 2, "'A' and 'a'"),
]


@pytest.mark.parametrize(("arguments", "code", "named"), REFUSED)
def test_what_cannot_be_converted_is_told_and_leaves_nothing(kedou, model, arguments, code, named):
    data = {"A": [1.0, 2.0, 4.0], "a": [1.0, 3.0, 2.0], "y": [1.0, 2.0, 4.0]}
    kd.fit(data, target="y").save("upper.json")
    before = sorted(path.name for path in Path().iterdir())
    ended = kedou("convert", *arguments)
    assert ended.code == code, ended.err
    assert named in ended.err
    assert ended.out == ""
    assert sorted(path.name for path in Path().iterdir()) == before


def test_a_console_without_the_characters_gets_no_other_ones(shell, model):
    ended = shell("convert", model, "--to", "sql", PYTHONIOENCODING="ascii")
    assert ended.code == 2
    assert ended.out == b""
    assert b"-o" in ended.err
    whole = shell("convert", model, "--to", "sql", PYTHONIOENCODING="gbk")
    assert whole.out.decode("gbk").replace("\r", "") == kd.convert(kd.load_model(model), to="sql")
