"""Cells that stop a reading: the first one in row order, with its file, row and column."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from kedou.block import Column
from kedou.columns.cells import Bools, Cells
from kedou.columns.plan import some
from kedou.errors import DataError


def refuse_ragged(cells: Cells) -> None:
    """Raise for the first row with too many or too few cells."""
    for row in cells.batch.ragged[:1]:
        shown = {"row": row.row + 1, "cells": row.cells, "width": row.width}
        raise DataError("columns.ragged-row", file=cells.batch.origin, **shown)


def refuse_bad(cells: Cells) -> None:
    """Raise for the first cell that is no number or no date."""
    if cells.bad:
        index, name = min((min(bad), name) for name, (_, bad) in cells.bad.items())
        code, bad = cells.bad[name]
        cells.refuse(code, name, index, value=bad[index])


def refuse_missing(cells: Cells) -> None:
    """Raise for the first cell that is missing or not finite; bad cells are another matter."""
    first = []
    for name, absent in cells.absent.items():
        _, bad = cells.bad.get(name, ("", {}))
        rows = (int(row) for row in np.flatnonzero(absent))
        first += [(row, name) for row in rows if row not in bad][:1]
    if not first:
        return
    index, name = min(first)
    values = cells.y if name == cells.plan.target else cells.numbers.get(name)
    if values is not None and np.isinf(values[index]):
        cells.refuse("columns.not-finite", name, index, value=str(values[index]))
    cells.refuse("columns.missing-cell", name, index)


def find_unseen(
    cells: Cells, columns: Sequence[Column], known: Mapping[str, Collection[str]]
) -> tuple[dict[str, tuple[str, ...]], dict[str, Bools]]:
    """Find the levels that a model has no column for.

    Returns
    -------
    levels : dict of str to tuple of str
        Such levels by ``Column.source``.
    rows : dict of str to (rows,) bool
        Where they stand, by table column.
    """
    levels: dict[str, tuple[str, ...]] = {}
    where: dict[str, Bools] = {}
    for name, group in cells.codes.items():
        for codes in group:
            seen = model_levels(codes.source, columns, known)
            if not seen:  # the model was fitted without this column
                continue
            strange = np.array([level not in seen for level in codes.levels] + [False])
            rows = strange[codes.codes]  # the code -1 of a missing cell takes the last, False
            if rows.any():
                used = sorted(set(codes.codes[rows].tolist()))
                levels[codes.source] = tuple(codes.levels[i] for i in used)
                where[name] = rows | where[name] if name in where else rows
    return levels, where


def refuse_unseen(
    cells: Cells, columns: Sequence[Column], known: Mapping[str, Collection[str]]
) -> None:
    """Raise for the first level that a model has no column for."""
    _, where = find_unseen(cells, columns, known)
    if not where:
        return
    index, name = min((int(np.argmax(rows)), name) for name, rows in where.items())
    for codes in cells.codes[name]:
        seen = model_levels(codes.source, columns, known)
        if not seen:
            continue
        level = codes.levels[int(codes.codes[index])]
        if level not in seen:
            cells.refuse("columns.level-unseen", codes.source, index, level=level, known=some(seen))


def model_levels(
    source: str, columns: Sequence[Column], known: Mapping[str, Collection[str]]
) -> list[str]:
    """Levels of a column that a model knows, sorted."""
    levels = {column.level for column in columns if column.source == source}
    return sorted(level for level in levels | set(known.get(source, ())) if level is not None)
