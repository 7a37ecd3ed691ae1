"""``kedou convert``: write a saved model in the language of another program.

Text is printed, or written with ``-o``; what is not text is written only.
"""

from __future__ import annotations

from typing import Annotated

import typer

from kedou.cli import console, options
from kedou.cli.exits import Exit
from kedou.errors import OptionError
from kedou.texts import say

FORMATS = "sql|spreadsheet|python|javascript|onnx|sklearn"


def convert(
    model: Annotated[str, typer.Argument(metavar="MODEL")],
    to: Annotated[str, typer.Option("--to", metavar=FORMATS, rich_help_panel="output")],
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", rich_help_panel="output")
    ] = None,
    quiet: options.Quiet = False,
) -> int:
    """Write a model for another program."""
    from kedou.cli.tables import check_place
    from kedou.conversion import convert, format_named, to_bytes
    from kedou.fitting import load_model
    from kedou.saving import replacing

    is_text = format_named(to).is_text
    if output is not None:
        check_place(output)
    elif not is_text:
        raise OptionError("cli.convert-needs-output", to=to)
    made = convert(load_model(model), to)
    if output is not None:
        with replacing(output) as file:
            file.write(to_bytes(made))
        if not quiet:
            console.out(say("cli.converted", file=output, to=to))
    elif console.can_show(made):
        console.out(made.rstrip("\n"))
    else:
        raise OptionError("cli.convert-unshown", to=to, encoding=console.encoding())
    return Exit.DONE
