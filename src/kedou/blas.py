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
_before: dict[str, int] = {}


def _libraries() -> Any:
    """Return the BLAS libraries in use, looked up anew once SciPy has brought its own."""
    return _looked_up(tuple(name in sys.modules for name in ("numpy", "scipy.linalg", "scipy")))


@cache
def _looked_up(loaded: tuple[bool, ...]) -> Any:
    """Look the libraries up, which takes milliseconds: once for each set of loaded packages."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas").lib_controllers


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS to one thread inside a ``with``.

    The limit is the process's: where several threads are inside, the last to leave lifts it. Each
    that enters sees to it anew, for a fork or another library may have lifted it meanwhile, and
    SciPy may have brought a BLAS of its own.
    """
    global _inside
    with _lock:
        _inside += 1
        for library in _libraries():
            threads = library.get_num_threads()
            if threads != 1:
                _before.setdefault(library.filepath, threads)
                library.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                for library in _libraries():
                    if library.filepath in _before:
                        library.set_num_threads(_before.pop(library.filepath))
                _before.clear()
