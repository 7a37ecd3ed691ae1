"""What can be known before the run: which rates work, how fast, and how many digits remain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.errors import OptionError
from kedou.moments import Moments
from kedou.readable import Table
from kedou.solution.dependence import dependent_columns
from kedou.spectrum import rates
from kedou.spectrum.digits import Digits, estimate_digits
from kedou.spectrum.quadratic import Quadratic, make_quadratic
from kedou.spectrum.start import read_start
from kedou.texts import Message

WITHIN = 0.01


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """The judgement of the spectrum on gradient descent from one start.

    Rates are those of the coordinates that were asked for; ``scaled`` is the same judgement after
    standardising the columns (itself where they already are).

    Attributes
    ----------
    quadratic : Quadratic
    start : (p,) float64
        In the user's units.
    within : float
        The share above L* that counts as arrived, 0.01.

    Examples
    --------
    >>> import kedou as kd
    >>> diagnosis = kd.diagnose(kd.scan(kd.data.tadpoles()))
    >>> diagnosis.eigenvalues.round(4).tolist()
    [21.7459, 0.2626]
    >>> round(diagnosis.learning_rate_limit, 5), round(diagnosis.scaled.learning_rate_limit, 5)
    (0.09197, 1.0)
    >>> diagnosis.steps_to(0.01, 0.05)
    2
    """

    quadratic: Quadratic
    start: Floats
    standardized: bool
    within: float = WITHIN
    scaled_moments: Moments | None = field(default=None, repr=False)
    ridge: float = 0.0

    @property
    def eigenvalues(self) -> Floats:
        """Eigenvalues of the Hessian H = 2 X'X / n, largest first, shape (p,)."""
        return self.quadratic.eigenvalues

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the p parameters."""
        return self.quadratic.design.parameter_names

    @property
    def condition_number(self) -> float | None:
        """lambda_max / lambda_min, lambda_min the smallest above rounding; None without slope."""
        return rates.condition(self.eigenvalues)

    @property
    def learning_rate_limit(self) -> float | None:
        """2 / lambda_max: above it, descent diverges. None where there is no slope."""
        return rates.limit(self.eigenvalues)

    @property
    def worst_case_rate(self) -> float | None:
        """2 / (lambda_max + lambda_min): the best rate over all starts."""
        return rates.worst_case_rate(self.eigenvalues)

    @cached_property
    def shares(self) -> Floats:
        """Share of each direction in the first gap, lambda c^2 / 2, shape (p,)."""
        inner = self.quadratic.coordinates.inward(self.start)
        return self.quadratic.shares(inner)

    @cached_property
    def _best(self) -> tuple[float, int | None]:
        target = self.within * self.quadratic.scale_of_loss
        return rates.best_rate(self.shares, self.eigenvalues, target)

    @property
    def best_learning_rate(self) -> float:
        """The rate that comes within 1 % of the exact loss in the fewest steps from this start."""
        return self._best[0]

    @property
    def best_steps(self) -> int | None:
        """How many steps ``best_learning_rate`` needs for that; None: more than 10^12."""
        return self._best[1]

    @property
    def rate_per_step(self) -> Floats:
        """Factor 1 - lr lambda on each direction's distance per step, at the best rate, (p,)."""
        return self.factors(self.best_learning_rate)

    def factors(self, learning_rate: float) -> Floats:
        """Return the factor per step along each direction for any rate, shape (p,)."""
        return np.asarray(1.0 - learning_rate * self.eigenvalues)

    def steps_to(self, tolerance: float, learning_rate: float | None = None) -> int | None:
        """Return the steps until the loss is within ``tolerance`` (0.01 = 1 %) of the exact loss.

        Parameters
        ----------
        tolerance : float
            Share of L* (of 1e-12 of the mean's loss where the line is exact).
        learning_rate : float, optional
            ``best_learning_rate`` if not given.

        Returns
        -------
        int or None
            None: never.
        """
        if not (np.isfinite(tolerance) and tolerance > 0):
            raise OptionError("spectrum.tolerance", got=str(tolerance))
        rate = self.best_learning_rate if learning_rate is None else learning_rate
        target = tolerance * self.quadratic.scale_of_loss
        return rates.steps_to(self.shares, self.eigenvalues, rate, target)

    def rises_at(self, learning_rate: float) -> int | None:
        """Return the step from which the loss rises for ever; None if it never does."""
        return rates.rises_at(self.shares, self.eigenvalues, learning_rate)

    def diverges(self, learning_rate: float) -> bool:
        """Say whether descent from this start diverges at this rate."""
        return rates.grows(self.shares, self.eigenvalues, learning_rate)

    @cached_property
    def digits(self) -> Digits:
        """Correct digits to expect of the exact answer, for coefficients and residual_std."""
        return estimate_digits(self.quadratic.design, self.quadratic.answer)

    @cached_property
    def dependent_columns(self) -> dict[str, tuple[str, ...]]:
        """Columns that others explain completely, with those others (none: constant)."""
        return dependent_columns(self.quadratic.design, self.quadratic.answer.null)

    @cached_property
    def scaled(self) -> Diagnosis:
        """The same judgement after standardising the columns."""
        if self.standardized or self.scaled_moments is None:
            return self
        return diagnose(
            self.scaled_moments,
            intercept=self.quadratic.design.intercept,
            standardize=True,
            ridge=self.ridge,
            start=self.start,
        )

    @property
    def notes(self) -> tuple[Message, ...]:
        """What was chosen automatically when the rows were read."""
        moments = self.scaled_moments
        return () if moments is None or moments.chosen is None else (moments.chosen,)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The judgement in sentences."""
        said = [
            Message("spectrum.digits", {"digits": int(self.digits.coefficients)})
            if self.digits.coefficients < 10
            else None,
            *(
                Message("solution.dependent", {"column": name, "sources": list(sources)})
                if sources
                else Message("solution.constant", {"column": name})
                for name, sources in self.dependent_columns.items()
            ),
        ]
        return tuple(message for message in said if message is not None)

    def _repr_html_(self) -> str:
        return self._table().html()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return self._table().bundle()

    def _table(self) -> Table:
        from kedou.spectrum.readable import table_of

        return table_of(self)

    def __str__(self) -> str:
        scaled = self.scaled
        values = {
            "eigenvalues": self.eigenvalues[:6].tolist(),
            "condition": self.condition_number,
            "limit": self.learning_rate_limit,
            "worst_case": self.worst_case_rate,
            "best": self.best_learning_rate,
            "steps": "-" if self.best_steps is None else self.best_steps,
            "scaled_limit": scaled.learning_rate_limit,
            "scaled_best": scaled.best_learning_rate,
            "scaled_condition": scaled.condition_number,
            "scaled_steps": "-" if scaled.best_steps is None else scaled.best_steps,
            "digits": self.digits.coefficients,
            "digits_std": "-" if self.digits.residual_std is None else self.digits.residual_std,
        }
        said = (*self.messages, *self.notes)
        lines = [str(Message("spectrum.summary", values)), *map(str, said)]
        return "\n".join(lines)


def diagnose(
    moments: Moments,
    intercept: bool = True,
    standardize: bool = False,
    ridge: float = 0.0,
    start: float | Sequence[float] | Floats = 0.0,
) -> Diagnosis:
    """Judge gradient descent on these moments before a single step.

    Parameters
    ----------
    moments : Moments
        From ``kd.scan``.
    intercept, standardize, ridge
        As for ``kd.descend``.
    start : float or (p,) array
        Where descent will begin, in the user's units; the best rate depends on it.

    Returns
    -------
    Diagnosis

    Raises
    ------
    DataError
        No rows, or values too large to be squared.
    OptionError
        A start of the wrong shape, a negative ridge.
    """
    quadratic = make_quadratic(moments, intercept, standardize, ridge)
    theta: Any = read_start(start, quadratic.design.parameter_names)
    return Diagnosis(quadratic, theta, standardize, WITHIN, moments, ridge)
