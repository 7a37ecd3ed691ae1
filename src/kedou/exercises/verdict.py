"""What a check found: one sentence or two, as text and as HTML."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Literal, Protocol

Status = Literal["right", "wrong", "blank", "stopped"]

SIGNS: dict[Status, str] = {"right": "✓", "wrong": "✗", "blank": "○", "stopped": "✗"}
_EDGES: dict[Status, str] = {
    "right": "#0C7D94",
    "wrong": "#B23900",
    "blank": "#8A8F8C",
    "stopped": "#B23900",
}


class Sayable(Protocol):
    """A message, or a verdict of the gradient checker."""

    def text(self, language: str | None = None) -> str:
        """Return the sentences in a language."""
        ...


@dataclass(frozen=True, repr=False)
class Verdict:
    """What ``check`` found. It is true where the answer is right; ``print`` says it in words.

    Attributes
    ----------
    exercise : str
        Its name, ``chapter.exercise``.
    status : {"right", "wrong", "blank", "stopped"}
        ``"blank"``: nothing was answered yet; ``"stopped"``: the learner's code raised an
        exception, took too long or gave something that is no number.
    reason : str
        The code of the mistake, such as ``"equal-steps"`` or ``"forgot-x"``; empty where right.
    said : object
        What ``text`` says.
    """

    exercise: str
    status: Status
    reason: str
    said: Sayable

    @property
    def ok(self) -> bool:
        """Whether the answer is right."""
        return self.status == "right"

    def __bool__(self) -> bool:
        return self.ok

    def text(self, language: str | None = None) -> str:
        """Return the verdict in a language of choice (``"en"`` or ``"zh-CN"``)."""
        return f"{SIGNS[self.status]} {self.said.text(language)}"

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        style = (
            f"border-left:4px solid {_EDGES[self.status]};padding:.4em .8em;margin:.3em 0;"
            "max-width:46em;line-height:1.6;font-size:15px;white-space:pre-wrap"
        )
        return f'<div role="status" style="{style}">{html.escape(self.text())}</div>'
