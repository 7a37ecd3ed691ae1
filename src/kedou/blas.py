"""BLAS on one thread: the same bits on every machine, and no spinning beside other work.

A multi-threaded BLAS splits sums by the number of processors, so results would differ in the last
bits from machine to machine; and on a busy machine its threads wait for each other by spinning,
which can make a small factorisation take seconds. Parallel work is done over blocks instead.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_lock = threading.Lock()
_inside = 0
_limit: Any = None


def _controller() -> Any:
    """Return the BLAS libraries in use, looked up anew once SciPy has brought its own."""
    return _looked_up(tuple(name in sys.modules for name in ("numpy", "scipy.linalg", "scipy")))


@cache
def _looked_up(loaded: tuple[bool, ...]) -> Any:
    """Look the libraries up, which takes milliseconds: once for each set of loaded packages."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def hold() -> None:
    """Hold BLAS to one thread anew, inside ``one_thread``, where something has lifted it."""
    for library in _controller().select(user_api="blas").lib_controllers:
        if library.get_num_threads() != 1:
            library.set_num_threads(1)


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS to one thread inside a ``with``.

    The limit is the process's: where several threads are inside, the last to leave lifts it. Each
    that enters sees to it anew, for a fork or another library may have lifted it meanwhile.
    """
    global _inside, _limit
    with _lock:
        _inside += 1
        if _inside == 1:
            _limit = _controller().limit(limits=1, user_api="blas")
        else:
            hold()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limit.restore_original_limits()
