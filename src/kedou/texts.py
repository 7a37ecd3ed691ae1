"""Words, apart from the code that decides what to say.

A message is a *code* and *values*; its wording lives once per language under
``assets/texts/<language>/<area>.json``, where the web page reads the same files.
``say("descent.advice-too-fast", learning_rate=0.1, limit=0.09996)`` looks up
``advice-too-fast`` in ``descent.json`` and fills its ``{placeholders}``.

Numbers in a sentence are shown with four significant digits, and whole up to ten million (see
``number``), lists are joined by commas; there are no format specifications in the catalogue, so
that any language can fill it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "zh-CN")
LEAST_POWER = 1e7
"""From here on a number is written with a power of ten."""
_ALIASES = {"en": "en", "zh": "zh-CN", "zh-cn": "zh-CN", "zh-hans": "zh-CN"}
_current: str | None = None


def normalise_language(language: str) -> str:
    """Map ``zh``, ``zh_CN.UTF-8``, ``en_GB`` and the like to a language; English if unknown."""
    tag = language.split(".")[0].replace("_", "-").lower()
    return _ALIASES.get(tag) or _ALIASES.get(tag.split("-")[0], "en")


def set_language(language: str | None) -> None:
    """Choose the language of messages: ``"en"``, ``"zh"``, or None for the environment's choice."""
    global _current
    _current = None if language is None else normalise_language(language)


def current_language() -> str:
    """Return the language in force: ``set_language``, else ``KEDOU_LANG``, else English."""
    return _current or normalise_language(os.environ.get("KEDOU_LANG", "en"))


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Speak a language for a while; None: that in force."""
    global _current
    before = _current
    if language is not None:
        set_language(language)
    try:
        yield
    finally:
        _current = before


@cache
def catalogue(area: str, language: str) -> dict[str, str]:
    """Return all messages of one area, for example ``catalogue("descent", "zh-CN")``."""
    path = resources.files("kedou") / "assets" / "texts" / language / f"{area}.json"
    messages: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return messages


def number(value: float, digits: int = 4) -> str:
    """Write a number for people: so many significant digits, all those before the point, commas.

    Powers of ten stand only from ten million up, and below 0.0001.

    >>> number(0.743282, 3), number(1234.5678, 6), number(79634.2), number(1e7)
    ('0.743', '1,234.57', '79,634', '1e+07')
    """
    text = f"{float(value):,.{digits}g}"
    return f"{float(value):,.0f}" if "e+" in text and abs(value) < LEAST_POWER else text


def show(value: Any, language: str | None = None) -> str:
    """Write one value as it stands in a sentence; a message becomes its own sentence."""
    if isinstance(value, str):
        return value
    if isinstance(value, Message):
        return value.text(language)
    if isinstance(value, tuple) and value and isinstance(value[0], Message):
        return " ".join(show(item, language) for item in value)
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, Iterable):
        return ", ".join(show(item, language) for item in value)
    if hasattr(value, "__index__"):
        return f"{value.__index__():,}"
    try:
        return number(value)
    except (TypeError, ValueError):
        return str(value)


def say(code: str, language: str | None = None, /, **values: Any) -> str:
    """Return the sentence that ``code`` (``area.key``) stands for, its placeholders filled."""
    area, _, key = code.partition(".")
    tongue = normalise_language(language) if language else current_language()
    template = catalogue(area, tongue)[key]
    return template.format(**{name: show(value, tongue) for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class Message:
    """Something to say, as a code and values; ``str`` gives the sentence in the language in force.

    Attributes
    ----------
    code : str
        ``area.key`` in the text catalogue.
    values : mapping
        What fills the sentence's placeholders.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return say(self.code, **self.values)

    def text(self, language: str | None = None) -> str:
        """Return the sentence in a language of choice."""
        return say(self.code, language, **self.values)
