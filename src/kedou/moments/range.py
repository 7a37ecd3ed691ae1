"""The range in which sums of squares keep their digits: values are refused at either end of it."""

from __future__ import annotations

import numpy as np

from kedou.errors import DataError
from kedou.moments.moments import Moments

SMALLEST = 1e-153
"""Below this size the square of a value is subnormal and loses digits."""


def require_range(moments: Moments) -> None:
    """Refuse values whose squares leave the range of float64, at either end.

    Raises
    ------
    DataError
    """
    with np.errstate(over="ignore"):
        squares = moments.mean * moments.mean
        finite = np.isfinite(np.diag(moments.scatter)) & np.isfinite(squares)
    if not finite.all():
        _refuse_range(moments, int(np.argmin(finite)), "too-large", "target-out-of-range")
    if moments.weight_sum > 0:
        spread = np.sqrt(np.diag(moments.scatter) / moments.weight_sum)
        size = np.maximum(np.abs(moments.mean), spread)
        lost = (size > 0) & (size < SMALLEST)
        if lost.any():
            _refuse_range(moments, int(np.argmax(lost)), "too-small", "target-too-small")


def _refuse_range(moments: Moments, number: int, column: str, target: str) -> None:
    value = float(np.nan_to_num(abs(moments.mean[number])))
    if number == len(moments.columns):
        raise DataError(f"moments.{target}", value=value)
    raise DataError(f"moments.{column}", column=moments.columns[number].name, value=value)
