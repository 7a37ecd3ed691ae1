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

Source: the halves of a product are those of N. Emmart, F. Zheng, C. Weems, "Faster modular
exponentiation using double precision floating point arithmetic on the GPU", IEEE ARITH 2018; the
bins those of ``kedou.moments.exact.bins``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from kedou.machine_code import Compiled, compile_by_numba

TILE, ROOM = 1024, 1032
"""Rows of a tile, and cells between its columns: not a power of two, for the sake of caches."""
SLICE, SLICES = 50, 6
PLACES = 30
"""Bins of 32 bits for each sum."""
FREE = -(2**40)
"""The place of a column that has not been seen yet."""
COLUMN, EXPONENT, WIDTH, TOTAL = range(4)
NARROW = 25
"""Two slices of so many bits have a product that fits float64, with room to add."""
_LOWEST, _HIGHEST = SLICE * (SLICES - 1), 400
_SAFE, _ZERO = 300, -4096
_ONE = 1.5 * 2.0**52
_UP, _ROUND = 1.5 * 2.0**103, 1.5 * 2.0**103 + _ONE
_UP_BITS = int(np.float64(_UP).view(np.int64))
_LOW_BITS = int(np.float64(_ONE).view(np.int64))
_HALF_UP = 51
_MASK, _SIZE = 2**32 - 1, 2**63 - 1
_TINY = 2.0**-900
_FEW = 2
"""As many rows of a long tile that need one more slice get it; fewer are handed back."""
_PASSES = 3

_READ_ANY = types.Array(types.float64, 1, "A", readonly=True)
_READ_ROWS_ANY = types.Array(types.float64, 2, "A", readonly=True)
_WRITE_ROWS, _WHOLE = types.float64[:, ::1], types.int64[::1]
_SUMS = types.int64[:, :, ::1]


def compiled(signature: Any = None) -> Callable[[Compiled], Compiled]:
    """Compile for one signature (or, inside another function, for what it is called with)."""
    return compile_by_numba(signature, {"nogil": True})


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
def _largest(column: Any) -> int:
    """Return the whole number e with all of a column below 2^e in size; ``_ZERO``: it is zero."""
    largest = 0
    for i in range(len(column)):
        largest = max(largest, _bits(column[i]) & _SIZE)
    return (largest >> 52) - 1022 if largest > 0 else _ZERO


@compiled()
def _ends(number: int) -> int:
    """Return how many zeros the bits of a positive whole number end in."""
    zeros: int = (_bits(float(number & -number)) >> 52) - 1023
    return zeros


@compiled()
def _cut(rest: Any, low: Any, c: int, exponent: int, out: Any, about: Any, first: int) -> int:
    """Cut column c and return how many slices there are with it.

    Parameters
    ----------
    rest, low : (n,) float64, (n,) or (0,) float64
        The column, and the low half of a double-double one. What is left stays in ``rest``.
    exponent : int
        The column is below 2^exponent in size.
    out : (slices, n) float64
        Gets the slices, from ``first`` on.
    about : (4, slices) int64
        Gets, for each slice, its column, the exponent of its unit, its width, its sum.
    """
    n = len(rest)
    few = _FEW if 2 * n > TILE else 1
    g = exponent
    for _ in range(SLICES):
        g -= SLICE
        anchor, scale = 1.5 * _power(g + 52), _power(-g)
        begin = _bits(anchor)
        slice_ = out[first]
        more = total = some = 0
        if len(low):
            for i in range(n):
                z, under = rest[i], low[i]
                up = z + anchor
                piece = up - anchor
                count = _bits(up) - begin
                total += count
                some |= count
                slice_[i] = piece * scale
                z -= piece
                sum_ = z + under
                other = sum_ - z
                low[i] = (z - (sum_ - other)) + (under - other)
                rest[i] = sum_
                more += 1 if sum_ != 0.0 else 0
        else:
            for i in range(n):
                z = rest[i]
                up = z + anchor
                piece = up - anchor
                count = _bits(up) - begin
                total += count
                some |= count
                slice_[i] = piece * scale
                z -= piece
                rest[i] = z
                more += 1 if z != 0.0 else 0
        if some != 0:
            zeros = _ends(some)
            if SLICE - zeros > NARROW:
                zeros = 0
            else:
                shorter = _power(-zeros)
                for i in range(n):
                    slice_[i] *= shorter
            about[COLUMN, first], about[EXPONENT, first] = c, g + zeros
            about[WIDTH, first], about[TOTAL, first] = SLICE - zeros, total >> zeros
            first += 1
        if more < few:
            break
    return first


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
def _small_products(a: Any, b: Any, c: Any, d: Any, n: int, out: Any) -> None:
    """Do what ``_products`` does for slices so narrow that a product is below 2^51."""
    ac = ad = bc = bd = 0
    for i in range(n):
        s, t, u, v = a[i], b[i], c[i], d[i]
        ac += _bits(_fma(s, u, _ONE))
        ad += _bits(_fma(s, v, _ONE))
        bc += _bits(_fma(t, u, _ONE))
        bd += _bits(_fma(t, v, _ONE))
    low = n * _LOW_BITS
    out[0] = out[1] = out[2] = out[3] = 0
    out[4], out[5], out[6], out[7] = ac - low, ad - low, bc - low, bd - low


