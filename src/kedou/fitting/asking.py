"""What to ask about features: those that nobody named, and those that say too much."""

from __future__ import annotations

from typing import Any

from kedou.moments import Moments
from kedou.moments.numbering import questions
from kedou.moments.relation import likely_leaks
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


def leaks(moments: Moments) -> list[Message]:
    """Say which features follow the target almost exactly, named or not."""
    return [
        Message("reporting.leak", {"name": leak.name, "correlation": leak.correlation})
        for leak in likely_leaks(moments)
    ]


def is_question(message: Message) -> bool:
    """Say whether a note of a run is such a question."""
    return message.code.startswith("moments.numbering-")
