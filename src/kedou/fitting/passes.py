"""Descent where moments are not enough: absolute, Huber, log and Brier loss, pass by pass.

Every evaluation of the loss reads all blocks once. One scan comes first: it gives the scaling, a
least-squares answer and the curvature of X'X/n, from which ``learning_rate="auto"`` is chosen:

1. gradient descent: 1 / (bound * lambda_max), with ``bound`` the largest second derivative of the
   loss and lambda_max of X'X/n, so that no step can overshoot;
2. other rules, for losses with such a bound: tried on the squared error of the same curvature;
3. losses with a corner (absolute): the distance from the start to the least-squares answer over
   the root of the number of steps (``distance_share``).

The lowest point beside the run (``run.exact``) comes from SciPy's trust-region Newton method,
started at the least-squares answer; for the absolute loss it walks through ever narrower Huber
losses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kedou import rules
from kedou.block import Floats
from kedou.descent import (
    Minimum,
    Trajectory,
    assemble,
    check_settings,
    make_rule,
    start_of,
    walk,
)
from kedou.descent.auto import any_rate, rule_name
from kedou.descent.outcome import ARRIVED
from kedou.descent.walk import Watch
from kedou.errors import OptionError
from kedou.fitting.asking import asked
from kedou.fitting.blocks import DesignBlocks
from kedou.fitting.lowest import lowest_point
from kedou.fitting.over_rows import (
    constant_to_choose,
    distance_share,
    facts_of,
    gradient_is_wrong,
    set_scale,
)
from kedou.fitting.scanner import scan
from kedou.fitting.surface import PassSurface
from kedou.losses import Loss, to_json
from kedou.rules import Rule
from kedou.solution import make_design
from kedou.sources.source import Source
from kedou.spectrum import Quadratic
from kedou.spectrum.quadratic import quadratic_of
from kedou.texts import Message


def descend_passes(
    source: Source,
    loss: Loss,
    rule: Any,
    learning_rate: Any,
    steps: int,
    start: float | Sequence[float] | Floats | str,
    seed: int | None,
    tolerance: float | None,
    intercept: bool,
    standardize: bool,
    ridge: float,
    progress: Callable[[int, Floats, float], None] | None = None,
) -> Trajectory:
    """Descend a loss over rows; the arguments are those of ``kedou.fitting.descend``.

    The lowest point is looked for after the walk, so that the first steps are there at once; only
    a tolerance has to know it before.
    """
    plan = check_settings(
        steps, tolerance, seed, intercept=intercept, standardize=standardize, ridge=ridge,
        loss=to_json(loss),
    )  # fmt: skip
    if ridge:
        raise OptionError("fitting.passes-ridge", got=str(ridge), loss=loss.name)
    moments = scan(source, precision="fast")
    design = make_design(moments, intercept)
    quadratic = quadratic_of(design, standardize)
    blocks = DesignBlocks(source, design.columns)
    for block in blocks():
        loss.check_target(block.y)
    theta, seed_used = start_of(start, design.parameter_names, plan.seed)
    inner = quadratic.coordinates.inward(theta)
    surface = PassSurface(loss, blocks, quadratic.coordinates)
    wrong = gradient_is_wrong(surface, inner)
    made, notes = _rule(rule, learning_rate, loss, quadratic, inner, plan.steps)
    watch = None if progress is None else _in_users_units(progress, surface)
    exact: Minimum | None = None
    if plan.tolerance is not None:
        exact = None if wrong else lowest_point(surface, quadratic)
        set_scale(surface, exact, surface.value(inner))
        record = walk(surface, made, inner, plan.steps, plan.tolerance, watch)
    else:
        record = walk(surface, made, inner, plan.steps, watch=watch)
        exact = None if wrong else lowest_point(surface, quadratic)
        set_scale(surface, exact, float(record.gap[0]))
        above = record.gap > surface.least
        record = replace(record, gap=np.where(above, record.gap - surface.least, 0.0 * record.gap))
    said = [*notes, Message("descent.passes", {"loss": loss.name, "passes": surface.passes})]
    if exact is None and not wrong:
        said.append(Message("descent.no-minimum", {}))
    said += asked(source, moments)
    share = plan.tolerance or ARRIVED
    facts = facts_of(made, record, surface, share)
    return assemble(
        record,
        surface,
        quadratic.coordinates,
        made,
        plan,
        exact=exact,
        design=design,
        grows=None,
        rates=None,
        facts=facts,
        notes=tuple(said),
        seed=seed_used,
        start=theta,
        gap_known=exact is not None,
        gradient_is_wrong=wrong,
    )


def _in_users_units(progress: Callable[[int, Floats, float], None], surface: PassSurface) -> Watch:
    def watch(step: int, theta: Floats, gap: float) -> None:
        progress(step, surface.coordinates.outward(theta), gap + surface.least)

    return watch


def _rule(
    rule: Any, learning_rate: Any, loss: Loss, quadratic: Quadratic, start: Floats, steps: int
) -> tuple[Rule, tuple[Message, ...]]:
    """Return the rule with its constant, chosen as the module's docstring says."""
    constant = constant_to_choose(rule, learning_rate)
    if constant is None:
        return make_rule(rule, learning_rate, quadratic, start, steps)
    name = rule if isinstance(rule, str) else rule.name
    top = max(float(quadratic.eigenvalues[0]) if len(start) else 0.0, 1e-300) / 2
    bound = loss.curvature_bound
    values: dict[str, Any] = {"constant": constant, "steps": steps}
    if bound is None:
        size = distance_share(start, quadratic.best, steps)
        rate = size / float(np.sqrt(top)) if name == "gradient-descent" else size
        code = "descent.auto-distance"
    elif name == "gradient-descent":
        rate, code = 1.0 / (bound * top), "descent.auto-bound"
    else:
        made, (_,) = make_rule(rule, "auto", quadratic, start, steps)
        rate, code = any_rate(made) or 1.0, "descent.auto-surrogate"
        if name in ("momentum", "nesterov"):
            rate *= 2.0 / bound
    made = rules.make(rule, rate)
    return made, (Message(code, {**values, "rate": rate, "rule": rule_name(made)}),)
