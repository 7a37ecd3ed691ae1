"""What a reader should mind about a run, the most important first."""

from __future__ import annotations

import numpy as np

from kedou.descent import Trajectory
from kedou.fitting.hold_out import HoldOut
from kedou.moments import Moments
from kedou.solution import Solution
from kedou.texts import Message

LEAK = 0.999
"""A feature that goes with the target more closely than this is likely known only afterwards."""
MANY_SKIPPED = 0.2
FEW_ROWS = 10
"""Rows for each parameter, below which a line follows chance."""


def likely_leaks(moments: Moments) -> list[tuple[str, float]]:
    """Return features whose correlation with the target is beyond 0.999, with it."""
    variances = np.diag(moments.scatter)
    found = []
    for number, column in enumerate(moments.columns):
        size = np.sqrt(variances[number] * variances[-1])
        if size > 0:
            correlation = float(moments.scatter[number, -1] / size)
            if abs(correlation) > LEAK:
                found.append((column.name, correlation))
    return found


def warnings_of(run: Trajectory, moments: Moments, held: HoldOut | None) -> list[Message]:
    """Return the warnings of a run, the most important first."""
    found: list[Message] = []
    if str(run.outcome) != "converged":
        found += run.messages
    leaks = likely_leaks(moments)
    # Few rows on a line go with the target by chance, or because they are an exact line.
    if moments.count > FEW_ROWS:
        found += [
            Message("report.leak", {"name": name, "correlation": correlation})
            for name, correlation in leaks
        ]
    if held is not None and held.skill is not None and held.skill <= 0:
        values = {"error": held.rmse, "baseline": held.baseline_rmse}
        found.append(Message("report.no-skill", values))
    read, skipped = moments.rows_read, moments.rows_skipped
    if read and skipped / read > MANY_SKIPPED:
        values = {"skipped": skipped, "read": read}
        found.append(Message("report.many-skipped", values))
    p = len(run.parameter_names)
    if moments.count < FEW_ROWS * p:
        found.append(Message("report.few-rows", {"rows": moments.count, "parameters": p}))
    if isinstance(run.exact, Solution):
        found += run.exact.warnings
    if held is not None:
        found += held.notes
    return found
