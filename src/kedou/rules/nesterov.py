"""Nesterov momentum: v_{t+1} = beta v_t + g_t, theta_{t+1} = theta_t - rate (g_t + beta v_{t+1}).

The ball looks ahead: it steps with the momentum it is about to have.

Source: Nesterov (1983), A method of solving a convex programming problem with convergence rate
O(1/k^2), Soviet Math. Dokl. 27; in this form Sutskever et al. (2013), On the importance of
initialization and momentum in deep learning.

Differences from well-known implementations
-------------------------------------------
1. Nesterov takes the gradient at the point ahead; here, as in PyTorch's SGD with
   ``nesterov=True``, theta *is* the point ahead, so the gradient at hand is the right one.
2. Nesterov's beta grows with the step; here, as in PyTorch, it is a constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats
from kedou.rules.rule import Objective
from kedou.rules.schedules import Rate, checked_rate, checked_share, rate_at


@dataclass(frozen=True, slots=True)
class Nesterov:
    """Step along a running sum of slopes, looking one step ahead.

    Parameters
    ----------
    learning_rate : float or schedule
        How much of the look-ahead sum becomes the step.
    momentum : float
        beta in [0, 1): how much of the sum is kept; 0 is gradient descent.

    Raises
    ------
    OptionError, OptionTypeError
        If a constant is out of its range or not a number.

    Examples
    --------
    >>> import numpy as np
    >>> rule = Nesterov(0.1, momentum=0.5)
    >>> theta = np.array([1.0])
    >>> rule.update(np.array([2.0]), rule.init(theta), theta, None)[0]
    array([0.7])
    """

    name: ClassVar[str] = "nesterov"
    constant: ClassVar[str | None] = "learning_rate"
    learning_rate: Rate
    momentum: float = 0.9

    def __post_init__(self) -> None:
        object.__setattr__(self, "learning_rate", checked_rate(self.learning_rate))
        object.__setattr__(self, "momentum", checked_share(self.momentum, "momentum"))

    def init(self, theta: Floats) -> tuple[int, Floats]:
        """Return the state: the number of the coming step, and v = 0."""
        return 0, np.zeros_like(theta)

    def update(
        self,
        gradient: Floats,
        state: tuple[int, Floats],
        theta: Floats,
        objective: Objective | None = None,
    ) -> tuple[Floats, tuple[int, Floats]]:
        """Take one step."""
        step, v = state
        v = self.momentum * v + gradient
        ahead = gradient + self.momentum * v
        return theta - rate_at(self.learning_rate, step) * ahead, (step + 1, v)
