"""BLAS on one thread: the same bits on every machine, and no spinning beside other work.

A multi-threaded BLAS splits sums by the number of processors, so results would differ in the last
bits from machine to machine; and on a busy machine its threads wait for each other by spinning,
which can make a small factorisation take seconds. Parallel work is done over blocks instead.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any


@cache
def _controller() -> Any:
    """Return the BLAS libraries in use; looking them up takes milliseconds, so it is done once."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """Hold BLAS to one thread inside a ``with``."""
    context: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return context
