"""What is taken away works alone; what cannot be taken away is refused in words."""

import json
import pickle
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import kedou as kd
from kedou.block import Column
from kedou.columns import Feature
from kedou.conversion import NAMED
from kedou.errors import OptionError, OptionTypeError
from kedou.losses import NAMED as LOSSES
from kedou.texts import catalogue
from weighed import level, model_of

every_format = pytest.mark.parametrize("to", NAMED)

# Taken away


ALONE = """
import sys

sys.modules["kedou"] = None
sys.path.insert(0, ".")
import model

print(model.predict({"x": 3.0, "g": "b", "d": "2024-03-02"}))
assert not {"numpy", "sklearn", "pyarrow"} & set(sys.modules)
import pickle
from pathlib import Path

import numpy as np

row = np.array([[3.0, "b", "2024-03-02"]], dtype=object)
print(pickle.loads(Path("model.pkl").read_bytes())[-1].predict(row)[0])
"""


def test_the_pickle_and_the_python_text_need_no_kedou(tmp_path: Path) -> None:
    data = {"x": [1.0, 2.0, 4.0, 8.0], "g": ["a", "b", "a", "b"], "y": [1.0, 2.0, 3.0, 9.0]}
    data["d"] = ["2024-03-01", "2024-03-02"] * 2
    model = kd.fit(data, target="y", features=["x", "g", "d"], categorical="g", dates="d")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(kd.convert(model, to="sklearn")))
    (tmp_path / "model.py").write_text(kd.convert(model, to="python"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wanted,) = model.predict({"x": [3.0], "g": ["b"], "d": ["2024-03-02"]})
    assert [float(line) for line in done.stdout.split()] == pytest.approx([wanted] * 2, rel=1e-9)


def test_the_sklearn_object_reads_frames_of_every_kind() -> None:
    data = {"x": [1.0, 2.0, 4.0, 8.0], "g": [1, 2, 1, 2], "y": [1.0, 2.0, 3.0, 9.0]}
    data["d"] = [datetime(2024, 3, 1, 12), datetime(2024, 3, 2)] * 2
    model = kd.fit(data, target="y", features=["x", "g", "d"], categorical="g", dates="d")
    made = kd.convert(model, to="sklearn")
    frame = pd.DataFrame(data)
    zoned = frame.assign(d=frame["d"].dt.tz_localize("Asia/Shanghai"))
    polars = pl.DataFrame(data)
    for given in (frame, frame[["d", "y", "g", "x"]], zoned, polars, polars["g", "d", "x"]):
        np.testing.assert_allclose(made.predict(given), model.predict(given), rtol=1e-9)
    with pytest.raises(KeyError, match="x"):
        made.predict(frame.drop(columns="x"))


def test_javascript_takes_its_own_dates_and_numbers() -> None:
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    columns = [Column("d:trend", "d", "date"), level("g", "1e+16"), level("g", "1e-05")]
    columns += [level("d:weekday", "5"), level("d:month", "3")]
    references = {"g": "0.5", "d:weekday": "6", "d:month": "2"}
    features = (Feature("d", "date"), Feature("g", "category"))
    model = model_of(features, columns, [2.0, 0.25, 0.125, 1e6, 1e7, 0.0], references=references)
    calls = "['1e16', '1e-5', '0.5'].map(Number)"
    script = (
        f"{kd.convert(model, to='javascript')}\n"
        f"const d = new Date(Date.UTC(2024, 2, 1, 12));\n"
        f"console.log(JSON.stringify({calls}.map((g) => predict({{ d, g }}))));\n"
    )
    done = subprocess.run(
        ["node", "-"], input=script, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    at = 2.0 * 19783.5 + 1e6 + 1e7
    assert json.loads(done.stdout) == [at + 0.25, at + 0.125, at]


# Refusals


@every_format
def test_what_is_no_model_is_refused(to: str) -> None:
    with pytest.raises(OptionTypeError) as caught:
        kd.convert("model.json", to=to)  # type: ignore[arg-type]
    assert "kd.load_model" in str(caught.value)


@every_format
def test_a_weight_that_sums_cannot_hold_is_refused(to: str) -> None:
    model = model_of((Feature("x"),), [Column("x", "x")], [1.7e308, 0.0])
    with pytest.raises(OptionError) as caught:
        kd.convert(model, to=to)
    assert caught.value.code == "conversion.weight-too-large"


@pytest.mark.parametrize(
    ("to", "name"), [("sql", "a\0b"), ("onnx", "a\0b"), ("onnx", ""), ("spreadsheet", None)]
)
def test_names_that_a_format_cannot_hold_are_refused(to: str, name: str | None) -> None:
    column = name if name is not None else "g"
    gone = [level(column, "a\0b")] if name is None else [Column(column, column)]
    kind = "category" if name is None else "number"
    model = model_of((Feature(column, kind),), gone, [1.0, 0.0], references={"g": "a"})
    with pytest.raises(OptionError) as caught:
        kd.convert(model, to=to)
    assert caught.value.code == "conversion.nul"


def test_names_that_databases_take_for_one_are_refused() -> None:
    names = ("Area", "area")
    model = model_of([Feature(n) for n in names], [Column(n, n) for n in names], [1.0, 2.0, 3.0])
    with pytest.raises(OptionError) as caught:
        kd.convert(model, to="sql")
    assert caught.value.code == "conversion.same-but-case"
    assert "'Area'" in str(caught.value)


def test_a_loss_that_predicts_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Doubled(kd.losses.SquaredError):
        def predict(self, score: Any) -> Any:
            return 2 * score

    monkeypatch.setitem(LOSSES, "squared", Doubled)
    with pytest.raises(OptionError) as caught:
        kd.convert(kd.fit(kd.data.tadpoles()), to="sql")
    assert caught.value.code == "conversion.loss"


@pytest.mark.parametrize(("to", "code"), [("slq", "unknown-close"), ("cobol", "unknown")])
def test_unknown_formats_are_refused_in_words(to: str, code: str) -> None:
    with pytest.raises(OptionError) as caught:
        kd.convert(kd.fit(kd.data.tadpoles()), to=to)
    assert caught.value.code == f"conversion.{code}"


def test_without_the_package_onnx_the_words_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(OptionError) as caught:
        kd.convert(kd.fit(kd.data.tadpoles()), to="onnx")
    assert "kedou[onnx]" in str(caught.value)


# What the functions say


@pytest.mark.parametrize("to", ["python", "javascript"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_function_says_what_is_wrong_in_the_language_it_was_written_in(
    to: str, language: str
) -> None:
    columns = [Column("constructor", "constructor"), level("g", "a"), level("d:weekday", "5")]
    columns += [level("d:month", "3"), Column("d:trend", "d", "date")]
    features = (Feature("constructor"), Feature("g", "category"), Feature("d", "date"))
    model = model_of(features, columns, [1.0] * 6)
    right = {"constructor": 1.0, "g": "a", "d": "2024-03-01"}
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("missing", {"g": "a", "d": "2024-03-01"}),
        ("missing", right | {"g": "NA"}),
        ("missing", right | {"d": None}),
        ("not-a-number", right | {"constructor": "oops"}),
        ("not-a-date", right | {"d": "oops"}),
        ("unseen", right | {"g": "b"}),
        ("unseen", right | {"d": "2024-03-02"}),
    ]
    kd.set_language(language)
    try:
        text = kd.convert(model, to=to)
    finally:
        kd.set_language(None)
    said = (in_python_says if to == "python" else in_javascript_says)(text, [r for _, r in wrong])
    for (code, _), message in zip(wrong, said, strict=True):
        template = catalogue("conversion", language)[f"code-{code}"]
        pattern = re.sub(r"\\{\w+\\}", ".+", re.escape(template))
        assert re.fullmatch(pattern, message), (code, message)


def in_python_says(text: str, rows: list[dict[str, Any]]) -> list[str]:
    names: dict[str, Any] = {}
    exec(compile(text, "elsewhere", "exec"), names)
    said = []
    for row in rows:
        with pytest.raises(ValueError, match=r"column|列") as caught:
            names["predict"](row)
        said.append(str(caught.value))
    return said


def in_javascript_says(text: str, rows: list[dict[str, Any]]) -> list[str]:
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    script = (
        f"{text}\nconst said = (row) => {{ try {{ return String(predict(row)); }}"
        f" catch (problem) {{ return problem.message; }} }};\n"
        f"console.log(JSON.stringify({json.dumps(rows)}.map(said)));\n"
    )
    done = subprocess.run(
        ["node", "-"], input=script, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    said: list[str] = json.loads(done.stdout)
    return said
