"""NVIDIA cards, through CuPy: kernels of Kedou's own on the arrays of any library.

CuPy is asked for because it takes arrays of PyTorch, JAX and others as they lie (DLPack), compiles
a kernel when it is first needed (NVRTC) and keeps it on disk. Without it, or on a card that it
cannot use, rows are folded by the array API, which reads them several times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from kedou.block import Floats

CUDA = 2
"""How DLPack calls an NVIDIA card (``kDLCUDA``)."""

OLDEST = 80
"""Compute capability of the first cards that multiply float64 matrices in units of their own."""


class Card(Protocol):
    """What a fold asks of a card."""

    def view(self, array: Any) -> Any:
        """Return an array as it lies on the card, with ``strides`` in bytes."""

    def address(self, array: Any) -> int:
        """Return where an array of the card begins."""

    def empty(self, shape: Sequence[int]) -> Any:
        """Return room for float64 numbers on the card."""

    def launch(
        self,
        source: str,
        name: str,
        definitions: Mapping[str, str | int],
        grid: tuple[int, int],
        threads: int,
        arguments: Sequence[Any],
    ) -> None:
        """Run a kernel of some CUDA C++ source: arrays of the card, None and whole numbers."""

    def to_host(self, array: Any) -> Floats:
        """Copy an array to the host, when all that was launched before is done."""


def on_card(array: Any) -> bool:
    """Tell whether an array lives on an NVIDIA card."""
    if not hasattr(array, "__dlpack_device__"):
        return False
    return int(array.__dlpack_device__()[0]) == CUDA


def card_of(array: Any) -> Card | None:
    """Return the card that an array lives on, if kernels can run there."""
    return _card(int(array.__dlpack_device__()[1])) if on_card(array) else None


@cache
def _card(number: int) -> Card | None:
    if find_spec("cupy") is None:
        return None
    try:
        card = CuPyCard(number)
        probe = card.empty((1,))
        card.launch(_PROBE, "probe", {}, (1, 1), 1, (probe,))
        works = card.to_host(probe)[0] == 1.0
    except Exception:  # a CuPy for another CUDA, no compiler, an old card: each fails in its way
        return None
    return card if works and card.capability >= OLDEST else None


_PROBE = 'extern "C" __global__ void probe(double* out) { out[0] = 1.0; }'


class CuPyCard:
    """A card, through CuPy.

    Parameters
    ----------
    number : int
        Which card, as CUDA counts them.
    """

    def __init__(self, number: int) -> None:
        import cupy

        self._cupy = cupy
        self._device = cupy.cuda.Device(number)
        self.capability = int(self._device.compute_capability)

    def view(self, array: Any) -> Any:
        """Return an array as a CuPy array of the same memory."""
        if hasattr(array, "detach"):  # PyTorch: leave the graph of gradients
            array = array.detach()
        with self._device:
            return self._cupy.from_dlpack(array)

    def address(self, array: Any) -> int:
        """Return where an array begins."""
        return int(array.data.ptr)

    def empty(self, shape: Sequence[int]) -> Any:
        """Return room for float64 numbers."""
        with self._device:
            return self._cupy.empty(tuple(shape), dtype=self._cupy.float64)

    def launch(
        self,
        source: str,
        name: str,
        definitions: Mapping[str, str | int],
        grid: tuple[int, int],
        threads: int,
        arguments: Sequence[Any],
    ) -> None:
        """Run a kernel, compiled if it was not before."""
        nothing = np.uint64(0)
        given = [
            np.int64(one) if isinstance(one, int) else nothing if one is None else one
            for one in arguments
        ]
        with self._device:
            kernel = _kernel(self._device.id, source, name, tuple(sorted(definitions.items())))
            kernel(grid, (threads,), tuple(given))

    def to_host(self, array: Any) -> Floats:
        """Copy an array to the host."""
        with self._device:
            found: Floats = self._cupy.ascontiguousarray(array).get()
        return found


@lru_cache(maxsize=256)
def _kernel(
    number: int, source: str, name: str, definitions: tuple[tuple[str, str | int], ...]
) -> Any:
    """Return a kernel for a card, compiled once; CuPy would look it up by all of its source."""
    import cupy

    options = ("--std=c++17", *(f"-D{key}={value}" for key, value in definitions))
    return cupy.RawModule(code=source, options=options).get_function(name)
