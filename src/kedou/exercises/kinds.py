"""The kinds of exercises: a number, a word, a function, and what ``kd.check_gradient`` judges.

Each is a frozen value with one method, ``judge(name, answer) -> Verdict``. The sentences of the
exercise ``chapter.exercise`` are ``chapter-exercise-<reason>`` in the catalogue, its praise is
``chapter-exercise-right``; where one is missing, a general sentence stands in for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from kedou.block import Floats
from kedou.exercises.calling import StoppedError, call, number, numbers
from kedou.exercises.verdict import Verdict
from kedou.gradient_check import check_gradient
from kedou.gradient_check.verdict import Kind
from kedou.texts import Message, catalogue, show


class Exercise(Protocol):
    """What an exercise can do."""

    @property
    def wants(self) -> str:
        """What is asked for: ``"number"``, ``"word"`` or ``"function"``."""
        ...

    def judge(self, name: str, answer: Any) -> Verdict:
        """Judge an answer that is not blank; may raise ``StoppedError``."""
        ...


def say_of(name: str, reason: str, general: str, values: Mapping[str, Any]) -> Message:
    """Return the exercise's own sentence for a reason, or the general one."""
    own = f"{name.replace('.', '-')}-{reason}"
    known = own in catalogue("exercises", "en")
    return Message(f"exercises.{own if known else general}", dict(values))


def right(name: str, general: str = "right", **values: Any) -> Verdict:
    """Return the verdict that it is right."""
    return Verdict(name, "right", "", say_of(name, "right", general, values))


def wrong(name: str, reason: str, general: str = "off", **values: Any) -> Verdict:
    """Return the verdict that it is wrong, and why."""
    return Verdict(name, "wrong", reason, say_of(name, reason, general, values))


@dataclass(frozen=True)
class Number:
    """A number, within a tolerance.

    Attributes
    ----------
    truth : float
    mistakes : mapping of str to float
        What each known mistake gives.
    tolerance : float or None
        How far off is right; None: half a unit of the second digit.
    """

    truth: float
    mistakes: Mapping[str, float]
    tolerance: float | None = None
    wants: str = "number"

    def judge(self, name: str, answer: Any) -> Verdict:
        """Compare with the truth, then with what known mistakes give."""
        got = number(answer)
        if self._near(got, self.truth):
            return right(name, got=got, truth=self.truth)
        close = [code for code, value in self.mistakes.items() if self._near(got, value)]
        if close:
            nearest = min(close, key=lambda code: abs(got - self.mistakes[code]))
            return wrong(name, nearest, got=got)
        side = "low" if got < self.truth else "high"
        return wrong(name, side, general=f"too-{side}", got=got)

    def _near(self, got: float, value: float) -> bool:
        allowed = self.tolerance
        if allowed is None:
            allowed = 0.5 * 10.0 ** (np.floor(np.log10(abs(value))) - 1) if value else 1e-9
        return bool(abs(got - value) <= allowed * (1 + 1e-9))


@dataclass(frozen=True)
class Measured:
    """A number that is right if what it does is: judged by a function of it.

    Attributes
    ----------
    judge_number : callable
        ``judge_number(value) -> (reason, values)``, reason "" where right.
    """

    judge_number: Callable[[float], tuple[str, Mapping[str, Any]]]
    wants: str = "number"

    def judge(self, name: str, answer: Any) -> Verdict:
        """Try the number out."""
        reason, values = self.judge_number(number(answer))
        return wrong(name, reason, **values) if reason else right(name, **values)


