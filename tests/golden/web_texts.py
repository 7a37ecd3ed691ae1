"""Golden texts: how values are written, and whole sentences in both languages."""

from __future__ import annotations

from typing import Any

import kedou as kd
from kedou.solution.store import message_to_content
from kedou.texts import LANGUAGES, show

from .quantity import exact
from .web_data import moments
from .web_descent import RUNS
from .web_mathematics import Case

FLOATS = [
    0.0, -0.0, 1.0, -1.0, 7.0, 0.1, 1 / 3, 2 / 3, 9.9995, 9.99949, 0.99995, 0.09197116, 1234.5,
    1234.0, 12345.0, 99995.0, 100000.0, 1e15, 1e16, 123456789.0, 1e-4, 1e-5, 0.00012345,
    0.000123456, 9.9999e-5, 2.5e-5, 1e100, -1e-100, 5e-324, 1.7976931348623157e308, 1000.5,
    1001.5, 0.12345, 0.00048828125, 2.00048828125, 10.125, 100.25, 100.35, 1e22, 1e21, 0.5, 1.5,
    250.0, 82.80240132886325, 1000.0, 10000.0, 9999.5, 99.995, 4503599627370497.5,
    79634.2, -79634.2, 12344.5, 12345.5, -12344.5, -12345.5, 1234567.8, 9999999.4, 9999999.5,
    9999999.6, 1e7, -9999999.6,
]  # fmt: skip
WHOLE = [0, 1, -1, 12, 999, 1000, -1000, 12345, 1234567, -9876543, 2**53, 10**15]


def shown() -> list[Case]:
    """One value each, as it stands in a sentence."""
    cases = [{"name": repr(v), "float": v, "expect": exact(show(v))} for v in FLOATS]
    cases += [{"name": repr(v), "count": v, "expect": exact(show(v))} for v in WHOLE]
    cases += [
        {"name": word, "float": None, "word": word, "expect": exact(show(float(word)))}
        for word in ("inf", "-inf", "nan")
    ]
    lists: list[Any] = [[], ["a"], ["a", "b c"], [1.5, 2e-7, 1234567.0], ["x", True, None]]
    return cases + [{"name": repr(v), "list": v, "expect": exact(show(v))} for v in lists]


def sentences() -> list[Case]:
    """Every kind of message that the runs, solutions and diagnoses give, in both languages."""
    found: dict[str, Any] = {}
    for data, rule, rate, options in RUNS:
        run = kd.descend(moments(data), rule, learning_rate=rate, **options)
        for message in (*run.messages, *run.notes):
            found.setdefault(message.code, message)
    for data in ("dependent", "close", "line"):
        for message in kd.diagnose(moments(data)).messages:
            found.setdefault(message.code, message)
    slow = kd.descend(moments("tadpoles"), learning_rate=1e-4, steps=5000, intercept=False)
    for message in (*slow.messages, kd.descend(moments("tadpoles"), steps=0).messages[0]):
        found[f"{message.code} (many steps)"] = message
    return [
        {
            "name": f"{code} {language}",
            "message": message_to_content(message),
            "language": language,
            "expect": exact(message.text(language)),
        }
        for code, message in sorted(found.items())
        for language in LANGUAGES
    ]
