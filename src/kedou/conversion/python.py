"""Python: a function of one row, plain text that needs no package.

A row is anything that answers ``row["column"]``: a dict, a line of ``csv.DictReader``, a pandas
Series. What ``Model.predict`` refuses raises ValueError.

Differences from ``Model.predict``
----------------------------------
1. One row at a time; text is read with a decimal point.
2. A cell is refused already where its part of the score would leave 1e300.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from kedou.conversion import python_parts
from kedou.conversion.formula import Category, Date, Formula, Number, Term
from kedou.conversion.terms_as_text import horner
from kedou.texts import catalogue, current_language, say

_NEEDS: dict[type, tuple[Callable[..., Any], ...]] = {
    Number: (python_parts.number,),
    Category: (python_parts.level,),
    Date: (python_parts.moment, python_parts.day_part),
}
_IMPORTS = {
    "contextlib.": "import contextlib",
    "math.": "import math",
    "re.": "import re",
    "datetime": "from datetime import date, datetime",
}
_MESSAGES = ("MISSING", "NOT_A_NUMBER", "NOT_A_DATE", "UNSEEN")


def write(formula: Formula) -> str:
    """Return the text of a module with a function ``predict``."""
    kinds = [kind for kind in _NEEDS if any(isinstance(term, kind) for term in formula.terms)]
    functions: list[Callable[..., Any]] = [python_parts.cell_of]
    functions += [part for kind in kinds for part in _NEEDS[kind]]
    functions += [python_parts.probability] if formula.is_probability else []
    sources = [inspect.getsource(function).rstrip() for function in functions]
    code = "\n\n\n".join([*sources, *_weights(formula), _predict(formula)])
    used = [line for word, line in _IMPORTS.items() if word in "".join(sources)]
    constants = [f"{name} = {_message(name)!r}" for name in _MESSAGES if name in code]
    constants.append(f"ABSENT = {python_parts.ABSENT!r}")
    head = "\n".join([*used, "from typing import Any", "", *constants])
    return f"{head}\n\n\n{code}\n"


def _message(name: str) -> str:
    code = f"conversion.code-{name.lower().replace('_', '-')}"
    return catalogue("conversion", current_language())[code.partition(".")[2]]


def _predict(formula: Formula) -> str:
    lines = [f"score = {formula.intercept!r}"]
    for number, term in enumerate(formula.terms, 1):
        lines += _lines(term, number)
    lines.append("return probability(score)" if formula.is_probability else "return score")
    body = "\n".join(f"    {line}" for line in lines)
    comment = f"    # {say('conversion.code-predict')}\n"
    return f"def predict(row: Any) -> float:\n{comment}{body}"


def _weights(formula: Formula) -> list[str]:
    """Write the weights of each category's levels."""
    return [
        f"weights{number} = {{\n{_pairs(term)}}}"
        for number, term in enumerate(formula.terms, 1)
        if isinstance(term, Category)
    ]


def _pairs(term: Category) -> str:
    return "".join(f"    {level!r}: {weight!r},\n" for level, weight in term.weights.items())


def _lines(term: Term, number: int) -> Sequence[str]:
    column = repr(term.column)
    if isinstance(term, Number):
        x = f"x{number}"
        return (
            f"{x} = number(row, {column}, {term.limit!r})",
            f"score += {horner(term.weights, x, repr)}",
        )
    if isinstance(term, Category):
        return (f"score += level(row, {column}, weights{number})",)
    at = f"at{number}"
    return (
        f"{at} = moment(row, {column})",
        f"score += day_part({at}, {column}, {term.trend!r}, "
        f"{list(term.weekdays)!r}, {list(term.months)!r})",
    )