@dataclass(frozen=True)
class Choice:
    """A word, or several, out of a few; in either language, in any order.

    Attributes
    ----------
    spellings : mapping of str to tuple of str
        What may be written for each choice.
    truth : frozenset of str
        The choices that are right together.
    """

    spellings: Mapping[str, tuple[str, ...]]
    truth: frozenset[str]
    wants: str = "word"

    def judge(self, name: str, answer: Any) -> Verdict:
        """Read the words; the reason of a wrong answer is what was chosen, in order."""
        chosen = self._read(answer)
        if chosen == self.truth:
            return right(name)
        reason = "-".join(choice for choice in self.spellings if choice in chosen) or "none"
        return wrong(name, reason)

    def _read(self, answer: Any) -> frozenset[str]:
        parts = [answer] if isinstance(answer, str) else answer
        try:
            words = [_word(part) for part in parts]
        except TypeError:
            words = [_word(answer)]
        if len(words) == 1 and len(self.truth) > 1:
            words = [word for word in _BETWEEN.split(words[0]) if word]
            if words and words[0] in _ALL_OR_NONE:
                return frozenset(self.spellings) if _ALL_OR_NONE[words[0]] else frozenset()
        found = set()
        for word in words:
            fits = [
                c for c, names in self.spellings.items() if _word(word) in map(_word, (c, *names))
            ]
            if not fits:
                known = [*self.spellings, *(names[0] for names in self.spellings.values())]
                once = list({name.lower(): name for name in known}.values())
                values = {"got": word[:40], "known": once}
                raise StoppedError("unknown-word", Message("exercises.unknown-word", values))
            found.add(fits[0])
        return frozenset(found)


@dataclass(frozen=True)
class Function:
    """A function, compared with the right one on several cases.

    Attributes
    ----------
    arguments : sequence of str
        Their names here; a learner's may differ.
    cases : sequence of tuples
        What it is called with.
    truth : callable
        The right function.
    mistakes : mapping of str to callable
        What each known mistake would compute.
    tolerance : float
        Relative to the largest right value of all cases.
    each : bool
        Whether a function of one number does where arrays are handed over.
    last : bool
        Whether of a whole history, with the start or without, the last row or column counts; the
        last argument of a case is then the number of steps, and longer than an answer.
    otherwise : callable or None
        ``otherwise(got, expected) -> (reason, values) or None``: looks for what is no function.
    rows : int
        How many come back for each number that is asked for, where the mean was forgotten.
    """

    arguments: Sequence[str]
    cases: Sequence[tuple[Any, ...]]
    truth: Callable[..., Any]
    mistakes: Mapping[str, Callable[..., Any]]
    tolerance: float = 1e-6
    each: bool = False
    last: bool = False
    otherwise: Callable[[Floats, Floats], tuple[str, Mapping[str, Any]] | None] | None = None
    rows: int = 7
    wants: str = "function"

    def judge(self, name: str, answer: Any) -> Verdict:
        """Call it on every case; a mistake is named where it agrees in all of them."""
        expected = [np.asarray(self.truth(*case), dtype=np.float64) for case in self.cases]
        got = []
        for case, right_value in zip(self.cases, expected, strict=True):
            value = self._value(answer, case, right_value.size)
            if value.size != right_value.size:
                return self._miscounted(name, value.size, right_value.size)
            got.append(value)
        flat, right_flat = _joined(got), _joined(expected)
        if self._same(flat, right_flat):
            return right(name, general="right-function", cases=len(self.cases))
        for reason, mistaken in self.mistakes.items():
            with np.errstate(all="ignore"):
                theirs = _joined([np.asarray(mistaken(*case), float) for case in self.cases])
            if self._same(flat, theirs):
                return wrong(name, reason)
        found = None if self.otherwise is None else self.otherwise(flat, right_flat)
        if found is not None:
            return wrong(name, found[0], **found[1])
        return self._first_difference(name, got, expected)

    def _miscounted(self, name: str, count: int, needed: int) -> Verdict:
        values = {"count": count, "needed": needed, "rows": self.rows}
        if needed <= 2 and count == needed * self.rows:
            return wrong(name, "not-averaged", general="not-averaged", **values)
        reason = "averaged" if count == 1 and needed > 2 else "count"
        return wrong(name, reason, general="count", **values)

    def _value(self, answer: Any, case: tuple[Any, ...], size: int) -> Floats:
        try:
            value = numbers(call(answer, case, self.arguments))
        except StoppedError as stopped:
            if not (self.each and stopped.reason in ("raised", "not-numbers")):
                raise
            rows = [call(answer, (float(v),), self.arguments) for v in np.ravel(case[0])]
            value = numbers(rows)
        if self.last and value.ndim == 2 and value.size != size:
            lengths = (case[-1], case[-1] + 1)
            if value.shape[0] in lengths and value.shape[1] == size:
                value = value[-1]
            elif value.shape[1] in lengths and value.shape[0] == size:
                value = value[:, -1]
        return value.ravel()

    def _same(self, got: Floats, value: Floats) -> bool:
        allowed = self.tolerance * float(np.max(np.abs(value)))
        return bool(np.isfinite(value).all() and np.max(np.abs(got - value)) <= allowed)

    def _first_difference(self, name: str, got: list[Floats], expected: list[Floats]) -> Verdict:
        sizes = [float(np.max(np.abs(g - e.ravel()))) for g, e in zip(got, expected, strict=True)]
        worst = int(np.argmax(np.array(sizes) > self.tolerance * np.max(np.abs(expected[0]))))
        theirs, ours = got[worst], expected[worst].ravel()
        first = int(np.argmax(np.abs(theirs - ours) > self.tolerance * np.max(np.abs(ours))))
        start = first if first > 2 else 0
        pairs = zip(self.arguments, self.cases[worst], strict=True)
        at = ", ".join(
            f"{argument} = {_short(value, start if np.size(value) == ours.size else 0)}"
            for argument, value in pairs
        )
        values = {"at": at, "got": _short(theirs, start), "expected": _short(ours, start)}
        return wrong(name, "unknown", general="off-function", **values)


