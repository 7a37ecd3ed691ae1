"""A card without a card: the CUDA source compiled for the processor (``tests/cuda/emulated.hpp``).

Every block of threads runs as fibres, one block after the other. What the kernels compute is seen
so on any machine with a C++ compiler; how fast they are, and whether the assembly inside them is
right, only a card can tell.
"""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import subprocess
from pathlib import Path

import numpy as np

COMPILER = shutil.which("g++") or shutil.which("clang++")
HEADER = Path(__file__).parent / "cuda" / "emulated.hpp"
ROWS = "const T* X, whole pitch, const U* y, const U* weight, whole rows, whole length"
SIGNATURES = {
    "pivots": (
        f"{ROWS}, whole looked, double* out",
        "X, pitch, y, weight, rows, length, looked, out",
    ),
    "narrow": (
        f"{ROWS}, const double* m, double* sums, double* products",
        "X, pitch, y, weight, rows, length, m, sums, products",
    ),
    "wide": (
        f"{ROWS}, const double* m, double* sums, double* products",
        "X, pitch, y, weight, rows, length, m, sums, products",
    ),
    "totals": ("const double* each, whole n, whole size, double* out", "each, n, size, out"),
}


class EmulatedCard:
    """A Card whose kernels run on the processor.

    Parameters
    ----------
    folder : Path
        Where compiled kernels are kept.
    """

    def __init__(self, folder):
        self.folder = folder
        self.launched = []

    def view(self, array):
        return np.asarray(array)

    def address(self, array):
        return array.ctypes.data

    def empty(self, shape):
        return np.full(shape, np.nan)  # whoever reads what was not written gets it

    def to_host(self, array):
        return np.array(array)

    def launch(self, source, name, definitions, grid, threads, arguments):
        self.launched.append((name, grid))
        function = getattr(self._library(source, definitions), f"launch_{name}")
        given = []
        for one in arguments:
            if isinstance(one, int):
                given.append(ctypes.c_longlong(one))
            elif one is None:
                given.append(ctypes.c_void_p(0))
            else:
                given.append(ctypes.c_void_p(one.ctypes.data))
        function(*(ctypes.c_uint(size) for size in (*grid, threads)), *given)

    def _library(self, source, definitions):
        of_columns = "narrow" if definitions["COLUMNS"] < 64 else "wide"
        text = f'#include "{HEADER}"\n{source}\n'
        for name in ("pivots", of_columns, "totals"):
            parameters, names = SIGNATURES[name]
            text += (
                f'extern "C" void launch_{name}(unsigned x, unsigned y_, unsigned n_, {parameters})'
                f" {{ run(x, y_, n_, [=] {{ {name}({names}); }}); }}\n"
            )
        options = [f"-D{key}={value}" for key, value in definitions.items()]
        key = hashlib.sha256((text + HEADER.read_text() + repr(options)).encode()).hexdigest()
        made = self.folder / f"{key}.so"
        if not made.exists():
            code = self.folder / f"{key}.cpp"
            code.write_text(text)
            flags = ["-std=c++17", "-O0", "-w", "-shared", "-fPIC"]
            command = [COMPILER, *flags, *options, "-o", made, code]
            subprocess.run(command, check=True, timeout=120)
        return ctypes.CDLL(str(made))
