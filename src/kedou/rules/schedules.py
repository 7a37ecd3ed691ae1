"""Learning rates that change with the step: rate_t for t = 0, 1, 2, ...

A schedule is a frozen value that is called with the step number, and every rule with a learning
rate takes a schedule in its place. Any function of the step number serves as well; of such a one
a saved run keeps only the name, so it is passed again where the run is repeated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from numbers import Integral, Real
from typing import Any, ClassVar

from kedou.errors import OptionError, OptionTypeError

Schedule = Callable[[int], float]
Rate = float | Schedule


@dataclass(frozen=True, slots=True)
class Constant:
    """The same rate at every step: rate_t = rate.

    Parameters
    ----------
    rate : float
        Any finite number but zero.

    Raises
    ------
    OptionError, OptionTypeError
        If the rate is zero, not finite or not a number.

    Examples
    --------
    >>> Constant(0.01)(7)
    0.01
    """

    name: ClassVar[str] = "constant"
    rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", checked_number(self.rate, "rate"))

    def __call__(self, step: int) -> float:
        """Return the rate of one step."""
        return self.rate


@dataclass(frozen=True, slots=True)
class InverseTime:
    """A rate that shrinks like one over time: rate_t = rate / (1 + decay t).

    Parameters
    ----------
    rate : float
        The rate of step 0; any finite number but zero.
    decay : float
        At least 0; with decay 1 the rate halves after one step, with 0.1 after ten.

    Raises
    ------
    OptionError, OptionTypeError
        If rate or decay is out of its range or not a number.

    Examples
    --------
    >>> InverseTime(0.5, decay=1.0)(4)
    0.1

    References
    ----------
    Robbins & Monro (1951), A stochastic approximation method, Ann. Math. Statist. 22: steps whose
    sum diverges while the sum of their squares converges.
    """

    name: ClassVar[str] = "inverse-time"
    rate: float
    decay: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", checked_number(self.rate, "rate"))
        decay = checked_number(self.decay, "decay", zero=True)
        if decay < 0:
            raise OptionError("rules.decay-negative", got=decay)
        object.__setattr__(self, "decay", decay)

    def __call__(self, step: int) -> float:
        """Return the rate of one step."""
        return self.rate / (1.0 + self.decay * step)


@dataclass(frozen=True, slots=True)
class Cosine:
    """A rate that glides down half a cosine wave, from ``rate`` to ``final``.

    rate_t = final + (rate - final) (1 + cos(pi t / steps)) / 2 for t <= steps, then final.

    Parameters
    ----------
    rate : float
        The rate of step 0; any finite number but zero.
    steps : int
        The step at which ``final`` is reached; at least 1.
    final : float
        The last rate; zero means that the last steps stand still.

    Raises
    ------
    OptionError, OptionTypeError
        If a constant is out of its range or not a number.

    Examples
    --------
    >>> schedule = Cosine(0.1, steps=10)
    >>> [round(schedule(t), 3) for t in (0, 5, 10, 11)]
    [0.1, 0.05, 0.0, 0.0]

    References
    ----------
    Loshchilov & Hutter (2017), SGDR: stochastic gradient descent with warm restarts, eq. 5
    (one period, no restart).
    """

    name: ClassVar[str] = "cosine"
    rate: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", checked_number(self.rate, "rate"))
        object.__setattr__(self, "final", checked_number(self.final, "final", zero=True))
        object.__setattr__(self, "steps", _checked_steps(self.steps))

    def __call__(self, step: int) -> float:
        """Return the rate of one step."""
        if step >= self.steps:
            return self.final
        share = (1.0 + math.cos(math.pi * step / self.steps)) / 2.0
        return self.final + (self.rate - self.final) * share


SCHEDULES: dict[str, type[Constant | InverseTime | Cosine]] = {
    kind.name: kind for kind in (Constant, InverseTime, Cosine)
}


def checked_number(value: Any, name: str, *, zero: bool = False) -> float:
    """Return a finite number (not zero, unless ``zero``) as a float, or say in words why not."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise OptionTypeError("rules.not-a-number", name=name, got=repr(value))
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise OptionError("rules.not-finite", name=name, got=str(number))
    if number == 0.0 and not zero:
        raise OptionError("rules.zero", name=name)
    return number


def checked_rate(value: Any, name: str = "learning_rate") -> Rate:
    """Return a learning rate: a finite number other than zero, or a schedule.

    A negative rate is allowed: it walks uphill, and watching that is a lesson.
    """
    if callable(value) and not isinstance(value, type):
        schedule: Schedule = value
        return schedule
    return checked_number(value, name)


def checked_share(value: Any, name: str) -> float:
    """Return a memory constant (momentum, beta, decay) in [0, 1), or say in words why not."""
    number = checked_number(value, name, zero=True)
    if not 0.0 <= number < 1.0:
        raise OptionError("rules.not-a-share", name=name, got=number)
    return number


def checked_epsilon(value: Any) -> float:
    """Return the small positive number that keeps a division safe, or say in words why not."""
    number = checked_number(value, "epsilon")
    if number < 0.0:
        raise OptionError("rules.epsilon-negative", got=number)
    return number


def rate_at(rate: Rate, step: int) -> float:
    """Return the learning rate of one step, from a number or a schedule."""
    if not callable(rate):
        return rate
    return checked_number(rate(step), f"learning_rate({step})", zero=True)


def rate_to_json(rate: Rate) -> float | dict[str, Any]:
    """Return a learning rate as JSON: a number, or the schedule's name and constants.

    A schedule from outside this package becomes ``{"schedule": None, "own": its name}``.
    """
    if not callable(rate):
        return rate
    if not isinstance(rate, Constant | InverseTime | Cosine):
        return {"schedule": None, "own": _name_of(rate)}
    return {"schedule": rate.name, **asdict(rate)}


def rate_from_json(data: Any) -> Any:
    """Return the learning rate that ``rate_to_json`` wrote.

    Raises
    ------
    OptionError
        If the schedule came from outside this package, or its name is unknown.
    """
    if not isinstance(data, dict):
        return data
    if is_own_schedule(data):
        raise OptionError(
            "rules.own-schedule-not-saved", schedule=str(data.get("own")), known=list(SCHEDULES)
        )
    kind = SCHEDULES.get(data.get("schedule", ""))
    if kind is None:
        raise OptionError(
            "rules.unknown-schedule", got=str(data.get("schedule")), known=list(SCHEDULES)
        )
    return kind(**{field.name: data[field.name] for field in fields(kind) if field.name in data})


def is_own_schedule(data: Any) -> bool:
    """Say whether what ``rate_to_json`` wrote stands for a schedule from outside this package."""
    return isinstance(data, Mapping) and data.get("schedule", "") is None


def _checked_steps(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise OptionTypeError("rules.steps-not-whole", got=repr(value))
    if value < 1:
        raise OptionError("rules.steps-not-positive", got=value)
    return int(value)


def _name_of(value: Any) -> str:
    return str(getattr(value, "__name__", type(value).__name__))
