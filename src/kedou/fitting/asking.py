"""What to ask about columns that became features without anybody having named them."""

from __future__ import annotations

from typing import Any

from kedou.moments import Moments
from kedou.moments.numbering import questions
from kedou.texts import Message


def asked(source: Any, moments: Moments) -> list[Message]:
    """Return questions about columns of a table that may only number its rows.

    Nothing is asked of an array, whose columns are all there on purpose, nor where features were
    named.

    Parameters
    ----------
    source : Source
        What the moments were read from.
    moments : Moments
    """
    return [] if getattr(source, "named", True) else questions(moments)


def is_question(message: Message) -> bool:
    """Say whether a note of a run is such a question."""
    return message.code.startswith("moments.numbering-")
