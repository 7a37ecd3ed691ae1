"""The steps of mini-batch descent as machine code, through numba: the same formulas once more.

They are the formulas of ``kedou.losses`` and ``kedou.rules``, for one row or one component at a
time, and tests hold each pair of rule and loss to the NumPy path within 1e-12. A batch stays in
the processor's first cache: its scores are formed four rows at a time, then the slopes of the
loss, then the gradient.

Sums may be taken in another order than written (``reassoc``) and products added without rounding
in between (``contract``); infinities and NaN keep their meaning, so a run that leaves float64 is
seen. Nothing here holds the interpreter's lock, and nothing uses threads: a step needs the one
before it. How rows are kept near the processor stands in ``docs/decisions/machine-code.md``.

All of it is one file, because numba asks only this file whether its stored machine code is old.
Where no folder can be written for that code, it is compiled again in every process.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from kedou.machine_code import Compiled, compile_by_numba

TILE, REGION_BITS, LINE_CELLS, LINES_AHEAD, NARROW = 256, 8, 8, 48, 64
REGIONS = 1 << REGION_BITS
FLOAT_FLAGS = {"reassoc", "contract", "nsz"}
SQUARED, ABSOLUTE, HUBER, LOG, BRIER = range(5)
GRADIENT, SLOPE, FIXED, SIGN, MOMENTUM, NESTEROV, RMSPROP, ADAGRAD, ADAM, LINE = range(10)
FIRST_MEMORY, SECOND_MEMORY, MEAN, BEFORE, FIRST = range(5)

_READ = types.Array(types.float64, 1, "C", readonly=True)
_READ_ROWS = types.Array(types.float64, 2, "C", readonly=True)
_READ_ANY = types.Array(types.float64, 1, "A", readonly=True)
_READ_ROWS_ANY = types.Array(types.float64, 2, "A", readonly=True)
_WRITE, _WRITE_ROWS = types.float64[::1], types.float64[:, ::1]
_WHOLE, _PLACES, _HASHES = types.int64[::1], types.int32[::1], types.uint64[::1]


def compiled(signature: Any = None) -> Callable[[Compiled], Compiled]:
    """Compile for one signature (or, inside another function, for what it is called with)."""
    return compile_by_numba(signature, {"nogil": True, "fastmath": FLOAT_FLAGS})


@compiled()
def _squared(
    X: Any, y: Any, rows: Any, count: int, together: int, theta: Any, constant: float,
    gradient: Any,
) -> tuple[float, float]:  # fmt: skip
    """Add the gradient of squared error without weights; return the sums of losses and slopes.

    What the three functions below do one after the other, here while the rows are at hand.
    ``together`` is 4, or 1 for wide rows: one after the other they stream from the memory.
    """
    k = X.shape[1]
    loss_sum = slope_sum = 0.0
    i = 0
    while together == 4 and i + 4 <= count:
        first, second, third, fourth = rows[i], rows[i + 1], rows[i + 2], rows[i + 3]
        a = b = c = d = constant
        for j in range(k):
            w = theta[j]
            a += X[first, j] * w
            b += X[second, j] * w
            c += X[third, j] * w
            d += X[fourth, j] * w
        a, b, c, d = a - y[first], b - y[second], c - y[third], d - y[fourth]
        loss_sum += (a * a + b * b) + (c * c + d * d)
        a, b, c, d = 2.0 * a, 2.0 * b, 2.0 * c, 2.0 * d
        slope_sum += (a + b) + (c + d)
        for j in range(k):
            gradient[j] += (a * X[first, j] + b * X[second, j]) + (
                c * X[third, j] + d * X[fourth, j]
            )
        i += 4
    while i < count:
        row, a = rows[i], constant
        for j in range(k):
            a += X[row, j] * theta[j]
        a -= y[row]
        loss_sum += a * a
        a *= 2.0
        slope_sum += a
        for j in range(k):
            gradient[j] += a * X[row, j]
        i += 1
    return loss_sum, slope_sum


@compiled()
def _scores(
    X: Any, rows: Any, count: int, together: int, theta: Any, constant: float, out: Any
) -> None:
    k = X.shape[1]
    i = 0
    while together == 4 and i + 4 <= count:
        first, second, third, fourth = rows[i], rows[i + 1], rows[i + 2], rows[i + 3]
        a = b = c = d = constant
        for j in range(k):
            w = theta[j]
            a += X[first, j] * w
            b += X[second, j] * w
            c += X[third, j] * w
            d += X[fourth, j] * w
        out[i], out[i + 1], out[i + 2], out[i + 3] = a, b, c, d
        i += 4
    while i < count:
        a = constant
        for j in range(k):
            a += X[rows[i], j] * theta[j]
        out[i] = a
        i += 1


@compiled()
def _gather(X: Any, rows: Any, count: int, slope: Any, gradient: Any) -> None:
    k = X.shape[1]
    i = 0
    while i + 4 <= count:
        first, second, third, fourth = rows[i], rows[i + 1], rows[i + 2], rows[i + 3]
        a, b, c, d = slope[i], slope[i + 1], slope[i + 2], slope[i + 3]
        for j in range(k):
            gradient[j] += (a * X[first, j] + b * X[second, j]) + (
                c * X[third, j] + d * X[fourth, j]
            )
        i += 4
    while i < count:
        for j in range(k):
            gradient[j] += slope[i] * X[rows[i], j]
        i += 1


@compiled()
def _sigmoid(score: float) -> float:
    small = math.exp(-abs(score))
    return (1.0 if score >= 0.0 else small) / (1.0 + small)


@compiled()
def _sign(value: float) -> float:
    if value > 0.0:
        return 1.0
    if value < 0.0:
        return -1.0
    return value  # zero, and what is not a number


@compiled()
def _slopes(loss: int, delta: float, y: Any, f: Any, rows: Any, count: int, s: Any) -> float:
    """Put f l'(y, s) in the place of each score, and return the sum of f l(y, s)."""
    weighted = len(f) > 0
    total = 0.0
    for i in range(count):
        target, score = y[rows[i]], s[i]
        e = score - target
        if loss == SQUARED:
            value, slope = e * e, 2.0 * e
        elif loss == ABSOLUTE:
            value, slope = abs(e), _sign(e)
        elif loss == HUBER:
            size = abs(e)
            inside = delta if size > delta else size
            value = inside * (size - 0.5 * inside)
            slope = delta if e > delta else (-delta if e < -delta else e)
        else:
            m = 1.0 - 2.0 * target
            q = _sigmoid(m * score)
            if loss == LOG:
                value = max(m * score, 0.0) + math.log1p(math.exp(-abs(score)))
                slope = m * q
            else:
                value, slope = q * q, 2.0 * m * (q * q) * _sigmoid(-m * score)
        weight = f[rows[i]] if weighted else 1.0
        total += weight * value
        s[i] = weight * slope
    return total


