"""Documents whose blocks run: what a page prints is what the program prints.

A page may hold fenced blocks of these kinds and no other:

- ``bash``: run by bash, from a folder with ``examples/`` in it; it must succeed. ``kedou lab``
  serves until Ctrl-C: its link is opened, the page fetched, Ctrl-C pressed.
- ``python``: run in order, all blocks of a page in one namespace, from the same folder.
- ``text``: directly after one of those, exactly what it prints (``...`` stands for anything).
- ``python file=PATH`` (or ``ts``, ``json``) and ``diff file=PATH``: a new file, and lines added to
  a file, of the working copy that a page about developing is tried in.

``python tests/documents.py README.md ...`` writes the printed blocks anew where they differ.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from served import serve

ROOT = Path(__file__).resolve().parents[1]
INSTALL = (
    "pip install . && kedou lab",
    "pip install -e '.[test]' && pytest",
)
"""The only lines with pip: .ci/run runs both as they stand, so here only what follows is run."""

_KINDS = ("bash", "python", "text")
_KINDS_OF_FILES = ("python", "ts", "json", "diff")
_FENCE = re.compile(r"^```(.*)$")


@dataclass(frozen=True)
class Fence:
    """A fenced block: its language, the file it is about, its text, and where it starts."""

    language: str
    file: str | None
    text: str
    line: int


def fences(page: Path) -> list[Fence]:
    """Return the fenced blocks of a page in order."""
    found: list[Fence] = []
    opened: tuple[str, int] | None = None
    lines: list[str] = []
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        mark = _FENCE.match(line)
        assert mark or not line.lstrip().startswith("```"), f"{page.name}:{number}: indented fence"
        if mark and opened is None:
            opened, lines = (mark[1], number), []
        elif mark and opened is not None:
            language, _, rest = opened[0].partition(" ")
            file = rest.removeprefix("file=") if rest else None
            found.append(Fence(language, file, "".join(f"{text}\n" for text in lines), opened[1]))
            opened = None
        else:
            lines.append(line)
    assert opened is None, f"{page.name}: a block is not closed"
    return found


def pairs(page: Path) -> Iterator[tuple[Fence, Fence | None]]:
    """Yield each block that runs with the block that shows what it prints, if there is one."""
    blocks = fences(page)
    for number, block in enumerate(blocks):
        where = f"{page.name}:{block.line}"
        kinds = (
            ("bash", "python", "text") if block.file is None else ("python", "ts", "json", "diff")
        )
        assert block.language in kinds, f"{where}: not a known kind"
        if block.language == "text":
            before = blocks[number - 1] if number else None
            assert before is not None, f"{where}: nothing printed this"
            assert before.language in ("bash", "python"), f"{where}: nothing printed this"
            assert before.file is None, f"{where}: nothing printed this"
            continue
        after = blocks[number + 1] if number + 1 < len(blocks) else None
        yield block, after if after is not None and after.language == "text" else None


def same(shown: str, printed: str) -> bool:
    """Say whether a page shows what was printed; ends of lines may differ in spaces."""
    return doctest.OutputChecker().check_output(tidy(shown), tidy(printed), doctest.ELLIPSIS)


def tidy(text: str) -> str:
    """Drop spaces at the ends of lines, and empty lines at the end."""
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip() + "\n"


class Reader:
    """Does what a page says, block by block, in a folder of its own.

    Parameters
    ----------
    folder : Path
        Where commands run.
    developing : bool
        The folder is a copy of the repository, whose package is the one to be used.
    """

    def __init__(self, folder: Path, developing: bool = False) -> None:
        self.folder = folder
        self.developing = developing
        self.names: dict[str, Any] = {"__name__": "__main__"}
        if developing:
            for name in ("src", "tests", "web", "docs"):
                shutil.copytree(ROOT / name, folder / name, ignore=_LEFT_OUT)
            if (ROOT / "web" / "node_modules").is_dir():
                (folder / "web" / "node_modules").symlink_to(ROOT / "web" / "node_modules")
            shutil.copy(ROOT / "pyproject.toml", folder)
        else:
            shutil.copytree(ROOT / "examples", folder / "examples")

    def do(self, block: Fence) -> str:
        """Run a block and return what it printed."""
        if block.file is not None:
            return self._edit(block, self.folder / block.file)
        if block.language == "bash":
            return self._bash(block.text)
        if self.developing:
            return self._command([sys.executable, "-c", block.text])
        return self._python(block)

    def _bash(self, text: str) -> str:
        commands = []
        for line in text.splitlines():
            if "pip install" in line:
                assert line in INSTALL, f"not one of the commands that .ci/run runs: {line}"
                line = line.split(" && ", 1)[1]
                if line == "pytest":
                    continue
            commands.append(line)
        whole = "\n".join(commands)
        if commands and commands[-1].startswith("kedou lab"):
            served = serve(whole, self.folder, self._environment())
            assert served.status == 0, f"status {served.status}:\n{served.printed}"
            return served.printed
        return self._command(["bash", "-euo", "pipefail", "-c", whole])

    def _environment(self) -> dict[str, str]:
        hidden = (
            "KEDOU_LANG",
            "LANG",
            "LANGUAGE",
            "LC_MESSAGES",
            "PYTEST_ADDOPTS",
            "FORCE_COLOR",
            "CI",
        )
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in hidden and not name.startswith("PYTEST_XDIST")
        }
        environment |= {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "PYTHONIOENCODING": "utf-8",
            "BROWSER": "true",  # the command that does nothing, and does it well
        }
        if self.developing:
            environment["PYTHONPATH"] = str(self.folder / "src")
            environment["PYTEST_ADDOPTS"] = "-n0"  # this run is one of several already
        return environment

    def _command(self, arguments: list[str]) -> str:
        done = subprocess.run(
            arguments,
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=600,
        )
        assert done.returncode == 0, f"status {done.returncode}:\n{done.stdout}"
        return done.stdout

    def _python(self, block: Fence) -> str:
        printed = io.StringIO()
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(block.text, f"<line {block.line}>", "exec"), self.names)
        finally:
            os.chdir(before)
        return printed.getvalue()

    def _edit(self, block: Fence, file: Path) -> str:
        if block.language != "diff":
            assert not file.exists(), f"{file.name} exists already"
            file.write_text(block.text, "utf-8")
            return ""
        text = file.read_text("utf-8")
        lines = block.text.splitlines()
        before = "".join(f"{line[1:]}\n" for line in lines if line.startswith((" ", "-")))
        after = "".join(f"{line[1:]}\n" for line in lines if line.startswith((" ", "+")))
        assert text.count(before) == 1, f"{file.name} holds these lines {text.count(before)} times"
        file.write_text(text.replace(before, after), "utf-8")
        return ""


_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "node_modules")


def unbuildable() -> str | None:
    """Say what is lacking here to build the page of the lab."""
    if shutil.which("npm") is None:
        return "the page is built by Node.js"
    if not (ROOT / "web" / "node_modules").is_dir():
        return "the page is built after npm ci in web/"
    return None


def follow(page: Path, folder: Path, developing: bool = False) -> int:
    """Run every block of a page and compare what it shows; return how many ran.

    Blocks that build the page are left out where that cannot be done.
    """
    from kedou import set_language

    reader, count = Reader(folder, developing), 0
    try:
        for block, shown in pairs(page):
            where = f"{page.relative_to(ROOT)}:{block.line}"
            if block.language == "bash" and "npm" in block.text and unbuildable():
                continue
            try:
                printed = reader.do(block)
            except BaseException as problem:
                problem.add_note(f"{where}:\n{block.text}")
                raise
            if shown is not None:
                assert same(shown.text, printed), f"{where} prints\n{printed}"
            count += 1
    finally:
        set_language(None)
    return count


def with_gaps(shown: str, printed: str) -> str:
    """Return what was printed, keeping lines of the page with ``...`` where they still fit."""
    gaps = [line for line in shown.splitlines() if "..." in line and line != "..."]
    kept = [next((gap for gap in gaps if same(gap, line)), line) for line in printed.splitlines()]
    return tidy("\n".join(kept))


def rewrite(page: Path) -> None:
    """Put what the blocks of a page print into the page."""
    lines = page.read_text("utf-8").splitlines(keepends=True)
    developing = page.name == "CONTRIBUTING.md"
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Path(folder), developing)
        results = [(shown, reader.do(block)) for block, shown in pairs(page)]
    for shown, printed in reversed(results):
        if shown is not None and not same(shown.text, printed):
            height = shown.text.count("\n")
            lines[shown.line : shown.line + height] = [with_gaps(shown.text, printed)]
            print(f"{page.name}:{shown.line}")
    page.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        rewrite(Path(name).resolve())
