"""``learning_rate="auto"`` for every named rule, and a sentence about what it chose.

Gradient descent takes the spectrum's ``best_learning_rate``. Any other rule with a constant is
tried on the moments themselves, where a trial costs O(p^2) a step: of a ladder of constants (a
quarter of a decade apart) the one whose run from this start is within 1 % for good after the
fewest steps wins, the smaller last gap among equals. Rules without a constant have nothing to
choose.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kedou import rules
from kedou.block import Floats
from kedou.descent.walk import walk
from kedou.rules import Rule
from kedou.spectrum import Quadratic
from kedou.spectrum.rates import best_rate, limit
from kedou.texts import Message

WITHIN = 0.01
TRIAL_STEPS = 1000
GRADIENT_SCALED = ("momentum", "nesterov")


def choose(
    rule: Any, surface: Quadratic, start: Floats, steps: int
) -> tuple[Rule, float | None, Message]:
    """Return a named rule with its constant chosen, that constant, and a message.

    Parameters
    ----------
    rule : str or rule class
    surface : Quadratic
    start : (p,) float64
        In descent's coordinates.
    steps : int
        Planned steps; a trial takes at most 1,000.
    """
    constant = rules.has_rate(rule)
    if constant is None:
        made = rules.make(rule)
        return made, None, Message("descent.auto-none", {"rule": rule_name(made)})
    name = rule if isinstance(rule, str) else rule.name
    shares = surface.shares(start)
    target = WITHIN * surface.scale_of_loss
    if name == "gradient-descent":
        rate, needed = best_rate(shares, surface.eigenvalues, target)
        most = limit(surface.eigenvalues)
        facts: dict[str, Any] = {"rate": rate, "steps": needed, "limit": most}
        code = "descent.auto-spectrum" if needed is not None else "descent.auto-spectrum-far"
        if most is None:
            return rules.make(rule, rate), rate, _flat(rate, constant, name)
        return rules.make(rule, rate), rate, Message(code, facts)
    if limit(surface.eigenvalues) is None:
        return rules.make(rule, 1.0), 1.0, _flat(1.0, constant, name)
    most = min(steps, TRIAL_STEPS)
    best: tuple[int, float] = (most + 1, np.inf)
    chosen = 0.0
    for candidate in ladder(name, surface, start):
        trial = rules.make(rule, candidate)
        record = walk(surface, trial, start, most)
        outside = np.flatnonzero(record.gap > target)
        settled = int(outside[-1]) + 1 if len(outside) else 0
        last = float(record.gap[-1]) if record.stop != "ceiling" else np.inf
        score = (settled if last <= target else most + 1, last)
        if score < best or not chosen:
            best, chosen = score, candidate
    values = {"constant": constant, "rate": chosen, "rule": name, "steps": best[0]}
    code = "descent.auto-tried" if best[0] <= most else "descent.auto-tried-far"
    return rules.make(rule, chosen), chosen, Message(code, {**values, "most": most})


def _flat(rate: float, constant: str, name: str) -> Message:
    return Message("descent.auto-flat", {"rate": rate, "constant": constant, "rule": name})


def ladder(name: str, surface: Quadratic, start: Floats) -> list[float]:
    """Return the constants to try, largest first: in units of the limit, or of the distance."""
    if name in GRADIENT_SCALED:
        top = 4.0 / float(surface.eigenvalues[0])
        return [top * 10 ** (-j / 4) for j in range(17)]
    distance = float(np.max(np.abs(start - surface.best), initial=0.0)) or 1.0
    sizes = [distance * 10 ** (-j / 4) for j in range(17)]
    if name == "fixed-step":
        return [sign * size for size in sizes for sign in (1.0, -1.0)]
    return sizes


def rule_name(rule: Rule) -> str:
    """Return the registry name of a rule, or what a rule of one's own is called."""
    return str(getattr(rule, "name", None) or type(rule).__name__)


def constant_rate(rule: Rule) -> float | None:
    """Return the constant that makes a rule plain gradient descent, or None if it is not."""
    if isinstance(rule, rules.SlopeStep):
        return 1.0
    if isinstance(rule, rules.GradientDescent):
        rate = rule.learning_rate
        if isinstance(rate, rules.Constant):
            rate = rate.rate
        return float(rate) if isinstance(rate, int | float) else None
    return None


def any_rate(rule: Rule) -> float | None:
    """Return the number a rule's own constant has, or None (no constant, or a schedule)."""
    constant = rules.has_rate(rule)
    value = getattr(rule, constant, None) if constant else None
    return float(value) if isinstance(value, int | float) else None
