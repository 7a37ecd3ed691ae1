"""GradientCheck: the verdict on a learner's function, as codes and numbers that can speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kedou.texts import current_language, normalise_language, say

Kind = Literal["loss", "gradient", "update"]
KINDS = ("loss", "gradient", "update")
POINTS = 6


@dataclass(frozen=True)
class GradientCheck:
    """What ``check_gradient`` found. ``print(check)`` says it in words.

    Attributes
    ----------
    verdict : str
        ``"right"``, ``"wrong"``, ``"approximate"``, or what kept us from comparing:
        ``"raised"``, ``"returned-nothing"``, ``"not-numbers"``, ``"not-finite"``,
        ``"not-averaged"``, ``"wrong-count"``, ``"arguments"``, ``"argument-order"``.
    kind : {"loss", "gradient", "update"}
        What was checked.
    component : str or None
        The first wrong component: ``"w"`` (``"w1"``, ``"w2"`` ... with several features) or
        ``"b"``; None for a loss, and where all is right.
    expected, got : float or None
        The right number and the function's, at ``point``.
    point : tuple of float
        (w_1 ... w_k, b) at which they differ.
    mistakes : tuple of str
        Codes of the mistakes that explain the numbers, the main one first.
    rate : float or None
        For an update: the learning rate it used.
    """

    verdict: str
    kind: Kind
    component: str | None = None
    expected: float | None = None
    got: float | None = None
    point: tuple[float, ...] = ()
    mistakes: tuple[str, ...] = ()
    rate: float | None = None
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the function is right."""
        return self.verdict == "right"

    @property
    def mistake(self) -> str | None:
        """The code of the main mistake, None if it is right or could not be compared."""
        return self.mistakes[0] if self.mistakes else None

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str | None = None) -> str:
        """Return the verdict in a language of choice (``"en"`` or ``"zh-CN"``)."""
        language = normalise_language(language) if language else current_language()
        sentences = [f"{self.verdict}-{self.kind}" if self.compared() else self.verdict]
        sentences += [f"mistake-{mistake}" for mistake in self.mistakes]
        sentences += [str(note) for note in self.values.get("notes", ())]
        joint = " " if language == "en" else ""
        return joint.join(
            say(f"gradient_check.{key}", language, **self._fillings()) for key in sentences
        )

    def compared(self) -> bool:
        """Say whether the function gave numbers that could be compared."""
        return self.verdict in {"right", "wrong", "approximate"}

    def _fillings(self) -> dict[str, Any]:
        component = self.component or ""
        return {
            **self.values,
            "component": f"d{component}" if self.kind == "gradient" else component,
            "expected": self.expected,
            "got": self.got,
            "rate": self.rate,
            "points": POINTS,
        }
