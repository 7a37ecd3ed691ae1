"""The exact answer with its statistics, beside every descent.

With residual variance s^2 = W L* / (W - p) (weights are frequencies) the covariance of the
coefficients is s^2 (X'X)^-1; t = coefficient / standard error has W - p degrees of freedom.
R^2 = 1 - L*/q, where q is the loss of "always the mean" (without an intercept, of "always zero":
the uncentred R^2 that NIST certifies).

Sources: Seber and Lee, "Linear Regression Analysis", 2003, chapters 3 to 5; NIST/ITL StRD.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.errors import OptionError
from kedou.moments import Moments
from kedou.readable import Table
from kedou.solution.coordinates import make_coordinates
from kedou.solution.dependence import dependent_columns
from kedou.solution.design import Design, make_design
from kedou.solution.least_squares import LeastSquares, least_squares
from kedou.texts import Message

Optional = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Solution:
    """The least-squares answer of moments, and how certain it is.

    Arrays cover all p parameters, theta = (w_1 ... w_k, b), unless said otherwise. Where a number
    cannot be known it is None: standard errors of columns that depend on each other, everything
    about the residuals when they are below rounding, and all of it with a ridge penalty.

    Attributes
    ----------
    feature_names : tuple of str
        The k columns solved for (reference levels left out).
    references : dict of str to str
        Reference level of each category.
    coefficients : (k,) float64
        In target units per column unit.
    intercept : float
        In target units; 0.0 without an intercept.
    loss : float
        L*, the smallest possible loss (with its penalty), >= 0.
    standard_errors, t, p_values : (p,) arrays
        Two-sided p-values of "this parameter is zero".
    confidence_intervals : (p, 2) array
        95 %; ``confidence(level)`` gives others.
    r2, adjusted_r2, residual_std, f, f_p_value : float or None
        ``residual_std`` in target units.
    degrees_of_freedom : float
        W - p (rank-deficient: W - rank).
    dependent : dict of str to tuple of str
        Each column that adds nothing, with the columns it can be computed from (none: constant).
    warnings : tuple of Message
        In words; ``str`` of one is its sentence.

    Examples
    --------
    >>> import kedou as kd
    >>> solution = kd.solve(kd.scan(kd.data.tadpoles()))
    >>> round(float(solution.coefficients[0]), 6), round(solution.intercept, 6)
    (0.743282, 0.180389)
    >>> [round(float(error), 4) for error in solution.standard_errors]
    [0.1507, 0.4768]
    """

    feature_names: tuple[str, ...]
    references: dict[str, str]
    target_name: str
    coefficients: Floats
    intercept: float
    has_intercept: bool
    loss: float
    ridge: float
    count: int
    weight_sum: float
    rank: int
    dependent: dict[str, tuple[str, ...]]
    standard_errors: Optional
    residual_std: float | None
    r2: float | None
    inverse_factor: Floats = field(repr=False)
    mean: Floats = field(repr=False)
    warnings: tuple[Message, ...] = ()

    @property
    def theta(self) -> Floats:
        """(w_1 ... w_k, b), or (w_1 ... w_k) without an intercept."""
        if not self.has_intercept:
            return self.coefficients.copy()
        return np.append(self.coefficients, self.intercept)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the p parameters."""
        return (*self.feature_names, "intercept") if self.has_intercept else self.feature_names

    @property
    def degrees_of_freedom(self) -> float:
        """W - p, with p counted as the independent parameters."""
        return self.weight_sum - self.rank - int(self.has_intercept)

    @cached_property
    def t(self) -> Optional:
        """Coefficient / standard error, shape (p,); None where unknown."""
        return _each(lambda value, error: float(value / error) if error else None, self)

    @cached_property
    def p_values(self) -> Optional:
        """Two-sided p-values of Student's t, shape (p,)."""
        from scipy.special import stdtr

        dof = self.degrees_of_freedom
        values = [None if t is None else float(2 * stdtr(dof, -abs(t))) for t in self.t]
        return _array(values)

    @cached_property
    def confidence_intervals(self) -> Optional:
        """95 % confidence intervals, shape (p, 2)."""
        return self.confidence(0.95)

    def confidence(self, level: float) -> Optional:
        """Return confidence intervals of another level, shape (p, 2).

        Raises
        ------
        OptionError
            ``level`` is not between 0 and 1.
        """
        require_level(level)
        from scipy.special import stdtrit

        if all(error is None for error in self.standard_errors):
            return np.full((len(self.theta), 2), None, dtype=object)
        width = float(stdtrit(self.degrees_of_freedom, 0.5 + level / 2))
        pairs = [
            (None, None) if error is None else (float(v - width * error), float(v + width * error))
            for v, error in zip(self.theta, self.standard_errors, strict=True)
        ]
        complete = all(low is not None for low, _ in pairs)
        return np.array(pairs, dtype=np.float64 if complete else object)

    @property
    def adjusted_r2(self) -> float | None:
        """1 - (1 - R^2) (W - 1) / (W - p), with W in place of W - 1 without an intercept."""
        if self.r2 is None or self.degrees_of_freedom <= 0:
            return None
        total = self.weight_sum - int(self.has_intercept)
        return 1 - (1 - self.r2) * total / self.degrees_of_freedom

    @property
    def f(self) -> float | None:
        """F statistic of "no feature matters", with (rank, W - p) degrees of freedom."""
        if self.r2 is None or self.residual_std is None or self.rank == 0 or self.r2 >= 1:
            return None
        return (self.r2 / self.rank) / ((1 - self.r2) / self.degrees_of_freedom)

    @property
    def f_p_value(self) -> float | None:
        """P-value of ``f``."""
        if self.f is None:
            return None
        from scipy.special import fdtrc

        return float(fdtrc(self.rank, self.degrees_of_freedom, self.f))

    def _repr_html_(self) -> str:
        return self._table().html()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return self._table().bundle()

    def _table(self) -> Table:
        from kedou.solution.readable import table_of

        return table_of(self)

    def predict(self, X: Any) -> Floats:
        """Return w'x + b for rows X, shape (rows, k)."""
        return np.asarray(X, dtype=np.float64) @ self.coefficients + self.intercept


