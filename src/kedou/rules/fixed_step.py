"""Fixed value: theta_{t+1} = theta_t - c, the same step in every component, every time.

The rule looks at nothing: its direction comes from the sign of ``c`` alone, so it walks straight
past the best w and never comes back. It is the first of the lesson's four runners, there to show
what the slope adds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kedou.block import Floats
from kedou.rules.rule import Objective
from kedou.rules.schedules import Rate, checked_rate, rate_at


@dataclass(frozen=True, slots=True)
class FixedStep:
    """Subtract the constant c from every component: theta - c.

    Parameters
    ----------
    c : float or schedule
        The step, in the unit of the parameters; positive lowers them, negative raises them.

    Raises
    ------
    OptionError, OptionTypeError
        If c is zero, not finite or not a number.

    Examples
    --------
    >>> import numpy as np
    >>> rule = FixedStep(0.5)
    >>> theta = np.array([1.0])
    >>> rule.update(np.array([4.08]), rule.init(theta), theta, None)[0]
    array([0.5])
    """

    name: ClassVar[str] = "fixed-step"
    constant: ClassVar[str | None] = "c"
    c: Rate

    def __post_init__(self) -> None:
        object.__setattr__(self, "c", checked_rate(self.c, "c"))

    def init(self, theta: Floats) -> int:
        """Return the state: the number of the coming step."""
        return 0

    def update(
        self, gradient: Floats, state: int, theta: Floats, objective: Objective | None = None
    ) -> tuple[Floats, int]:
        """Take one step."""
        return theta - rate_at(self.c, state), state + 1