@compiled()
def _load(X: Any, y: Any, weight: Any, row: int, n: int, padded: int, tile: Any) -> None:
    """Copy rows [X y weight] in, columns first, with zeros below."""
    k = X.shape[1]
    for i in range(n):
        for j in range(k):
            tile[j, i] = X[row + i, j]
        tile[k, i] = y[row + i]
    if len(weight):
        for i in range(n):
            tile[k + 1, i] = weight[row + i]
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
def _times(column: Any, w: Any, n: int, rest: Any, low: Any, gone: Any) -> int:
    """Put w x into (rest, low); mark rows where it would leave float64, and return how many."""
    for i in range(len(rest)):
        p = w[i] * column[i]
        rest[i] = p
        low[i] = _fma(w[i], column[i], -p)
    new = 0
    for i in range(n):
        if abs(rest[i]) < _TINY and column[i] != 0.0 and w[i] != 0.0 and not gone[i]:
            gone[i] = True
            new += 1
    return new


@compiled()
def _plus(
    column: Any, X_low: Any, c: int, row: int, n: int, rest: Any, low: Any, gone: Any
) -> None:
    """Put a double-double column into (rest, low), the larger part first."""
    for i in range(len(rest)):
        high = column[i]
        under = X_low[row + i, c] if i < n and not gone[i] else 0.0
        sum_ = high + under
        other = sum_ - high
        rest[i] = sum_
        low[i] = (high - (sum_ - other)) + (under - other)


@compiled()
def _cut_all(
    tile: Any, weighted: bool, X_low: Any, row: int, n: int, padded: int, gone: Any, slices: Any,
    about: Any, counts: Any, begins: Any,
) -> int:  # fmt: skip
    """Cut all columns, into ``slices[0]`` as right and ``slices[1]`` as left factors.

    Returns
    -------
    int
        How many rows were marked in ``gone``; -1: a column's size is extreme.
    """
    m = len(tile) - 2
    rest, low, w = tile[m, :padded], tile[m + 1, :padded], tile[m - 1, :padded]
    none = low[:0]
    counts[0] = counts[1] = new = 0
    of_weight = _largest(w) if weighted else _ZERO
    if of_weight != _ZERO and not -_SAFE <= of_weight <= _SAFE:
        return -1
    for c in range(m - 1):
        begins[c] = counts[0]
        column = tile[c, :padded]
        if len(X_low) and c < m - 2:
            _plus(column, X_low, c, row, n, rest, low, gone)
            e = _largest(rest)
            under = low
        else:
            for i in range(padded):
                rest[i] = column[i]
            e = _largest(column)
            under = none
        if e == _ZERO:
            continue
        if not -_SAFE <= e <= _SAFE:
            return -1
        counts[0] = _cut(rest, under, c, e, slices[0], about[0], counts[0])
        new += _mark(rest, n, gone)
        if weighted:
            new += _times(column, w, n, rest, low, gone)
            e = _largest(rest)
            if e != _ZERO:
                counts[1] = _cut(rest, low, c, e, slices[1], about[1], counts[1])
                new += _mark(rest, n, gone)
    if of_weight != _ZERO:
        for i in range(padded):
            rest[i] = w[i]
        counts[1] = _cut(rest, none, m - 1, of_weight, slices[1], about[1], counts[1])
        new += _mark(rest, n, gone)
    return new


@compiled()
def _placed(places: Any, about: Any, count: int) -> bool:
    """Give new columns their place, and say whether all slices are within their bins."""
    for r in range(count):
        c, unit = about[COLUMN, r], about[EXPONENT, r]
        if places[c] == FREE:
            places[c] = (unit - _LOWEST - 64) >> 5
        if not 0 <= unit - 32 * places[c] <= _HIGHEST:
            return False
    return True


@compiled()
def _order(about: Any, count: int, by_width: bool, empty: int, order: Any) -> None:
    """Put the wide slices before the narrow ones, and an empty one behind them."""
    at = 0
    for narrow in range(2):
        for r in range(count):
            if not by_width or (about[WIDTH, r] <= NARROW) == (narrow == 1):
                order[at] = r
                at += 1
        if not by_width:
            break
    order[count] = empty