@dataclass(frozen=True)
class Checked:
    """A loss, gradient or update of (w, b, x, y), judged by ``kd.check_gradient``."""

    kind: Kind
    x: Floats
    y: Floats
    wants: str = "function"

    def judge(self, name: str, answer: Any) -> Verdict:
        """Hand it to the gradient checker and take over what it says."""
        if not callable(answer):
            call(answer, (), ())
        found = check_gradient(answer, self.x, self.y, kind=self.kind)
        if found.ok:
            return Verdict(name, "right", "", found)
        status = "wrong" if found.compared() else "stopped"
        return Verdict(name, status, found.mistake or found.verdict, found)  # type: ignore[arg-type]


_BETWEEN = re.compile(
    r"\s*(?:[,，、;；+&]|\band\b|和|与)\s*|\s+(?!loss\b|损失|descent\b|rule\b|value\b)"
)
_ALL_OR_NONE = {
    **dict.fromkeys(("all", "all three", "都", "都动", "都会动", "全部", "三条都动"), True),
    **dict.fromkeys(("none", "no", "都不动", "都不", "没有"), False),
}
_AROUND = "\"'“”‘’「」.。!！"


def _word(part: Any) -> str:
    """Write a word as it is compared: a function stands for its name, a curve for its kind."""
    text = str(getattr(part, "__name__", part)).replace("_", " ").strip().strip(_AROUND)
    text = re.sub(r"\bthe ", "", text.strip().lower())
    return re.sub(r"(?<=\w)\s*(loss|curve|损失)$", "", text)


def _joined(values: list[Floats]) -> Floats:
    return np.concatenate([np.ravel(value) for value in values])


def _short(value: Any, start: int = 0) -> str:
    """Write a number, or three of an array from one of them on."""
    array = np.asarray(value, dtype=np.float64)
    if array.size == 1:
        return show(float(array.ravel()[0]))
    parts = [show(float(v)) for v in array.ravel()[start : start + 3]]
    before, after = ["..."] * (start > 0), ["..."] * (array.size > start + 3)
    return f"[{', '.join([*before, *parts, *after])}]"