def solve(
    moments: Moments, intercept: bool = True, ridge: float = 0.0, standardize: bool = False
) -> Solution:
    """Return the exact least-squares (or ridge) answer of moments.

    Minimises L(w, b) = (1/W) sum w_i (y_i - w'x_i - b)^2 + ridge * sum w_j^2, the penalty taken
    in standardised units with ``standardize=True``.

    Parameters
    ----------
    moments : Moments
        From ``kd.scan``.
    intercept : bool, default True
    ridge : float, default 0.0
        Penalty >= 0; scikit-learn's ``Ridge(alpha)`` is alpha = n * ridge.
    standardize : bool, default False
        Changes the answer only together with ``ridge``.

    Returns
    -------
    Solution

    Raises
    ------
    DataError
        No rows, or values too large to be squared.
    OptionError
        A negative or non-finite ``ridge``.
    """
    design = make_design(moments, intercept)
    penalty = ridge_penalty(design, ridge, standardize)
    return make_solution(design, least_squares(design, penalty), ridge)


def ridge_penalty(design: Design, ridge: float, standardize: bool) -> Floats | None:
    """Return the penalty on each squared weight in the user's units, or None for none."""
    if not (np.isfinite(ridge) and ridge >= 0):
        raise OptionError("solution.ridge-negative", got=str(ridge))
    if ridge == 0:
        return None
    scale = make_coordinates(design, standardize).scale
    return np.asarray(ridge * scale * scale, dtype=np.float64)


def require_level(level: float) -> None:
    """Refuse a confidence level outside (0, 1)."""
    if not 0 < level < 1:
        raise OptionError("solution.level", got=str(level))


def make_solution(design: Design, answer: LeastSquares, ridge: float = 0.0) -> Solution:
    """Add the statistics to an answer."""
    dependent = dependent_columns(design, answer.null)
    p = design.p
    dof = design.freedom(answer.rank)
    warnings: list[Message] = []
    residual_std: float | None = None
    errors: list[float | None] = [None] * p
    if ridge > 0:
        warnings.append(Message("solution.ridge-no-errors", {"ridge": ridge}))
    elif dof <= 0:
        warnings.append(
            Message("solution.no-freedom", {"rows": design.weight_sum, "parameters": p})
        )
    elif not answer.resolved:
        warnings.append(Message("solution.unresolved", {}))
    else:
        residual_std = float(np.sqrt(design.weight_sum * answer.mean_squared_error / dof))
        errors = _standard_errors(design, answer, residual_std)
    for name, sources in dependent.items():
        if sources:
            values = {"column": name, "sources": list(sources)}
            warnings.append(Message("solution.dependent", values))
        else:
            warnings.append(Message("solution.constant", {"column": name}))
    return Solution(
        feature_names=design.names,
        references=design.references,
        target_name=design.target_name,
        coefficients=answer.weights,
        intercept=answer.intercept,
        has_intercept=design.intercept,
        loss=answer.loss,
        ridge=ridge,
        count=design.count,
        weight_sum=design.weight_sum,
        rank=answer.rank,
        dependent=dependent,
        standard_errors=_array(errors),
        residual_std=residual_std,
        r2=_r2(design, answer),
        inverse_factor=answer.inverse_factor,
        mean=design.mean,
        warnings=tuple(warnings),
    )


def _r2(design: Design, answer: LeastSquares) -> float | None:
    if design.q <= 0:
        return None
    if not answer.resolved and answer.mean_squared_error >= 0.5 * design.q:
        return None
    return 1 - answer.mean_squared_error / design.q


def _standard_errors(
    design: Design, answer: LeastSquares, residual_std: float
) -> list[float | None]:
    """Return s sqrt(diag (X'X)^-1); None for columns that are part of a dependence."""
    G = answer.inverse_factor
    per_row = residual_std / np.sqrt(design.weight_sum)
    tied = np.asarray((np.abs(answer.null) > 1e-6).any(axis=1))
    errors: list[float | None] = [
        None if tied[j] else float(per_row * length(G[j])) for j in range(len(G))
    ]
    if design.intercept:
        moved = bool((tied & ~design.constant & (np.abs(design.mean) > 0)).any())
        along = design.mean @ G if answer.along_means is None else answer.along_means
        errors.append(None if moved else float(per_row * np.hypot(1.0, length(along))))
    return errors


def length(v: Floats) -> float:
    """Return |v| where squares of its entries might leave the range of float64."""
    largest = float(np.abs(v).max(initial=0.0))
    return largest * float(np.linalg.norm(v / largest)) if largest > 0 else 0.0


def _each(function: Any, solution: Solution) -> Optional:
    pairs = zip(solution.theta, solution.standard_errors, strict=True)
    return _array([None if error is None else function(value, error) for value, error in pairs])


def _array(values: list[float | None]) -> Optional:
    """Return float64, or object where a None must be kept."""
    if all(value is not None for value in values):
        return np.array(values, dtype=np.float64)
    return np.array(values, dtype=object)