@compiled()
def _multiply(
    left: Any, right: Any, about: Any, orders: Any, counts: Any, begins: Any, weighted: bool,
    n: int, places: Any, bins: Any, found: Any,
) -> None:  # fmt: skip
    """Add the products of all slices: of each two once, or of left ones and right ones."""
    m = len(bins)
    own = 1 if weighted else 0
    of_left, of_right = about[own], about[0]
    order, other = orders[own], orders[0]
    for r in range(0, counts[own], 2):
        i, j = order[r], order[r + 1]
        a = of_left[COLUMN, i]
        if a == m - 1:
            break
        for s in range(begins[a] if weighted else r, counts[0], 2):
            p, q = other[s], other[s + 1]
            widest = max(
                max(of_left[WIDTH, i], of_left[WIDTH, j]),
                max(of_right[WIDTH, p], of_right[WIDTH, q]),
            )
            if widest <= NARROW:
                _small_products(left[i], left[j], right[p], right[q], n, found)
            else:
                _products(left[i], left[j], right[p], right[q], n, found)
            for pair in range(4):
                up, across = r + (pair >> 1), s + (pair & 1)
                if up >= counts[own] or across >= counts[0] or (not weighted and up > across):
                    continue
                one, two = order[up], other[across]
                a, b = of_left[COLUMN, one], of_right[COLUMN, two]
                exponent = of_left[EXPONENT, one] + of_right[EXPONENT, two]
                if not weighted:
                    if a == b and one != two:
                        exponent += 1
                    a, b = min(a, b), max(a, b)
                elif a > b or a == m - 1:
                    continue
                exponent -= 32 * (places[0, a] + places[1, b])
                _add(bins[a, b], found[pair], exponent + _HALF_UP)
                _add(bins[a, b], found[4 + pair], exponent)


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
    tile, slices : (m + 2, ROOM) and (1 or 2, 6 m + 1, ROOM) float64
        Room to work in; with weights two sets of slices.
    left : (rows,) int64
        Gets the rows that were not added.
    at : (3,) int64, changed in place
        The row to begin with, and where it stopped; how many rows are left out, and added.
    """
    rows, m = len(y), len(bins)
    weighted = len(weight) > 0
    own, empty = 1 if weighted else 0, slices.shape[1] - 1
    about = np.zeros((2, 4, empty + 1), dtype=np.int64)
    orders = np.zeros((2, empty + 1), dtype=np.int64)
    begins, counts = np.zeros(m, dtype=np.int64), np.zeros(2, dtype=np.int64)
    gone, found = np.zeros(TILE, dtype=np.bool_), np.zeros(8, dtype=np.int64)
    slices[:, empty] = 0.0
    while at[0] < rows:
        row = at[0]
        n = min(TILE, rows - row)
        padded = (n + 31) // 32 * 32
        _load(X, y, weight, row, n, padded, tile)
        gone[:] = False
        out = 0
        taken = False
        for _ in range(_PASSES):
            new = _cut_all(
                tile, weighted, X_low, row, n, padded, gone, slices, about, counts, begins
            )
            taken = new == 0
            if new <= 0:
                break
            out += new
            for i in range(n):
                if gone[i]:
                    tile[:m, i] = 0.0
        if not taken:
            gone[:n] = True
            out = n
        else:
            if not (
                _placed(places[1], about[0], counts[0])
                and _placed(places[0], about[own], counts[own])
            ):
                return
            for r in range(counts[own]):
                a = about[own, COLUMN, r]
                exponent = about[own, EXPONENT, r] - 32 * (places[0, a] + places[1, m - 1])
                _add(bins[a, m - 1], about[own, TOTAL, r], exponent)
            _order(about[0], counts[0], not weighted, empty, orders[0])
            _order(about[own], counts[own], not weighted, empty, orders[own])
            _multiply(
                slices[own], slices[0], about, orders, counts, begins, weighted, padded, places,
                bins, found,
            )  # fmt: skip
        for i in range(n):
            if gone[i]:
                left[at[1]] = row + i
                at[1] += 1
        at[0] += n
        at[2] += n - out


@compiled(types.void(_SUMS, types.int64[:, ::1], _WHOLE))
def reach(bins: Any, places: Any, found: Any) -> None:
    """Put into ``found`` the first place that is used, and the one after the last."""
    m = len(bins)
    first, last = -FREE, FREE
    for a in range(m):
        for b in range(a, m):
            begin = places[0, a] + places[1, b]
            for q in range(PLACES):
                if bins[a, b, q] != 0:
                    first, last = min(first, begin + q), max(last, begin + q + 1)
    found[0], found[1] = first, last


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
            begin = places[0, a] + places[1, b] - first
            for q in range(PLACES):
                if bins[a, b, q] != 0:
                    out[begin + q, a, b] += bins[a, b, q]
                    if a != b:
                        out[begin + q, b, a] += bins[a, b, q]
                    bins[a, b, q] = 0
