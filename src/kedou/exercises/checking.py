"""The function that notebooks call; exercises are found by name, a chapter's file at a time."""

from __future__ import annotations

import difflib
from importlib import import_module
from typing import Any

from kedou.errors import OptionError
from kedou.exercises.calling import StoppedError, is_blank
from kedou.exercises.kinds import Exercise
from kedou.exercises.verdict import Verdict
from kedou.texts import Message
from kedou.time_limit import TookTooLongError, call_within

SECONDS = 5.0
CHAPTERS = (
    "derivative",
    "forward",
    "loss",
    "layers",
    "backward",
    "rules",
    "learning-rate",
    "gradient",
    "train",
)


def check(name: str, answer: Any) -> Verdict:
    """Check an answer to an exercise of the lesson, and say what is right or wrong with it.

    Parameters
    ----------
    name : str
        ``"chapter.exercise"``, one of ``names()``.
    answer : object
        A number, a word, or a function, as the exercise asks: any that is right will do.
        ``...`` and a function without a body are no answer yet.

    Returns
    -------
    Verdict
        True if right; a notebook shows it in words. Whatever the answer does, wrong numbers,
        an exception or a loop without an end, is told and not raised.

    Raises
    ------
    OptionError
        If there is no exercise of that name.

    Examples
    --------
    >>> check("backward.step-two", 0.3186).reason
    'equal-steps'
    >>> check("backward.step-two", 0.287)
    ✓ Right: 0.2867. At 0.1593 the slope is only -12.74, so the second step is 0.1274 long.
    >>> def loss(w, b, x, y):
    ...     return sum((b + w * s - t) ** 2 for s, t in zip(x, y)) / len(x)
    >>> bool(check("forward.loss", loss))
    True
    """
    exercise = _find(name)
    if is_blank(answer):
        return Verdict(name, "blank", "blank", Message(f"exercises.blank-{exercise.wants}"))
    try:
        verdict: Verdict = call_within(SECONDS, lambda: _judged(exercise, name, answer))
        return verdict
    except TookTooLongError:
        said = Message("exercises.too-long", {"seconds": SECONDS})
        return Verdict(name, "stopped", "too-long", said)
    except StoppedError as stopped:
        return Verdict(name, "stopped", stopped.reason, stopped.said)


def _judged(exercise: Exercise, name: str, answer: Any) -> Verdict:
    try:
        return exercise.judge(name, answer)
    except SystemExit as leaving:  # a learner's exit() ends the answer and not the kernel
        values = {"error": "SystemExit", "reason": str(leaving) or "exit()"}
        raise StoppedError("raised", Message("gradient_check.raised", values)) from None


def names() -> list[str]:
    """Return the names of all exercises, chapter by chapter.

    >>> names()[:3]
    ['derivative.slope-at-zero', 'derivative.slope', 'forward.errors']
    """
    return [f"{chapter}.{name}" for chapter in CHAPTERS for name in _exercises(chapter)]


def _exercises(chapter: str) -> dict[str, Exercise]:
    module = import_module(f"kedou.exercises.chapters.{chapter.replace('-', '_')}")
    exercises: dict[str, Exercise] = module.EXERCISES
    return exercises


def _find(name: str) -> Exercise:
    chapter, _, exercise = str(name).partition(".")
    if chapter in CHAPTERS and exercise in _exercises(chapter):
        return _exercises(chapter)[exercise]
    near = difflib.get_close_matches(str(name), names(), n=1)
    if near:
        raise OptionError("exercises.no-exercise-near", got=str(name), near=near[0])
    raise OptionError("exercises.no-exercise", got=str(name), known=names())
