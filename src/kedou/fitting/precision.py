"""How many digits a scan should keep: fast, exact, or whichever the data need.

``auto`` reads the rows in the fast mode and asks the spectrum how many digits the answer (with an
intercept, without a penalty) will have. Where fewer than ten are left, of the worst coefficient or
of the residual standard deviation, the rows are read once more in the exact mode, and the moments
say so. Every source can be read twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kedou.errors import DataError, OptionError
from kedou.moments import Moments
from kedou.spectrum import Digits, diagnose
from kedou.texts import Message

PRECISIONS = ("auto", "fast", "exact")
ENOUGH = 10.0
"""Digits below which auto goes over the rows once more."""
WIDEST = 300
"""Columns beyond which auto stays fast: a solve in double-double takes O(k^3) slow steps."""


def check_precision(precision: object) -> str:
    """Check that a precision is one of ``PRECISIONS``."""
    if precision not in PRECISIONS:
        raise OptionError("fitting.precision", got=str(precision))
    return str(precision)


def refine(moments: Moments, again: Callable[[], Moments]) -> Moments:
    """Return fast moments as they are, or exact ones of the same rows where digits are lacking.

    Parameters
    ----------
    moments : Moments
        Of the first reading, in the fast mode.
    again : callable
        Reads the rows in the exact mode.

    Raises
    ------
    DataError
        The second reading found other rows than the first.
    """
    digits = digits_of(moments)
    if digits is None or min(digits.coefficients, digits.residual_std) >= ENOUGH:
        return moments
    values = {
        "coefficients": int(digits.coefficients),
        "deviation": int(digits.residual_std),
        "enough": int(ENOUGH),
    }
    if len(moments.columns) > WIDEST:
        values |= {"columns": len(moments.columns), "widest": WIDEST}
        return replace(moments, chosen=Message("fitting.precision-wide", values))
    exact = again()
    if (exact.count, exact.rows_read) != (moments.count, moments.rows_read):
        raise DataError("fitting.changed", first=moments.count, second=exact.count)
    return replace(exact, chosen=Message("fitting.precision-exact", values))


def digits_of(moments: Moments) -> Digits | None:
    """Return the digits that the answer of moments has; None where there is no answer."""
    try:
        return diagnose(moments).digits
    except DataError:
        return None  # refused in words when it is solved
