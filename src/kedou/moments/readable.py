"""Moments as a small table: what each column holds, and how it goes with the target."""

from __future__ import annotations

import numpy as np

from kedou.moments.moments import Moments
from kedou.moments.numbering import questions
from kedou.moments.relation import relations
from kedou.readable import Table, first_rows, known
from kedou.texts import say


def table_of(moments: Moments) -> Table:
    """Return mean, spread and correlation with the target, the target first."""
    related = {each.name: each.correlation for each in relations(moments)}
    with np.errstate(all="ignore"):
        spread = np.sqrt(np.diag(moments.scatter) / moments.weight_sum)
    names = [*moments.feature_names, moments.target_name]
    values = [
        (name, known(moments.mean[n]), known(spread[n]), known(related.get(name)))
        for n, name in enumerate(names)
    ]
    if not moments.count:
        values = [(name, None, None, None) for name in names]
    rows, more = first_rows(
        [(*values[-1][:3], None), *values[:-1]],
        lambda count: say("readable.more-columns", count=count),
    )
    notes = [*more]
    if moments.rows_skipped:
        reasons = [f"{name}: {count:,}" for name, count in moments.skipped.items() if count]
        values_ = {"skipped": moments.rows_skipped, "read": moments.rows_read}
        notes.append(say("readable.skipped", **values_))
        notes += [say("readable.skipped-cells", cells=reasons)] if reasons else []
    if moments.weight_name is not None:
        values_w = {"name": moments.weight_name, "sum": moments.weight_sum}
        notes.append(say("readable.weighted", **values_w))
    notes += map(str, questions(moments))
    if moments.folds:
        notes.append(say("readable.folds", count=len(moments.folds)))
    return Table(
        say("readable.moments", rows=moments.count, columns=len(names) - 1, target=names[-1]),
        [say(f"readable.{head}") for head in ("column", "mean", "spread", "correlation")],
        rows,
        notes,
    )
