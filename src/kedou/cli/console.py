"""Output that survives any console.

A character that the console's encoding lacks is replaced by what looks like it, never an error.
Colours are used on a terminal only, and not where ``NO_COLOR`` is set. A reader that goes away
(``kedou fit ... | head -1``) is no failure.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import shutil
import sys
from typing import TextIO

_STAND_INS = {
    **dict.fromkeys("▁▂▃▄▅▆▇█", "#"),
    **{"│": "|", "─": "-", "┤": "|", "└": "+", "┬": "-", "·": "*", "×": "x", "→": "->"},
    **{"±": "+-", "²": "^2", "≤": "<=", "–": "-", "—": "-", "…": "...", "‘": "'", "’": "'"},
    **{"“": '"', "”": '"', "−": "-", "√": "sqrt"},
}
_STYLES = {"bold": "1", "dim": "2", "green": "32", "yellow": "33", "red": "31"}


def prepare() -> None:
    """Make standard output and standard error unable to fail on a character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="kedou")


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_STAND_INS.get(character, "?") for character in text), error.end


codecs.register_error("kedou", _stand_in)


def encoding(stream: TextIO | None = None) -> str:
    """Return the name of the encoding that a stream writes."""
    name = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "ascii"


def is_unicode() -> bool:
    """Say whether standard output shows blocks and lines one cell wide: UTF-8 and the like.

    In the Chinese code pages they exist, but fill two cells.
    """
    return encoding().startswith("utf")


def can_show(text: str, stream: TextIO | None = None) -> bool:
    """Say whether the encoding of a stream has all characters of a text."""
    try:
        text.encode(encoding(stream))
    except UnicodeEncodeError:
        return False
    return True


def shown(text: str) -> str:
    """Return a text as standard output will show it, stand-ins in place: to measure it by."""
    return text.encode(encoding(), "kedou").decode(encoding())


def columns() -> int:
    """Return the width of the terminal, or 80; ``COLUMNS`` goes before both."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, 60), 120)


def out(text: str) -> None:
    """Print a text to standard output."""
    _write(sys.stdout, text)


def err(text: str) -> None:
    """Print a text to standard error."""
    with contextlib.suppress(OSError):
        _write(sys.stderr, text)


def finish() -> None:
    """Flush standard output, so that a full disk is told and a closed pipe is not."""
    _write(sys.stdout, "", end="")


def _write(stream: TextIO, text: str, end: str = "\n") -> None:
    try:
        stream.write(text + end)
        stream.flush()
    except BrokenPipeError:
        _forget(stream)
    except OSError:
        _forget(stream)
        raise


def _forget(stream: TextIO) -> None:
    """Send what is left to nowhere: Python flushes once more at its end."""
    with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def style(text: str, name: str, stream: TextIO | None = None) -> str:
    """Colour a text where the stream is a terminal that shows colours."""
    return f"\x1b[{_STYLES[name]}m{text}\x1b[0m" if has_colours(stream or sys.stdout) else text


def has_colours(stream: TextIO) -> bool:
    """Say whether a stream is a terminal that shows colours."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    if os.name == "nt" and not (os.environ.get("WT_SESSION") or os.environ.get("ANSICON")):
        return False
    return stream.isatty()
