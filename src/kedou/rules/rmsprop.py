"""RMSProp: s_{t+1} = decay s_t + (1 - decay) g_t^2, then a step of rate g_t / (sqrt(s) + epsilon).

AdaGrad that forgets: each component is scaled by the recent size of its slope.

Source: Tieleman & Hinton (2012), Neural networks for machine learning, lecture 6.5.

Differences from well-known implementations
-------------------------------------------
1. Hinton's slide uses decay 0.9; the default is PyTorch's (its ``alpha``), 0.99.
2. PyTorch's ``momentum``, ``centered`` and ``weight_decay`` are left out.
3. As in PyTorch, s starts at 0 and is not corrected for it, so the first step is
   rate / sqrt(1 - decay): ten times the rate with the default. Adam corrects this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats
from kedou.rules.rule import Objective
from kedou.rules.schedules import Rate, checked_epsilon, checked_rate, checked_share, rate_at


@dataclass(frozen=True, slots=True)
class RMSProp:
    """Scale each component's step by the recent size of its slope.

    Parameters
    ----------
    learning_rate : float or schedule
        Size of a settled step, in the unit of the parameters.
    decay : float
        In [0, 1): how much of the old average is kept; with 0 this is the sign rule.
    epsilon : float
        Small and positive; keeps a component without slope from dividing by zero.

    Raises
    ------
    OptionError, OptionTypeError
        If a constant is out of its range or not a number.

    Examples
    --------
    >>> import numpy as np
    >>> rule = RMSProp(0.01, decay=0.75)
    >>> theta = np.array([1.0])
    >>> rule.update(np.array([5.0]), rule.init(theta), theta, None)[0].round(6)
    array([0.98])
    """

    name: ClassVar[str] = "rmsprop"
    constant: ClassVar[str | None] = "learning_rate"
    learning_rate: Rate
    decay: float = 0.99
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        object.__setattr__(self, "learning_rate", checked_rate(self.learning_rate))
        object.__setattr__(self, "decay", checked_share(self.decay, "decay"))
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
        s = self.decay * s + (1.0 - self.decay) * gradient * gradient
        scaled = gradient / (np.sqrt(s) + self.epsilon)
        return theta - rate_at(self.learning_rate, step) * scaled, (step + 1, s)
