"""Running the command line: in this process where that will do, as a process where it must be."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from installed import command

from kedou.cli import main
from kedou.texts import set_language

LANGUAGES = ("KEDOU_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
TADPOLES = "time,volume\n0.8,1.0\n1.7,0.9\n2.7,2.4\n3.2,2.9\n3.7,2.8\n4.2,3.8\n4.2,2.7\n"


@dataclass
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (*LANGUAGES, "KEDOU_DEBUG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    Path("tadpoles.csv").write_text(TADPOLES, encoding="utf-8")
    yield
    set_language(None)


@pytest.fixture
def kedou(capsys):
    """Run a command line in this process."""

    def run(*arguments):
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return run


@pytest.fixture
def shell():
    """Run a command line as a process of its own; output comes back as bytes."""

    def run(*arguments, stdout=subprocess.PIPE, **environment):
        done = subprocess.run(
            command(*arguments),
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run
