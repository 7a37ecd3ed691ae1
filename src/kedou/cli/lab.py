"""``kedou lab``: the lesson in the browser."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from kedou.cli import console
from kedou.cli.exits import Exit


def lab(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILES...]", show_default=False)
    ] = None,
    data: Annotated[
        list[str] | None, typer.Option("--data", metavar="FOLDER", rich_help_panel="own")
    ] = None,
    port: Annotated[str, typer.Option("--port", metavar="NUMBER", rich_help_panel="server")] = "0",
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", rich_help_panel="server")
    ] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", rich_help_panel="server")] = False,
    for_class: Annotated[bool, typer.Option("--class", rich_help_panel="server")] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", rich_help_panel="server"),
    ] = None,
) -> int:
    """Open the lesson in the browser."""
    from kedou.cli.options import whole
    from kedou.lab.host import Choice, run

    number = whole("--port", port)
    choice = Choice(
        host, number, not no_browser, for_class, allow_host or (), files or (), data or (".",)
    )
    run(choice, console.out)
    gc.freeze()  # Python's last sweep over the loaded engine would take longer than closing did.
    return Exit.DONE
