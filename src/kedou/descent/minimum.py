"""The best parameters of a loss that has no closed form, found by a solver of another kind."""

from __future__ import annotations

from dataclasses import dataclass

from kedou.block import Floats


@dataclass(frozen=True, eq=False)
class Minimum:
    """The lowest point known of a loss over rows.

    Attributes
    ----------
    theta : (p,) float64
        (w_1 ... w_k, b), in the user's units.
    loss : float
    k : int
        Number of weights; one parameter more means an intercept.
    """

    theta: Floats
    loss: float
    k: int

    @property
    def coefficients(self) -> Floats:
        """Weights, shape (k,)."""
        return self.theta[: self.k]

    @property
    def intercept(self) -> float:
        """Intercept, 0.0 without one."""
        return float(self.theta[self.k]) if len(self.theta) > self.k else 0.0
