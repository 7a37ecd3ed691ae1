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
from kedou.spectrum.noise import Sampling, best_batch_rate
from kedou.texts import Message


def rule_for_batches(
    rule: Any,
    learning_rate: Any,
    loss: Loss,
    quadratic: Quadratic,
    start: Floats,
    steps: int,
    sampling: Sampling,
    look: Look,
) -> tuple[Rule, tuple[Message, ...], float | None]:
    """Return the rule with its constant, what was chosen, and the largest rate known to be safe."""
    top = float(quadratic.eigenvalues[0]) if len(start) else 0.0
    bound = loss.curvature_bound
    safe = None
    if bound is not None and top > 0:
        safe = sampling.safe_rate(bound / 2 * top, bound * look.longest)
    constant = constant_to_choose(rule, learning_rate)
    name = rule if isinstance(rule, str) else getattr(rule, "name", None)
    by_slope = name == "gradient-descent" or name in GRADIENT_SCALED
    if constant is None or top == 0:
        made, notes = make_rule(rule, learning_rate, quadratic, start, steps)
        return made, notes, safe if isinstance(made, rules.GradientDescent) else None
    values: dict[str, Any] = {
        "constant": constant, "rule": name, "steps": steps, "batch_size": sampling.batch,
        "limit": safe,
    }  # fmt: skip
    if not by_slope or safe is None:
        rate, code = distance_share(start, quadratic.best, steps), "descent.auto-distance"
        if by_slope:
            rate /= float(np.sqrt(top / 2))
        elif name == "fixed-step" and float(np.sum(quadratic.best - start)) > 0:
            rate = -rate
    elif name == "gradient-descent" and isinstance(loss, SquaredError):
        shares = quadratic.shares(start)
        rate, gap = best_batch_rate(
            shares, quadratic.eigenvalues, quadratic.least, safe, steps, sampling
        )
        values["percent"] = 100 * gap / quadratic.scale_of_loss
        code = "descent.auto-batches"
    else:
        rate, code = safe, "descent.auto-batches-safe"
        if name != "gradient-descent":
            rate *= 1.0 - rules.make(rule, rate).momentum  # type: ignore[attr-defined]
    made = rules.make(rule, rate)
    message = Message(code, {**values, "rate": rate, "rule": rule_name(made)})
    return made, (message,), safe if name == "gradient-descent" else None
