"""What a reader should mind about a run, the most important first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kedou.columns.batch import RAGGED
from kedou.descent import Trajectory
from kedou.fitting.asking import leaks
from kedou.fitting.hold_out import HoldOut
from kedou.moments import Moments
from kedou.moments.numbering import HOW
from kedou.solution import Solution
from kedou.sources import LeftOut
from kedou.texts import Message

MANY_SKIPPED = 0.2
FEW_ROWS = 10
"""Rows for each parameter, below which a line follows chance."""
MOST_NAMED = 6
"""Columns that a sentence names; the others are counted."""
CHOSEN = "columns.left-unnamed"
"""Why a column of numbers is left out: others were named."""


def warnings_of(
    run: Trajectory,
    moments: Moments,
    held: HoldOut | None,
    left_out: Sequence[LeftOut] = (),
    questions: Sequence[Message] = (),
) -> list[Message]:
    """Return the warnings of a run, the most important first.

    Parameters
    ----------
    run : Trajectory
    moments : Moments
    held : HoldOut or None
    left_out : sequence of LeftOut
        Columns that were not used.
    questions : sequence of Message
        What to ask about columns that were.
    """
    found: list[Message] = []
    if str(run.outcome) != "converged":
        found += run.messages
    found += leaks(moments)
    found += [question for question in questions if question.code != HOW]
    if held is not None and held.skill is not None and held.skill <= 0:
        values = {"error": held.rmse, "baseline": held.baseline_rmse}
        found.append(Message("reporting.no-skill", values))
    read, skipped = moments.rows_read, moments.rows_skipped
    rows = {"skipped": skipped, "read": read, "cells": _cells(moments.skipped)}
    many = skipped > MANY_SKIPPED * read
    if many:
        found.append(Message("reporting.many-skipped", rows))
    p = len(run.parameter_names)
    if moments.count < FEW_ROWS * p:
        found.append(Message("reporting.few-rows", {"rows": moments.count, "parameters": p}))
    if isinstance(run.exact, Solution):
        found += run.exact.warnings
    if skipped and not many:
        found.append(Message("reporting.some-skipped", rows))
    found += _columns(left_out)
    if held is not None:
        found += held.notes
    return found


def _cells(skipped: Mapping[str, int]) -> list[Message]:
    """Say which columns had unusable cells, the most of them first."""
    worst = sorted(skipped.items(), key=lambda item: -item[1])
    named = [
        Message("reporting.ragged", {"count": count})
        if name == RAGGED
        else Message("reporting.cells", {"column": name, "count": count})
        for name, count in worst
        if count
    ]
    return _first(named)


def _columns(left_out: Sequence[LeftOut]) -> list[Message]:
    """Say which columns took no part though nobody decided so: none where features were named."""
    if not left_out or any(left.reason == CHOSEN for left in left_out):
        return []
    named = [
        Message(f"reporting.{left.reason.partition('.')[2]}", {"column": left.column})
        for left in left_out
    ]
    return [Message("reporting.columns-left-out", {"columns": _first(named)})]


def _first(named: list[Message]) -> list[Message]:
    more = len(named) - MOST_NAMED
    if more <= 0:
        return named
    return [*named[:MOST_NAMED], Message("reporting.more-columns", {"count": more})]
