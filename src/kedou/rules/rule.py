"""What an update rule is: ``init(theta)`` and ``update(gradient, state, theta, objective)``.

theta_{t+1}, state_{t+1} = update(gradient(theta_t), state_t, theta_t, objective)

A rule is a frozen value that holds its constants; what it remembers from step to step is its
*state*, which goes in and comes out and is never changed in place. Replay, undo and saving then
need nothing but the values. The shape of the protocol is optax's (DeepMind, 2020).

Any object with these two methods is a rule; so is a plain function of (theta, gradient), through
``FunctionRule``.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from kedou.block import Floats


class Objective(Protocol):
    """What is being made small, as a rule sees it."""

    def value(self, theta: Floats) -> float:
        """Return L(theta)."""

    def gradient(self, theta: Floats) -> Floats:
        """Return dL/dtheta at theta, shape (p,)."""

    def curvature(self, theta: Floats, v: Floats) -> Floats:
        """Return H(theta) v, shape (p,), where H is the matrix of second derivatives."""


@runtime_checkable
class Rule(Protocol):
    """An update rule: everything about one way of stepping.

    Kedou's own rules also carry two class attributes: ``name``, the name in the registry, and
    ``constant``, the name of the one constant that sets the size of a step (``"learning_rate"``,
    ``"c"`` or None), which is what ``learning_rate="auto"`` has to choose.
    """

    def init(self, theta: Floats) -> Any:
        """Return the state before the first step; theta has shape (p,)."""

    def update(
        self, gradient: Floats, state: Any, theta: Floats, objective: Objective
    ) -> tuple[Floats, Any]:
        """Take one step: return the new theta, shape (p,), and the new state."""