@compiled()
def _bend(loss: int, delta: float, y: float, score: float) -> float:
    if loss == SQUARED:
        return 2.0
    if loss == ABSOLUTE:
        return 0.0
    if loss == HUBER:
        return 1.0 if abs(y - score) <= delta else 0.0
    if loss == LOG:
        return _sigmoid(score) * _sigmoid(-score)
    m = 1.0 - 2.0 * y
    q = _sigmoid(m * score)
    return 2.0 * (q * q) * _sigmoid(-m * score) * (2.0 - 3.0 * q)


@compiled()
def _line_search(
    loss: int, delta: float, ridge: float, intercept: int, held: Any, rows: int, gradient: Any,
    theta: Any,
) -> None:  # fmt: skip
    """Take the exact step along the gradient of a batch that is held: rows of (x, y, f)."""
    p = len(theta)
    k = p - intercept
    largest = 0.0
    for j in range(p):
        largest = max(largest, abs(gradient[j]))
    if largest == 0.0:
        return
    along = gradient / largest
    bend = length = 0.0
    for i in range(rows):
        score = theta[k] if intercept else 0.0
        rise = along[k] if intercept else 0.0
        for j in range(k):
            score += held[i, j] * theta[j]
            rise += held[i, j] * along[j]
        bend += held[i, k + 1] * _bend(loss, delta, held[i, k], score) * (rise * rise)
    bend /= rows
    for j in range(p):
        length += along[j] * along[j]
        if j < k:
            bend += 2.0 * ridge * along[j] * along[j]
    if bend <= 0.0:
        return
    for j in range(p):
        theta[j] -= length / bend * gradient[j]


