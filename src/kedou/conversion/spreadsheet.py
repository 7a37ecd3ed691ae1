"""A spreadsheet formula, for Excel and LibreOffice, with the first row of data in row 2.

Lines that begin with ``#`` say which column belongs in which cell; the formula follows. It is in
the notation of files and of English (decimal point, commas between arguments). A row that has no
prediction gives #N/A, and #NUM! where numbers leave the range.

A category's cell is compared by EXACT, which minds upper and lower case; LOOKUP skips the errors of
1/FALSE, finds the one level that fits, and gives #N/A where none does.

Differences from ``Model.predict``
----------------------------------
1. An error value where it raises. TRUE and FALSE, and numbers kept as text, are no numbers.
2. A category's cell is compared as it is, blanks and all.
3. Dates are real dates from March 1900 on; text that looks like one is not.
4. Excel itself reads no more than 15 digits of a number in a formula.
5. A score below -700 counts as -700, for EXP(710) is an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from kedou.conversion.formula import Category, Date, Formula, Number, Term
from kedou.conversion.spelling import spellings
from kedou.conversion.terms_as_text import horner
from kedou.errors import OptionError

LONGEST = 8192
"""Characters that Excel takes in one formula."""

LONGEST_TEXT = 255
"""Characters that Excel takes in one text within a formula."""


def write(formula: Formula) -> str:
    """Return the lines that assign cells, and the formula.

    Raises
    ------
    OptionError
        The formula is longer than Excel takes, or a level holds a character that no formula can.
    """
    cells = {column: f"{_letters(j)}2" for j, column in enumerate(formula.columns)}
    parts = [part for term in formula.terms for part in _parts(term, cells[term.column])]
    if formula.intercept != 0.0:
        parts.insert(0, _number(formula.intercept))
    value = parts[0] + "".join(part if part[0] == "-" else f"+{part}" for part in parts[1:])
    if formula.is_probability:
        value = f"1/(1+EXP(-MAX({value},-700)))"
    text = f"={_guarded(value, formula)}"
    if len(text) > LONGEST:
        raise OptionError("conversion.formula-too-long", length=len(text), most=LONGEST)
    lines = [f"# {cell}: {json.dumps(name, ensure_ascii=False)}" for name, cell in cells.items()]
    return "\n".join([*lines, text, ""])


def _guarded(value: str, formula: Formula) -> str:
    """Let a row through whose numbers and dates are there: an empty cell would count as 0."""
    places = {j: term for j, term in enumerate(formula.terms) if not isinstance(term, Category)}
    if not places:
        return value
    conditions = [f"COUNT({','.join(_ranges(list(places)))})={len(places)}"]
    for j, term in places.items():
        cell = f"{_letters(j)}2"
        if isinstance(term, Date):
            conditions.append(f"{cell}>60")
        elif isinstance(term, Number) and len(term.weights) > 1:
            conditions.append(f"ABS({cell})<={_number(term.limit)}")
    condition = conditions[0] if len(conditions) == 1 else f"AND({','.join(conditions)})"
    return f"IF({condition},{value},NA())"


def _ranges(columns: Sequence[int]) -> list[str]:
    """Write the cells of columns, neighbours as one range.

    >>> _ranges([0, 1, 2, 4])
    ['A2:C2', 'E2']
    """
    runs: list[list[int]] = []
    for j in columns:
        if runs and runs[-1][-1] == j - 1:
            runs[-1].append(j)
        else:
            runs.append([j])
    ends = [(_letters(run[0]), _letters(run[-1])) for run in runs]
    return [f"{first}2" if first == last else f"{first}2:{last}2" for first, last in ends]


def _parts(term: Term, cell: str) -> list[str]:
    if isinstance(term, Number):
        return [horner(term.weights, cell, _number).replace(" ", "")]
    if isinstance(term, Category):
        return [_chosen(term, cell)]
    trend = f"{_number(term.trend)}*({cell}-DATE(1970,1,1))"
    weekday = f"CHOOSE(WEEKDAY({cell},2),{_list(term.weekdays)})"
    return [trend, weekday, f"CHOOSE(MONTH({cell}),{_list(term.months)})"]


def _list(weights: Sequence[float | None]) -> str:
    return ",".join("NA()" if weight is None else _number(weight) for weight in weights)


def _chosen(term: Category, cell: str) -> str:
    """Write the weight of the level that a cell holds."""
    ways = {way: w for level, w in term.weights.items() for way in _ways(level)}
    plain = {way: w for way, w in ways.items() if _is_plain(way)}
    chosen = "NA()"
    if plain:
        names = ",".join(_text(way) for way in plain)
        weights = ",".join(_number(w) for w in plain.values())
        chosen = f"LOOKUP(2,1/EXACT({cell},{{{names}}}),{{{weights}}})"
    odd = {f"EXACT({cell},{_pieces(way)})": w for way, w in ways.items() if way not in plain}
    if odd:
        weighed = "+".join(f"({_number(w)})*{test}" for test, w in odd.items())
        found = "+".join(["0", *odd])  # a lone FALSE would be above every number
        chosen = f"IF({found}>0,{weighed},{chosen})"
    return chosen


def _ways(level: str) -> tuple[str, ...]:
    """Excel writes TRUE for a truth value, and 3 for 3.0."""
    return spellings(level) if level in ("true", "false") else (level,)


def _is_plain(text: str) -> bool:
    return len(text) <= LONGEST_TEXT and all(character >= " " for character in text)


def _text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _pieces(text: str) -> str:
    """Write a text that is too long for one piece, or holds what only CHAR can write."""
    pieces = re.findall(f"[\x00-\x1f]|[^\x00-\x1f]{{1,{LONGEST_TEXT // 2}}}", text)
    if "\0" in text:
        raise OptionError("conversion.nul", name=repr(text), to="spreadsheet")
    return "&".join(f"CHAR({ord(p)})" if p < " " else _text(p) for p in pieces)


def _number(value: float) -> str:
    """Write a number as a formula does, a whole one without its point.

    >>> _number(2.0), _number(-1e-7), _number(0.25)
    ('2', '-1E-07', '0.25')
    """
    return repr(value).upper().removesuffix(".0")


def _letters(j: int) -> str:
    """Return the name of a column of a sheet, the first being 0.

    >>> _letters(0), _letters(25), _letters(26), _letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    name = ""
    j += 1
    while j:
        j, rest = divmod(j - 1, 26)
        name = chr(65 + rest) + name
    return name
