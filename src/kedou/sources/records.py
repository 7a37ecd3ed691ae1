"""Where records of a delimited text end: a line end inside quotes is not one.

A quote opens a quoted cell only at the start of a cell; inside, ``""`` stands for a quote. Where
all quotes of a text stand at cell borders, as they do in nearly all files, a line end is outside
quotes exactly if an even number of quotes stands before it; else the cells are scanned.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

QUOTE = 34


def last_record_end(data: bytes, delimiter: str, newline: bytes) -> int:
    r"""Return the position after the last complete record in ``data``, 0 if there is none.

    ``data`` begins at a record. Examples: 4 for ``b"1,2\n3,"``, 0 for ``b'1,"2\n3'``.
    """
    if data.find(b'"') < 0:
        return data.rfind(newline) + 1
    quotes = np.flatnonzero(np.frombuffer(data, np.uint8) == QUOTE)
    if not _at_borders(data, quotes, delimiter):
        return _scan(data, delimiter, newline)
    end = data.rfind(newline)
    while end >= 0:
        before = int(np.searchsorted(quotes, end))
        if before % 2 == 0:
            break
        end = data.rfind(newline, 0, int(quotes[before - 1]))
    return end + 1


def first_record_end(data: bytes, delimiter: str, newline: bytes) -> int:
    """Return the position after the first complete record in ``data``, 0 if there is none."""
    end = data.find(newline) + 1
    while end and last_record_end(data[:end], delimiter, newline) != end:
        end = data.find(newline, end) + 1
    return end


def _at_borders(data: bytes, quotes: NDArray[np.intp], delimiter: str) -> bool:
    """Whether quotes open after, and close before, a cell border (or touch: a doubled quote)."""
    padded = np.frombuffer(b"\n" + data + b"\n", np.uint8)
    border = np.zeros(256, dtype=bool)
    border[[QUOTE, ord(delimiter), 10, 13]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    return bool(border[padded[opening]].all() and border[padded[closing + 2]].all())


def _scan(data: bytes, delimiter: str, newline: bytes) -> int:
    mark = re.escape(delimiter.encode())
    cells = re.compile(rb"(?:\A|[\n\r]|" + mark + rb')("[^"]*(?:""[^"]*)*(?:"|\Z))')
    spans = [match.span(1) for match in cells.finditer(data)]
    end = data.rfind(newline)
    for start, stop in reversed(spans):
        if end >= stop:
            break
        if end > start:
            end = data.rfind(newline, 0, start)
    return end + 1
