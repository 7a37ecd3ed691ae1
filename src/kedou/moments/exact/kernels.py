"""Exact sums of products as machine code, through numba: a whole block without the interpreter.

A column of a tile is cut onto a grid as in ``cutting``, into slices of 50 bits instead of 20: two
are enough for most columns. A product of two slices does not fit float64, but its two halves do.
With C = 1.5 2^103 and D = C + 1.5 2^52, for whole a and b, |a b| < 2^102,

    h = fma(a, b, C)            C + a b rounded to a multiple of 2^51
    l = fma(a, b, D - h)        1.5 2^52 + (C + a b - h), nothing rounded

Within a power of two, the bits of a float64, read as a whole number, count its units. So adding up
the bits of h and l as whole numbers adds up a b, exactly and in whatever order, which lets the
processor take eight rows at a time.

With weights w the left factors are the slices of w x = p + fma(w, x, -p), p = w x rounded, and the
right ones those of x. Double-double columns are cut in the same way. Rows that fit no grid of six
slices are handed back.

Nothing here may be reordered by the compiler as real numbers could (no ``fastmath``). All of it is
one file, because numba asks only this file whether its stored machine code is old.

Source: the halves of a product are those of N. Emmart, J. Zheng, C. Weems, "Faster modular
exponentiation using double precision floating point arithmetic on the GPU", IEEE ARITH 2018; the
bins those of ``kedou.moments.exact.bins``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

Compiled = TypeVar("Compiled", bound=Callable[..., Any])

TILE, ROOM = 1024, 1032
"""Rows of a tile, and cells between its columns: not a power of two, for the sake of caches."""
SLICE, SLICES = 50, 6
PLACES = 30
"""Bins of 32 bits for each sum."""
FREE = -(2**40)
"""The place of a column that has not been seen yet."""
_LOWEST, _HIGHEST = SLICE * (SLICES - 1), 400
_SAFE = 300
_UP, _ROUND = 1.5 * 2.0**103, 1.5 * 2.0**103 + 1.5 * 2.0**52
_UP_BITS = int(np.float64(_UP).view(np.int64))
_LOW_BITS = int(np.float64(1.5 * 2.0**52).view(np.int64))
_HALF_UP = 51
_MASK, _SIZE = 2**32 - 1, 2**63 - 1
_TINY = 2.0**-900
_FEW = 2
"""As many rows of a tile that need one more slice get it; fewer are handed back."""
_PASSES = 3

_READ_ANY = types.Array(types.float64, 1, "A", readonly=True)
_READ_ROWS_ANY = types.Array(types.float64, 2, "A", readonly=True)
_WRITE_ROWS, _WHOLE = types.float64[:, ::1], types.int64[::1]
_SUMS = types.int64[:, :, ::1]


def compiled(signature: Any = None) -> Callable[[Compiled], Compiled]:
    """Compile for one signature (or, inside another function, for what it is called with)."""

    def make(function: Compiled) -> Compiled:
        options: dict[str, Any] = {"nogil": True}
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


@intrinsic  # type: ignore[untyped-decorator]
def _fma(context: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a b + c, rounded once."""
    wide = types.float64

    def code(_: Any, builder: Any, __: Any, values: Any) -> Any:
        return builder.fma(*values)

    return wide(wide, wide, wide), code


@intrinsic  # type: ignore[untyped-decorator]
def _bits(context: Any, value: Any) -> Any:
    """Return the bits of a float64 as a whole number."""

    def code(_: Any, builder: Any, __: Any, values: Any) -> Any:
        return builder.bitcast(values[0], ir.IntType(64))

    return types.int64(types.float64), code


@intrinsic  # type: ignore[untyped-decorator]
def _of_bits(context: Any, value: Any) -> Any:
    """Return the float64 of some bits."""

    def code(_: Any, builder: Any, __: Any, values: Any) -> Any:
        return builder.bitcast(values[0], ir.DoubleType())

    return types.float64(types.int64), code


@compiled()
def _power(exponent: int) -> float:
    power: float = _of_bits((exponent + 1023) << 52)
    return power


