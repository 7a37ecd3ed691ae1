"""``kedou data``: the small data sets that come with Kedou."""

from __future__ import annotations

from typing import Annotated

import typer

from kedou.cli import console
from kedou.cli.exits import Exit
from kedou.cli.layout import table, whole, wrap
from kedou.texts import say


def data(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]")] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", rich_help_panel="output")
    ] = None,
) -> int:
    """List the data sets, or write one."""
    from kedou.errors import OptionError

    if name is None and output is not None:
        raise OptionError("cli.usage-missing", what="NAME")
    if name is None:
        console.out(_list())
    elif output is None:
        console.out(_about(name))
    else:
        _write(name, output)
    return Exit.DONE


def _list() -> str:
    from kedou.data import load, names

    heads = [say(f"cli.data-head-{head}") for head in ("name", "rows", "about")]
    sets = [load(name) for name in names()]
    rows = [[one.name, whole(len(one.y))] for one in sets]
    aligned = table([heads[:2], *rows], gap="   ")
    titles = [heads[2], *(one.title for one in sets)]
    lines = [f"{line}   {title}" for line, title in zip(aligned, titles, strict=True)]
    return "\n".join([console.style(lines[0], "bold"), *lines[1:], "", say("cli.data-example")])


def _about(name: str) -> str:
    from kedou.data import load

    one = load(name)
    width = min(console.columns(), 100)
    lines = [console.style(one.title, "bold"), wrap(one.description, width), ""]
    words = one.column_descriptions
    rows = [[column, words[column], one.units.get(column, "")] for column in words]
    lines += table(rows, left=3)
    features = ",".join(one.feature_names)
    lines += ["", wrap(say("cli.data-target", target=one.target_name, features=features), width)]
    lines += [wrap(say("cli.data-source", source=one.source), width)]
    lines += [wrap(say("cli.data-licence", licence=one.licence), width)]
    return "\n".join([*lines, "", f"kedou data {name} -o {name}.csv"])


def _write(name: str, output: str) -> None:
    from kedou.data import load, write

    path = write(name, output)
    one = load(name)
    features = ",".join(one.feature_names)
    lines = [say("cli.data-written", name=name, rows=len(one.y), file=str(path))]
    lines += [say("cli.data-try", file=str(path), target=one.target_name, features=features)]
    console.out("\n".join(lines))
