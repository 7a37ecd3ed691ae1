"""Adam: momentum for the direction, RMSProp for the pace, both corrected for their start at 0.

m_t = beta1 m_{t-1} + (1 - beta1) g_t,        m^ = m_t / (1 - beta1^t)
s_t = beta2 s_{t-1} + (1 - beta2) g_t^2,      s^ = s_t / (1 - beta2^t)
theta_t = theta_{t-1} - rate m^ / (sqrt(s^) + epsilon),   t = 1, 2, ...

Source: Kingma & Ba (2015), Adam: a method for stochastic optimization, algorithm 1.

Differences from well-known implementations
-------------------------------------------
1. PyTorch's ``weight_decay``, ``amsgrad`` and ``maximize`` are left out; the numbers are the same.
2. TensorFlow adds its epsilon before the correction ("epsilon hat"); we follow algorithm 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats
from kedou.rules.rule import Objective
from kedou.rules.schedules import Rate, checked_epsilon, checked_rate, checked_share, rate_at


@dataclass(frozen=True, slots=True)
class Adam:
    """Step along an average slope, scaled by the recent size of the slope.

    Parameters
    ----------
    learning_rate : float or schedule
        Size of a step, in the unit of the parameters: no component moves much faster.
    beta1, beta2 : float
        In [0, 1): how much of the average slope and of the average squared slope is kept.
    epsilon : float
        Small and positive; keeps a component without slope from dividing by zero.

    Raises
    ------
    OptionError, OptionTypeError
        If a constant is out of its range or not a number.

    Examples
    --------
    >>> import numpy as np
    >>> rule = Adam(0.1)
    >>> theta = np.array([1.0, 1.0])
    >>> rule.update(np.array([5.0, -500.0]), rule.init(theta), theta, None)[0].round(6)
    array([0.9, 1.1])
    """

    name: ClassVar[str] = "adam"
    constant: ClassVar[str | None] = "learning_rate"
    learning_rate: Rate
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        object.__setattr__(self, "learning_rate", checked_rate(self.learning_rate))
        object.__setattr__(self, "beta1", checked_share(self.beta1, "beta1"))
        object.__setattr__(self, "beta2", checked_share(self.beta2, "beta2"))
        object.__setattr__(self, "epsilon", checked_epsilon(self.epsilon))

    def init(self, theta: Floats) -> tuple[int, Floats, Floats]:
        """Return the state: the number of the coming step, m = 0 and s = 0."""
        return 0, np.zeros_like(theta), np.zeros_like(theta)

    def update(
        self,
        gradient: Floats,
        state: tuple[int, Floats, Floats],
        theta: Floats,
        objective: Objective | None = None,
    ) -> tuple[Floats, tuple[int, Floats, Floats]]:
        """Take one step."""
        step, m, s = state
        m = self.beta1 * m + (1.0 - self.beta1) * gradient
        s = self.beta2 * s + (1.0 - self.beta2) * gradient * gradient
        t = step + 1
        m_hat = m / (1.0 - self.beta1**t)
        s_hat = s / (1.0 - self.beta2**t)
        scaled = m_hat / (np.sqrt(s_hat) + self.epsilon)
        return theta - rate_at(self.learning_rate, step) * scaled, (t, m, s)
