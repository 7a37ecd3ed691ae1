"""``kedou export``: the lesson as files that need no server."""

from __future__ import annotations

from typing import Annotated

import typer

from kedou.cli import console, options
from kedou.cli.exits import Exit
from kedou.errors import OptionError
from kedou.texts import current_language, say


def export(
    chapter: Annotated[str | None, typer.Argument(metavar="[CHAPTER]", show_default=False)] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", rich_help_panel="output")
    ] = None,
    whole: Annotated[
        str | None, typer.Option("--all", metavar="FOLDER", rich_help_panel="output")
    ] = None,
    force: Annotated[bool, typer.Option("--force", rich_help_panel="output")] = False,
    quiet: options.Quiet = False,
) -> int:
    """Write the lesson as files that need no server."""
    from kedou.cli.language import language_asked_for
    from kedou.exporting import export as export_chapter
    from kedou.exporting import export_all
    from kedou.pages import CHAPTERS, COVER, chapter_named

    if whole is not None:
        if chapter is not None or output is not None:
            raise OptionError("cli.export-all-alone")
        export_all(whole, lang=language_asked_for(), force=force)
        told = say("cli.exported-all", folder=whole, pages=1 + len(CHAPTERS))
    elif chapter is None:
        raise OptionError("cli.export-what", known=[each.name for each in (COVER, *CHAPTERS)])
    else:
        title = chapter_named(chapter).title(current_language())
        path = export_chapter(chapter, output, lang=language_asked_for(), force=force)
        told = say("cli.exported", file=str(path), title=title, size=_size(path.stat().st_size))
    if not quiet:
        console.out(told)
    return Exit.DONE


def _size(count: int) -> str:
    return f"{count / 1000:.0f} kB"
