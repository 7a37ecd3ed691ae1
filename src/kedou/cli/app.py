"""The application: which command, in which language, and how it ends.

A new command is one file with a function of its name, and one line in ``COMMANDS``. Commands
import what they need inside their functions, so that help costs no NumPy.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kedou.cli import console
from kedou.cli.exits import Exit
from kedou.cli.language import choose_language
from kedou.errors import KedouError, OptionError, OptionTypeError
from kedou.texts import say

if TYPE_CHECKING:
    import typer

COMMANDS = ("fit", "predict", "convert", "diagnose", "data", "lab", "export", "notebooks")


def app(commands: Sequence[str] = COMMANDS) -> typer.Typer:
    """Return the application as a Typer object, with all commands or only some of them."""
    import typer

    from kedou.cli.help import page_class

    made = typer.Typer(name="kedou", add_completion=False, rich_markup_mode=None)
    made.callback()(_nothing)
    for name in commands:
        function = getattr(import_module(f"kedou.cli.{name}"), name)
        names = {"help_option_names": ["--help", "-h"]}
        made.command(name, cls=page_class(), context_settings=names)(function)
    return made


def _nothing() -> None:
    pass


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; nothing but that comes out of here."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    console.prepare()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matters is said in words
        code = _guarded(arguments)
    try:
        console.finish()
    except OSError as problem:
        _tell(_of_system(problem))
        code = Exit.DATA
    return int(code)


def _guarded(arguments: list[str]) -> int:
    try:
        return _dispatch(choose_language(arguments))
    except KeyboardInterrupt:
        console.err("\n" + say("cli.interrupted"))
        return Exit.INTERRUPTED
    except (OptionError, OptionTypeError) as problem:
        _tell(_worded(problem), hint=_hint(arguments))
        return Exit.USAGE
    except KedouError as problem:
        _tell(_worded(problem))
        return Exit.DATA
    except BrokenPipeError:
        return Exit.DONE
    except OSError as problem:
        _tell(_of_system(problem))
        return Exit.DATA
    except MemoryError:
        _tell(say("cli.no-memory"))
        return Exit.DATA
    except Exception as problem:
        if os.environ.get("KEDOU_DEBUG"):
            raise
        _tell(say("cli.internal", kind=type(problem).__name__, text=" ".join(str(problem).split())))
        return Exit.INTERNAL


def _dispatch(arguments: list[str]) -> int:
    from kedou.cli import help as pages

    if not arguments or arguments[0] in ("--help", "-h", "help"):
        console.out(pages.front_page(COMMANDS))
        return Exit.DONE
    if arguments[0] in ("--version", "-V"):
        from kedou import __version__

        console.out(f"kedou {__version__}")
        return Exit.DONE
    if arguments[0] not in COMMANDS:
        raise _unknown(arguments[0])
    return _invoke(arguments)


def _invoke(arguments: list[str]) -> int:
    import typer
    from typer.main import get_command

    usage_error: Any = typer.BadParameter.__base__
    command = get_command(app(arguments[:1]))
    try:
        with command.make_context("kedou", arguments) as context:
            return int(command.invoke(context) or 0)
    except typer.Exit as end:
        return int(end.exit_code)
    except usage_error as problem:
        raise _retold(problem) from None


def _unknown(name: str) -> OptionError:
    from difflib import get_close_matches

    if name.startswith("-"):
        return OptionError("cli.usage-no-option", option=name)
    near = get_close_matches(name, COMMANDS, n=1)
    if near:
        return OptionError("cli.no-command-near", name=name, near=near[0])
    return OptionError("cli.no-command", name=name, known=list(COMMANDS))


def _retold(problem: Any) -> OptionError:
    """Say in our words, and in the language in force, what the parser found wrong."""
    kind = type(problem).__name__
    if kind == "MissingParameter":
        what = problem.param.metavar or "/".join(problem.param.opts)
        return OptionError("cli.usage-missing", what=what)
    if kind == "NoSuchOption":
        near = list(problem.possibilities or ())[:1]
        code = "cli.usage-no-option-near" if near else "cli.usage-no-option"
        return OptionError(code, option=problem.option_name, near=near)
    if kind == "BadOptionUsage":
        takes_none = "does not take" in problem.message
        code = "cli.usage-no-value" if takes_none else "cli.usage-needs-value"
        return OptionError(code, option=problem.option_name)
    extra = re.search(r"unexpected extra argument(?:\(s\)|s)? \((.*)\)", problem.format_message())
    if extra:
        return OptionError("cli.usage-extra", extra=extra[1])
    return OptionError("cli.usage-other", text=problem.format_message())


def _worded(problem: KedouError) -> str:
    from kedou.cli.words import words

    return words(problem.code, problem.values)


def _of_system(problem: OSError) -> str:
    reason = problem.strerror or str(problem) or type(problem).__name__
    if problem.filename is not None:
        return say("cli.system-file", file=str(problem.filename), reason=reason)
    return say("cli.system", reason=reason)


def _hint(arguments: Sequence[str]) -> str:
    command = next((argument for argument in arguments if argument in COMMANDS), None)
    return say("cli.hint", command=f"kedou {command} --help" if command else "kedou --help")


def _tell(text: str, hint: str = "") -> None:
    word = console.style(say("cli.error"), "red", sys.stderr)
    console.err(f"{word}{text}{hint}")
