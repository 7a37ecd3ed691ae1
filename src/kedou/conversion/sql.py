"""SQL: one expression over the columns of a table, in standard SQL.

Tested in DuckDB and SQLite; PostgreSQL reads it too. Every number is written with an exponent: that
makes it a double in DuckDB and SQLite, and lets PostgreSQL make it one beside a double. A row that
has no prediction gives NULL.

Differences from ``Model.predict``
----------------------------------
1. NULL where it raises: a missing or unusable cell, a level or weekday or month never seen.
2. A category's cell is trimmed of spaces only, and compared as the text that the database makes
   of it.
3. Dates need EXTRACT with EPOCH and ISODOW, which PostgreSQL and DuckDB have and SQLite lacks.
4. A score beyond 700 counts as 700 (and below -700 as -700): EXP of more is an error in places.
"""

from __future__ import annotations

from collections.abc import Mapping

from kedou.conversion.formula import Category, Date, Formula, Number, Term
from kedou.conversion.spelling import spellings
from kedou.conversion.terms_as_text import horner, joined
from kedou.errors import OptionError

_DAY = 86400.0


def write(formula: Formula) -> str:
    """Return the expression.

    Raises
    ------
    OptionError
        A name holds the character NUL, or two names differ in upper and lower case only: many
        databases would take the one for the other.
    """
    _check_names(formula)
    parts = [] if formula.intercept == 0.0 else [_double(_number(formula.intercept))]
    parts += [part for term in formula.terms for part in _parts(term)]
    score = joined(parts, "\n  + ")
    guards = [
        f"{_name(term.column)} BETWEEN {_number(-term.limit)} AND {_number(term.limit)}"
        for term in formula.terms
        if isinstance(term, Number)
    ]
    value = _probability(score) if formula.is_probability else f"  {score}"
    if not guards:
        return f"(\n{value}\n)\n"
    condition = joined(guards, "\n  AND ")
    return f"CASE WHEN {condition}\nTHEN\n{value}\nEND\n"


def _probability(score: str) -> str:
    within = (
        f"CASE WHEN (\n  {score}\n  ) < -700e0 THEN -700e0\n"
        f"  WHEN (\n  {score}\n  ) > 700e0 THEN 700e0\n"
        f"  ELSE (\n  {score}\n  ) END"
    )
    return f"  1e0 / (1e0 + EXP(-{within}))"


def _parts(term: Term) -> list[str]:
    if isinstance(term, Number):
        return [horner(term.weights, _double(_name(term.column)), _number)]
    if isinstance(term, Category):
        text = f"TRIM(CAST({_name(term.column)} AS VARCHAR))"
        cases = {
            _text(way): weight for level, weight in term.weights.items() for way in spellings(level)
        }
        return [_case(text, cases)]
    return _date_parts(term)


def _date_parts(term: Date) -> list[str]:
    at = f"CAST({_name(term.column)} AS TIMESTAMP)"
    days = f"{_double(f'EXTRACT(EPOCH FROM {at})')} / {_number(_DAY)}"
    weekdays = {str(i): w for i, w in enumerate(term.weekdays, 1) if w is not None}
    months = {str(i): w for i, w in enumerate(term.months, 1) if w is not None}
    return [
        f"{_number(term.trend)} * ({days})",
        _case(f"EXTRACT(ISODOW FROM {at})", weekdays),
        _case(f"EXTRACT(MONTH FROM {at})", months),
    ]


def _case(value: str, cases: Mapping[str, float]) -> str:
    if not cases:
        return _double("NULL")
    lines = "".join(f"\n    WHEN {key} THEN {_number(w)}" for key, w in cases.items())
    return _double(f"CASE {value}{lines} END")


def _double(text: str) -> str:
    return f"CAST({text} AS DOUBLE PRECISION)"


def _number(value: float) -> str:
    """Write a double so that it is read back as the same double, and not as a decimal.

    >>> _number(0.1), _number(-1e-300)
    ('0.1e0', '-1e-300')
    """
    text = repr(value)
    return text if "e" in text else f"{text}e0"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(level: str) -> str:
    return "'" + level.replace("'", "''") + "'"


def _check_names(formula: Formula) -> None:
    seen: dict[str, str] = {}
    levels = (t.weights for t in formula.terms if isinstance(t, Category))
    for text in (*formula.columns, *(level for weights in levels for level in weights)):
        if "\0" in text:
            raise OptionError("conversion.nul", name=repr(text), to="sql")
    for column in formula.columns:
        folded = column.casefold()
        if folded in seen:
            raise OptionError("conversion.same-but-case", first=seen[folded], second=column)
        seen[folded] = column