@compiled()
def _update(
    rule: int, rate: float, one: float, two: float, epsilon: float, step: int, gradient: Any,
    memory: Any, theta: Any,
) -> None:  # fmt: skip
    """Take one step of a rule; ``one`` and ``two`` are its momentum, decay or betas."""
    m, s = memory[FIRST_MEMORY], memory[SECOND_MEMORY]
    p = len(theta)
    if rule == GRADIENT:
        for j in range(p):
            theta[j] -= rate * gradient[j]
    elif rule == SLOPE:
        for j in range(p):
            theta[j] -= gradient[j]
    elif rule == FIXED:
        for j in range(p):
            theta[j] -= rate
    elif rule == SIGN:
        for j in range(p):
            theta[j] -= rate * _sign(gradient[j])
    elif rule == MOMENTUM:
        for j in range(p):
            m[j] = one * m[j] + gradient[j]
            theta[j] -= rate * m[j]
    elif rule == NESTEROV:
        for j in range(p):
            m[j] = one * m[j] + gradient[j]
            theta[j] -= rate * (gradient[j] + one * m[j])
    elif rule == RMSPROP:
        for j in range(p):
            s[j] = one * s[j] + (1.0 - one) * gradient[j] * gradient[j]
            theta[j] -= rate * (gradient[j] / (math.sqrt(s[j]) + epsilon))
    elif rule == ADAGRAD:
        for j in range(p):
            s[j] = s[j] + gradient[j] * gradient[j]
            theta[j] -= rate * (gradient[j] / (math.sqrt(s[j]) + epsilon))
    else:
        first = 1.0 - one ** float(step + 1)
        second = 1.0 - two ** float(step + 1)
        for j in range(p):
            m[j] = one * m[j] + (1.0 - one) * gradient[j]
            s[j] = two * s[j] + (1.0 - two) * gradient[j] * gradient[j]
            theta[j] -= rate * ((m[j] / first) / (math.sqrt(s[j] / second) + epsilon))


@compiled()
def _touch(X: Any, y: Any, begin: int, end: int) -> float:
    """Read one cell of every cache line of some rows, so that they are near when they are needed.

    Read one after the other, the memory keeps up; in the walk's order each would be waited for.
    """
    total = 0.0
    for i in range(begin, end):
        for j in range(0, X.shape[1], LINE_CELLS):
            total += X[i, j]
    for i in range(begin, end, LINE_CELLS):
        total += y[i]
    return total


