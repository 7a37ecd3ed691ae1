"""The steps of mini-batch descent as machine code, through numba: the same formulas once more.

They are the formulas of ``kedou.losses`` and ``kedou.rules``, for one row or one component at a
time, and tests hold each pair of rule and loss to the NumPy path within 1e-12. A batch stays in
the processor's first cache: its scores are formed four rows at a time, then the slopes of the
loss, then the gradient.

Sums may be taken in another order than written (``reassoc``) and products added without rounding
in between (``contract``); infinities and NaN keep their meaning, so a run that leaves float64 is
seen. Nothing here holds the interpreter's lock, and nothing uses threads: a step needs the one
before it.

All of it is one file, because numba asks only this file whether its stored machine code is old.
Where no folder can be written for that code, it is compiled again in every process.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit, types

Compiled = TypeVar("Compiled", bound=Callable[..., Any])

TILE, REGION_BITS = 256, 6
FLOAT_FLAGS = {"reassoc", "contract", "nsz"}
SQUARED, ABSOLUTE, HUBER, LOG, BRIER = range(5)
GRADIENT, SLOPE, FIXED, SIGN, MOMENTUM, NESTEROV, RMSPROP, ADAGRAD, ADAM, LINE = range(10)
FIRST_MEMORY, SECOND_MEMORY, MEAN, BEFORE, FIRST = range(5)

_READ = types.Array(types.float64, 1, "C", readonly=True)
_READ_ROWS = types.Array(types.float64, 2, "C", readonly=True)
_READ_ANY = types.Array(types.float64, 1, "A", readonly=True)
_READ_ROWS_ANY = types.Array(types.float64, 2, "A", readonly=True)
_WRITE, _WRITE_ROWS = types.float64[::1], types.float64[:, ::1]
_WHOLE, _PLACES = types.int64[::1], types.int32[::1]


def compiled(signature: Any = None) -> Callable[[Compiled], Compiled]:
    """Compile for one signature (or, inside another function, for what it is called with)."""

    def make(function: Compiled) -> Compiled:
        options: dict[str, Any] = {"nogil": True, "fastmath": FLOAT_FLAGS}
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


@compiled()
def _scores(X: Any, rows: Any, count: int, theta: Any, constant: float, out: Any) -> None:
    k = X.shape[1]
    i = 0
    while i + 4 <= count:
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
    if loss == SQUARED and not weighted:
        for i in range(count):
            e = s[i] - y[rows[i]]
            total += e * e
            s[i] = 2.0 * e
        return total
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


@compiled(
    types.void(
        _READ_ROWS, _READ, _READ, _PLACES, _WHOLE, _WRITE, _READ, _WHOLE, _WRITE, _WRITE,
        _WRITE_ROWS, _WRITE_ROWS, _WRITE_ROWS, _WHOLE,
    )
)  # fmt: skip
def walk(
    X: Any, y: Any, f: Any, order: Any, plan: Any, constants: Any, rates: Any, at: Any, sums: Any,
    theta: Any, memory: Any, held: Any, records: Any, record_steps: Any,
) -> None:  # fmt: skip
    """Go on with a walk over some rows; a batch may have begun before and may end later.

    Parameters
    ----------
    X, y, f : (rows, k), (rows,), (rows,) or (0,) float64
        In descent's coordinates, row by row; f is empty without weights.
    order : (some rows,) or (0,) int32
        Which rows to take, in this order; empty: all, as they stand.
    plan : (8,) int64
        Loss, rule, intercept, rows of a batch, rows of an epoch, the step that ends it, how far
        records lie apart before it, and the step after which to average (-1: never).
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
    """
    loss, rule, intercept, size, rows, last, spacing, average_from = plan[:8]
    ridge, delta, ceiling = constants[0], constants[1], constants[2]
    k = X.shape[1]
    n = len(order) if len(order) else len(y)
    p = k + intercept
    s, gradient, inner = np.empty(TILE), sums[:p].copy(), theta.copy()
    rows_of = np.empty(TILE, dtype=np.int64)
    filled, loss_sum, begun = at[0], sums[p], at[2]
    step = begun
    a = 0
    while a < n:
        b = min(a + size - filled, n, a + TILE)
        constant = inner[k] if intercept else 0.0
        for i in range(b - a):
            rows_of[i] = order[a + i] if len(order) else a + i
        _scores(X, rows_of, b - a, inner, constant, s)
        loss_sum += _slopes(loss, delta, y, f, rows_of, b - a, s)
        _gather(X, rows_of, b - a, s, gradient)
        if intercept:
            total = 0.0
            for i in range(b - a):
                total += s[i]
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
        for j in range(p):
            memory[BEFORE, j] = inner[j]
            gradient[j] /= filled
        if ridge:
            for j in range(k):
                gradient[j] += 2.0 * ridge * inner[j]
        if rule == LINE:
            _line_search(loss, delta, ridge, intercept, held, filled, gradient, inner)
        else:
            one, two, epsilon = constants[3], constants[4], constants[5]
            _update(rule, rates[step - begun], one, two, epsilon, step, gradient, memory, inner)
        size_of_theta = 0.0
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


@compiled()
def _hash(salt: Any, row: int) -> Any:
    """Return what ``kedou.fitting.folds.mix`` gives for row + salt."""
    z = (np.uint64(row) + salt) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled()
def _sort(salt: Any, members: Any, begin: int, end: int) -> None:
    for later in range(begin + 1, end):
        member = members[later]
        key = _hash(salt, member)
        place = later
        while place > begin and _hash(salt, members[place - 1]) > key:
            members[place] = members[place - 1]
            place -= 1
        members[place] = member


@compiled(types.void(types.uint64, _PLACES, _PLACES))
def row_order(salt: Any, places: Any, order: Any) -> None:
    """Find the order of the hashes of (salt, row), and places that keep near rows near.

    Parameters
    ----------
    salt : uint64
    places : (rows,) int32
        Gets where each row is to be put: rows of one leading stretch of the order together, so
        that who follows the order finds each stretch in the processor's cache.
    order : (rows,) int32
        Gets the place of the first, the second, ... row of the order.
    """
    rows = len(order)
    bits = 1
    while (2 << bits) < rows:
        bits += 1
    away, region_away = np.uint64(64 - bits), np.uint64(64 - REGION_BITS)
    ends = np.zeros((1 << bits) + 1, dtype=np.int32)
    free = np.zeros((1 << REGION_BITS) + 1, dtype=np.int32)
    for i in range(rows):
        key = _hash(salt, i)
        ends[np.int64(key >> away) + 1] += 1
        free[np.int64(key >> region_away) + 1] += 1
    for stretch in range(1 << bits):
        ends[stretch + 1] += ends[stretch]
    for region in range(1 << REGION_BITS):
        free[region + 1] += free[region]
    for i in range(rows):
        near = np.int64(_hash(salt, i) >> region_away)
        places[i] = free[near]
        free[near] += 1
    # From the last row to the first, each end moves to where its stretch begins.
    for i in range(rows - 1, -1, -1):
        own = np.int64(_hash(salt, i) >> away) + 1
        ends[own] -= 1
        order[ends[own]] = i
    for stretch in range(1, 1 << bits):
        _sort(salt, order, ends[stretch], ends[stretch + 1])
    _sort(salt, order, ends[1 << bits], rows)
    for i in range(rows):
        order[i] = places[order[i]]


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
    for i in range(n):
        place = places[i] if len(places) else i
        for j in range(k):
            out_X[place, j] = (X[i, j] - shift[j]) / scale[j]
        out_y[place] = y[i]
        if len(f):
            out_f[place] = f[i] / mean_weight
