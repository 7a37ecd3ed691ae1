"""JavaScript: a function of one row, plain text for browsers and Node.js.

A row is an object with the columns as its own properties. What ``Model.predict`` refuses throws
an Error. The text may be pasted, loaded as a script, or required: it exports ``predict``.

Differences from ``Model.predict``
----------------------------------
1. One row at a time; text is read with a decimal point.
2. A cell is refused already where its part of the score would leave 1e300.
3. JavaScript's numbers are all doubles: ``3`` and ``3.0`` are one. A Date is taken in UTC.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from kedou.conversion import python_parts
from kedou.conversion.formula import Category, Date, Formula, Number, Term
from kedou.conversion.terms_as_text import horner
from kedou.texts import catalogue, current_language, say

_NEEDS: dict[type, tuple[str, ...]] = {
    Number: ("number",),
    Category: ("level", "written"),
    Date: ("moment", "dayPart"),
}
_MESSAGES = ("MISSING", "NOT_A_NUMBER", "NOT_A_DATE", "UNSEEN")
_BLANK = r"[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"


def write(formula: Formula) -> str:
    """Return the text of a script with a function ``predict``."""
    parts = _parts()
    kinds = [kind for kind in _NEEDS if any(isinstance(term, kind) for term in formula.terms)]
    names = ["say", "cellOf", *(name for kind in kinds for name in _NEEDS[kind])]
    names += ["probability"] if formula.is_probability else []
    code = "\n".join([*(parts[name] for name in names), *_weights(formula), _predict(formula)])
    constants = [f"const {name} = {_message(name)};" for name in _MESSAGES if name in code]
    constants.append(f"const SPACE = /^{_BLANK}|{_BLANK}$/g;")
    constants.append(f"const ABSENT = {_literal(python_parts.ABSENT)};")
    export = 'if (typeof module !== "undefined") module.exports = { predict };'
    return "\n".join([*constants, "", code, export, ""])


def _parts() -> Mapping[str, str]:
    path = resources.files("kedou") / "assets" / "conversion" / "parts.js"
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"^function (\w+).*?^\}\n", text, re.M | re.S)
    whole = re.findall(r"^function .*?^\}\n", text, re.M | re.S)
    return dict(zip(found, whole, strict=True))


def _message(name: str) -> str:
    code = f"conversion.code-{name.lower().replace('_', '-')}"
    return _literal(catalogue("conversion", current_language())[code.partition(".")[2]])


def _predict(formula: Formula) -> str:
    lines = [f"// {say('conversion.code-predict')}", f"let score = {formula.intercept!r};"]
    for number, term in enumerate(formula.terms, 1):
        lines += _lines(term, number)
    lines.append("return probability(score);" if formula.is_probability else "return score;")
    body = "".join(f"  {line}\n" for line in lines)
    return f"function predict(row) {{\n{body}}}\n"


def _weights(formula: Formula) -> list[str]:
    """Write the weights of each category's levels, which may be anything: a Map, not an object."""
    return [
        f"const weights{number} = new Map([\n{_pairs(term)}]);\n"
        for number, term in enumerate(formula.terms, 1)
        if isinstance(term, Category)
    ]


def _pairs(term: Category) -> str:
    return "".join(f"  {_literal([level, w])},\n" for level, w in term.weights.items())


def _lines(term: Term, number: int) -> Sequence[str]:
    column = _literal(term.column)
    if isinstance(term, Number):
        x = f"x{number}"
        return (
            f"const {x} = number(row, {column}, {term.limit!r});",
            f"score += {horner(term.weights, x, repr)};",
        )
    if isinstance(term, Category):
        return (f"score += level(row, {column}, weights{number});",)
    at = f"at{number}"
    days = f"{_literal(term.weekdays)}, {_literal(term.months)}"
    return (
        f"const {at} = moment(row, {column});",
        f"score += dayPart({at}, {column}, {term.trend!r}, {days});",
    )


def _literal(value: Any) -> str:
    r"""Write a value as JavaScript that cannot end a string, a line or an HTML script.

    >>> _literal('a"</script>')
    '"a\\"\\u003c/script>"'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    for character in "<\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
