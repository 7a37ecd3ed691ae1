"""Chapter 1: height is not slope; a slope as a formula, or as a quotient of a small step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.exercises.chapters.tadpoles import CURVATURE, ROWS, X, Y, loss, slope
from kedou.exercises.kinds import Exercise, Function, Number

_PLACES = (-0.5, 0.0, 0.6, 1.0, 1.7)


def _quotient(got: Floats, expected: Floats) -> tuple[str, Mapping[str, Any]] | None:
    """Recognise a quotient over a large step, and a difference that was not divided.

    On a parabola the quotient over a step h is off by h times half the curvature, everywhere.
    """
    off = got - expected
    h = 2.0 * float(np.mean(off)) / CURVATURE
    if np.ptp(off) <= 1e-4 * np.max(np.abs(expected)):
        return "large-step", {"step": abs(h)}
    design = np.column_stack([expected, np.ones_like(expected)])
    times, rest = np.linalg.lstsq(design, got, rcond=None)[0]
    fitted = design @ [times, rest]
    straight = np.max(np.abs(fitted - got)) <= 1e-6 * np.max(np.abs(got))
    if straight and 0 < times < 0.5 and abs(rest - times**2 * CURVATURE / 2) <= 1e-6 + times**3:
        return "not-divided", {"step": times}
    return None


EXERCISES: dict[str, Exercise] = {
    "slope-at-zero": Number(
        slope(0.0),
        {
            "height": loss(0.0),
            "uphill": -slope(0.0),
            "half": slope(0.0) / 2,
            "curvature": CURVATURE,
            "flat": 0.0,
        },
    ),
    "slope": Function(
        ("w",),
        [(place,) for place in _PLACES],
        slope,
        {
            "height": loss,
            "flipped": lambda w: -slope(w),
            "forgot-2": lambda w: slope(w) / 2,
            "forgot-x": lambda w: -2.0 * np.mean(Y - w * X),
            "sum": lambda w: ROWS * slope(w),
        },
        tolerance=1e-3,
        otherwise=_quotient,
    ),
}
