"""Is a value of a message what it must be? Plain questions, and the words for what is needed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

MOST_STEPS = 10_000
MOST_EPOCHS = 10_000
MOST_POINTS = 5_000
MOST_FEATURES = 8
MOST_TEXT = 64
MOST_NAME = 512
"""How long the name of a column may be."""
MOST_NAMES = 2_000
"""How many columns may be named."""
MOST_PATH = 2_048
MOST_CELL = 1_000
MOST_ID = 2**53 - 1

Check = tuple[Callable[[Any], bool], str]
_KEY = re.compile(r"[a-z][0-9]{1,9}")


def is_text(value: Any, most: int = MOST_TEXT) -> bool:
    """Say whether it is text that can be written down (a lone half of a character cannot)."""
    if not isinstance(value, str) or not 0 < len(value) <= most:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_flag(value: Any) -> bool:
    """Say whether it is true or false."""
    return isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Say whether it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def is_whole(value: Any, least: int, most: int) -> bool:
    """Say whether it is a whole number in a range."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_numbers(value: Any, least: int, most: int) -> bool:
    """Say whether it is a list of so many numbers."""
    return isinstance(value, list) and least <= len(value) <= most and all(map(is_number, value))


def is_points(value: Any) -> bool:
    """Say whether it is a list of points, all with as many coordinates."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_POINTS:
        return False
    widths = {len(row) if isinstance(row, list) else 0 for row in value}
    return len(widths) == 1 and all(is_numbers(row, 2, MOST_FEATURES + 1) for row in value)


def is_named(value: Any) -> bool:
    """Say whether it is a name, or an object of a name and numbers."""
    if is_text(value):
        return True
    if not isinstance(value, dict) or not is_text(value.get("name")) or len(value) > 8:
        return False
    return all(is_text(key) and is_number(number) for key, number in value.items() if key != "name")


def is_key(value: Any, letter: str) -> bool:
    """Say whether it is the key of something that the session holds, such as ``t1``."""
    return isinstance(value, str) and _KEY.fullmatch(value) is not None and value[0] == letter


def is_name(value: Any) -> bool:
    """Say whether it may be the name of a column."""
    return is_text(value, MOST_NAME)


def is_names(value: Any) -> bool:
    """Say whether it is a list of names of columns, each once."""
    if not isinstance(value, list) or len(value) > MOST_NAMES or not all(map(is_name, value)):
        return False
    return len(set(value)) == len(value)


def is_degrees(value: Any) -> bool:
    """Say whether it tells a degree for names of columns."""
    if not isinstance(value, dict) or len(value) > MOST_NAMES:
        return False
    return all(is_name(name) and is_whole(degree, 1, 50) for name, degree in value.items())


def is_source(value: Any) -> bool:
    """Say whether it tells one place that data come from."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    kind, text = next(iter(value.items()))
    if kind == "data":
        return is_text(text)
    if kind == "path":
        return is_text(text, MOST_PATH)
    return kind in ("upload", "table") and is_key(text, kind[0])


def is_row(value: Any) -> bool:
    """Say whether it is one row of a table: a cell for names of columns."""
    if not isinstance(value, dict) or not 1 <= len(value) <= MOST_NAMES:
        return False
    return all(is_name(name) and is_cell(cell) for name, cell in value.items())


def is_cell(value: Any) -> bool:
    """Say whether it may stand in a table."""
    return value is None or is_flag(value) or is_number(value) or is_text(value, MOST_CELL)


TEXT: Check = (is_text, f"text, 1 ... {MOST_TEXT}")
FLAG: Check = (is_flag, "true, false")
NAMED: Check = (is_named, '"name", {"name": "...", ...}')
NUMBER: Check = (is_number, "0.01")
NAME: Check = (is_name, f"text, 1 ... {MOST_NAME}")
NAMES: Check = (is_names, f'["...", "..."], 0 ... {MOST_NAMES}')
SEED: Check = (lambda v: is_whole(v, 0, MOST_ID), f"0 ... {MOST_ID}")
RATE: Check = (lambda v: is_number(v) or v == "auto", '"auto", 0.05')
TABLE: Check = (lambda v: is_key(v, "t"), '"t1"')
SCAN: Check = (lambda v: is_key(v, "s"), '"s1"')


def steps_to(most: int) -> Check:
    """Return the check of a number of steps."""
    return (lambda v: is_whole(v, 0, most), f"0 ... {most}")


def start_of(parameters: int) -> Check:
    """Return the check of a start, of at most so many parameters."""
    return (
        lambda v: is_number(v) or v == "random" or is_numbers(v, 1, parameters),
        '0.0, [0.0, 0.0], "random"',
    )


def one_of(*words: str) -> Check:
    """Return the check of a word from a list."""
    return (lambda v: isinstance(v, str) and v in words, ", ".join(f'"{w}"' for w in words))