@compiled()
def _add(sums: Any, number: int, exponent: int) -> None:
    """Add number 2^exponent to bins of 32 bits: ``bins.Filling.add`` for one sum."""
    shift, place = exponent & 31, exponent >> 5
    low = (number & _MASK) << shift
    high = (number >> 32) << shift
    sums[place] += low & _MASK
    sums[place + 1] += (low >> 32) + (high & _MASK)
    sums[place + 2] += high >> 32


@compiled()
def _largest(column: Any, n: int) -> int:
    """Return the whole number e with all of a column below 2^e in size; -1023: it is zero."""
    largest = 0
    for i in range(n):
        largest = max(largest, _bits(column[i]) & _SIZE)
    return (largest >> 52) - 1022 if largest > 0 else -1023


@compiled()
def _cut(rest: Any, low: Any, n: int, unit: int, out: Any, totals: Any) -> int:
    """Cut ``rest`` (and ``low``, where it is not empty) and return how many slices that took.

    Parameters
    ----------
    rest, low : (n,) float64
        What is left stays there.
    unit : int
        The first slice counts units of 2^unit.
    out : (SLICES, n) float64
        Gets the slices.
    totals : (SLICES,) int64
        Gets the sum of each.
    """
    both = len(low) > 0
    for level in range(SLICES):
        g = unit - SLICE * level
        anchor, scale = 1.5 * _power(g + 52), _power(-g)
        begin = _bits(anchor)
        slice_ = out[level]
        more = total = 0
        if both:
            for i in range(n):
                z, w = rest[i], low[i]
                up = z + anchor
                piece = up - anchor
                total += _bits(up) - begin
                slice_[i] = piece * scale
                z -= piece
                sum_ = z + w
                other = sum_ - z
                low[i] = (z - (sum_ - other)) + (w - other)
                rest[i] = sum_
                more += 1 if sum_ != 0.0 else 0
        else:
            for i in range(n):
                z = rest[i]
                up = z + anchor
                piece = up - anchor
                total += _bits(up) - begin
                slice_[i] = piece * scale
                z -= piece
                rest[i] = z
                more += 1 if z != 0.0 else 0
        totals[level] = total
        if more < _FEW:
            return level + 1
    return SLICES


@compiled()
def _products(a: Any, b: Any, c: Any, d: Any, n: int, out: Any) -> None:
    """Put the high and low halves of sum a c, a d, b c, b d into ``out``."""
    ac = ad = bc = bd = 0
    ac_low = ad_low = bc_low = bd_low = 0
    for i in range(n):
        s, t, u, v = a[i], b[i], c[i], d[i]
        h = _fma(s, u, _UP)
        ac += _bits(h)
        ac_low += _bits(_fma(s, u, _ROUND - h))
        h = _fma(s, v, _UP)
        ad += _bits(h)
        ad_low += _bits(_fma(s, v, _ROUND - h))
        h = _fma(t, u, _UP)
        bc += _bits(h)
        bc_low += _bits(_fma(t, u, _ROUND - h))
        h = _fma(t, v, _UP)
        bd += _bits(h)
        bd_low += _bits(_fma(t, v, _ROUND - h))
    up, low = n * _UP_BITS, n * _LOW_BITS
    out[0], out[1], out[2], out[3] = ac - up, ad - up, bc - up, bd - up
    out[4], out[5], out[6], out[7] = ac_low - low, ad_low - low, bc_low - low, bd_low - low


@compiled()
def _load(
    X: Any, y: Any, weight: Any, row: int, n: int, padded: int, tile: Any
) -> None:
    """Copy rows in, columns first, zeros below and where the weight is zero."""
    k = X.shape[1]
    for i in range(n):
        for j in range(k):
            tile[j, i] = X[row + i, j]
        tile[k, i] = y[row + i]
    if len(weight):
        for i in range(n):
            tile[k + 1, i] = weight[row + i]
            if weight[row + i] == 0.0:
                for j in range(k + 1):
                    tile[j, i] = 0.0
    for j in range(k + 2):
        for i in range(n, padded):
            tile[j, i] = 0.0


