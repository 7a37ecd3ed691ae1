"""What every estimator here is: X w + b, of dense or sparse rows, for one target or several."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from kedou.block import Floats
from kedou.errors import OptionTypeError
from kedou.estimators.rows import Rows


class Linear(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A regressor with ``coef_`` and ``intercept_``, however it came by them.

    Attributes
    ----------
    coef_ : (k,) or (m, k) float64
    intercept_ : float or (m,) float64
    """

    _flags: ClassVar[tuple[str, ...]] = ("fit_intercept", "standardize")
    """Parameters that are True or False and nothing else."""

    coef_: Floats
    intercept_: float | Floats

    def predict(self, X: Any) -> Floats:
        """Return X w + b of rows X (rows, k), in target units: shape (rows,), or (rows, m).

        Raises
        ------
        NotFittedError
            Before ``fit``.
        ValueError, TypeError
            Other columns than those of ``fit``, or cells that cannot be used.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, accept_sparse="csr")
        return np.asarray(X @ self.coef_.T + self.intercept_, dtype=np.float64)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = True
        return tags

    def _require_flags(self) -> None:
        """Refuse anything but True and False for what is one or the other.

        Raises
        ------
        OptionTypeError
            For the first that is neither.
        """
        for name in self._flags:
            value = getattr(self, name)
            if not isinstance(value, bool | np.bool_):
                raise OptionTypeError("estimators.flag", name=name, got=repr(value))

    def _set_coefficients(self, rows: Rows, weights: list[Floats], intercepts: list[float]) -> Self:
        """Set (k,) weights and a number, or (m, k) and (m,) for a target of two dimensions."""
        if rows.flat:
            self.coef_ = np.array(weights[0])
            self.intercept_ = float(intercepts[0])
        else:
            self.coef_ = np.array(weights)
            self.intercept_ = np.array(intercepts)
        return self
