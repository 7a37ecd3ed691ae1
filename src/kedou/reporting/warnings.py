"""What a reader should mind about a run, the most important first."""

from __future__ import annotations

from kedou.descent import Trajectory
from kedou.fitting.hold_out import HoldOut
from kedou.moments import Moments
from kedou.moments.relation import likely_leaks
from kedou.solution import Solution
from kedou.texts import Message

MANY_SKIPPED = 0.2
FEW_ROWS = 10
"""Rows for each parameter, below which a line follows chance."""


def warnings_of(run: Trajectory, moments: Moments, held: HoldOut | None) -> list[Message]:
    """Return the warnings of a run, the most important first."""
    found: list[Message] = []
    if str(run.outcome) != "converged":
        found += run.messages
    # Few rows on a line go with the target by chance, or because they are an exact line.
    if moments.count > FEW_ROWS:
        found += [
            Message("reporting.leak", {"name": leak.name, "correlation": leak.correlation})
            for leak in likely_leaks(moments)
        ]
    if held is not None and held.skill is not None and held.skill <= 0:
        values = {"error": held.rmse, "baseline": held.baseline_rmse}
        found.append(Message("reporting.no-skill", values))
    read, skipped = moments.rows_read, moments.rows_skipped
    if read and skipped / read > MANY_SKIPPED:
        values = {"skipped": skipped, "read": read}
        found.append(Message("reporting.many-skipped", values))
    p = len(run.parameter_names)
    if moments.count < FEW_ROWS * p:
        found.append(Message("reporting.few-rows", {"rows": moments.count, "parameters": p}))
    if isinstance(run.exact, Solution):
        found += run.exact.warnings
    if held is not None:
        found += held.notes
    return found
