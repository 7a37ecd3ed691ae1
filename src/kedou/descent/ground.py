"""The ground that descents on the same moments share: the bowl, its bottom, what its spectrum says.

None of it depends on the rule, its constant or the number of steps, so a hand that tries one rate
after another descends on the same ground, and only the walk itself is done anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from kedou.block import Floats
from kedou.descent.outcome import ARRIVED
from kedou.descent.trajectory import Rates
from kedou.moments import Moments
from kedou.solution import Design, Solution, make_design, make_solution
from kedou.spectrum import Quadratic
from kedou.spectrum.quadratic import quadratic_of
from kedou.spectrum.rates import best_rate, condition, limit, worst_case_rate


@dataclass(frozen=True, eq=False)
class Ground:
    """Moments, and what they are descended on as.

    Attributes
    ----------
    moments : Moments
    intercept, standardize : bool
    ridge : float

    Examples
    --------
    >>> import kedou as kd
    >>> from kedou.descent import descend_on
    >>> ground = Ground(kd.scan(kd.data.tadpoles()), standardize=True)
    >>> [str(descend_on(ground, learning_rate=rate).outcome) for rate in (0.5, 1.5)]
    ['converged', 'diverged']
    """

    moments: Moments
    intercept: bool = True
    standardize: bool = False
    ridge: float = 0.0
    _rates: dict[bytes, Rates] = field(default_factory=dict, repr=False)

    @cached_property
    def design(self) -> Design:
        """Columns and normal equations, reference levels left out."""
        return make_design(self.moments, self.intercept)

    @cached_property
    def surface(self) -> Quadratic:
        """The bowl, in descent's coordinates."""
        return quadratic_of(self.design, self.standardize, self.ridge)

    @cached_property
    def other(self) -> Quadratic:
        """The bowl with scaling, where this one has none; without, where it has."""
        return quadratic_of(self.design, not self.standardize, self.ridge)

    @cached_property
    def solution(self) -> Solution:
        """The exact answer and its statistics."""
        return make_solution(self.design, self.surface.answer, self.ridge)

    def rates(self, theta: Floats) -> Rates:
        """Return what the spectrum says of a start, in the user's units; the last one is kept."""
        key = theta.tobytes()
        found = self._rates.get(key)
        if found is None:
            found = rates_of(self.surface, self.other, theta, self.standardize)
            self._rates.clear()
            self._rates[key] = found
        return found


def rates_of(surface: Quadratic, other: Quadratic, theta: Floats, standardize: bool) -> Rates:
    """Return what the spectrum says of a start, in descent's own coordinates and in the others.

    Parameters
    ----------
    surface, other : Quadratic
        In descent's coordinates, and in those without scaling where it has some (and conversely).
    theta : (p,) float64
        In the user's units.
    standardize : bool
        Whether descent's coordinates are scaled.
    """
    best, best_steps = _best(surface, theta)
    other_best, _ = _best(other, theta)
    own_limit, other_limit = limit(surface.eigenvalues), limit(other.eigenvalues)
    user, scaled = (own_limit, best), (other_limit, other_best)
    if standardize:
        user, scaled = scaled, user
    return Rates(
        limit=own_limit,
        worst_case=worst_case_rate(surface.eigenvalues),
        best=best,
        best_steps=best_steps,
        condition_number=condition(surface.eigenvalues),
        user_limit=user[0],
        user_best=user[1],
        scaled_limit=scaled[0],
        scaled_best=scaled[1],
    )


def _best(surface: Quadratic, theta: Floats) -> tuple[float, int | None]:
    shares = surface.shares(surface.coordinates.inward(theta))
    return best_rate(shares, surface.eigenvalues, ARRIVED * surface.scale_of_loss)
