"""Exact sums in NumPy and in machine code: a test module that imports ``way`` runs once in each."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kedou.moments.exact import accumulate
from kedou.moments.exact.compiled import Loading

LOADED = Loading()
"""Machine code is loaded once, and only where a test asks for it."""


class Never(Loading):
    """As if there were no numba."""

    def kernels(self, work):
        return None


@contextmanager
def in_numpy() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accumulate, "LOADING", Never())
        yield


@contextmanager
def in_machine_code() -> Iterator[None]:
    assert LOADED.load()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accumulate, "LOADING", LOADED)
        yield


@pytest.fixture(scope="module", params=["numpy", "machine"], autouse=True)
def way(request):
    with in_numpy() if request.param == "numpy" else in_machine_code():
        yield request.param
