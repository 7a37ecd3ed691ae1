"""Mini-batch and stochastic descent: each step looks at a few rows, for any loss and any rule.

theta_{t+1}, state_{t+1} = update(g_B(theta_t), state_t, theta_t)

    g_B = sum_{i in B} f_i l'(y_i, s_i) z_i / (m fbar)  + the penalty's 2 ridge w

over the m rows of a batch, with fbar the mean weight of all rows, so that g_B is the gradient over
all rows on the average. Steps are taken one after the other, in the coordinates that one scan
finds first; which rows meet in a batch stands in ``kedou.fitting.shuffling``. A batch of all rows
without shuffling is full-batch descent.

What a run keeps is measured over *all* rows: ``run.loss`` and ``run.gradient`` at a recorded step
are those of the whole loss at that step's theta, never those of a batch. Squared error has them
from moments, so every step is recorded (beyond 100,000 steps, or 4 million numbers, every s-th).
For other losses they take a reading of the rows: ``RECORDS`` steps of an epoch are recorded, and
their losses computed together in one pass when it ends. The end of an epoch is always recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kedou import rules
from kedou.block import Floats
from kedou.descent import Outcome, Trajectory, assemble, check_settings, start_of
from kedou.descent.auto import constant_rate
from kedou.descent.ground import rates_of
from kedou.descent.outcome import ARRIVED, spectrum_says
from kedou.descent.walk import ceiling_above
from kedou.errors import OptionError
from kedou.fitting.asking import asked
from kedou.fitting.batches.compiled import InNumba, MachinePlacing, is_chosen, told
from kedou.fitting.batches.judging import judge, messages_of, noise_of
from kedou.fitting.batches.looking import look_at_rows
from kedou.fitting.batches.rates import rule_for_batches, safe_rate
from kedou.fitting.batches.settings import Batching
from kedou.fitting.batches.steps import InNumPy, Task
from kedou.fitting.batches.walking import Progress, Run
from kedou.fitting.blocks import DesignBlocks
from kedou.fitting.over_rows import facts_of, gradient_is_wrong, lowest_and_scale
from kedou.fitting.scanner import scan
from kedou.fitting.shuffling import NumPyPlacing, Order
from kedou.fitting.surface import PassSurface
from kedou.losses import Loss, SquaredError, to_json
from kedou.solution import make_design, make_solution
from kedou.sources.source import Source
from kedou.spectrum.noise import Sampling
from kedou.spectrum.quadratic import quadratic_of
from kedou.texts import Message


def descend_batches(
    source: Source,
    loss: Loss,
    batching: Batching,
    rule: Any,
    learning_rate: Any,
    start: float | Sequence[float] | Floats | str,
    seed: int | None,
    tolerance: float | None,
    intercept: bool,
    standardize: bool,
    ridge: float,
    progress: Progress | None = None,
) -> Trajectory:
    """Descend batch by batch; the arguments are those of ``kedou.fitting.descend``."""
    plan = check_settings(
        0, tolerance, seed, intercept=intercept, standardize=standardize, ridge=ridge,
        loss=to_json(loss),
    )  # fmt: skip
    squared = isinstance(loss, SquaredError)
    if ridge and not squared:
        raise OptionError("fitting.passes-ridge", got=str(ridge), loss=loss.name)
    moments = scan(source, precision="fast")
    design = make_design(moments, intercept)
    quadratic = quadratic_of(design, standardize, ridge)
    blocks = DesignBlocks(source, design.columns, checked=moments.rows_skipped > 0)
    look = look_at_rows(moments, blocks, loss, quadratic.coordinates)
    theta, drawn = start_of(start, design.parameter_names, plan.seed)
    seed_used = drawn if drawn is not None else plan.seed or 0
    inner = quadratic.coordinates.inward(theta)
    sampling = Sampling(look.rows, min(batching.batch_size, look.rows))
    an_epoch = -(-look.rows // batching.batch_size)
    steps = an_epoch * batching.epochs
    averaged = steps - steps // 2 if batching.average else 0
    made, notes = rule_for_batches(
        rule, learning_rate, loss, quadratic, inner, steps, sampling, look, averaged
    )
    machine = is_chosen(batching.compiled, loss, made, sampling.batch, len(design.columns), steps)
    if machine:
        notes = (*notes, told())
    surface = quadratic if squared else PassSurface(loss, blocks, quadratic.coordinates)
    wrong = isinstance(surface, PassSurface) and gradient_is_wrong(surface, inner)
    exact: Any = None
    if squared:
        exact = make_solution(design, quadratic.answer, ridge)
    elif isinstance(surface, PassSurface) and plan.tolerance is not None and not wrong:
        exact = lowest_and_scale(surface, quadratic, inner)
    order = Order(
        blocks, quadratic.coordinates, look.mean_weight, seed_used, batching.shuffle,
        MachinePlacing() if machine else NumPyPlacing(),
    )  # fmt: skip
    ceiling = ceiling_above(surface.evaluate(inner)[0], surface)
    task = Task(
        loss, made, intercept, ridge, min(batching.batch_size, look.rows), look.rows, ceiling,
        steps - averaged if averaged else None,
    )  # fmt: skip
    stepper = InNumba(task, inner) if machine else InNumPy(task, inner, surface)
    run = Run(surface, order, stepper, batching, an_epoch, ceiling, progress)
    record = run.walk(inner, plan.tolerance)
    if isinstance(surface, PassSurface):
        if exact is None and not wrong:
            exact = lowest_and_scale(surface, quadratic, inner)
        # The lowest loss may have been found only now.
        gap = record.gap - (surface.least - run.least)
        record = replace(record, gap=np.where(gap > 0, gap, 0.0 * gap))
        run.ends = [(end[0], max(end[1] + run.least - surface.least, 0.0)) for end in run.ends]
    share = plan.tolerance or ARRIVED
    target = share * surface.scale_of_loss
    limit_says = (
        spectrum_says(quadratic, rate, inner)
        if squared and (rate := constant_rate(made)) is not None
        else False
    )
    outcome = judge(record, run, target, surface.scale_of_loss, limit_says, wrong)
    facts = facts_of(made, record, surface, share)
    values = {
        "batch_size": min(batching.batch_size, look.rows), "rows": look.rows,
        "an_epoch": an_epoch, "epochs": batching.epochs,
    }  # fmt: skip
    said = [Message("descent.batches", values), *notes]
    noise = noise_of(made, quadratic, sampling, averaged) if squared else None
    if noise is not None and outcome is not Outcome.DIVERGED:
        said.append(noise)
    if squared:
        said += exact.warnings
    elif exact is None and not wrong:
        said.append(Message("descent.no-minimum", {}))
    said += asked(source, moments)
    plan.settings.update(
        steps=steps, batch_size=batching.batch_size, epochs=batching.epochs,
        shuffle=batching.shuffle, average=batching.average, compiled=machine,
    )  # fmt: skip
    rates = None
    if squared:
        other = quadratic_of(design, not standardize, ridge)
        rates = rates_of(quadratic, other, theta, standardize)
    run_told = assemble(
        record,
        surface,
        quadratic.coordinates,
        made,
        plan,
        exact=exact,
        design=design,
        grows=None,
        rates=rates,
        facts=facts,
        notes=tuple(said),
        seed=seed_used,
        start=theta,
        gap_known=exact is not None,
        gradient_is_wrong=wrong,
    )

    def safe() -> float | None:
        by_slope = isinstance(made, rules.GradientDescent)
        return safe_rate(loss, quadratic, sampling, look) if by_slope else None

    messages = messages_of(outcome, record, facts, safe, batching, an_epoch)
    return replace(run_told, outcome=outcome, oscillating=False, messages=messages)
