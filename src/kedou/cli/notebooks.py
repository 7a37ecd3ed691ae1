"""``kedou notebooks``: the lesson as notebooks, in JupyterLab."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kedou.cli import console
from kedou.cli.exits import Exit
from kedou.texts import current_language, say

if TYPE_CHECKING:
    from kedou.notebooks import Written


def notebooks(
    folder: Annotated[str | None, typer.Argument(metavar="[DIR]", show_default=False)] = None,
    no_open: Annotated[bool, typer.Option("--no-open", rich_help_panel="notebooks")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", rich_help_panel="notebooks")] = False,
    force: Annotated[bool, typer.Option("--force", rich_help_panel="notebooks")] = False,
) -> int:
    """Write the notebooks, and open JupyterLab on them."""
    from kedou.notebooks import write

    target = Path(say("cli.notebooks-folder") if folder is None else folder)
    written = write(target, current_language(), force=force)
    console.out("\n".join(told(target, written)))
    if no_open:
        console.out(say("cli.notebooks-later", command=f"jupyter lab {_quoted(target)}"))
        return Exit.DONE
    return _open(target, written, browser=not no_browser)


def told(target: Path, written: Sequence[Written]) -> list[str]:
    """Say what became of the notebooks: how many are new, and each that is not."""
    count = sum(one.state in ("new", "renewed", "set-aside") for one in written)
    lines = [say("cli.notebooks-written", count=count, folder=str(target))] if count else []
    same = sum(one.state == "same" for one in written)
    if same:
        lines.append(say("cli.notebooks-same", count=same, folder=str(target)))
    kept = [one.path.name for one in written if one.state == "kept"]
    if kept:
        lines.append(say("cli.notebooks-kept", files=kept))
    moved = [(one.path.name, one.aside.name) for one in written if one.aside is not None]
    return [*lines, *(say("cli.notebooks-aside", file=old, aside=new) for old, new in moved)]


def _open(target: Path, written: Sequence[Written], browser: bool) -> int:
    from kedou.lab.host import browse
    from kedou.notebooks.jupyter import open_lab

    def opened(url: str) -> None:
        console.out("\n" + say("cli.notebooks-opened", url=url))
        if browser:
            browse(url)

    status = open_lab(target, written[0].path.name, opened)
    console.out(say("cli.notebooks-closed"))
    return Exit.DONE if status == 0 else Exit.INTERNAL


def _quoted(target: Path) -> str:
    text = os.fspath(target)
    return f'"{text}"' if " " in text else text
