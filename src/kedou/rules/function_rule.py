"""A learner's own rule, checked: a plain function, or an object with init and update.

theta_{t+1} = function(theta_t, gradient_t), or theta, state = rule.update(...).

What comes back is checked before it is used, so that a forgotten ``return`` or a wrong shape is
a sentence at the first step and not a riddle at the tenth. The rule gets copies, so
``theta -= 0.1 * gradient`` inside it is harmless.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from kedou.block import Floats
from kedou.errors import OptionError, OptionTypeError
from kedou.rules.rule import Objective, Rule


@dataclass(frozen=True, slots=True)
class FunctionRule:
    """Make a rule of a plain function of (theta, gradient).

    Parameters
    ----------
    function : callable
        Takes theta and the gradient, both of shape (p,), and returns the new theta, shape (p,).

    Raises
    ------
    OptionTypeError
        If the function cannot be called with two arguments, or returns something that is not an
        array of real numbers.
    OptionError
        If what it returns has another shape than theta, or is not finite although theta and the
        gradient are.

    Examples
    --------
    >>> import numpy as np
    >>> rule = FunctionRule(lambda theta, gradient: theta - 0.1 * gradient)
    >>> theta = np.array([1.0])
    >>> rule.update(np.array([2.0]), rule.init(theta), theta, None)[0]
    array([0.8])
    """

    constant: ClassVar[str | None] = None
    function: Callable[[Floats, Floats], Any]

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise OptionTypeError("rules.not-a-function", got=repr(self.function))
        try:
            signature = inspect.signature(self.function)
        except (TypeError, ValueError):  # some built-in functions do not tell theirs
            return
        try:
            signature.bind(None, None)
        except TypeError:
            arguments = ", ".join(signature.parameters)
            raise OptionTypeError(
                "rules.function-arguments", function=self.name, got=f"({arguments})"
            ) from None

    @property
    def name(self) -> str:
        """The function's own name."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def init(self, theta: Floats) -> tuple[()]:
        """Return the state: a function has no memory."""
        return ()

    def update(
        self, gradient: Floats, state: tuple[()], theta: Floats, objective: Objective | None = None
    ) -> tuple[Floats, tuple[()]]:
        """Take one step."""
        answer = self.function(theta.copy(), gradient.copy())
        return checked_theta(answer, theta, gradient, self.name), state


@dataclass(frozen=True, slots=True)
class OwnRule:
    """Check what a rule object from outside returns; otherwise leave it alone.

    Parameters
    ----------
    rule : object
        Any object with ``init(theta)`` and ``update(gradient, state, theta, objective)``.

    Raises
    ------
    OptionTypeError, OptionError
        As ``FunctionRule``; also if ``update`` does not return a pair.

    Examples
    --------
    >>> import numpy as np
    >>> class Half:
    ...     def init(self, theta):
    ...         return None
    ...     def update(self, gradient, state, theta, objective):
    ...         return theta / 2, state
    >>> OwnRule(Half()).update(np.zeros(1), None, np.array([1.0]), None)[0]
    array([0.5])
    """

    constant: ClassVar[str | None] = None
    rule: Rule

    @property
    def name(self) -> str:
        """The rule's own ``name``, else its class's."""
        return str(getattr(self.rule, "name", type(self.rule).__name__))

    def init(self, theta: Floats) -> Any:
        """Return the rule's own state."""
        return self.rule.init(theta.copy())

    def update(
        self, gradient: Floats, state: Any, theta: Floats, objective: Objective
    ) -> tuple[Floats, Any]:
        """Take one step."""
        answer: Any = self.rule.update(gradient.copy(), state, theta.copy(), objective)
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise OptionTypeError(
                "rules.update-not-a-pair", rule=self.name, got=type(answer).__name__
            )
        return checked_theta(answer[0], theta, gradient, self.name), answer[1]


def checked_theta(answer: Any, theta: Floats, gradient: Floats, name: str) -> Floats:
    """Return a rule's answer as float64 of theta's shape, or say in words what is wrong with it."""
    if answer is None:
        raise OptionTypeError("rules.returned-nothing", rule=name)
    try:
        new = np.asarray(answer)
    except ValueError:
        raise OptionTypeError("rules.returned-ragged", rule=name, needed=str(theta.shape)) from None
    if new.dtype.kind not in "biuf":
        raise OptionTypeError("rules.returned-not-numbers", rule=name, got=type(answer).__name__)
    if new.shape != theta.shape:
        raise OptionError(
            "rules.returned-shape", rule=name, got=str(new.shape), needed=str(theta.shape)
        )
    finite = bool(np.isfinite(new).all())
    if not finite and np.isfinite(theta).all() and np.isfinite(gradient).all():
        raise OptionError("rules.returned-not-finite", rule=name, got=new.tolist())
    return new.astype(np.float64)
