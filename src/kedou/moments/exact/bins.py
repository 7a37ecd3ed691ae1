"""Bins: a symmetric matrix of exact sums, each entry a whole number on one absolute binary grid.

    entry = sum_i limbs[i] 2^(32 (first + i))        first and i whole numbers

Bin i of every entry stands at the same power of two, whatever the data are, so merging is adding
bin to bin. Carries are then passed upwards until every bin but the highest lies in [0, 2^32) and
the highest is a signed number of 32 bits. A sum has one such form, so two sums that are equal
have the same bits, whichever order, cutting or number of workers they came from.

Source: J. Demmel and H. D. Nguyen, "Parallel Reproducible Summation", IEEE Trans. Comput. 64,
2015. The long fixed-point number goes back to U. Kulisch; see U. Kulisch, V. Snyder, "The exact
dot product as basic tool for long interval arithmetic", Computing 91, 2011.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
BITS = 32
_SHORT = 28
"""Bits of a factor: times a bin of 32 they stay well within 64."""
_MASK = np.int64(2**BITS - 1)
_HALF = np.int64(2 ** (BITS - 1))


@dataclass(frozen=True, eq=False)
class Bins:
    """Exact sums, entry by entry; immutable.

    Attributes
    ----------
    first : int
        The lowest bin stands at 2^(32 first).
    limbs : (bins, m, m) int64
        Lowest first; empty where all sums are zero.
    """

    first: int
    limbs: Whole

    def __post_init__(self) -> None:
        self.limbs.setflags(write=False)

    @property
    def size(self) -> int:
        """m, the rows and columns of the matrix."""
        return int(self.limbs.shape[1])

    def __eq__(self, other: object) -> bool:
        """Equal sums have equal bits."""
        if not isinstance(other, Bins):
            return NotImplemented
        return self.first == other.first and np.array_equal(self.limbs, other.limbs)

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Bins) -> Bins:
        """Add two matrices of sums: bin to bin, then carries."""
        if not len(self.limbs):
            return other
        if not len(other.limbs):
            return self
        first = min(self.first, other.first)
        last = max(self.first + len(self.limbs), other.first + len(other.limbs))
        limbs = np.zeros((last - first, self.size, self.size), dtype=np.int64)
        for bins in (self, other):
            start = bins.first - first
            limbs[start : start + len(bins.limbs)] += bins.limbs
        return carried(first, limbs)

    def take(self, where: NDArray[np.intp]) -> Bins:
        """Return the sums of the given rows and columns, in that order."""
        return carried(self.first, self.limbs[:, where[:, None], where[None, :]].copy())

    def put(self, where: NDArray[np.intp], size: int) -> Bins:
        """Return the sums spread over a larger matrix, the other entries zero."""
        limbs = np.zeros((len(self.limbs), size, size), dtype=np.int64)
        limbs[:, where[:, None], where[None, :]] = self.limbs
        return Bins(self.first if len(limbs) else 0, limbs)

    def whole(self) -> tuple[NDArray[Any], int]:
        """Return Python whole numbers N (m, m) and the exponent e with entry = N 2^e."""
        if not len(self.limbs):
            return np.zeros((self.size, self.size), dtype=object) + 0, 0
        total = self.limbs[-1].astype(object)
        for limb in self.limbs[-2::-1]:
            total = total * 2**BITS + limb.astype(object)
        return total, BITS * self.first


def from_whole(numbers: NDArray[Any], exponent: int) -> Bins:
    """Return the bins of N 2^exponent, N a symmetric (m, m) array of Python whole numbers."""
    rest = numbers * 2 ** (exponent % BITS)
    limbs: list[Whole] = []
    while any(value not in (0, -1) for value in rest.ravel()) or not limbs:
        limbs.append((rest & int(_MASK)).astype(np.int64))
        rest = rest >> BITS
    limbs.append(rest.astype(np.int64))
    return carried(exponent // BITS, np.array(limbs))


def none(size: int) -> Bins:
    """Return the sums of no rows."""
    return Bins(0, np.zeros((0, size, size), dtype=np.int64))


def carried(first: int, limbs: Whole) -> Bins:
    """Pass carries upwards, in place, and return the one form that these sums have.

    Parameters
    ----------
    limbs : (bins, m, m) int64
        Any values whose carries fit: below 2^62 in size.
    """
    carry = np.zeros(limbs.shape[1:], dtype=np.int64)
    for limb in limbs:
        limb += carry
        np.right_shift(limb, BITS, out=carry)
        limb &= _MASK
    limbs = np.concatenate([limbs, carry[None]])
    low, high = 0, len(limbs)
    while high - low > 1:
        top, below = limbs[high - 1], limbs[high - 2]
        if not (((top == 0) & (below < _HALF)) | ((top == -1) & (below >= _HALF))).all():
            break
        limbs[high - 2] = below + (top << BITS)
        high -= 1
    while low < high and not limbs[low].any():
        low += 1
    if low == high:
        return none(limbs.shape[1])
    return Bins(first + low, limbs[low:high].copy())


class Filling:
    """Bins that are being filled: whole numbers at any exponent go in, ``bins`` comes out."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._limbs: dict[int, Whole] = {}
        self._adds = 0

    def add(self, numbers: Whole, exponents: Whole) -> None:
        """Add numbers * 2^exponents, entry by entry.

        Parameters
        ----------
        numbers, exponents : (m, m) int64
        """
        shift, place = exponents & (BITS - 1), exponents >> 5
        low = (numbers & _MASK) << shift
        high = (numbers >> BITS) << shift
        parts = (low & _MASK, (low >> BITS) + (high & _MASK), high >> BITS)
        first, last = int(place.min()), int(place.max())
        for q in range(first, last + 1):
            chosen = None if first == last else place == q
            if chosen is not None and not chosen.any():
                continue
            for offset, part in enumerate(parts):
                limb = self._limbs.get(q + offset)
                if limb is None:
                    limb = self._limbs[q + offset] = np.zeros((self.size,) * 2, dtype=np.int64)
                limb += part if chosen is None else np.where(chosen, part, 0)
        self._adds += 1
        if self._adds == 1 << 27:
            self._settle()

    def add_bins(self, bins: Bins) -> None:
        """Add sums."""
        for i, limb in enumerate(bins.limbs):
            self.add(limb, np.full_like(limb, BITS * (bins.first + i)))

    def add_times(self, bins: Bins, by: float) -> None:
        """Add sums times a positive number, all its bits."""
        fraction, exponent = np.frexp(by)
        left, below = int(fraction * 2.0**53), int(exponent) - 53
        while left:
            factor = left & (2**_SHORT - 1)
            for i, limb in enumerate(bins.limbs):
                at = BITS * (bins.first + i) + below
                self.add(limb * np.int64(factor), np.full_like(limb, at))
            left, below = left >> _SHORT, below + _SHORT

    def _settle(self) -> None:
        bins = self.bins()
        self._limbs = {bins.first + i: limb.copy() for i, limb in enumerate(bins.limbs)}
        self._adds = 0

    def bins(self) -> Bins:
        """Return all that was added."""
        if not self._limbs:
            return none(self.size)
        first, last = min(self._limbs), max(self._limbs)
        limbs = np.zeros((last - first + 1, self.size, self.size), dtype=np.int64)
        for q, limb in self._limbs.items():
            limbs[q - first] = limb
        return carried(first, limbs)
