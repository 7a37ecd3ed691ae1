"""How many digits a scan should keep: fast, exact, or whichever the data need.

``auto`` reads the rows in the fast mode and asks the spectrum how many digits the answer (with an
intercept, without a penalty) will have. Where fewer than ten are left, of the worst coefficient or
of the residual standard deviation, the rows are read once more in the exact mode, and the moments
say so. Every source can be read twice. Where reading again cannot help it is not done: no residual
deviation is there to have digits without a degree of freedom, and fewer rows than parameters
leave columns that depend on each other, however they are read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kedou.errors import DataError, OptionError
from kedou.moments import Moments
from kedou.solution import make_design
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
    if digits is None or _are_enough(digits) or _must_depend(moments):
        return moments
    values: dict[str, object] = {"coefficients": int(digits.coefficients), "enough": int(ENOUGH)}
    of = "-coefficients"
    if digits.residual_std is not None:
        values["deviation"] = int(digits.residual_std)
        of = ""
    if len(moments.columns) > WIDEST:
        values |= {"columns": len(moments.columns), "widest": WIDEST}
        return replace(moments, chosen=Message(f"fitting.precision-wide{of}", values))
    exact = again()
    if (exact.count, exact.rows_read) != (moments.count, moments.rows_read):
        raise DataError("fitting.changed", first=moments.count, second=exact.count)
    return replace(exact, chosen=Message(f"fitting.precision-exact{of}", values))


def _are_enough(digits: Digits) -> bool:
    deviation = digits.residual_std
    return digits.coefficients >= ENOUGH and (deviation is None or deviation >= ENOUGH)


def _must_depend(moments: Moments) -> bool:
    """Say whether there are fewer rows than columns to tell apart, the intercept's included."""
    design = make_design(moments, intercept=True)
    return moments.count < 1 + int((~design.constant).sum())


def digits_of(moments: Moments) -> Digits | None:
    """Return the digits that the answer of moments has; None where there is no answer."""
    try:
        return diagnose(moments).digits
    except DataError:
        return None  # refused in words when it is solved
