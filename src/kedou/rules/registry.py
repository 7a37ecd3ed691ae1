"""The table of rules, and how a name, a class, an object or a function becomes a rule.

A new rule is one new file and one line in ``NAMED``.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from kedou.errors import OptionError, OptionTypeError
from kedou.rules.adagrad import AdaGrad
from kedou.rules.adam import Adam
from kedou.rules.exact_line_search import ExactLineSearch
from kedou.rules.fixed_step import FixedStep
from kedou.rules.function_rule import FunctionRule, OwnRule
from kedou.rules.gradient_descent import GradientDescent
from kedou.rules.momentum import Momentum
from kedou.rules.nesterov import Nesterov
from kedou.rules.preconditioned import Preconditioned
from kedou.rules.rmsprop import RMSProp
from kedou.rules.rule import Rule
from kedou.rules.schedules import Rate, is_own_schedule, rate_from_json, rate_to_json
from kedou.rules.sign_step import SignStep
from kedou.rules.slope_step import SlopeStep

NAMED: dict[str, type[Any]] = {
    "fixed-step": FixedStep,
    "slope": SlopeStep,
    "sign": SignStep,
    "gradient-descent": GradientDescent,
    "exact-line-search": ExactLineSearch,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
}


PYTHON_ONLY: dict[str, type[Any]] = {"preconditioned": Preconditioned}
"""Named rules that the page has not: its moments hold no exact sums to take the gradient from."""


def has_rate(rule: Any) -> str | None:
    """Return the name of the constant that ``learning_rate`` sets for a rule, or None.

    Parameters
    ----------
    rule : str, rule class, rule object or function
        As in ``make``.

    Returns
    -------
    str or None
        ``"learning_rate"``, ``"c"``, or None where there is nothing to choose.

    Raises
    ------
    OptionError
        If a name is unknown.

    Examples
    --------
    >>> has_rate("adam"), has_rate("sign"), has_rate("slope")
    ('learning_rate', 'c', None)
    """
    kind = _class_named(rule) if isinstance(rule, str) else rule
    constant = getattr(kind, "constant", None)
    return constant if isinstance(constant, str) else None


def make(rule: Any, learning_rate: Rate | str | None = None) -> Rule:
    """Return the rule that a name, a class, an object or a function stands for.

    Parameters
    ----------
    rule : str, rule class, rule object or function
        A name of ``NAMED``; a class of this package; an object with ``init`` and ``update``; or a
        function of (theta, gradient) that returns the new theta.
    learning_rate : float, schedule, "auto" or None
        The rate for a name or a class. A rule object carries its own constants, so with one this
        must be left out (None or "auto").

    Returns
    -------
    Rule
        An object with ``init``, ``update``, ``name`` and ``constant``.

    Raises
    ------
    OptionError
        If the name is unknown; if a rate is given to a rule that has its own or needs none; if
        one is missing.
    OptionTypeError
        If ``rule`` is nothing of the above.

    Examples
    --------
    >>> make("momentum", 0.01)
    Momentum(learning_rate=0.01, momentum=0.9)
    """
    rate = None if isinstance(learning_rate, str) and learning_rate == "auto" else learning_rate
    if isinstance(rule, str):
        return _build(_class_named(rule), rate)
    if isinstance(rule, type):
        if rule in (*NAMED.values(), *PYTHON_ONLY.values()):
            return _build(rule, rate)
        raise OptionTypeError("rules.own-class", got=rule.__name__)
    if rate is not None:
        raise OptionError("rules.rate-twice", rule=_describe(rule), got=_describe(rate))
    if is_named(rule) or isinstance(rule, FunctionRule | OwnRule):
        ours: Rule = rule
        return ours
    if isinstance(rule, Rule):
        return OwnRule(rule)
    if callable(rule):
        return FunctionRule(rule)
    raise OptionTypeError("rules.not-a-rule", got=repr(rule), known=list(NAMED))


def with_rate(rule: Any, rate: Rate) -> Rule:
    """Return the same rule with another learning rate (or c); its other constants stay.

    Raises
    ------
    OptionError
        If the rule has no such constant, or the rate makes no sense.

    Examples
    --------
    >>> with_rate(Momentum(0.01, momentum=0.5), 0.02)
    Momentum(learning_rate=0.02, momentum=0.5)
    """
    constant = has_rate(rule)
    if constant is None or not is_named(rule):
        raise OptionError("rules.no-rate", rule=_describe(rule))
    changed: Rule = replace(rule, **{constant: rate})
    return changed


def to_json(rule: Any) -> dict[str, Any]:
    """Return a rule as plain JSON values: its name and its constants.

    A rule from outside this package becomes ``{"name": None, "own": its name}``, and a schedule
    from outside it ``{"schedule": None, "own": its name}``: enough to say what ran, not enough to
    run it again (``can_be_made_again``).

    Examples
    --------
    >>> to_json(Momentum(0.01))
    {'name': 'momentum', 'learning_rate': 0.01, 'momentum': 0.9}
    """
    if not is_named(rule):
        return {"name": None, "own": str(getattr(rule, "name", type(rule).__name__))}
    constants = {
        field.name: rate_to_json(getattr(rule, field.name)) for field in fields(type(rule))
    }
    return {"name": rule.name, **constants}


def from_json(data: Mapping[str, Any]) -> Rule:
    """Return the rule that ``to_json`` wrote.

    Raises
    ------
    OptionError
        If the rule or its schedule came from outside this package, its name is unknown, or its
        constants are not those of the rule.

    Examples
    --------
    >>> from_json({"name": "sign", "c": 0.5})
    SignStep(c=0.5)
    """
    name = data.get("name")
    if name is None:
        raise OptionError("rules.own-not-saved", rule=str(data.get("own")))
    kind = _class_named(str(name))
    constants = {key: rate_from_json(value) for key, value in data.items() if key != "name"}
    known = [field.name for field in fields(kind)]
    needed = [constant for constant in (has_rate(kind),) if constant is not None]
    if not set(needed) <= set(constants) or not set(constants) <= set(known):
        raise OptionError("rules.constants", rule=name, got=list(constants), known=known)
    rule: Rule = kind(**constants)
    return rule


def can_be_made_again(data: Mapping[str, Any]) -> bool:
    """Say whether ``from_json`` can make the rule that ``to_json`` wrote.

    Examples
    --------
    >>> can_be_made_again(to_json(Momentum(lambda step: 0.1 / (1 + step))))
    False
    """
    return data.get("name") is not None and not any(map(is_own_schedule, data.values()))


def is_named(rule: Any) -> bool:
    """Say whether an object is one of the named rules, whose constants can be saved."""
    return type(rule) in (*NAMED.values(), *PYTHON_ONLY.values())


def _class_named(name: str) -> type[Any]:
    if name in NAMED:
        return NAMED[name]
    if name in PYTHON_ONLY:
        return PYTHON_ONLY[name]
    tidy = name.strip().lower().replace("_", "-").replace(" ", "-")
    close = difflib.get_close_matches(tidy, NAMED, n=1, cutoff=0.5)
    if close:
        raise OptionError("rules.unknown-close", got=name, close=close[0], known=list(NAMED))
    raise OptionError("rules.unknown", got=name, known=list(NAMED))


def _build(kind: type[Any], rate: Rate | str | None) -> Rule:
    constant = has_rate(kind)
    if constant is None:
        if rate is not None:
            raise OptionError("rules.rate-not-used", rule=kind.name, got=_describe(rate))
        plain: Rule = kind()
        return plain
    if rate is None:
        raise OptionError("rules.rate-missing", rule=kind.name, name=constant)
    built: Rule = kind(**{constant: rate})
    return built


def _describe(value: Any) -> str:
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    return repr(value)
