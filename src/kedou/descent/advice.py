"""From outcome and numbers to messages: what happened, and what to try, with numbers."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from kedou.descent.outcome import Outcome
from kedou.descent.walk import Walk
from kedou.texts import Message


@dataclass(frozen=True, slots=True)
class Facts:
    """What advice may mention; None where it is not known."""

    constant: str | None
    rate: float | None
    is_plain: bool
    limit: float | None = None
    best: float | None = None
    best_steps: int | None = None
    steps_needed: int | None = None
    steps_to_certain: int | None = None
    arrived: int | None = None
    standard_errors_away: float | None = None
    scale_of_loss: float = 0.0
    least: float = 0.0
    tolerance: float = 0.01
    scaling_helps: float | None = None


def two_digits(value: float) -> float:
    """Round to two significant digits: a rate a person would type."""
    return float(f"{value:.2g}")


def advise(outcome: Outcome, oscillating: bool, walk: Walk, facts: Facts) -> tuple[Message, ...]:
    """Return the sentences for an outcome, most important first."""
    said: list[Message] = []
    values: dict[str, Any] = {
        "steps": int(walk.steps[-1]),
        "first": float(walk.gap[0] + facts.least),
        "last": float(walk.gap[-1] + facts.least),
        "lowest": float(walk.gap.min() + facts.least),
        "least": facts.least,
        "rate": facts.rate,
        "constant": facts.constant or "learning_rate",
        "limit": facts.limit,
        "tolerance": 100 * facts.tolerance,
    }
    suggestion = None if facts.best is None else two_digits(facts.best)
    if suggestion is not None and facts.limit is not None and suggestion >= facts.limit:
        suggestion = facts.best
    values["try_rate"] = suggestion
    share = float(walk.gap[-1]) / facts.scale_of_loss if facts.scale_of_loss else 0.0
    values["percent"] = min(100 * share, sys.float_info.max)
    if outcome is Outcome.CONVERGED:
        said.append(Message("descent.converged", {**values, "arrived": facts.arrived or 0}))
    elif outcome is Outcome.DIVERGED:
        said.append(_diverged(values, walk, facts))
    elif outcome is Outcome.LOOPING:
        said.append(Message("descent.looping", values))
    elif outcome is Outcome.STEPPED_OVER:
        lowest = int(walk.steps[int(np.argmin(walk.gap))])
        said.append(Message("descent.stepped-over", {**values, "at": lowest}))
    elif outcome is Outcome.WRONG_DIRECTION:
        said.append(Message("descent.wrong-direction", values))
    elif outcome is Outcome.WRONG_GRADIENT:
        said.append(Message("descent.wrong-gradient", values))
    else:
        said.append(_slow(values, facts))
    if oscillating and outcome in (Outcome.CONVERGED, Outcome.SLOW):
        said.append(Message("descent.oscillating", values))
    away = facts.standard_errors_away
    certain = facts.steps_to_certain
    if outcome is Outcome.CONVERGED and away is not None and away > 0.1 and certain is not None:
        more = {"away": away, "needed": certain}
        said.append(Message("descent.standard-errors-away", more))
    if facts.scaling_helps is not None and outcome in (Outcome.SLOW, Outcome.DIVERGED):
        said.append(Message("descent.scaling-helps", {"condition": facts.scaling_helps}))
    return tuple(said)


def _diverged(values: dict[str, Any], walk: Walk, facts: Facts) -> Message:
    known = facts.is_plain and facts.limit is not None and facts.rate is not None
    if known and facts.rate >= facts.limit:  # type: ignore[operator]
        code = "descent.above-limit" if facts.constant else "descent.slope-above-limit"
        return Message(code, values)
    if walk.stop == "ceiling":
        if facts.rate is not None and facts.rate < 0:
            return Message("descent.left-ceiling-backwards", values)
        return Message("descent.left-ceiling", values)
    return Message("descent.grows", values)


def _slow(values: dict[str, Any], facts: Facts) -> Message:
    needed = facts.steps_needed
    if (
        facts.is_plain
        and facts.constant
        and facts.best is not None
        and facts.best_steps is not None
    ):
        best = {**values, "best_steps": facts.best_steps}
        if needed is not None:
            if facts.rate is not None and abs(facts.rate - facts.best) <= 1e-3 * facts.best:
                return Message("descent.slow-steps", {**best, "needed": needed})
            return Message("descent.slow", {**best, "needed": needed})
        return Message("descent.slow-rate", best)
    return Message("descent.slow-plain", values)
