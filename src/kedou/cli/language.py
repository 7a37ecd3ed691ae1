"""Which language to speak: ``--lang``, else ``KEDOU_LANG``, else the locale; English if unknown.

``--lang`` may stand anywhere on the command line. A console that cannot show Chinese gets English.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from kedou.cli import console
from kedou.errors import OptionError
from kedou.texts import normalise_language, set_language

_NAMES = ("en", "zh", "zh-cn", "zh-hans", "zh_cn")


_asked: str | None = None


def language_asked_for() -> str | None:
    """Return the language that ``--lang`` named; None where it was left to the environment."""
    return _asked


def choose_language(arguments: list[str]) -> list[str]:
    """Set the language, and return the arguments without ``--lang``."""
    global _asked
    rest: list[str] = []
    asked: str | None = None
    _asked = None
    set_language(_spoken(None, os.environ))
    queue = list(arguments)
    while queue:
        argument = queue.pop(0)
        if argument == "--":
            rest += [argument, *queue]
            break
        if argument == "--lang":
            if not queue:
                raise OptionError("cli.usage-needs-value", option="--lang")
            asked = queue.pop(0)
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
        else:
            rest.append(argument)
    if asked is not None and asked.lower() not in _NAMES:
        raise OptionError("cli.lang", got=asked)
    set_language(_spoken(asked, os.environ))
    _asked = None if asked is None else normalise_language(asked)
    return rest


def _spoken(asked: str | None, environment: Mapping[str, str]) -> str:
    names = (asked, *(environment.get(n) for n in ("KEDOU_LANG", "LC_ALL", "LC_MESSAGES", "LANG")))
    language = normalise_language(next((name for name in names if name), "en"))
    if language == "zh-CN" and not console.can_show("蝌蚪损失"):
        return "en"
    return language
