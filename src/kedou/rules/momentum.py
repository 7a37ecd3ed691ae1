"""Momentum (the heavy ball): v_{t+1} = beta v_t + g_t, theta_{t+1} = theta_t - rate v_{t+1}.

The step remembers: across a valley the slopes cancel, along it they add up to 1 / (1 - beta)
times the rate.

Source: Polyak (1964), Some methods of speeding up the convergence of iteration methods, USSR
Comput. Math. Math. Phys. 4(5).

Differences from well-known implementations
-------------------------------------------
1. Polyak puts the rate inside the memory (v = beta v - rate g). As in PyTorch's SGD it stands
   outside here; the two differ only when the rate changes on the way.
2. PyTorch's ``dampening`` and ``weight_decay`` are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats
from kedou.rules.rule import Objective
from kedou.rules.schedules import Rate, checked_rate, checked_share, rate_at


@dataclass(frozen=True, slots=True)
class Momentum:
    """Step along a running sum of slopes.

    Parameters
    ----------
    learning_rate : float or schedule
        How much of the running sum becomes the step.
    momentum : float
        beta in [0, 1): how much of the sum is kept; 0 is gradient descent.

    Raises
    ------
    OptionError, OptionTypeError
        If a constant is out of its range or not a number.

    Examples
    --------
    >>> import numpy as np
    >>> rule = Momentum(0.1, momentum=0.5)
    >>> theta = np.array([1.0])
    >>> theta, state = rule.update(np.array([2.0]), rule.init(theta), theta, None)
    >>> theta, state = rule.update(np.array([2.0]), state, theta, None)
    >>> theta
    array([0.5])
    """

    name: ClassVar[str] = "momentum"
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
        return theta - rate_at(self.learning_rate, step) * v, (step + 1, v)
