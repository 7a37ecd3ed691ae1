"""Sign rule: theta_{t+1} = theta_t - c sign(gradient(theta_t)), with sign(0) = 0.

The direction is right and the size never changes, so near the bottom it steps over and back for
ever, unless ``c`` is a schedule that shrinks.

Source: the fixed-size case of Riedmiller & Braun (1993), A direct adaptive method for faster
backpropagation learning: the RPROP algorithm; also "signSGD", Bernstein et al. (2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kedou.block import Floats
from kedou.rules.rule import Objective
from kedou.rules.schedules import Rate, checked_rate, rate_at


@dataclass(frozen=True, slots=True)
class SignStep:
    """Step by c against the sign of each slope: theta - c sign(gradient).

    Parameters
    ----------
    c : float or schedule
        Size of the step, in the unit of the parameters; a negative one walks uphill.

    Raises
    ------
    OptionError, OptionTypeError
        If c is zero, not finite or not a number.

    Examples
    --------
    >>> import numpy as np
    >>> rule = SignStep(0.5)
    >>> theta = np.array([1.0, 2.0, 3.0])
    >>> rule.update(np.array([4.08, -0.1, 0.0]), rule.init(theta), theta, None)[0]
    array([0.5, 2.5, 3. ])
    """

    name: ClassVar[str] = "sign"
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
        return theta - rate_at(self.c, state) * np.sign(gradient), state + 1
