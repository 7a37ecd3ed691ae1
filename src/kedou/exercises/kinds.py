"""The kinds of exercises: a number, a word, a function, and what ``kd.check_gradient`` judges.

Each is a frozen value with one method, ``judge(name, answer) -> Verdict``. The sentences of the
exercise ``chapter.exercise`` are ``chapter-exercise-<reason>`` in the catalogue, its praise is
``chapter-exercise-right``; where one is missing, a general sentence stands in for it.
"""

from __future__ import annotations

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
            words = [str(part).strip().lower() for part in parts]
        except TypeError:
            words = [str(answer)]
        if len(words) == 1 and len(self.truth) > 1:
            words = [w for w in words[0].replace("，", ",").replace("、", ",").split(",") if w]
        found = set()
        for word in words:
            fits = [c for c, names in self.spellings.items() if word.strip() in (c, *names)]
            if not fits:
                known = [names[0] for names in self.spellings.values()]
                values = {"got": word[:40], "known": [*self.spellings, *known]}
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
        Whether of a whole history the last row counts.
    otherwise : callable or None
        ``otherwise(got, expected) -> (reason, values) or None``: looks for what is no function.
    """

    arguments: Sequence[str]
    cases: Sequence[tuple[Any, ...]]
    truth: Callable[..., Any]
    mistakes: Mapping[str, Callable[..., Any]]
    tolerance: float = 1e-6
    each: bool = False
    last: bool = False
    otherwise: Callable[[Floats, Floats], tuple[str, Mapping[str, Any]] | None] | None = None
    wants: str = "function"

    def judge(self, name: str, answer: Any) -> Verdict:
        """Call it on every case; a mistake is named where it agrees in all of them."""
        expected = [np.asarray(self.truth(*case), dtype=np.float64) for case in self.cases]
        got = []
        for case, right_value in zip(self.cases, expected, strict=True):
            value = self._value(answer, case, right_value.size)
            if value.size != right_value.size:
                values = {"count": value.size, "needed": right_value.size}
                reason = "averaged" if value.size == 1 else "count"
                return wrong(name, reason, general="count", **values)
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

    def _value(self, answer: Any, case: tuple[Any, ...], size: int) -> Floats:
        try:
            value = numbers(call(answer, case, self.arguments))
        except StoppedError as stopped:
            if not (self.each and stopped.reason in ("raised", "not-numbers")):
                raise
            rows = [call(answer, (float(v),), self.arguments) for v in np.ravel(case[0])]
            value = numbers(rows)
        if self.last and value.ndim == 2 and value.size != size:
            value = value[-1] if value.shape[1] == size else value[:, -1]
        return value.ravel()

    def _same(self, got: Floats, value: Floats) -> bool:
        allowed = self.tolerance * float(np.max(np.abs(value)))
        return bool(np.isfinite(value).all() and np.max(np.abs(got - value)) <= allowed)

    def _first_difference(self, name: str, got: list[Floats], expected: list[Floats]) -> Verdict:
        sizes = [float(np.max(np.abs(g - e.ravel()))) for g, e in zip(got, expected, strict=True)]
        worst = int(np.argmax(np.array(sizes) > self.tolerance * np.max(np.abs(expected[0]))))
        pairs = zip(self.arguments, self.cases[worst], strict=True)
        at = ", ".join(f"{argument} = {_short(value)}" for argument, value in pairs)
        values = {"at": at, "got": _short(got[worst]), "expected": _short(expected[worst])}
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


def _joined(values: list[Floats]) -> Floats:
    return np.concatenate([np.ravel(value) for value in values])


def _short(value: Any) -> str:
    array = np.asarray(value, dtype=np.float64)
    if array.size == 1:
        return show(float(array.ravel()[0]))
    parts = [show(float(v)) for v in array.ravel()[:3]]
    return f"[{', '.join(parts)}{', ...' if array.size > 3 else ''}]"
