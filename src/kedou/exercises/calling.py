"""Running what a learner wrote: whatever it does is an answer, or something to be told."""

from __future__ import annotations

import dis
import inspect
import linecache
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.gradient_check.calling import as_floats, mistook_caret
from kedou.texts import Message


class StoppedError(Exception):
    """The learner's code gave no answer.

    Parameters
    ----------
    reason : str
        A code for programs.
    said : Message
        What to tell.
    """

    def __init__(self, reason: str, said: Message | Story) -> None:
        super().__init__(reason)
        self.reason = reason
        self.said = said


class Story:
    """Several messages, one after the other."""

    def __init__(self, *messages: Message) -> None:
        self.messages = messages

    def text(self, language: str | None = None) -> str:
        """Return the sentences in a language."""
        sentences = [message.text(language) for message in self.messages]
        full_stop = all(sentence.endswith("。") for sentence in sentences)
        return ("" if full_stop else " ").join(sentences)


def is_blank(answer: Any) -> bool:
    """Say whether nothing was written yet: ``...``, None, or a function with an empty body.

    >>> def empty(w, x):
    ...     "Only a docstring."
    ...     ...
    >>> is_blank(...), is_blank(empty), is_blank(lambda w: w), is_blank(0)
    (True, True, False, False)
    """
    if answer is None or answer is Ellipsis:
        return True
    if isinstance(answer, list | tuple) and any(part is Ellipsis for part in answer):
        return True
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    does = [i for i in dis.get_instructions(code) if i.opname not in ("RESUME", "NOP")]
    names = [instruction.opname for instruction in does]
    returns = names in (["RETURN_CONST"], ["LOAD_CONST", "RETURN_VALUE"])
    return returns and (does[0].argval is None or does[0].argval is Ellipsis)


def number(answer: Any) -> float:
    """Return the number that an answer is.

    Raises
    ------
    StoppedError
        If it is none, or not finite.
    """
    try:
        array = as_floats(answer)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "iuf" or array.size != 1:
        code = "exercises.text-not-number" if isinstance(answer, str) else "exercises.not-a-number"
        raise StoppedError("not-a-number", Message(code, {"got": _kind_of(answer)}))
    value = float(array.ravel()[0])
    if not np.isfinite(value):
        raise StoppedError("not-finite", Message("exercises.not-finite", {"number": str(value)}))
    return value


def call(function: Any, arguments: Sequence[Any], wanted: Sequence[str]) -> Any:
    """Return what a learner's function gives for copies of some arguments.

    Raises
    ------
    StoppedError
        If it takes other arguments, raises an exception, or returns nothing.
    """
    if not callable(function):
        said = Message("exercises.not-a-function", {"got": _kind_of(function)})
        raise StoppedError("not-a-function", said)
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    _fits(function, copies, wanted)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            answer = function(*copies)
    except Exception as problem:
        raise StoppedError("raised", _raised(function, problem)) from None
    if answer is None:
        raise StoppedError("returned-nothing", Message("gradient_check.returned-nothing"))
    return answer


def numbers(answer: Any) -> Floats:
    """Return an answer as an array of finite numbers.

    Raises
    ------
    StoppedError
        If it is none.
    """
    try:
        array = as_floats(answer)
        if array.dtype == object:
            array = np.array([[float(v) for v in np.ravel(part)] for part in answer])
    except (TypeError, ValueError):
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        said = Message("gradient_check.not-numbers", {"type": type(answer).__name__})
        raise StoppedError("not-numbers", said)
    if not np.isfinite(array).all():
        bad = array[~np.isfinite(array)].ravel()[0]
        raise StoppedError("not-finite", Message("exercises.not-finite", {"number": str(bad)}))
    return array.astype(np.float64)


def _fits(function: Callable[..., Any], arguments: Sequence[Any], wanted: Sequence[str]) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*arguments)
    except TypeError:
        taken = ", ".join(signature.parameters)
        values = {"wanted": ", ".join(wanted), "taken": taken}
        raise StoppedError("arguments", Message("exercises.arguments", values)) from None


def _raised(function: Callable[..., Any], problem: Exception) -> Story:
    """Say what was raised, and in which line of the function."""
    reason = str(problem).rstrip(" .") or type(problem).__name__
    values = {"error": type(problem).__name__, "reason": reason}
    said = [Message("gradient_check.raised", values)]
    code = getattr(function, "__code__", None)
    frame = problem.__traceback__
    while frame is not None:
        if code is not None and frame.tb_frame.f_code is code:
            text = linecache.getline(code.co_filename, frame.tb_lineno).strip()
            line = frame.tb_lineno - code.co_firstlineno + 1
            if text:
                said[1:] = [Message("gradient_check.note-line", {"line": line, "text": text})]
        frame = frame.tb_next
    if mistook_caret(problem):
        said.append(Message("gradient_check.note-caret"))
    return Story(*said)


def _kind_of(answer: Any) -> str:
    if isinstance(answer, str):
        return f'"{answer[:40]}"'
    if isinstance(answer, np.ndarray):
        return f"array {answer.shape}"
    return "function" if callable(answer) else type(answer).__name__
