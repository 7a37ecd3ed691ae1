r"""How a text file is written: encoding, separator, decimal mark, line ends, names.

All of it is told from the head of the file, stated in ``notes`` and open to correction by the
arguments of ``open``. A thousands separator is never guessed: ``1,234`` could be either.
A first line ``sep=;``, as Excel writes it, is obeyed. A first line of numbers only is data.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kedou.columns.batch import MISSING
from kedou.columns.kinds import is_number
from kedou.errors import DataError, OptionError
from kedou.sources.encoding import decode_head, find_encoding
from kedou.sources.files import DataFile
from kedou.sources.records import first_record_end, last_record_end
from kedou.sources.streams import raw_bytes, read_full
from kedou.texts import say

HEAD = 1 << 20
_SAMPLE = 200
_DELIMITERS = (",", ";", "\t", "|")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.A)
_NOT_FOR_FILES = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")
_SEPARATOR_LINE = re.compile(r"sep=(.)(\r\n|\r|\n)")

Given = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Dialect:
    r"""How one text file is written.

    Attributes
    ----------
    encoding : str
        Name of a Python codec.
    delimiter, decimal : str
        One character each.
    newline : bytes
        The byte that ends a line, ``\n`` (also for ``\r\n``) or ``\r``.
    names : tuple of str
        Column names.
    start : int
        Position of the first data row in the file's UTF-8 bytes, a mark counted.
    notes : tuple of str
        What was chosen, in words.
    """

    encoding: str
    delimiter: str
    decimal: str
    newline: bytes
    names: tuple[str, ...]
    start: int
    notes: tuple[str, ...]


def detect(file: DataFile, given: Given, size: int = HEAD) -> tuple[Dialect, bytes]:
    """Tell the dialect of a file from its first ``size`` bytes.

    Parameters
    ----------
    file : DataFile
    given : mapping
        ``encoding``, ``delimiter``, ``decimal``: None where they are to be detected.
    size : int
        How much of the file to look at.

    Returns
    -------
    dialect : Dialect
    body : bytes
        Complete data rows from the head of the file, in UTF-8.

    Raises
    ------
    DataError
        If the file is empty, has no rows, or two columns of one name.
    UnreadableFileError
        If it is no text, or not in the encoding given.
    OptionError
        If an option is not what it must be.
    """
    _check_options(given)
    with raw_bytes(file) as stream:
        raw = read_full(stream, size)
    if not raw.strip():
        raise DataError("sources.empty-file", file=file.origin)
    whole = len(raw) < size
    encoding, reason = given.get("encoding"), None
    if encoding is None:
        encoding, reason = find_encoding(raw, file)
    notes = [say(reason, file=file.origin, encoding=encoding)] if reason else []
    text = decode_head(raw, encoding, file, whole)
    first = _SEPARATOR_LINE.match(text.removeprefix("\ufeff"))
    before = ("\ufeff" if text.startswith("\ufeff") else "") + (first[0] if first else "")
    lines = text[len(before) :]
    newline = b"\n" if "\n" in lines else b"\r"
    if whole and not lines.endswith(("\n", "\r")):
        lines += newline.decode()
    delimiter = given.get("delimiter") or (first[1] if first else _delimiter(lines, whole))
    rows = _rows(lines, delimiter, whole)
    if not rows:
        code = "sources.no-rows" if not lines.strip() else "sources.no-row-end"
        raise DataError(code, file=file.origin, size=size >> 20)
    decimal = given.get("decimal") or _decimal(rows[1:] or rows, delimiter)
    headless = all(is_number(cell.strip(), decimal) for cell in rows[0])
    names, named = _names(rows[0], headless, file)
    notes += _say_marks(delimiter, decimal, given, file) + named
    data = lines.encode("utf-8")
    start = len(data) - len(data.lstrip(b"\r\n"))
    if not headless:
        start += first_record_end(data[start:], delimiter, newline)
    body = data[start:]
    body = body if whole else body[: last_record_end(body, delimiter, newline)]
    if not body.strip():
        raise DataError("sources.no-rows", file=file.origin)
    start += len(before.encode("utf-8"))
    return Dialect(encoding, delimiter, decimal, newline, names, start, tuple(notes)), body


def _check_options(given: Given) -> None:
    delimiter, encoding, decimal = (given.get(o) for o in ("delimiter", "encoding", "decimal"))
    if delimiter is not None:
        ordinary = delimiter.isascii() and delimiter not in ('"', "\r", "\n", "")
        if not ordinary or len(delimiter) != 1:
            raise OptionError("sources.delimiter", delimiter=delimiter)
    if decimal not in (None, ".", ","):
        raise OptionError("sources.decimal", decimal=decimal)
    if delimiter is not None and delimiter == decimal:
        raise OptionError("sources.delimiter-is-decimal", delimiter=delimiter)
    if encoding is not None:
        try:
            "".encode(encoding)  # refuses codecs that are none of text, such as zlib
            known = codecs.lookup(encoding).name not in _NOT_FOR_FILES
        except (LookupError, ValueError):
            known = False
        if not known:
            raise OptionError("sources.encoding", encoding=encoding)


def _rows(text: str, delimiter: str, whole: bool) -> list[list[str]]:
    """First rows, without blank lines, and without the last one where it may be cut."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) == _SAMPLE:
                return rows
    except csv.Error:  # a cell too long to be one: an open quote
        return rows
    return rows if whole else rows[:-1]


def _delimiter(text: str, whole: bool) -> str:
    """Return the separator that cuts all rows into equally many cells, most of them numbers."""
    best, best_score = ",", (0.0, 0.0)
    for delimiter in _DELIMITERS:
        rows = _rows(text, delimiter, whole)
        width = len(rows[0]) if rows else 0
        if width < 2:
            continue
        even = sum(len(row) == width for row in rows) / len(rows)
        cells = [cell.strip() for row in rows[1:] or rows for cell in row]
        marks = (".",) if delimiter == "," else (".", ",")
        good = sum(cell in MISSING or any(is_number(cell, m) for m in marks) for cell in cells)
        score = (even, good / max(len(cells), 1))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _decimal(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    """Return the decimal mark; a comma only where commas do not separate."""
    if delimiter == ",":
        return "."
    cells = [cell.strip() for row in rows for cell in row]
    commas = sum(_DECIMAL_COMMA.fullmatch(cell) is not None for cell in cells)
    points = sum("." in cell and is_number(cell) for cell in cells)
    return "," if commas > points else "."


def _names(
    first: Sequence[str], headless: bool, file: DataFile
) -> tuple[tuple[str, ...], list[str]]:
    if headless:
        names = tuple(f"c{i}" for i in range(1, len(first) + 1))
        return names, [say("sources.note-headless", file=file.origin, names=names)]
    names = tuple(cell.strip() or f"column_{i}" for i, cell in enumerate(first, 1))
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DataError("sources.duplicate-column", column=name, file=file.origin)
        seen.add(name)
    blank = [name for name, cell in zip(names, first, strict=True) if not cell.strip()]
    notes = [say("sources.note-blank-names", file=file.origin, names=blank)] if blank else []
    return names, notes


def _say_marks(delimiter: str, decimal: str, given: Given, file: DataFile) -> list[str]:
    notes = []
    if given.get("delimiter") is None and delimiter != ",":
        shown = {"\t": "tab"}.get(delimiter, delimiter)
        notes.append(say("sources.note-delimiter", file=file.origin, delimiter=shown))
    if given.get("decimal") is None and decimal != ".":
        notes.append(say("sources.note-decimal", file=file.origin))
    return notes
