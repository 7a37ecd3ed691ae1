"""The exact least-squares answer as a scikit-learn regressor.

Differences from scikit-learn's ``LinearRegression``
----------------------------------------------------
1. Rows are read once, into moments: memory does not grow with them, and ``partial_fit`` adds more.
2. Columns are judged by their own spread, so a column in other units is never dropped for being
   small; columns that depend on each other are named in ``solution_.warnings``.
3. ``solution_`` holds standard errors, p-values and intervals.
4. ``ridge`` is a penalty on the mean loss, in standardised units by default: scikit-learn's
   ``Ridge`` has ``alpha = n * ridge``, in the units of the columns (``standardize=False`` here).
5. The moments square the condition number; ``diagnosis_.digits`` says how many digits remain.
"""

from __future__ import annotations

from typing import Any, Self

from sklearn.utils.validation import check_is_fitted

from kedou.estimators.linear import Linear
from kedou.estimators.rows import Rows
from kedou.estimators.shared import all_moments, diagnosed, each_target, read_rows
from kedou.fitting import scan
from kedou.moments import Moments
from kedou.solution import Solution, solve
from kedou.spectrum import Diagnosis, diagnose


class LeastSquaresRegressor(Linear):
    """Linear regression solved exactly, on any amount of rows.

    Minimises L(w, b) = sum f_i (y_i - w'x_i - b)^2 / sum f_i + ridge * sum u_j^2, with row weights
    f, and u the weights of the standardised columns. Where columns depend on each other, the
    answer of smallest norm in standardised units is taken.

    Parameters
    ----------
    fit_intercept : bool, default True
    ridge : float, default 0.0
        Penalty >= 0; the intercept is free.
    standardize : bool, default True
        Whether the penalty is taken in standardised units or in those of the columns. Without a
        penalty it changes nothing.

    Attributes
    ----------
    coef_ : (k,) or (m, k) float64
        In target units per feature unit; (m, k) when y had two dimensions.
    intercept_ : float or (m,) float64
        In target units; 0.0 without an intercept.
    solution_ : Solution, or tuple of m
        The answer with its statistics.
    moments_ : Moments
        Of all rows so far; with m targets the first m - 1 are its last columns.
    diagnosis_ : Diagnosis, or tuple of m
        Conditioning, and the digits to expect; computed when asked for.
    n_features_in_ : int
    feature_names_in_ : (k,) array of str
        Where X had column names.

    Examples
    --------
    >>> import kedou as kd
    >>> model = kd.LeastSquaresRegressor().fit([[1.0], [2.0], [3.0], [4.0]], [1.1, 1.9, 3.2, 3.8])
    >>> model.coef_.round(6).tolist(), round(model.intercept_, 6)
    ([0.94], 0.15)
    >>> model.solution_.confidence_intervals.round(2).tolist()
    [[0.55, 1.33], [-0.92, 1.22]]

    References
    ----------
    Legendre, "Nouvelles méthodes pour la détermination des orbites des comètes", 1805; Seber and
    Lee, "Linear Regression Analysis", 2003.
    """

    def __init__(
        self, fit_intercept: bool = True, ridge: float = 0.0, standardize: bool = True
    ) -> None:
        self.fit_intercept = fit_intercept
        self.ridge = ridge
        self.standardize = standardize

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Read the rows and solve.

        Parameters
        ----------
        X : (rows, k) array, data frame or sparse matrix
            Sparse rows become dense a block at a time.
        y : (rows,) or (rows, m) array
        sample_weight : (rows,) array or number, optional
            Frequencies >= 0: weight 2 is the row twice, weight 0 no row.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            Data or parameters that make no sense.
        """
        self._require_flags()
        rows = read_rows(self, X, y, sample_weight, first=True)
        return self._learn(rows, scan(rows, precision="fast"))

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Add rows to all rows seen so far, and solve again.

        Moments of pieces add up to the moments of the whole, so this gives what ``fit`` on all
        rows would give, up to rounding. Parameters may be changed between two pieces.

        Parameters
        ----------
        X, y, sample_weight
            As for ``fit``; the same columns each time.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            As for ``fit``; another number of targets than before.
        """
        self._require_flags()
        rows = read_rows(self, X, y, sample_weight, first=not hasattr(self, "moments_"))
        return self._learn(rows, all_moments(self, rows))

    @property
    def diagnosis_(self) -> Diagnosis | tuple[Diagnosis, ...]:
        """What the spectrum of the moments says of each target."""
        check_is_fitted(self)
        return diagnosed(
            self.solution_,
            self.moments_,
            lambda moments, solution: diagnose(moments, solution.has_intercept, standardize=True),
        )

    def _learn(self, rows: Rows, moments: Moments) -> Self:
        solutions = tuple(
            solve(one, bool(self.fit_intercept), self.ridge, bool(self.standardize))
            for one in each_target(moments, rows.targets)
        )
        self.moments_ = moments
        self.solution_: Solution | tuple[Solution, ...] = solutions[0] if rows.flat else solutions
        weights = [solution.coefficients for solution in solutions]
        intercepts = [solution.intercept for solution in solutions]
        return self._set_coefficients(rows, weights, intercepts)
