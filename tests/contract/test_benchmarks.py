"""The folder of benchmarks: each says what it asks and how to run it, and all can be asked."""

import ast
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from documents import ROOT

FOLDER = ROOT / "benchmarks"
SCRIPTS = sorted(path for path in FOLDER.glob("[a-z]*.py") if path.stem != "all")


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location("benchmarks_all", FOLDER / "all.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_benchmark_asks_a_question_and_says_how_to_run_it(script: Path) -> None:
    said = ast.get_docstring(ast.parse(script.read_text("utf-8"))) or ""
    assert "?" in said.splitlines()[0]
    assert f"python benchmarks/{script.name}" in said


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_options_of_a_run_of_all_are_options_of_the_script(
    script: Path, everything: ModuleType
) -> None:
    text = script.read_text("utf-8")
    text += (FOLDER / "_table.py").read_text("utf-8") if "arguments(__doc__)" in text else ""
    small = everything.SMALL.get(script.stem, ["--quick"])
    for option in [*small, *everything.FULL.get(script.stem, [])]:
        if option.startswith("--"):
            assert f'"{option}"' in text, option


def test_no_arguments_are_kept_for_a_benchmark_that_is_gone(everything: ModuleType) -> None:
    assert {*everything.SMALL, *everything.FULL} <= set(everything.questions())


def test_what_a_table_records_is_what_the_main_table_shows(
    everything: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = sys.modules["_table"]
    monkeypatch.setenv("KEDOU_BENCHMARKS", str(tmp_path / "lines"))
    seconds = {"kedou": [1.0, 2.0, 4.0], "other": [3.0, 8.0, 8.0], "kedou, alone": [1.0] * 3}
    table.show("a question", seconds, "kedou", {"other": 10.0})
    lines = [json.loads(line) for line in (tmp_path / "lines").read_text("utf-8").splitlines()]
    shown = everything.main_table(lines).splitlines()
    assert shown[2:] == ["| a question | 2 s | other 30 |"]


def test_a_page_gets_the_table_between_its_marks(everything: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{everything.BEGIN}\nold\n{everything.END}\nafter\n", "utf-8")
    everything.write(page, "| new |", "python benchmarks/all.py")
    text = page.read_text("utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "| new |" in text
    assert "old" not in text
    everything.write(page, "| newer |", "python benchmarks/all.py")
    assert page.read_text("utf-8").count(everything.BEGIN) == 1


def test_a_benchmark_that_fails_is_told_with_its_last_line(
    everything: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.py").write_text("import sys\nprint('first')\nsys.exit('no such thing here')\n")
    (tmp_path / "good.py").write_text("print('fine')\n")
    monkeypatch.setattr(everything, "HERE", tmp_path)
    assert everything.ask("bad", False, tmp_path / "lines") == "no such thing here"
    assert everything.ask("good", False, tmp_path / "lines") is None