@compiled(
    types.float64(
        _READ_ROWS, _READ, _READ, _PLACES, _WHOLE, _WRITE, _READ, _WHOLE, _WRITE, _WRITE,
        _WRITE_ROWS, _WRITE_ROWS, _WRITE_ROWS, _WHOLE,
    )
)  # fmt: skip
def walk(
    X: Any, y: Any, f: Any, order: Any, plan: Any, constants: Any, rates: Any, at: Any, sums: Any,
    theta: Any, memory: Any, held: Any, records: Any, record_steps: Any,
) -> float:  # fmt: skip
    """Go on with a walk over some rows; a batch may have begun before and may end later.

    Parameters
    ----------
    X, y, f : (rows, k), (rows,), (rows,) or (0,) float64
        In descent's coordinates, row by row; f is empty without weights.
    order : (rows,) or (0,) int32
        Which rows to take first, second, ..., region by region; empty: as they stand.
    plan : (10,) int64
        Loss, rule, intercept, rows of a batch, rows of an epoch, the step that ends it, how far
        records lie apart before it, the step after which to average (-1: never); from which place
        of the order to walk now, up to which.
    constants : (6,) float64
        Ridge, delta of the loss, the ceiling, and the rule's two constants and epsilon.
    rates : float64
        Of the coming steps.
    at : (7,) int64, changed in place
        Rows in the batch, rows seen of the epoch, steps taken, records written, batches seen,
        whether it is out of bounds, step number of the last point before that.
    sums : (p + 2,) float64, changed in place
        Gradient and loss of the batch so far; the losses of all batches seen.
    theta, memory : (p,) and (5, p) float64, changed in place
        Where it is; what the rule remembers (2), the mean, the point before the last step, the
        point after the first.
    held : (rows of a batch, k + 2) or (0, 0) float64
        Rows of the batch, where a rule asks for them.
    records, record_steps : (m, p) float64, (m,) int64
        What is recorded.

    Returns
    -------
    float
        Of no meaning: a sum over cells that were read ahead, which nobody would read unsummed.
    """
    loss, rule, intercept, size, rows, last, spacing, average_from = plan[:8]
    ridge, delta, ceiling = constants[0], constants[1], constants[2]
    k = X.shape[1]
    a, n = plan[8], plan[9]
    p = k + intercept
    s, gradient, inner = np.empty(TILE), sums[:p].copy(), theta.copy()
    rows_of = np.empty(TILE, dtype=np.uint64)
    filled, loss_sum, begun = at[0], sums[p], at[2]
    step = begun
    narrow, shuffled = k <= NARROW, len(order) > 0
    together = 4 if narrow or shuffled else 1
    at_hand = loss == SQUARED and not len(f) and (narrow or not shuffled)
    region = (len(order) >> REGION_BITS) + 1
    ahead = region + region // 8
    touched, nothing = a + ahead if a else 0, 0.0
    while a < n:
        while narrow and touched < min(a + ahead, len(order)):
            nothing += _touch(X, y, touched, min(touched + region, len(order)))
            touched += region
        b = min(a + size - filled, n, a + TILE)
        constant = inner[k] if intercept else 0.0
        for i in range(b - a):
            rows_of[i] = order[a + i] if len(order) else a + i
        total = 0.0
        if at_hand:
            value, total = _squared(X, y, rows_of, b - a, together, inner, constant, gradient)
            loss_sum += value
        else:
            _scores(X, rows_of, b - a, together, inner, constant, s)
            loss_sum += _slopes(loss, delta, y, f, rows_of, b - a, s)
            _gather(X, rows_of, b - a, s, gradient)
            for i in range(b - a):
                total += s[i]
        if intercept:
            gradient[k] += total
        if rule == LINE:
            for i in range(a, b):
                row, where = rows_of[i - a], filled + i - a
                for j in range(k):
                    held[where, j] = X[row, j]
                held[where, k] = y[row]
                held[where, k + 1] = f[row] if len(f) else 1.0
        filled += b - a
        at[1] += b - a
        a = b
        if filled < size and at[1] < rows:
            continue
        value = loss_sum / filled
        if not value <= ceiling:
            at[5], at[6] = 1, step - 1
            break
        sums[p + 1] += value
        at[4] += 1
        share, size_of_theta = 1.0 / filled, 0.0
        if rule == GRADIENT and not ridge:  # all of what follows, in one go
            rate = rates[step - begun]
            for j in range(p):
                w = inner[j]
                memory[BEFORE, j] = w
                w -= rate * (gradient[j] * share)
                gradient[j] = 0.0
                inner[j] = w
                size_of_theta += abs(w)
        else:
            for j in range(p):
                memory[BEFORE, j] = inner[j]
                gradient[j] *= share
            if ridge:
                for j in range(k):
                    gradient[j] += 2.0 * ridge * inner[j]
            if rule == LINE:
                _line_search(loss, delta, ridge, intercept, held, filled, gradient, inner)
            else:
                one, two, epsilon = constants[3], constants[4], constants[5]
                rate = rates[step - begun]
                _update(rule, rate, one, two, epsilon, step, gradient, memory, inner)
            for j in range(p):
                size_of_theta += abs(inner[j])
                gradient[j] = 0.0
        if not size_of_theta < math.inf:
            at[5], at[6] = 1, step
            break
        if step == 0:
            memory[FIRST] = inner
        step += 1
        filled, loss_sum = 0, 0.0
        averaged = average_from >= 0 and step > average_from
        if averaged:
            for j in range(p):
                memory[MEAN, j] += (inner[j] - memory[MEAN, j]) / (step - average_from)
        if (last - step) % spacing == 0:
            for j in range(p):
                records[at[3], j] = memory[MEAN, j] if averaged else inner[j]
            record_steps[at[3]] = step
            at[3] += 1
    at[0], at[2] = filled, step
    sums[p] = loss_sum
    sums[:p] = gradient
    theta[:] = inner
    return nothing


@compiled()
def _hash(salt: Any, row: int) -> Any:
    """Return what ``kedou.fitting.folds.mix`` gives for row + salt."""
    z = (np.uint64(row) + salt) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled(types.void(types.uint64, types.int64, _WHOLE))
def regions(salt: Any, rows: int, begins: Any) -> None:
    """Find where each region of a window begins: a stretch of the order, its rows kept together.

    Parameters
    ----------
    salt : uint64
    rows : int
        Of the window.
    begins : (REGIONS,) int64
        Gets the first place of the rows whose hashes begin with 0, 1, ...
    """
    away = np.uint64(64 - REGION_BITS)
    for region in range(len(begins)):
        begins[region] = 0
    for i in range(rows):
        begins[np.int64(_hash(salt, i) >> away)] += 1
    begin = 0
    for region in range(len(begins)):
        size = begins[region]
        begins[region] = begin
        begin += size


