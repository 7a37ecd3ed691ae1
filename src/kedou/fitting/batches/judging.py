"""What a walk on batches came to: its outcome, in a name and in words.

It is judged at the ends of epochs, where a full-batch run is judged at its steps: wrong-gradient
and wrong-direction as there; diverged if the loss left every bound or float64, if gradient
descent's rate is beyond the spectrum's limit, or if the run ended above its start and above twice
the lowest loss; converged within the tolerance; slow otherwise, which is also where the noise of
the batches keeps it away. Steps that wander are not "looping".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kedou.descent import Outcome, Walk
from kedou.descent.advice import Facts, advise, two_digits
from kedou.descent.auto import constant_rate
from kedou.fitting.batches.settings import Batching
from kedou.fitting.batches.walking import Run
from kedou.rules import Rule
from kedou.spectrum import Quadratic
from kedou.spectrum.noise import Sampling, averaged_ball, noise_ball
from kedou.texts import Message


def judge(
    record: Walk, run: Run, target: float, scale: float, limit_says: bool, wrong: bool
) -> Outcome:
    """Name the outcome, as the module's docstring says."""
    if wrong:
        return Outcome.WRONG_GRADIENT
    gaps = np.array([gap for _, gap in run.ends])
    if record.stop != "ceiling" and run.stepper.first is not None and len(run.ends) > 1:
        start, slope = run.ends[0][0], record.gradient[0]
        uphill = (
            float((run.stepper.first - start) @ slope) > 0 < float((run.ends[1][0] - start) @ slope)
        )
        if uphill and float(record.gap[1:].min()) >= record.gap[0]:
            return Outcome.WRONG_DIRECTION
    if limit_says or record.stop == "ceiling":
        return Outcome.DIVERGED
    if gaps[-1] <= target:
        return Outcome.CONVERGED
    if gaps[-1] > max(gaps[0], scale):
        return Outcome.DIVERGED
    return Outcome.SLOW


def messages_of(
    outcome: Outcome,
    record: Walk,
    facts: Facts,
    safe_rate: Callable[[], float | None],
    batching: Batching,
    steps: int,
) -> tuple[Message, ...]:
    """Return the sentences about the outcome, most important first."""
    said = advise(outcome, False, record, facts)
    share = float(record.gap[-1]) / facts.scale_of_loss if facts.scale_of_loss else 0.0
    values = {
        "first": float(record.gap[0] + facts.least),
        "last": float(record.gap[-1] + facts.least),
        "least": facts.least,
        "percent": min(100 * share, 1e300),
        "batch_size": batching.batch_size,
        "epochs": int(record.steps[-1]) / max(steps, 1),
        "rate": facts.rate,
        "constant": facts.constant or "learning_rate",
    }
    safe = safe_rate() if outcome is Outcome.DIVERGED and facts.rate is not None else None
    if safe is not None and facts.rate is not None and facts.rate > safe:
        values |= {"limit": safe, "try_rate": two_digits(safe / 2)}
        risen = record.gap[-1] > record.gap[0]  # else it left float64 before a loss could be kept
        code = "descent.batches-diverged" if risen else "descent.batches-left-ceiling"
        return (Message(code, values), *said[1:])
    if outcome is Outcome.SLOW:
        return (Message("descent.batches-slow", values), *said[1:])
    return said


def noise_of(rule: Rule, quadratic: Quadratic, sampling: Sampling, averaged: int) -> Message | None:
    """Return what is known in advance of where a constant rate comes to hover.

    ``averaged`` is how many last steps are averaged, 0 for none.
    """
    rate = constant_rate(rule)
    least = quadratic.least
    if rate is None or sampling.stray == 0 or not least or least < quadratic.scale_of_loss:
        return None
    ball = noise_ball(quadratic.eigenvalues, quadratic.least, rate, sampling)
    if not np.isfinite(ball):
        return None
    percent = 100 * ball / quadratic.least
    if averaged:
        mean = averaged_ball(quadratic.eigenvalues, quadratic.least, rate, sampling, averaged)
        more = {"averaged": averaged, "mean_percent": 100 * mean / quadratic.least}
        values = {"rate": rate, "batch_size": sampling.batch, "percent": percent, **more}
        return Message("descent.noise-averaged", values)
    values = {"rate": rate, "batch_size": sampling.batch, "percent": percent}
    return Message("descent.noise-ball", values)
