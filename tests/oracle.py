"""Least squares in rational arithmetic: the truth that float64 answers are measured against.

Every float64 is a binary fraction. Multiplied by a power of two, a column becomes whole numbers, so
its cross-products are whole numbers, and the normal equations

    N theta = m        N = Z'WZ        m = Z'Wy        Z = [X 1] or X

are solved by Gauss-Jordan elimination without fractions (Bareiss, "Sylvester's Identity and
Multistep Integer-Preserving Gaussian Elimination", 1968). Nothing is rounded before the last square
root.
"""

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from math import lcm

import numpy as np

DIGITS = Context(prec=60, Emin=-999999, Emax=999999)
MOST_DIGITS = float(-np.log10(np.finfo(np.float64).eps / 2))


@dataclass(frozen=True)
class Exact:
    """The exact answer; ``theta`` has the intercept last, where there is one."""

    theta: tuple[Fraction, ...]
    sse: Fraction
    sst: Fraction
    weight_sum: Fraction
    inverse: tuple[Fraction, ...]
    has_intercept: bool

    @property
    def coefficients(self):
        return self.theta[:-1] if self.has_intercept else self.theta

    @property
    def intercept(self):
        return self.theta[-1] if self.has_intercept else Fraction(0)

    @property
    def loss(self):
        return self.sse / self.weight_sum

    @property
    def r2(self):
        return 1 - self.sse / self.sst

    @property
    def degrees_of_freedom(self):
        return self.weight_sum - len(self.theta)

    @property
    def residual_std(self):
        return root(self.sse / self.degrees_of_freedom)

    @property
    def standard_errors(self):
        variance = self.sse / self.degrees_of_freedom
        return tuple(root(variance * entry) for entry in self.inverse)


def exact_least_squares(X, y, weight=None, intercept=True):
    """Return the ``Exact`` answer of float64 (or Fraction) rows, taken exactly as they are.

    Raises
    ------
    ZeroDivisionError
        The columns depend on each other: there is no single answer.
    """
    columns, units = zip(*(whole(column) for column in _columns(X, intercept)), strict=True)
    target, y_unit = whole(y)
    w, w_unit = whole([1] * len(target) if weight is None else weight)
    weighted = [[a * b for a, b in zip(column, w, strict=True)] for column in columns]
    p = len(columns)
    N = [[dot(column, other) for other in columns] for column in weighted]
    m = [dot(column, target) for column in weighted]
    rows = [[*N[i], m[i], *(int(i == j) for j in range(p))] for i in range(p)]
    determinant = _eliminate(rows)
    scaled = [Fraction(rows[i][p], determinant) for i in range(p)]
    yy = Fraction(dot(w, [value * value for value in target]))
    sse = (yy - dot(scaled, m)) * y_unit**2 * w_unit
    total = sum(w)
    if intercept:
        yy -= Fraction(dot(w, target) ** 2, total)
    return Exact(
        theta=tuple(s * y_unit / unit for s, unit in zip(scaled, units, strict=True)),
        sse=sse,
        sst=yy * y_unit**2 * w_unit,
        weight_sum=total * w_unit,
        inverse=tuple(
            Fraction(rows[i][p + 1 + i], determinant) / (units[i] ** 2 * w_unit) for i in range(p)
        ),
        has_intercept=intercept,
    )


def residual_sum(X, y, theta, weight=None, intercept=True):
    """Return sum w (y - w'x - b)^2 of any float64 parameters, exactly."""
    columns = _columns(X, intercept)
    parameters = [Fraction(value) for value in theta]
    w = [Fraction(1)] * len(y) if weight is None else [Fraction(value) for value in weight]
    total = Fraction(0)
    for i, value in enumerate(y):
        error = Fraction(value) - sum(
            a * Fraction(column[i]) for a, column in zip(parameters, columns, strict=True)
        )
        total += w[i] * error * error
    return total


def whole(values):
    """Return whole numbers and the unit u with values = u * whole numbers."""
    ratios = [Fraction(value) for value in values]
    unit = Fraction(1, lcm(*(ratio.denominator for ratio in ratios)))
    return [int(ratio / unit) for ratio in ratios], unit


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def root(value):
    """Return the square root of a Fraction as a Decimal of 60 digits."""
    quotient = DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
    return quotient.sqrt(DIGITS)


def digits(got, exact):
    """Return the significant digits of a float that agree with the truth, 0 to 15.95."""
    truth = Fraction(exact)
    if truth == 0:
        return MOST_DIGITS if got == 0 else 0.0
    relative = float(abs((Fraction(float(got)) - truth) / truth))
    if relative == 0:
        return MOST_DIGITS
    return float(np.clip(-np.log10(relative), 0.0, MOST_DIGITS))


def fewest_digits(got, exact):
    """Return the digits of the worst of several numbers."""
    return min(digits(a, b) for a, b in zip(got, exact, strict=True))


def _columns(X, intercept):
    rows = [list(row) for row in (X.tolist() if isinstance(X, np.ndarray) else X)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    return [*columns, [1] * len(rows)] if intercept else columns


def _eliminate(rows):
    """Turn [N | R] into [d I | d N^-1 R] with whole numbers only, and return d = +-det N."""
    before, p = 1, len(rows)
    for k in range(p):
        if rows[k][k] == 0:
            swap = next((i for i in range(k + 1, p) if rows[i][k]), None)
            if swap is None:
                raise ZeroDivisionError("the columns depend on each other")
            rows[k], rows[swap] = rows[swap], rows[k]
        pivot, lead = rows[k][k], rows[k]
        for i in range(p):
            if i != k:
                factor = rows[i][k]
                pairs = zip(rows[i], lead, strict=True)
                rows[i] = [(pivot * a - factor * b) // before for a, b in pairs]
        before = pivot
    return before
