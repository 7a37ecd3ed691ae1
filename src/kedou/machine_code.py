"""Functions compiled by numba, and their machine code kept where a folder can be written.

Loaded only by files of kernels. What options a file compiles with is written in that file, for
numba asks the file of a function alone whether its stored machine code is old.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Compiled = TypeVar("Compiled", bound=Callable[..., Any])


def compile_by_numba(signature: Any, options: dict[str, Any]) -> Callable[[Compiled], Compiled]:
    """Compile for one signature, or (None) inside another function, for what it is called with."""

    def make(function: Compiled) -> Compiled:
        if signature is None:
            inner: Compiled = njit(**options)(function)
            return inner
        try:
            stored: Compiled = njit(signature, cache=True, **options)(function)
        except RuntimeError:  # no folder for stored code can be written
            fresh: Compiled = njit(signature, **options)(function)
            return fresh
        return stored

    return make
