"""Calling what a learner wrote, for a limited time: nothing it does can hang a notebook."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any


class TookTooLongError(Exception):
    """The call did not come back in time."""


class _StopError(BaseException):
    """Raised inside the call; no ``except Exception`` of a learner's catches it."""


def call_within(seconds: float, function: Callable[[], Any]) -> Any:
    """Call a function of no arguments in a thread of its own, and return what it returns.

    After ``seconds`` it is asked to stop at its next line of Python, and left alone: a call into C
    that does not come back keeps its thread, and nothing else.

    Raises
    ------
    TookTooLongError
        It did not come back in time.
    Exception
        Whatever the function raised.
    """
    answer: list[Any] = []
    trouble: list[BaseException] = []

    def work() -> None:
        try:
            answer.append(function())
        except BaseException as error:
            trouble.append(error)

    thread = threading.Thread(target=work, name="kedou-own-function", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        _interrupt(thread)
        raise TookTooLongError
    if trouble:
        if isinstance(trouble[0], Exception):
            raise trouble[0]
        raise RuntimeError(type(trouble[0]).__name__)
    return answer[0]


def _interrupt(thread: threading.Thread) -> None:
    if thread.ident is not None:
        stop = ctypes.py_object(_StopError)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), stop)
    thread.join(0.2)
