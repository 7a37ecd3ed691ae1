"""Messages as the command line says them: with its own options instead of Python's arguments.

A message is a code and values, so the same thing can be worded twice: ``cli.json`` may hold an
entry named like the whole code (``descent.auto-spectrum``), which then goes before the general one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kedou.texts import Message, catalogue, current_language, say


def words(code: str, values: Mapping[str, Any]) -> str:
    """Return the sentence of a message."""
    constant = values.get("constant")
    if constant in ("learning_rate", "c"):
        values = {**values, "constant": say(f"cli.constant-{constant}")}
    own = code in catalogue("cli", current_language())
    text = say(f"cli.{code}" if own else code, **values)
    return text[:1].upper() + text[1:] if text.startswith(str(values.get("constant"))) else text


def of(message: Message) -> str:
    """Return the sentence of a message."""
    return words(message.code, message.values)
