"""Gradient descent: theta_{t+1} = theta_t - learning_rate gradient(theta_t).

Small value x slope: the flatter the ground, the shorter the step, so it stops by itself. On a
quadratic it converges when 0 < learning_rate < 2 / lambda_max, and not beyond.

Source: Cauchy (1847), Méthode générale pour la résolution des systèmes d'équations simultanées,
C. R. Acad. Sci. 25; Boyd & Vandenberghe, Convex Optimization, section 9.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kedou.block import Floats
from kedou.rules.rule import Objective
from kedou.rules.schedules import Rate, checked_rate, rate_at


@dataclass(frozen=True, slots=True)
class GradientDescent:
    """Step against the gradient: theta - learning_rate gradient.

    Parameters
    ----------
    learning_rate : float or schedule
        How much of the slope becomes the step. A negative rate walks uphill.

    Raises
    ------
    OptionError, OptionTypeError
        If the rate is zero, not finite or not a number.

    Examples
    --------
    >>> import numpy as np
    >>> rule = GradientDescent(0.01)
    >>> theta = np.array([0.0])
    >>> theta, state = rule.update(np.array([-16.0]), rule.init(theta), theta, None)
    >>> theta
    array([0.16])
    """

    name: ClassVar[str] = "gradient-descent"
    constant: ClassVar[str | None] = "learning_rate"
    learning_rate: Rate

    def __post_init__(self) -> None:
        object.__setattr__(self, "learning_rate", checked_rate(self.learning_rate))

    def init(self, theta: Floats) -> int:
        """Return the state: the number of the coming step."""
        return 0

    def update(
        self, gradient: Floats, state: int, theta: Floats, objective: Objective | None = None
    ) -> tuple[Floats, int]:
        """Take one step."""
        return theta - rate_at(self.learning_rate, state) * gradient, state + 1
