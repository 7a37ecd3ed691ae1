"""Output on consoles of all kinds: GBK, ASCII, narrow and wide, closed, full."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from installed import command

from kedou.cli import console
from kedou.cli.layout import cells
from kedou.cli.progress import Reading
from kedou.fitting import Progress
from kedou.sources.files import DataFile
from kedou.texts import set_language


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp1252", "utf-16"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_encoding_is_too_small(shell, encoding, language):
    Path("中文.csv").write_text("时间,体积²\n1,2\n2,3\n3,5\n", encoding="utf-8")
    done = shell(*("fit", "中文.csv", "-t", "体积²", "--lang", language), PYTHONIOENCODING=encoding)
    page, progress = done.out.decode(encoding), done.err.decode(encoding)
    assert done.code == 0, progress
    assert "1.5" in page
    if encoding in ("gbk", "utf-16"):
        assert ("学习率" if language == "zh" else "Learning rate") in page
        assert "时间" in page
    else:
        assert "Learning rate" in page  # Chinese cannot be shown here at all
        assert "?" in page
    assert ("█" in page) == (encoding == "utf-16")


def test_an_error_on_a_small_console(shell):
    done = shell("fit", "没有.csv", "-t", "y", "--lang", "zh", PYTHONIOENCODING="ascii")
    assert done.code == 3
    assert b"Error: There is no file or folder ??.csv" in done.err


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8"])
def test_json_is_json_whatever_the_console(shell, encoding):
    Path("中文.csv").write_text("时间,体积\n1,2\n2,3\n3,5\n", encoding="utf-8")
    done = shell("fit", "中文.csv", "-t", "体积", "--json", PYTHONIOENCODING=encoding)
    assert json.loads(done.out)["coefficients"] == {"时间": pytest.approx(1.5)}
    assert json.loads(done.out.decode("utf-8"))["target"] == "体积"


@pytest.mark.parametrize("width", ["60", "80", "100"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_line_is_wider_than_the_terminal(kedou, monkeypatch, width, language):
    monkeypatch.setenv("COLUMNS", width)
    for page in (
        kedou("fit", "tadpoles.csv", "-t", "volume", "-p", "time=3", "--lang", language),
        kedou("diagnose", "tadpoles.csv", "-t", "volume", "--lang", language),
        kedou("fit", "--help", "--lang", language),
        kedou("--help", "--lang", language),
    ):
        widest = max(page.out.splitlines(), key=cells)
        assert cells(widest) <= int(width), widest


def test_columns_stand_under_each_other_in_chinese(kedou):
    Path("中.csv").write_text("时间长短,x,体积\n1,2,2\n2,9,3\n3,1,5\n4,4,6\n", encoding="utf-8")
    lines = kedou("fit", "中.csv", "-t", "体积", "--lang", "zh").out.splitlines()
    start = next(i for i, line in enumerate(lines) if "标准误" in line)
    assert len({cells(line) for line in lines[start : start + 4]}) == 1
    labels = [line for line in lines[:start] if line.startswith(("这条线", "损失", "没见过的行"))]
    assert len(labels) == 3
    assert {cells(line[: len(line) - len(line.lstrip(" "))]) for line in labels} == {0}


def test_colours_are_for_terminals_only(shell, monkeypatch):
    assert b"\x1b" not in shell("fit", "tadpoles.csv", "-t", "volume").out

    class Terminal:
        encoding = "utf-8"

        def isatty(self):
            return True

    assert console.style("x", "bold", Terminal()) != "x" or os.name == "nt"
    monkeypatch.setenv("NO_COLOR", "1")
    assert console.style("x", "bold", Terminal()) == "x"


def test_a_reader_that_goes_away_is_no_failure():
    fit = ["fit", "tadpoles.csv", "-t", "volume"]
    slow = [*fit, "--steps", "1", "--learning-rate", "0.01"]
    for arguments, code in ((fit, 0), (slow, 4), (["--help"], 0), (["fit", "--help"], 0)):
        process = subprocess.Popen(
            command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        process.stdout.close()
        error = process.stderr.read().decode()
        process.stderr.close()
        assert process.wait(timeout=60) == code
        assert "roken" not in error
        assert "Traceback" not in error


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_paragraph(shell):
    with Path("/dev/full").open("wb") as full:
        done = shell("fit", "tadpoles.csv", "-t", "volume", "-q", "--json", stdout=full)
    assert done.code == 3
    assert done.err.decode().count("Error: ") == 1
    assert b"No space left" in done.err


def test_help_and_version_load_no_arrays():
    script = (
        "import sys; from kedou.cli import main; main(sys.argv[1:]);"
        "heavy = {'numpy', 'pyarrow', 'scipy', 'sklearn', 'rich'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    for arguments in (["--help"], ["--version"], ["fit", "--help"], ["predict", "--help"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()


class Told:
    """Stands for a source of text files."""

    rows = None

    def __init__(self, *files):
        self.table = self
        self.files = files


def text_file(path):
    return DataFile(Path(path), path, "csv")


def test_run_as_a_module_it_ends_with_the_same_code():
    module = [sys.executable, "-m", "kedou", "fit", "nowhere.csv", "-t", "y"]
    done = subprocess.run(module, capture_output=True, check=False)
    script = subprocess.run(command(*module[3:]), capture_output=True, check=False)
    assert done.returncode == script.returncode == 3


def test_progress_tells_rows_speed_and_time_left(capsys):
    Path("long.csv").write_text("x,y\n" + "1.25,2.5\n" * 50_000, encoding="utf-8")
    set_language("en")
    with Reading(Told(text_file("long.csv")), quiet=False) as reading:
        reading(Progress(1000, None, 1.0))
        assert capsys.readouterr().err == ""
        reading(Progress(20_000, None, 8.0))
        line = capsys.readouterr().err
        assert line == "20,000 rows, 2,500 rows/s, about 12 s left\n"
        reading(Progress(200_000, None, 9.0))
        assert capsys.readouterr().err == ""  # not more often than every five seconds
    assert capsys.readouterr().err == "Read 200,000 rows in 9 s (22,200 rows/s).\n"
    with Reading(Told(text_file("long.csv")), quiet=True) as reading:
        reading(Progress(20_000, None, 8.0))
    assert capsys.readouterr().err == ""


def test_progress_moves_on_a_terminal(monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    set_language("zh")
    with Reading(Told(), quiet=False) as reading:
        reading(Progress(1000, None, 0.1))
        reading(Progress(30_000, None, 2.0))
    assert "30,000 行，每秒 15,000 行" in screen.getvalue()
    assert "读了 30,000 行" in screen.getvalue()
