"""AdaGrad: s_{t+1} = s_t + g_t^2, theta_{t+1} = theta_t - rate g_t / (sqrt(s_{t+1}) + epsilon).

Every component has its own pace, slowed by all the slope it has seen so far, so that a feature
in metres and one in millimetres move alike.

Source: Duchi, Hazan & Singer (2011), Adaptive subgradient methods for online learning and
stochastic optimization, JMLR 12 (the diagonal form).

Differences from well-known implementations
-------------------------------------------
1. PyTorch's ``lr_decay`` is spelt ``learning_rate=InverseTime(rate, decay)``; its starting value
   of s is 0 here and its ``weight_decay`` is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats
from kedou.rules.rule import Objective
from kedou.rules.schedules import Rate, checked_epsilon, checked_rate, rate_at


@dataclass(frozen=True, slots=True)
class AdaGrad:
    """Scale each component's step by all the slope it has seen.

    Parameters
    ----------
    learning_rate : float or schedule
        Size of the first step, in the unit of the parameters.
    epsilon : float
        Small and positive; keeps a component without slope from dividing by zero.

    Raises
    ------
    OptionError, OptionTypeError
        If a constant is out of its range or not a number.

    Examples
    --------
    >>> import numpy as np
    >>> rule = AdaGrad(0.1)
    >>> theta = np.array([1.0, 1.0])
    >>> rule.update(np.array([5.0, -500.0]), rule.init(theta), theta, None)[0]
    array([0.9, 1.1])
    """

    name: ClassVar[str] = "adagrad"
    constant: ClassVar[str | None] = "learning_rate"
    learning_rate: Rate
    epsilon: float = 1e-10

    def __post_init__(self) -> None:
        object.__setattr__(self, "learning_rate", checked_rate(self.learning_rate))
        object.__setattr__(self, "epsilon", checked_epsilon(self.epsilon))

    def init(self, theta: Floats) -> tuple[int, Floats]:
        """Return the state: the number of the coming step, and s = 0."""
        return 0, np.zeros_like(theta)

    def update(
        self,
        gradient: Floats,
        state: tuple[int, Floats],
        theta: Floats,
        objective: Objective | None = None,
    ) -> tuple[Floats, tuple[int, Floats]]:
        """Take one step."""
        step, s = state
        s = s + gradient * gradient
        scaled = gradient / (np.sqrt(s) + self.epsilon)
        return theta - rate_at(self.learning_rate, step) * scaled, (step + 1, s)