@compiled(types.void(types.uint64, types.int64, _WHOLE, _HASHES, _PLACES))
def give_places(salt: Any, first: int, free: Any, hashes: Any, places: Any) -> None:
    """Give each row of a block a place in its region, after those that came before.

    Parameters
    ----------
    salt : uint64
    first : int
        The number in the window of the block's first row.
    free : (REGIONS,) int64, changed in place
        The next free place of each region.
    hashes : (rows of the window,) uint64
        Gets at each place the hash of its row.
    places : (rows of the block,) int32
        Gets the places.
    """
    away = np.uint64(64 - REGION_BITS)
    for i in range(len(places)):
        key = _hash(salt, first + i)
        region = np.int64(key >> away)
        place = free[region]
        free[region] = place + 1
        hashes[place] = key
        places[i] = place


@compiled(types.void(_HASHES, _WHOLE, _PLACES))
def row_order(hashes: Any, ends: Any, order: Any) -> None:
    """Find the order of hashes: region by region into slots by their next bits, then by hand.

    Parameters
    ----------
    hashes : (rows,) uint64
        Of the row at each place.
    ends : (REGIONS,) int64
        Where each region ends.
    order : (rows,) int32
        Gets the place of the first, the second, ... row.
    """
    most = begin = 0
    for region in range(len(ends)):
        most = max(most, ends[region] - begin)
        begin = ends[region]
    bits = 1
    while (1 << bits) < 2 * most:
        bits += 1
    away, mask = np.uint64(64 - REGION_BITS - bits), np.uint64((1 << bits) - 1)
    free, keys = np.empty(1 << bits, dtype=np.int32), np.empty(most, dtype=np.uint64)
    begin = 0
    for region in range(len(ends)):
        end = ends[region]
        free[:] = 0
        for place in range(begin, end):
            free[(hashes[place] >> away) & mask] += 1
        before = np.int32(0)
        for slot in range(1 << bits):
            size = free[slot]
            free[slot] = before
            before += size
        for place in range(begin, end):
            own = (hashes[place] >> away) & mask
            to = free[own]
            free[own] = to + 1
            keys[to], order[begin + to] = hashes[place], place
        for later in range(1, end - begin):
            key, place, to = keys[later], order[begin + later], later
            while to > 0 and keys[to - 1] > key:
                keys[to], order[begin + to] = keys[to - 1], order[begin + to - 1]
                to -= 1
            keys[to], order[begin + to] = key, place
        begin = end


@intrinsic  # type: ignore[untyped-decorator]
def _fetch(context: Any, array: Any, row: Any, column: Any) -> Any:
    """Ask for the cache line of a cell that will be written; nothing waits for it."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kind, *kinds = signature.args
        made = context.make_array(kind)(context, builder, given[0])
        at = [
            context.cast(builder, one, of, types.intp)
            for one, of in zip(given[1:], kinds, strict=True)
        ]
        cell = cgutils.get_item_pointer(context, builder, kind, made, at)
        pointer, whole = ir.IntType(8).as_pointer(), ir.IntType(32)
        asks = ir.FunctionType(ir.VoidType(), [pointer, whole, whole, whole])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [pointer], asks)
        write, keep, data = whole(1), whole(3), whole(1)
        builder.call(fetch, [builder.bitcast(cell, pointer), write, keep, data])
        return context.get_dummy_value()

    return types.void(array, row, column), build


@compiled(
    types.void(
        _READ_ROWS_ANY, _READ_ANY, _READ_ANY, _READ, _READ, types.float64, _PLACES, _WRITE_ROWS,
        _WRITE, _WRITE,
    )
)  # fmt: skip
def put(
    X: Any, y: Any, f: Any, shift: Any, scale: Any, mean_weight: float, places: Any, out_X: Any,
    out_y: Any, out_f: Any,
) -> None:  # fmt: skip
    """Put rows into descent's coordinates, each at its place (none: as they stand)."""
    n, k = X.shape
    plain = True
    for j in range(k):
        plain = plain and shift[j] == 0.0 and scale[j] == 1.0
    ahead = 1 + LINES_AHEAD // (1 + k // LINE_CELLS)
    for i in range(n):
        if i + ahead < len(places):
            coming = np.int64(places[i + ahead])
            for j in range(0, k, LINE_CELLS):
                _fetch(out_X, coming, j)
            _fetch(out_X, coming, k - 1)
        place = places[i] if len(places) else i
        if plain:
            for j in range(k):
                out_X[place, j] = X[i, j]
        else:
            for j in range(k):
                out_X[place, j] = (X[i, j] - shift[j]) / scale[j]
        out_y[place] = y[i]
        if len(f):
            out_f[place] = f[i] / mean_weight
