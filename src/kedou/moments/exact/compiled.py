"""The way through ``kernels``, where numba is there: the same sums, a block at a time.

Sums are exact, so which way rows went shows in the time alone, and the choice may fall in the
middle of a scan. Loading machine code takes half a second, and compiling it, the first time on a
machine, some five; so NumPy adds until it has worked about as long as that. What was loaded stays
for the process.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import sys
import threading
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.moments.exact.bins import Bins, Whole, carried, none

WORTH_LOADING = 10**9
"""So many products of two columns, row by row, take NumPy about as long as loading takes."""
WORTH_COMPILING = 10**10
"""And so many as long as compiling."""
GENERAL = 6
"""What a product takes the general way, in those of plain rows."""
_HERE = Path(__file__).parent


class Loading:
    """Whether machine code is there, and how much was added without it; one for the process."""

    def __init__(self) -> None:
        self._kernels: ModuleType | None = None
        self._impossible = False
        self._work = 0
        self._enough = WORTH_LOADING
        self._busy = threading.Lock()

    def kernels(self, work: int) -> ModuleType | None:
        """Return the machine code, if it is loaded or ``work`` more makes loading worth while."""
        self._work += work  # threads may lose some, which is no matter
        if self._kernels is None and not self._impossible and self._work >= self._enough:
            if self._enough < WORTH_COMPILING and not stored():
                self._enough = WORTH_COMPILING
            else:
                self.load()
        return self._kernels

    def load(self) -> bool:
        """Load it now, unless another thread does already, and say whether it is there."""
        if not self._busy.acquire(blocking=False):
            return False
        try:
            if self._kernels is None and not self._impossible:
                self._kernels = _loaded()
                self._impossible = self._kernels is None
        finally:
            self._busy.release()
        return self._kernels is not None


def _loaded() -> ModuleType | None:
    """Import the machine code; None where there is no numba, or none that works."""
    if importlib.util.find_spec("numba") is None:
        return None
    try:
        if not _multiplies_and_adds():
            return None
        return importlib.import_module("kedou.moments.exact.kernels")
    except Exception:  # whatever is wrong with it, NumPy adds the same
        return None


def _multiplies_and_adds() -> bool:
    """Say whether the processor has a x b + c in one: without it, it would be a slow function."""
    if platform.machine().lower() in ("arm64", "aarch64"):
        return True
    from llvmlite.binding import get_host_cpu_features

    return bool(get_host_cpu_features().get("fma"))


def stored(folder: Path = _HERE) -> bool:
    """Say whether numba seems to have kept machine code of the kernels in ``folder``.

    It may be of an older version; such a mistake costs the time to compile, sooner. Asking numba
    would mean to import it.
    """
    name = f"kernels.add-*.py{sys.version_info.major}{sys.version_info.minor}*.nbi"
    home = Path("~").expanduser()
    kept = [
        Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "numba",
        home / "Library" / "Caches" / "numba",
        Path(os.environ.get("LOCALAPPDATA") or home) / "numba" / "Cache",
    ]
    if os.environ.get("NUMBA_CACHE_DIR"):
        kept = [Path(os.environ["NUMBA_CACHE_DIR"])]
    elif any((folder / "__pycache__").glob(name)):
        return True
    return any(any(where.glob(f"{folder.name}_*/{name}")) for where in kept)


LOADING = Loading()


class Machine:
    """Room for the machine code of blocks with m columns [x_1 ... x_k y 1]; one for each thread."""

    def __init__(self, kernels: ModuleType, m: int) -> None:
        self.kernels, self.m = kernels, m
        self._places: Whole = np.empty((2, m), dtype=np.int64)
        self._bins: Whole = np.zeros((m, m, kernels.PLACES), dtype=np.int64)
        self._tile: Floats = np.empty((m + 2, kernels.ROOM))
        self._slices = np.empty((1, 0, kernels.ROOM))

    def sums(
        self, X: Floats, y: Floats, weight: Floats | None, low: Floats | None
    ) -> tuple[Bins, NDArray[np.intp]]:
        """Return the sums of rows, and which rows are not in them.

        Parameters
        ----------
        X, y, weight, low : (rows, k), (rows,), (rows,) or None, (rows, k) or None
            Not both weights and low halves.
        """
        add, m, rows = self.kernels.add, self.m, len(y)
        sets = 1 if weight is None else 2
        if len(self._slices) < sets or not self._slices.size:
            size = (sets, self.kernels.SLICES * m + 1, self.kernels.ROOM)
            self._slices = np.empty(size)
        low = np.empty((0, m - 2)) if low is None else low
        factor = np.empty(0) if weight is None else weight
        left, at = np.empty(rows, dtype=np.intp), np.zeros(3, dtype=np.int64)
        total = none(m)
        while at[0] < rows:
            self._places[:] = self.kernels.FREE
            self._places[1, m - 1] = 0
            add(
                np.require(X, requirements="A"), np.require(low, requirements="A"), y, factor,
                self._places, self._bins, self._tile, self._slices, left, at,
            )  # fmt: skip
            total = total + self._gathered(int(at[2]) if weight is None else 0)
            at[2] = 0
        return total, left[: at[1]]

    def _gathered(self, count: int) -> Bins:
        """Return what is in the bins, with a count of rows, and empty them."""
        reach = np.zeros(2, dtype=np.int64)
        self.kernels.reach(self._bins, self._places, reach)
        first, last = reach.tolist()
        if count:
            first, last = min(first, 0), max(last, 1)
        if first >= last:
            return none(self.m)
        limbs = np.zeros((last - first, self.m, self.m), dtype=np.int64)
        self.kernels.spread(self._bins, self._places, first, limbs)
        if count:
            limbs[-first, -1, -1] = count
        return carried(first, limbs)
