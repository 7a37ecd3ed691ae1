"""Help in both languages: the words are in the catalogue, the options in the commands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from kedou.cli import console
from kedou.cli.exits import Exit
from kedou.cli.layout import wrap
from kedou.readable import cells, pad
from kedou.texts import catalogue, current_language, say


def front_page(commands: Sequence[str]) -> str:
    """Return what ``kedou --help`` prints."""
    width = min(console.columns(), 100)
    lines = [wrap(say("cli.about"), width), ""]
    lines += [_heading("cli.usage"), "  kedou " + say("cli.front-usage"), ""]
    lines += [_heading("cli.commands"), *_pairs([(c, say(f"cli.{c}-line")) for c in commands])]
    lines += ["", _heading("cli.panel-general")]
    lines += _pairs([("--lang zh|en", say("cli.option-lang"))])
    lines += _pairs([("--version", say("cli.option-version")), ("--help", say("cli.option-help"))])
    lines += ["", _heading("cli.exit-codes"), *_exit_codes()]
    return "\n".join([*lines, "", wrap(say("cli.front-example"), width)])


@cache
def page_class() -> type[Any]:
    """Return Typer's command with a help page of ours."""
    from typer.core import TyperCommand

    class Page(TyperCommand):
        """A command whose help is set in the language in force."""

        def get_help(self, ctx: Any) -> str:
            return command_page(self, ctx)

    return Page


def command_page(command: Any, context: Any) -> str:
    """Return what ``kedou COMMAND --help`` prints."""
    name = command.name
    width = min(console.columns(), 100)
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    usage = " ".join(["kedou", name, *(p.metavar for p in arguments), say("cli.usage-options")])
    lines = [_heading("cli.usage"), f"  {usage}", "", wrap(say(f"cli.{name}-help"), width), ""]
    if arguments:
        lines += [_heading("cli.panel-arguments")]
        lines += _pairs([(p.metavar, _help_of(name, p.name)) for p in arguments])
    panels: dict[str, list[tuple[str, str]]] = {}
    for option in command.params:
        if option.param_type_name == "option":
            panel = panels.setdefault(option.rich_help_panel or "general", [])
            panel.append((_shown(option), _help_of(name, option.name)))
    general = panels.pop("general", [])
    general += [("--lang zh|en", say("cli.option-lang")), ("--help", say("cli.option-help"))]
    panels["general"] = general
    for title, pairs in panels.items():
        lines += [*([""] if lines[-1] else []), _heading(f"cli.panel-{title}"), *_pairs(pairs)]
    lines += ["", _heading("cli.exit-codes"), *_exit_codes()]
    return "\n".join([*lines, "", wrap(say(f"cli.{name}-example"), width)])


def _heading(code: str) -> str:
    return console.style(say(code), "bold")


def _help_of(command: str, parameter: str) -> str:
    own = f"{command}-option-{parameter}"
    if own in catalogue("cli", current_language()):
        return say(f"cli.{own}")
    return say(f"cli.option-{parameter}")


def _shown(option: Any) -> str:
    names = ", ".join(sorted([*option.opts, *option.secondary_opts], key=len))
    return names if option.is_flag else f"{names} {option.metavar or 'TEXT'}"


def _exit_codes() -> list[str]:
    return _pairs([(str(int(code)), say(f"cli.exit-{int(code)}")) for code in Exit], 5)


def _pairs(pairs: Iterable[tuple[str, str]], column: int = 28) -> list[str]:
    """Set names beside what they mean."""
    width = min(console.columns(), 100)
    column = min(column, width // 3)
    lines = []
    for name, meaning in pairs:
        indent = " " * (column + 2)
        first = "  " + pad(name, column)
        if cells(name) >= column:
            lines.append("  " + name)
            first = indent
        lines.append(wrap(meaning, width, indent, first))
    return lines
