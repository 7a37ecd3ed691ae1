"""A stretch of a table + a plan -> X, y, weight, key, and which rows could be used."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from kedou.block import Column, Floats
from kedou.columns.batch import TableBatch
from kedou.columns.cells import Bools, Cells
from kedou.columns.dates import trend_column
from kedou.columns.plan import ColumnPlan, Feature, number_columns
from kedou.columns.powers import powers
from kedou.columns.refusals import (
    find_unseen,
    refuse_bad,
    refuse_missing,
    refuse_ragged,
    refuse_unseen,
)

Missing = Literal["skip", "error"]


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a stretch of a table became.

    Attributes
    ----------
    X : (used, k) float64, Fortran order
        Features of the usable rows.
    columns : tuple of Column
        One for each column of X.
    y, weight : (used,) float64 or None
    key : (used,) array or None
        Numbers, or an object array of str.
    X_low : (used, k) float64 or None
        Low halves of powers, where asked for.
    usable : (rows,) bool or None
        Which rows of the table were used; None means all.
    skipped : dict of str to int
        Missing, non-finite, bad or unseen cells by table column; rows with too many or too few
        cells under ``"(row)"``.
    unseen : dict of str to tuple of str
        Levels, by ``Column.source``, that ``columns`` has no place for.
    inexact : tuple of str
        Integer columns with values beyond 2**53, which float64 rounds.
    """

    X: Floats
    columns: tuple[Column, ...]
    y: Floats | None = None
    weight: Floats | None = None
    key: NDArray[Any] | None = None
    X_low: Floats | None = None
    usable: Bools | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)
    unseen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inexact: tuple[str, ...] = ()


def encode(
    batch: TableBatch,
    plan: ColumnPlan,
    *,
    columns: Sequence[Column] | None = None,
    known_levels: Mapping[str, Collection[str]] | None = None,
    features_only: bool = False,
    missing: Missing = "skip",
    bad_cells: Missing = "error",
    unseen: Missing = "error",
    low_powers: bool = False,
) -> Encoded:
    """Carry out a plan on a stretch of rows.

    Parameters
    ----------
    batch : TableBatch
        Rows; the table must have every column the plan names.
    plan : ColumnPlan
    columns : sequence of Column, optional
        Build exactly these columns, those of a model, instead of one for each level seen.
    known_levels : mapping of str to collection of str, optional
        Levels, by ``Column.source``, that the model knew although no column stands for them:
        a reference level. Their rows hold zeros.
    features_only : bool
        Leave target, weight and key alone, as predict does.
    missing, bad_cells, unseen : {"skip", "error"}
        What becomes of rows with a missing or non-finite cell, with a cell that is not a number,
        and with a level that is neither in ``columns`` nor known.
    low_powers : bool
        Fill ``X_low`` with the low halves of powers.

    Returns
    -------
    Encoded

    Raises
    ------
    DataError
        For the first such cell, with its file, row and column; for a negative or missing weight;
        for a power too large for float64; for a category with more than 1,000 levels.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = pa.record_batch({"age": [5.5, None, 9.5], "city": ["b", "a", "b"]})
    >>> plan = ColumnPlan((Feature("age"), Feature("city", "category")))
    >>> done = encode(TableBatch(table), plan)
    >>> done.X, [column.name for column in done.columns], done.skipped
    (array([[5.5, 1. ],
           [9.5, 1. ]]), ['age', 'city=b'], {'age': 1})
    """
    cells = Cells(batch, plan, features_only)
    if bad_cells == "error":
        refuse_ragged(cells)
        refuse_bad(cells)
    if missing == "error":
        refuse_missing(cells)
    strange: dict[str, tuple[str, ...]] = {}
    if columns is not None:
        known = known_levels or {}
        if unseen == "error":
            refuse_unseen(cells, columns, known)
        strange, where = find_unseen(cells, columns, known)
        for name, rows in where.items():
            cells.mark(name, rows)
    usable = cells.usable()
    X, X_low, made = _fill(cells, usable, columns, low_powers)
    return Encoded(
        X,
        made,
        _pick(cells.y, usable),
        _pick(cells.weight, usable),
        _pick(cells.key, usable),
        X_low,
        usable,
        cells.skipped(),
        strange,
        tuple(cells.inexact),
    )


def _pick(values: Any, usable: Bools | None) -> Any:
    return values if values is None or usable is None else values[usable]


def _fill(
    cells: Cells, usable: Bools | None, fixed: Sequence[Column] | None, low_powers: bool
) -> tuple[Floats, Floats | None, tuple[Column, ...]]:
    """Write X, column by column; ``fixed`` are its columns if they are not to be found."""
    plan = cells.plan
    rows = cells.batch.table.num_rows if usable is None else int(usable.sum())
    codes = {g.source: _pick(g.codes, usable) for group in cells.codes.values() for g in group}
    made = plan.columns if fixed is None else tuple(fixed)
    if made is None:
        made = tuple(c for feature in plan.features for c in _made(feature, cells, codes))
    place = {column.name: j for j, column in enumerate(made)}
    allocate = np.zeros if codes else np.empty  # indicators write only their ones
    X: Floats = allocate((rows, len(made)), order="F")
    X_low = np.zeros_like(X) if low_powers and plan.degrees else None
    for feature in plan.features:
        name = feature.column
        if feature.kind == "number" and feature.degree > 1:
            _write_powers(feature, cells, usable, place, X, X_low)
        elif feature.kind == "number" and name in place:
            X[:, place[name]] = _pick(cells.numbers[name], usable)
        elif feature.kind == "date" and f"{name}:trend" in place:
            X[:, place[f"{name}:trend"]] = _pick(cells.numbers[name], usable)
    for group in cells.codes.values():
        for levels in group:
            names = (f"{levels.source}={level}" for level in levels.levels)
            columns = np.array([*(place.get(name, -1) for name in names), -1])
            where = columns[codes[levels.source]]
            here = np.flatnonzero(where >= 0)
            X[here, where[here]] = 1.0
    return X, X_low, made


def _made(
    feature: Feature, cells: Cells, codes: Mapping[str, NDArray[np.int64]]
) -> tuple[Column, ...]:
    """Columns of X that a feature becomes, with the levels that the usable rows hold."""
    if feature.kind == "number":
        return number_columns(feature)
    start = (trend_column(feature.column),) if feature.kind == "date" else ()
    groups = cells.codes[feature.column]
    return (*start, *(c for group in groups for c in group.columns(codes[group.source])))


def _write_powers(
    feature: Feature,
    cells: Cells,
    usable: Bools | None,
    place: Mapping[str, int],
    X: Floats,
    X_low: Floats | None,
) -> None:
    values = cells.numbers[feature.column]
    high, low = powers(_pick(values, usable), feature.degree)
    finite = np.isfinite(high[:, -1])
    if not finite.all():
        rows = np.arange(len(values)) if usable is None else np.flatnonzero(usable)
        index = int(rows[int(np.argmin(finite))])
        shown = {"value": float(values[index]), "degree": feature.degree}
        cells.refuse("columns.power-overflow", feature.column, index, **shown)
    for i, column in enumerate(number_columns(feature)):
        if column.name not in place:
            continue
        X[:, place[column.name]] = high[:, i]
        if X_low is not None:
            X_low[:, place[column.name]] = low[:, i]
