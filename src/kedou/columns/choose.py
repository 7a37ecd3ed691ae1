"""Which table column becomes what: the columns there are + the options of ``open`` = a plan."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Literal

from kedou.columns.kinds import NUMERIC, TableColumn
from kedou.columns.plan import ColumnPlan, Feature, some
from kedou.errors import DataError, OptionError


def choose(
    table: Sequence[TableColumn],
    *,
    target: str | None = None,
    features: Sequence[str] | None = None,
    categorical: Sequence[str] = (),
    polynomial: Mapping[str, int] | None = None,
    dates: Sequence[str] = (),
    weight: str | None = None,
    key: str | None = None,
    file: str = "memory",
) -> tuple[ColumnPlan, list[tuple[str, str]]]:
    """Make a plan for a table.

    Without ``features`` every numeric column that has no other role is one. Columns named in
    ``categorical``, ``polynomial`` or ``dates`` are features too.

    Returns
    -------
    plan : ColumnPlan
        Features in the order of ``features``, else in that of the table.
    left_out : list of (column, reason)
        Each column of the table that is not used, with a code of the text catalogue.

    Raises
    ------
    DataError
        If a column is not in the table or cannot take its role, or no feature is left.
    OptionError
        If one column is given two roles, or a degree is no whole number from 1 to 50.
    """
    kinds = {column.name: column for column in table}
    degrees = dict(polynomial or {})
    named = (*(features or ()), *categorical, *degrees, *dates)
    roles = {"target": target, "weight": weight, "key": key}
    check_known((*named, *(name for name in roles.values() if name is not None)), table, file)
    _check_roles(roles, named, categorical, degrees, dates)
    for role in ("target", "weight"):
        if (name := roles[role]) is not None:
            _check_numeric(kinds[name], role, file)
    taken = {name for name in roles.values() if name is not None} - set(named)
    if features is not None:
        order = list(dict.fromkeys(named))
    else:
        order = [c.name for c in table if c.name in named or c.kind in NUMERIC]
        order = [name for name in order if name not in taken]
    chosen = tuple(_feature(kinds[n], n in categorical, degrees, n in dates, file) for n in order)
    used = {*order, *taken}
    left_out = [(c.name, _reason(c)) for c in table if c.name not in used]
    if not chosen:
        raise DataError("columns.no-features", file=file, columns=some([n for n, _ in left_out]))
    key_is_number = key is not None and kinds[key].kind in NUMERIC
    key_kind: Literal["number", "text"] = "number" if key_is_number else "text"
    return ColumnPlan(chosen, target, weight, key, key_kind), left_out


def closest(name: str, names: Sequence[str]) -> str | None:
    """Return the name that was probably meant, if one is close."""
    folded = {other.strip().casefold(): other for other in names}
    near = difflib.get_close_matches(name.strip().casefold(), list(folded), n=1)
    return folded[near[0]] if near else None


def check_known(wanted: Sequence[str], table: Sequence[TableColumn], file: str) -> None:
    """Raise for the first name that no column of the table has."""
    names = [column.name for column in table]
    for name in wanted:
        if name in names:
            continue
        near = closest(name, names)
        shown = {"column": name, "columns": some(names), "file": file}
        if near is not None:
            raise DataError("columns.unknown-near", near=near, **shown)
        raise DataError("columns.unknown", **shown)


def _check_roles(
    roles: Mapping[str, str | None],
    named: Sequence[str],
    categorical: Sequence[str],
    degrees: Mapping[str, int],
    dates: Sequence[str],
) -> None:
    target, weight, key = roles["target"], roles["weight"], roles["key"]
    for role, name in (("target", target), ("weight", weight)):
        if name is not None and name in named:
            raise OptionError("columns.role-and-feature", column=name, role=role)
    if target is not None and target in (weight, key):
        raise OptionError("columns.two-roles", column=target)
    for name in named:
        if (name in categorical) + (name in degrees) + (name in dates) > 1:
            raise OptionError("columns.two-expansions", column=name)
    for name, degree in degrees.items():
        if isinstance(degree, bool) or not isinstance(degree, int) or not 1 <= degree <= 50:
            raise OptionError("columns.degree", column=name, degree=str(degree))


def _check_numeric(column: TableColumn, role: str, file: str) -> None:
    if column.kind in NUMERIC:
        return
    code = f"columns.{role}-not-numeric" if column.kind != "empty" else f"columns.{role}-empty"
    raise DataError(code, column=column.name, file=file)


def _feature(
    column: TableColumn, category: bool, degrees: Mapping[str, int], date: bool, file: str
) -> Feature:
    name = column.name
    if category:
        if column.kind == "other":
            raise DataError("columns.not-a-category", column=name, file=file)
        return Feature(name, "category")
    if date:
        if column.kind not in ("date", "text", "empty"):
            raise DataError("columns.not-dates", column=name, file=file)
        return Feature(name, "date")
    if column.kind in (*NUMERIC, "empty"):
        return Feature(name, "number", degrees.get(name, 1))
    raise DataError(f"columns.feature-{column.kind}", column=name, file=file)


def _reason(column: TableColumn) -> str:
    if column.kind in NUMERIC:
        return "columns.left-unnamed"
    return f"columns.left-{column.kind}"
