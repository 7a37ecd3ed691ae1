"""How many digits the exact answer keeps: an estimate made from the moments themselves.

Entries of the correlation form carry errors of a few units in the last place. Through

    u = C^-1 r          delta u  ~  g eps |C^-1 row| (|u| + sqrt(q))

they reach the scaled weights u, and through the means the intercept; the worst parameter counts.
The smallest loss v'Jv carries g eps |v|'|J||v| plus the square of the error in u; half of that,
relatively, is the error of residual_std. ``g`` is the typical error of an entry in units of eps.

Source of the perturbation argument: Higham, "Accuracy and Stability of Numerical Algorithms",
2nd ed. 2002, sections 7.2 and 20.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kedou.solution import Design, LeastSquares
from kedou.solution.design import EPS

TYPICAL_ERROR = 0.35
MOST_DIGITS = -np.log10(EPS / 2)


@dataclass(frozen=True, slots=True)
class Digits:
    """Correct significant digits to expect, between 0 and 15.95.

    Attributes
    ----------
    coefficients : float
        Of the worst of the p parameters.
    residual_std : float
        Of the residual standard deviation (and so of every standard error).
    """

    coefficients: float
    residual_std: float


def estimate_digits(design: Design, answer: LeastSquares) -> Digits:
    """Estimate the digits of an answer solved from ``design``."""
    if answer.null.shape[1] and not design.constant.all():
        tied = (np.abs(answer.null) > 1e-6).any(axis=1) & ~design.constant
        if tied.any():
            return Digits(0.0, _of(_loss_error(design, answer, 0.0) / 2))
    scale = answer.scale
    inverse = (answer.inverse_factor * scale[:, None]) @ (answer.inverse_factor * scale[:, None]).T
    u = answer.weights * scale
    push = TYPICAL_ERROR * EPS * float(np.hypot(np.linalg.norm(u), np.sqrt(design.q)))
    errors = push * np.linalg.norm(inverse, axis=1) + 0.5 * EPS * np.abs(u)
    relative = [_ratio(error, abs(value)) for error, value in zip(errors, u, strict=True)]
    if design.intercept:
        leverage = design.mean / scale
        error = push * float(np.hypot(1.0, np.linalg.norm(leverage @ inverse)))
        error += 0.5 * EPS * abs(answer.intercept)
        relative.append(_ratio(error, abs(answer.intercept)))
    worst = max(relative, default=EPS)
    quadratic = push * push * float(np.trace(inverse))
    return Digits(_of(worst), _of(_loss_error(design, answer, quadratic) / 2))


def _loss_error(design: Design, answer: LeastSquares, quadratic: float) -> float:
    u = answer.weights * answer.scale
    rounding = 2 * TYPICAL_ERROR * EPS * (float(u @ u) + design.q)
    return _ratio(rounding + quadratic, answer.mean_squared_error)


def _ratio(error: float, value: float) -> float:
    if error == 0:
        return 0.0
    return error / value if value > 0 else 1.0


def _of(relative: float) -> float:
    if relative <= 0:
        return float(MOST_DIGITS)
    return float(min(max(-np.log10(relative), 0.0), MOST_DIGITS))
