"""Descent on moments: theta_0, a rule and a bowl become a trajectory.

A step costs O(p^2) whatever the number of rows was. ``assemble`` is shared with descent over
passes (``kedou.fitting``), where the surface reads the rows at every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kedou import rules
from kedou.block import Floats
from kedou.descent.advice import Facts, advise
from kedou.descent.auto import any_rate, choose, constant_rate
from kedou.descent.ground import Ground
from kedou.descent.history import MOST_RECORDS
from kedou.descent.jump import jump
from kedou.descent.outcome import ARRIVED, Context, judge, oscillates, spectrum_says
from kedou.descent.trajectory import Exact, Rates, Trajectory
from kedou.descent.walk import Surface, Walk, walk
from kedou.errors import OptionError, OptionTypeError
from kedou.moments import Moments
from kedou.rules import Rule
from kedou.solution import Coordinates, Design, Solution
from kedou.spectrum import Quadratic, read_start
from kedou.spectrum.rates import steps_to
from kedou.texts import Message


@dataclass(frozen=True, slots=True)
class Plan:
    """Checked settings of a run."""

    steps: int
    tolerance: float | None
    seed: int | None
    settings: dict[str, Any]


def check_settings(steps: Any, tolerance: Any, seed: Any, **settings: Any) -> Plan:
    """Check what every descent takes.

    Raises
    ------
    OptionError, OptionTypeError
        ``steps`` is not a whole number >= 0; ``tolerance`` is not positive and finite.
    """
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer):
        raise OptionTypeError("descent.steps-type", got=repr(steps))
    if steps < 0:
        raise OptionError("descent.steps-negative", got=int(steps))
    if tolerance is not None:
        if isinstance(tolerance, bool) or not isinstance(tolerance, int | float | np.number):
            raise OptionTypeError("descent.tolerance-type", got=repr(tolerance))
        if not (np.isfinite(tolerance) and tolerance > 0):
            raise OptionError("spectrum.tolerance", got=str(tolerance))
        tolerance = float(tolerance)
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int | np.integer)):
        raise OptionTypeError("descent.seed-type", got=repr(seed))
    plain = {"steps": int(steps), "tolerance": tolerance, **settings}
    return Plan(int(steps), tolerance, None if seed is None else int(seed), plain)


def descend_moments(
    moments: Moments,
    rule: Any = "gradient-descent",
    learning_rate: Any = "auto",
    steps: int = 1000,
    start: float | Sequence[float] | Floats | str = 0.0,
    seed: int | None = None,
    tolerance: float | None = None,
    intercept: bool = True,
    standardize: bool = False,
    ridge: float = 0.0,
) -> Trajectory:
    """Descend the squared error of moments; see ``kedou.fitting.descend`` for the public page."""
    ground = Ground(moments, intercept, standardize, ridge)
    return descend_on(ground, rule, learning_rate, steps, start, seed, tolerance)


def descend_on(
    ground: Ground,
    rule: Any = "gradient-descent",
    learning_rate: Any = "auto",
    steps: int = 1000,
    start: float | Sequence[float] | Floats | str = 0.0,
    seed: int | None = None,
    tolerance: float | None = None,
) -> Trajectory:
    """Descend on ground that may be used again; the other arguments are ``descend_moments``'s."""
    plan = check_settings(
        steps,
        tolerance,
        seed,
        intercept=ground.intercept,
        standardize=ground.standardize,
        ridge=ground.ridge,
        loss="squared",
    )
    design, surface = ground.design, ground.surface
    theta, seed_used = start_of(start, design.parameter_names, plan.seed)
    inner = surface.coordinates.inward(theta)
    made, notes = make_rule(rule, learning_rate, surface, inner, plan.steps)
    rate = constant_rate(made)
    if rate is not None and plan.steps > MOST_RECORDS:
        record = jump(surface, rate, inner, plan.steps, plan.tolerance)
    else:
        record = walk(surface, made, inner, plan.steps, plan.tolerance)
    solution = ground.solution
    chosen = () if ground.moments.chosen is None else (ground.moments.chosen,)
    grows = None if rate is None else spectrum_says(surface, rate, inner)
    rates = ground.rates(theta)
    facts = _facts(made, record, surface, inner, solution, rates, plan)
    return assemble(
        record,
        surface,
        surface.coordinates,
        made,
        plan,
        exact=solution,
        design=design,
        grows=grows,
        rates=rates,
        facts=facts,
        notes=(*chosen, *notes, *solution.warnings),
        seed=seed_used,
        start=theta,
        moments=ground.moments,
    )


