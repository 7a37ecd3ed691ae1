"""Slope rule: theta_{t+1} = theta_t - gradient(theta_t).

Gradient descent with learning rate 1, as a learner first invents it: steep ground, big step. On
L(w) = a w^2 - 2 b w + c the error is multiplied by 1 - 2a each time, so it runs away whenever
a > 1 (on the tadpoles by -19.009 each step).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kedou.block import Floats
from kedou.rules.rule import Objective


@dataclass(frozen=True, slots=True)
class SlopeStep:
    """Subtract the whole slope: theta - gradient. It has no constant to choose.

    Examples
    --------
    >>> import numpy as np
    >>> rule = SlopeStep()
    >>> theta = np.array([1.0])
    >>> rule.update(np.array([4.0]), rule.init(theta), theta, None)[0]
    array([-3.])
    """

    name: ClassVar[str] = "slope"
    constant: ClassVar[str | None] = None

    def init(self, theta: Floats) -> tuple[()]:
        """Return the state: nothing to remember."""
        return ()

    def update(
        self, gradient: Floats, state: tuple[()], theta: Floats, objective: Objective | None = None
    ) -> tuple[Floats, tuple[()]]:
        """Take one step."""
        return theta - gradient, state
