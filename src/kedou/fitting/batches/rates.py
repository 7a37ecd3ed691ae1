"""The constant of a rule for steps on a few rows, and the largest one that is safe.

``learning_rate="auto"`` is chosen from the spectrum and the longest row (``kedou.spectrum.noise``):
for gradient descent on squared error the rate up to the safe one with the smallest loss to be
expected at the end; for losses with bounded curvature, the safe rate; for momentum (1 - momentum)
times it; for rules whose constant is a distance, and for losses with a corner, the distance to the
least-squares answer over the root of the number of steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kedou import rules
from kedou.block import Floats
from kedou.descent.auto import GRADIENT_SCALED, rule_name
from kedou.descent.descend import make_rule
from kedou.fitting.batches.looking import Look
from kedou.fitting.over_rows import constant_to_choose, distance_share
from kedou.losses import Loss, SquaredError
from kedou.rules import Rule
from kedou.spectrum import Quadratic
from kedou.spectrum.far_start import gap_from_afar
from kedou.spectrum.noise import Sampling, best_batch_rate
from kedou.texts import Message

FAR = 2.0
"""So many times the forecast may be exceeded on the average before that is told."""


def safe_rate(loss: Loss, quadratic: Quadratic, sampling: Sampling, look: Look) -> float | None:
    """Return the largest rate of gradient descent that is known to be safe: one pass."""
    top = float(quadratic.eigenvalues[0]) if len(quadratic.best) else 0.0
    bound = loss.curvature_bound
    if bound is None or top == 0:
        return None
    return sampling.safe_rate(bound / 2 * top, bound * look.longest)


def rule_for_batches(
    rule: Any,
    learning_rate: Any,
    loss: Loss,
    quadratic: Quadratic,
    start: Floats,
    steps: int,
    sampling: Sampling,
    look: Look,
    averaged: int,
) -> tuple[Rule, tuple[Message, ...]]:
    """Return the rule with its constant, and what was chosen; ``averaged`` is how many last steps
    are averaged, 0 for none.
    """
    top = float(quadratic.eigenvalues[0]) if len(start) else 0.0
    constant = constant_to_choose(rule, learning_rate)
    name = rule if isinstance(rule, str) else getattr(rule, "name", None)
    by_slope = name == "gradient-descent" or name in GRADIENT_SCALED
    if constant is None or top == 0:
        return make_rule(rule, learning_rate, quadratic, start, steps)
    safe = safe_rate(loss, quadratic, sampling, look) if by_slope else None
    values: dict[str, Any] = {
        "constant": constant, "rule": name, "steps": steps, "batch_size": sampling.batch,
        "limit": safe,
    }  # fmt: skip
    if safe is None:
        rate, code = distance_share(start, quadratic.best, steps), "descent.auto-distance"
        if by_slope:
            rate /= float(np.sqrt(top / 2))
        elif name == "fixed-step" and float(np.sum(quadratic.best - start)) > 0:
            rate = -rate
    elif name == "gradient-descent" and isinstance(loss, SquaredError):
        shares = quadratic.shares(start)
        rate, gap = best_batch_rate(
            shares, quadratic.eigenvalues, quadratic.least, safe, steps, sampling, averaged
        )
        scale = quadratic.scale_of_loss
        values["percent"] = 100 * gap / scale if scale else 0.0
        most = gap_from_afar(
            shares, quadratic.eigenvalues, quadratic.least, rate, steps, sampling, averaged
        )
        values["most"] = 100 * most / scale if scale else 0.0
        code = "descent.auto-batches-far" if most > FAR * gap else "descent.auto-batches"
    else:
        rate, code = safe, "descent.auto-batches-safe"
        if name != "gradient-descent":
            rate *= 1.0 - rules.make(rule, rate).momentum  # type: ignore[attr-defined]
    made = rules.make(rule, rate)
    return made, (Message(code, {**values, "rate": rate, "rule": rule_name(made)}),)
