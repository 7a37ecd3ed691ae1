"""A quantity with its scale, and when two of them agree: |a - b| <= 1e-12 (|b| + scale)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

TOLERANCE = 1e-12


def measured(value: Any, scale: Any = 0.0) -> dict[str, Any]:
    """Return a measured number, or an array of them, with the scale its error is judged by.

    ``scale`` is one number, or a list with one for each row of ``value``.
    """
    plain = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    size = scale.tolist() if isinstance(scale, np.ndarray | np.generic) else scale
    return {"value": plain, "scale": size}


def exact(value: Any) -> dict[str, Any]:
    """Return a count, a name, a yes or no: equal or wrong."""
    return {"value": value.item() if isinstance(value, np.generic) else value}


def differences(stored: Any, fresh: Any, where: str = "") -> list[str]:
    """Return what disagrees between two files' contents, in words; empty if nothing does."""
    if isinstance(stored, dict) and isinstance(fresh, dict):
        if set(stored) != set(fresh):
            return [f"{where}: has {sorted(set(stored) ^ set(fresh))} on one side only"]
        if "value" in stored and set(stored) <= {"value", "scale"}:
            return _compare(stored["value"], fresh["value"], stored.get("scale"), where)
        return [d for key in stored for d in differences(stored[key], fresh[key], f"{where}/{key}")]
    if isinstance(stored, list) and isinstance(fresh, list):
        if len(stored) != len(fresh):
            return [f"{where}: {len(stored)} entries, now {len(fresh)}"]
        pairs = enumerate(zip(stored, fresh, strict=True))
        return [d for n, (a, b) in pairs for d in differences(a, b, f"{where}/{n}")]
    # What is no quantity is input: rows, options, names; moments and rates made from them.
    if isinstance(stored, float) and isinstance(fresh, float):
        same = math.isclose(stored, fresh, rel_tol=1e-12, abs_tol=1e-11)
    else:
        same = stored == fresh
    return [] if same else [f"{where}: {stored!r}, now {fresh!r}"]


def _compare(stored: Any, fresh: Any, scale: Any, where: str) -> list[str]:
    if isinstance(stored, list) and isinstance(fresh, list):
        if len(stored) != len(fresh):
            return [f"{where}: {len(stored)} numbers, now {len(fresh)}"]
        scales = scale if isinstance(scale, list) else [scale] * len(stored)
        rows = enumerate(zip(stored, fresh, scales, strict=True))
        return [d for n, (a, b, s) in rows for d in _compare(a, b, s, f"{where}/{n}")]
    if scale is None or stored is None or fresh is None:
        return [] if stored == fresh else [f"{where}: {stored!r}, now {fresh!r}"]
    close = math.isfinite(fresh) and abs(fresh - stored) <= TOLERANCE * (abs(stored) + scale)
    return [] if close else [f"{where}: {stored!r}, now {fresh!r} (scale {scale:.3g})"]