@compiled()
def _mark(rest: Any, n: int, gone: Any) -> int:
    """Mark rows of which something is left, and return how many are new."""
    some = 0
    for i in range(n):
        some |= _bits(rest[i]) & _SIZE
    if some == 0:
        return 0
    new = 0
    for i in range(n):
        if rest[i] != 0.0 and not gone[i]:
            gone[i] = True
            new += 1
    return new


@compiled()
def _placed(places: Any, units: Any, whose: Any, count: int) -> bool:
    """Give new columns their place, and say whether all are within their bins."""
    for r in range(count):
        c = whose[r]
        if places[c] == FREE:
            places[c] = (units[c] - _LOWEST - 64) >> 5
        elif not _LOWEST <= units[c] - 32 * places[c] <= _HIGHEST:
            return False
    return True


@compiled(
    types.void(
        _READ_ROWS_ANY, _READ_ROWS_ANY, _READ_ANY, _READ_ANY, types.int64[:, ::1], _SUMS,
        _WRITE_ROWS, types.float64[:, :, ::1], _WHOLE, _WHOLE,
    )
)  # fmt: skip
def add(
    X: Any, X_low: Any, y: Any, weight: Any, places: Any, bins: Any, tile: Any, slices: Any,
    left: Any, at: Any,
) -> None:  # fmt: skip
    """Add the products of the columns [X y 1] of a block, until a column leaves its bins.

    Parameters
    ----------
    X, X_low, y, weight : (rows, k), (rows, k) or (0, k), (rows,), (rows,) or (0,) float64
        Not both X_low and weight.
    places : (2, m) int64, m = k + 2, changed in place
        For columns as left and as right factors, where their bins begin; ``FREE``: not yet known.
    bins : (m, m, PLACES) int64, changed in place
        Sum (a, b), a <= b, from the place ``places[0, a] + places[1, b]`` on.
    tile, slices : (m + 4, ROOM) and (1 or 2, 6 m + 2, ROOM) float64
        Room to work in; with weights two sets of slices.
    left : (rows,) int64
        Gets the rows that were not added.
    at : (3,) int64, changed in place
        The row to begin with, and where it stopped; how many rows are left out, and added.
    """
    rows, k = X.shape
    m = k + 2
    both, weighted = X_low.shape[0] > 0, len(weight) > 0
    right, left_ = slices[0], slices[1] if weighted else slices[0]
    units = np.zeros((2, m), dtype=np.int64)
    whose, levels = np.zeros((2, len(right)), dtype=np.int64), np.zeros((2, len(right)), np.int64)
    totals = np.zeros((2, len(right)), dtype=np.int64)
    begins = np.zeros(m + 1, dtype=np.int64)
    gone = np.zeros(TILE, dtype=np.bool_)
    found = np.zeros(8, dtype=np.int64)
    rest, low, w = tile[m], tile[m + 1], tile[m - 1]
    none = low[:0]
    while at[0] < rows:
        row = at[0]
        n = min(TILE, rows - row)
        padded = (n + 31) // 32 * 32
        _load(X, y, weight, row, n, padded, tile)
        gone[:] = False
        out_of_it = 0
        taken = False
        for _ in range(_PASSES):
            before = out_of_it
            fits = True
            count = left_count = 0
            for c in range(m if weighted else m - 1):
                e = _largest(tile[c], padded)
                if e != -1023 and not -_SAFE <= e <= _SAFE:
                    fits = False
                    break
                if c < m - 1:
                    begins[c] = count
                    if e != -1023:
                        if both and c < k:
                            for i in range(padded):
                                high = tile[c, i]
                                under = X_low[row + i, c] if i < n and not gone[i] else 0.0
                                sum_ = high + under
                                other = sum_ - high
                                rest[i] = sum_
                                low[i] = (high - (sum_ - other)) + (under - other)
                            e = _largest(rest, padded)
                            used = low[:padded]
                        else:
                            for i in range(padded):
                                rest[i] = tile[c, i]
                            used = none
                        units[1, c] = e - SLICE
                        here = right[count : count + SLICES]
                        steps = _cut(rest, used, padded, e - SLICE, here, totals[1, count:])
                        for step in range(steps):
                            whose[1, count + step], levels[1, count + step] = c, step
                        count += steps
                        out_of_it += _mark(rest, n, gone)
                if weighted and e != -1023:
                    for i in range(padded):
                        factor = 1.0 if c == m - 1 else tile[c, i]
                        p = w[i] * factor
                        rest[i] = p
                        low[i] = _fma(w[i], factor, -p)
                    for i in range(n):
                        if abs(rest[i]) < _TINY and not gone[i] and w[i] != 0.0:
                            if c == m - 1 or tile[c, i] != 0.0:
                                gone[i] = True
                                out_of_it += 1
                    e = _largest(rest, padded)
                    if e == -1023:
                        continue
                    units[0, c] = e - SLICE
                    here = left_[left_count : left_count + SLICES]
                    steps = _cut(
                        rest, low[:padded], padded, e - SLICE, here, totals[0, left_count:]
                    )
                    for step in range(steps):
                        whose[0, left_count + step], levels[0, left_count + step] = c, step
                    left_count += steps
                    out_of_it += _mark(rest, n, gone)
            if not fits:
                break
            if out_of_it == before:
                taken = True
                break
            for i in range(n):
                if gone[i]:
                    for c in range(m):
                        tile[c, i] = 0.0
        if not taken:
            for i in range(n):
                left[at[1] + i] = row + i
            at[0] += n
            at[1] += n
            continue
        one = 0 if weighted else 1
        if not weighted:
            left_count = count
            for c in range(m):
                units[0, c] = units[1, c]
        if not (
            _placed(places[one], units[one], whose[one], left_count)
            and _placed(places[1], units[1], whose[1], count)
        ):
            return
        if not weighted:
            for c in range(m - 1):
                places[0, c] = places[1, c]
        for r in range(left_count):
            a = whose[one, r]
            exponent = units[0, a] - SLICE * levels[one, r] - 32 * places[0, a]
            _add(bins[a, m - 1], totals[one, r], exponent)
        right[count, :padded] = 0.0
        left_[left_count, :padded] = 0.0
        for r in range(0, left_count, 2):
            a = whose[one, r]
            if weighted and a == m - 1:
                break
            for s in range(begins[a] if weighted else r, count, 2):
                _products(left_[r], left_[r + 1], right[s], right[s + 1], padded, found)
                for pair in range(4):
                    i, j = r + (pair >> 1), s + (pair & 1)
                    if i >= left_count or j >= count:
                        continue
                    a, b = whose[one, i], whose[1, j]
                    if a > b or a == m - 1 or (not weighted and i > j):
                        continue
                    exponent = (
                        units[0, a] + units[1, b] - 32 * (places[0, a] + places[1, b])
                        - SLICE * (levels[one, i] + levels[1, j])
                    )  # fmt: skip
                    if not weighted and a == b and i != j:
                        exponent += 1
                    _add(bins[a, b], found[pair], exponent + _HALF_UP)
                    _add(bins[a, b], found[4 + pair], exponent)
        for i in range(n):
            if gone[i]:
                left[at[1]] = row + i
                at[1] += 1
        at[0] += n
        at[2] += n - out_of_it


@compiled(types.void(_SUMS, types.int64[:, ::1], types.int64, _SUMS))
def spread(bins: Any, places: Any, first: int, out: Any) -> None:
    """Move sums to bins that stand at the same places for all, and leave zeros.

    Parameters
    ----------
    bins, places
        As ``add`` left them.
    first : int
        The place of the first of ``out``.
    out : (places, m, m) int64
        Both halves are filled in.
    """
    m = bins.shape[0]
    for a in range(m):
        for b in range(a, m):
            if places[0, a] == FREE or places[1, b] == FREE:
                continue
            begin = places[0, a] + places[1, b] - first
            for q in range(PLACES):
                if bins[a, b, q] != 0:
                    out[begin + q, a, b] += bins[a, b, q]
                    if a != b:
                        out[begin + q, b, a] += bins[a, b, q]
                    bins[a, b, q] = 0
