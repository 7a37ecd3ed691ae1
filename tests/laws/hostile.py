"""Data that are finite but unkind, and a look for NaN into every corner of a result."""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

RNG = np.random.default_rng(77)
X = RNG.normal(size=(12, 2))
Y = X @ [1.0, -2.0] + 0.1 * RNG.normal(size=12)

TABLES = {
    "ordinary": (X, Y),
    "no features": (np.zeros((5, 0)), Y[:5]),
    "one row": (X[:1], Y[:1]),
    "one row, one feature": (X[:1, :1], Y[:1]),
    "a row of zeros": (np.zeros((1, 2)), np.zeros(1)),
    "two rows": (X[:2], Y[:2]),
    "three rows for three parameters": (X[:3], Y[:3]),
    "the same row five times": (np.repeat(X[:1], 5, axis=0), np.repeat(Y[:1], 5)),
    "constant column": (np.column_stack([X[:, 0], np.full(12, 3.7)]), Y),
    "all columns constant": (np.full((12, 2), 0.1), Y),
    "columns of zeros": (np.zeros((12, 2)), Y),
    "everything zero": (np.zeros((12, 2)), np.zeros(12)),
    "duplicated column": (X[:, [0, 0]], Y),
    "duplicated in other units": (X[:, [0, 0]] * [1.0, 1e9], Y),
    "sum of columns": (np.column_stack([X, X.sum(axis=1)]), Y),
    "more columns than rows": (RNG.normal(size=(4, 7)), Y[:4]),
    "all y equal": (X, np.full(12, 4.2)),
    "y all zero": (X, np.zeros(12)),
    "exact line": (X, X @ [3.0, 4.0] + 5.0),
    "exact in whole numbers": (np.arange(12.0)[:, None], 2.0 * np.arange(12.0) + 1),
    "far from zero": (X + 1e8, Y),
    "far from zero, hardly moving": (X * 1e-7 + 1.0, Y),
    "y far from zero": (X, Y + 1e12),
    "one huge row": (np.vstack([X, [[1e15, -1e15]]]), np.append(Y, 1e15)),
    "large": (X * 1e70, Y * 1e70),
    "large features": (X * 1e140, Y),
    "large target": (X, Y * 1e140),
    "small": (X * 1e-70, Y * 1e-70),
    "small features": (X * 1e-140, Y),
    "small target": (X, Y * 1e-140),
    "units 1e300 apart": (X * [1e-150, 1e140], Y),
    "large constant column": (np.column_stack([X[:, 0], np.full(12, 1e140)]), Y),
}
TOO_SMALL = {
    "very small features": (X * 1e-160, Y),
    "very small target": (X, Y * 1e-160),
    "subnormal features": (X * 1e-310, Y),
    "subnormal target": (X, Y * 1e-310),
    "everything subnormal": (X * 1e-310, Y * 1e-310),
}
TOO_LARGE = {
    "features": (X * 1e160, Y),
    "target": (X, Y * 1e160),
    "mean": (X + 1e160, Y),
    "largest": (X / np.abs(X).max() * 1.7e308, Y),
}


def not_finite(value, where=""):
    """Yield the place of every NaN and infinity in a value, its fields and its properties."""
    if value is None or isinstance(value, str | bytes | bool | int | np.integer):
        return
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            yield f"{where} = {value}"
    elif isinstance(value, np.ndarray):
        if value.dtype.kind == "f" and np.isfinite(value).all():
            return
        for place, item in zip(np.ndindex(value.shape), value.ravel().tolist(), strict=True):
            yield from not_finite(item, f"{where}{list(place)}")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from not_finite(item, f"{where}[{name!r}]")
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from not_finite(item, f"{where}[{number}]")
    elif dataclasses.is_dataclass(value):
        for name in sorted(public(value)):
            yield from not_finite(getattr(value, name), f"{where}.{name}")


def public(value):
    """Names of fields and properties that a user can see."""
    names = {field.name for field in dataclasses.fields(value)}
    for kind in type(value).__mro__:
        for name, member in vars(kind).items():
            if isinstance(member, property) or type(member).__name__ == "cached_property":
                names.add(name)
    return {
        name
        for name in names
        if not name.startswith("_") and name not in ("scaled_moments", "scaled")
    }