def start_of(start: Any, names: tuple[str, ...], seed: int | None) -> tuple[Floats, int | None]:
    """Return the start in the user's units, and the seed if it was drawn."""
    if isinstance(start, str) and start == "random" and seed is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])
    drawn = seed if isinstance(start, str) else None
    return read_start(start, names, seed), drawn


def make_rule(
    rule: Any, learning_rate: Any, surface: Quadratic, start: Floats, steps: int
) -> tuple[Rule, tuple[Message, ...]]:
    """Return the rule with its constants, and what was chosen automatically."""
    ours = (*rules.NAMED.values(), *rules.PYTHON_ONLY.values())
    named = isinstance(rule, str) or (isinstance(rule, type) and rule in ours)
    wants_auto = isinstance(learning_rate, str) and learning_rate == "auto"
    if named and (wants_auto or learning_rate is None):
        made, _, message = choose(rule, surface, start, steps)
        return made, (message,)
    if isinstance(learning_rate, str) and not wants_auto:
        raise OptionError("descent.rate-word", got=learning_rate)
    return rules.make(rule, learning_rate), ()


def assemble(
    record: Walk,
    surface: Surface,
    coordinates: Coordinates,
    rule: Rule,
    plan: Plan,
    *,
    exact: Exact | None,
    design: Design,
    grows: bool | None,
    rates: Rates | None,
    facts: Facts,
    notes: tuple[Message, ...],
    seed: int | None,
    start: Floats,
    gap_known: bool = True,
    gradient_is_wrong: bool = False,
    moments: Moments | None = None,
) -> Trajectory:
    """Judge a walk and return it as a trajectory in the user's units."""
    target = (plan.tolerance or ARRIVED) * surface.scale_of_loss
    context = Context(target, grows, gradient_is_wrong)
    outcome = judge(record, context)
    plain = constant_rate(rule)
    swings = oscillates(record, surface, plain)
    theta = coordinates.outward(record.theta)
    theta[0] = start
    return Trajectory(
        columns=design.columns,
        references=design.references,
        target_name=design.target_name,
        has_intercept=coordinates.intercept,
        theta=theta,
        loss=record.gap + surface.least,
        gap=record.gap if gap_known else None,
        gradient=coordinates.gradient_outward(record.gradient),
        steps=record.steps,
        outcome=outcome,
        oscillating=swings,
        exact=exact,
        rule=rules.to_json(rule),
        learning_rate=any_rate(rule),
        rates=rates,
        settings=plan.settings,
        seed=seed,
        stop=record.stop,
        messages=advise(outcome, swings, record, facts),
        notes=notes,
        moments=moments,
    )


def _facts(
    rule: Rule,
    record: Walk,
    surface: Quadratic,
    inner: Floats,
    solution: Solution,
    rates: Rates,
    plan: Plan,
) -> Facts:
    rate = constant_rate(rule)
    shares = surface.shares(inner)
    tolerance = plan.tolerance or ARRIVED
    target = tolerance * surface.scale_of_loss
    inside = np.flatnonzero(record.gap <= target)
    needed = certain = None
    if rate is not None:
        needed = steps_to(shares, surface.eigenvalues, rate, target)
        if solution.residual_std is not None:
            certain = steps_to(
                shares, surface.eigenvalues, rate, 0.01 * solution.loss / solution.weight_sum
            )
    number = rates.condition_number
    hurts = not plan.settings["standardize"] and number is not None and number > 100
    return Facts(
        constant=rules.has_rate(rule),
        rate=any_rate(rule) if rate is None else rate,
        is_plain=rate is not None,
        limit=rates.limit,
        best=rates.best if rate is not None else None,
        best_steps=rates.best_steps,
        steps_needed=needed,
        steps_to_certain=certain,
        arrived=int(record.steps[inside[0]]) if len(inside) else None,
        standard_errors_away=_distance(surface, record, solution),
        scale_of_loss=surface.scale_of_loss,
        least=surface.least,
        tolerance=tolerance,
        scaling_helps=number if hurts else None,
    )


def _distance(surface: Quadratic, record: Walk, solution: Solution) -> float | None:
    """Return the largest distance of a parameter from the exact one, in standard errors."""
    errors = solution.standard_errors
    if any(error is None or error == 0 for error in errors):
        return None
    theta = surface.coordinates.outward(record.theta[-1])
    away = np.abs(theta - solution.theta) / errors.astype(np.float64)
    return float(np.max(away, initial=0.0))
