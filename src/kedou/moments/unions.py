"""Columns of two moments together: they may differ in the levels of a category, in nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kedou.block import Column, level_order
from kedou.errors import MomentsMismatchError
from kedou.moments.moments import Moments


def union_columns(a: tuple[Column, ...], b: tuple[Column, ...]) -> tuple[Column, ...]:
    """Unite two sets of columns that may differ in the levels of a category only.

    Raises
    ------
    MomentsMismatchError
        They differ in more than levels.
    """
    frame_a, frame_b = _frame(a), _frame(b)
    plain_a = [entry for entry in frame_a if entry[0] != "level"]
    plain_b = [entry for entry in frame_b if entry[0] != "level"]
    if plain_a != plain_b:
        only_a = [c.name for c in a if c not in b]
        only_b = [c.name for c in b if c not in a]
        if not only_a and not only_b:
            raise MomentsMismatchError(
                "moments.other-order", left=[c.name for c in a], right=[c.name for c in b]
            )
        raise MomentsMismatchError(
            "moments.other-columns", left=only_a or ["-"], right=only_b or ["-"]
        )
    # A category that one side has never seen (no rows) takes its place from the other side.
    order = frame_a if len(frame_a) >= len(frame_b) else frame_b
    result: list[Column] = []
    for entry in order + [e for e in frame_b if e not in order]:
        if entry[0] == "level":
            levels = {c.level: c for c in (*a, *b) if c.kind == "level" and c.source == entry[1]}
            result += [levels[level] for level in sorted(levels, key=level_order)]
        else:
            result.append(next(c for c in (*a, *b) if c.kind == entry[0] and c.name == entry[1]))
    return tuple(result)


def with_columns(moments: Moments, columns: tuple[Column, ...]) -> Moments:
    """Return the moments in a wider set of columns: a level never seen is 0 in every row."""
    if moments.columns == columns:
        return moments
    if moments.exact is not None:
        from kedou.moments.exact.sums import sums_of

        return replace(sums_of(moments).widened(columns).moments(), chosen=moments.chosen)
    place = {column: number for number, column in enumerate(columns)}
    where = np.array([place[column] for column in moments.columns] + [len(columns)], dtype=np.intp)
    size = len(columns) + 1
    mean, low, scatter = np.zeros(size), np.zeros(size), np.zeros((size, size))
    mean[where], low[where] = moments.mean, moments.mean_low
    scatter[np.ix_(where, where)] = moments.scatter
    folds = tuple(with_columns(fold, columns) for fold in moments.folds)
    return replace(moments, columns=columns, mean=mean, mean_low=low, scatter=scatter, folds=folds)


def _frame(columns: tuple[Column, ...]) -> list[tuple[str, str, int, str | None]]:
    """Columns with all levels of one category folded into one entry."""
    entries: list[tuple[str, str, int, str | None]] = []
    for column in columns:
        name = column.source if column.kind == "level" else column.name
        entry = (column.kind, name, column.power, None)
        if entry not in entries:
            entries.append(entry)
    return entries
