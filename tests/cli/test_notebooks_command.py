"""``kedou notebooks``: what is written, what is left alone, and a JupyterLab that goes with it."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from installed import command

from kedou.notebooks import jupyter


def test_they_are_written_and_what_to_do_next_is_told(kedou):
    ended = kedou("notebooks", "lesson", "--no-open", "--lang", "en")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "9 notebooks written to lesson.\nOpen them with  jupyter lab lesson\n"
    assert len(list(Path("lesson").glob("0?-*.ipynb"))) == 9
    again = kedou("notebooks", "lesson", "--no-open", "--lang", "en")
    assert again.out.startswith("9 notebooks were in lesson already.\n")


@pytest.mark.parametrize(("language", "folder"), [("en", "kedou-notebooks"), ("zh", "蝌蚪笔记本")])
def test_each_language_has_a_folder_of_its_own(kedou, language, folder):
    assert kedou("notebooks", "--no-open", "--lang", language).code == 0
    first = Path(folder, "01-derivative.ipynb").read_text("utf-8")
    assert ("导数" in first) == (language == "zh")


def test_work_is_left_alone_and_set_aside_when_asked(kedou):
    kedou("notebooks", "lesson", "--no-open", "--lang", "en")
    mine = Path("lesson/05-backward.ipynb")
    mine.write_text("mine", "utf-8")
    kept = kedou("notebooks", "lesson", "--no-open", "--lang", "en")
    assert "Left alone, because you have worked in them: 05-backward.ipynb." in kept.out
    assert mine.read_text("utf-8") == "mine"
    forced = kedou("notebooks", "lesson", "--no-open", "--force", "--lang", "en")
    assert "05-backward.ipynb is new; yours is now 05-backward.1.ipynb." in forced.out
    assert Path("lesson/05-backward.1.ipynb").read_text("utf-8") == "mine"


def test_without_the_extra_it_says_what_to_install(kedou, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupytext", None)
    ended = kedou("notebooks", "lesson", "--lang", "en")
    assert ended.code == 3
    assert "pip install 'kedou[jupyter]'" in ended.err
    assert not Path("lesson").exists()


def test_without_jupyterlab_they_are_written_all_the_same(kedou, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    ended = kedou("notebooks", "lesson", "--lang", "en")
    assert ended.code == 3
    assert "jupyterlab is not installed here" in ended.err
    assert len(list(Path("lesson").iterdir())) == 9


def test_a_jupyterlab_that_does_not_start_is_told(kedou, monkeypatch):
    broken = [sys.executable, "-c", "raise SystemExit('no such option')"]
    monkeypatch.setattr(jupyter, "command", lambda folder: broken)
    ended = kedou("notebooks", "lesson", "--lang", "en")
    assert ended.code == 2
    assert "did not start (status 1)" in ended.err
    assert "no such option" in ended.err


def test_it_listens_on_this_machine_alone_and_asks_nobody_for_news(tmp_path):
    line = jupyter.command(tmp_path)
    assert "--ServerApp.ip=127.0.0.1" in line
    assert "--LabApp.news_url=None" in line
    assert not any("token" in word for word in line)


@pytest.mark.skipif(os.name != "posix", reason="sends signals as a shell does")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_jupyterlab_opens_answers_and_goes_at_ctrl_c(number, tmp_path):
    started = subprocess.Popen(
        command("notebooks", "lesson", "--no-browser", "--lang", "en"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")},
    )
    with started:
        lines = []
        while not (lines and lines[-1].startswith("Press Ctrl-C")):
            lines.append(started.stdout.readline())
            assert lines[-1], "".join(lines)
        (url,) = re.findall(
            r"http://127\.0\.0\.1:\d+/lab/workspaces/kedou/tree/01-derivative\.ipynb\?\S+",
            "".join(lines),
        )
        with urllib.request.urlopen(url, timeout=30) as page:
            assert b"JupyterLab" in page.read()
        bare = url.partition("?")[0].replace("/lab/workspaces/kedou/tree/", "/api/contents/")
        with pytest.raises(OSError, match="403"):
            urllib.request.urlopen(bare, timeout=30)
        started.send_signal(number)
        rest = started.stdout.read()
        assert started.wait(30) == 0
    assert "JupyterLab is closed." in rest
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=30)
