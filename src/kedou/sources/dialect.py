"""How a text file is written: encoding, separator, decimal mark, line ends, names.

All of it is told from the head of the file, stated in ``notes`` and open to correction by the
arguments of ``open``. A thousands separator is never guessed: ``1,234`` could be either.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from kedou.columns.batch import MISSING
from kedou.columns.kinds import is_number
from kedou.errors import DataError, OptionError, UnreadableFileError
from kedou.sources.files import DataFile
from kedou.sources.records import first_record_end
from kedou.sources.streams import raw_bytes, read_full
from kedou.texts import say

HEAD = 1 << 20
_SAMPLE = 200
_DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.A)
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one text file is written.

    Attributes
    ----------
    encoding : str
        Name of a Python codec; ``utf-8`` and ``utf-8-sig`` are read without conversion.
    delimiter, decimal : str
        One character each.
    newline : bytes
        The byte that ends a line, ``\\n`` (also for ``\\r\\n``) or ``\\r``.
    names : tuple of str
        Column names.
    start : int
        Position of the first data row in the file's UTF-8 bytes.
    body : bytes
        Complete data rows from the head of the file, in UTF-8.
    notes : tuple of str
        What was chosen, in words.
    """

    encoding: str
    delimiter: str
    decimal: str
    newline: bytes
    names: tuple[str, ...]
    start: int
    body: bytes
    notes: tuple[str, ...]

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes are UTF-8 already."""
        return codecs.lookup(self.encoding).name in ("utf-8", "utf-8-sig", "ascii")


def detect(file: DataFile, given: Mapping[str, str | None], size: int = HEAD) -> Dialect:
    """Tell the dialect of a file from its first ``size`` bytes.

    Parameters
    ----------
    file : DataFile
    given : mapping
        ``encoding``, ``delimiter``, ``decimal``: None where they are to be detected.
    size : int
        How much of the file to look at.

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
    encoding, reason = _encoding(raw, given.get("encoding"), file)
    notes = [say(reason, file=file.origin, encoding=encoding)] if reason else []
    whole = len(raw) < size
    text = _decode(raw, encoding, file, whole)
    skipped = _SEPARATOR_LINE.match(text)
    lines = text[skipped.end() :] if skipped else text
    newline = b"\n" if "\n" in lines else b"\r"
    if not lines.endswith(("\n", "\r")) and whole:
        lines += newline.decode()
    delimiter = given.get("delimiter") or (skipped[1] if skipped else _delimiter(lines, whole))
    rows = _rows(lines, delimiter, whole)
    if not rows:
        raise DataError("sources.no-rows", file=file.origin)
    decimal = given.get("decimal") or _decimal(rows[1:] or rows, delimiter)
    headless = all(cell and is_number(cell, decimal) for cell in (c.strip() for c in rows[0]))
    names, named = _names(rows[0], headless, file)
    data = lines.encode("utf-8")
    blank = len(data) - len(data.lstrip(b"\r\n"))
    start = blank + (0 if headless else first_record_end(data[blank:], delimiter, newline))
    offset = len(text[: skipped.end()].encode("utf-8")) if skipped else 0
    if not whole:
        from kedou.sources.records import last_record_end

        data = data[: start + last_record_end(data[start:], delimiter, newline)]
    if not data[start:].strip():
        raise DataError("sources.no-rows", file=file.origin)
    notes += _say_marks(delimiter, decimal, given, file) + named
    body = data[start:]
    return Dialect(encoding, delimiter, decimal, newline, names, offset + start, body, tuple(notes))


def _check_options(given: Mapping[str, str | None]) -> None:
    delimiter, encoding, decimal = (given.get(o) for o in ("delimiter", "encoding", "decimal"))
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n' or not delimiter.isascii()):
        raise OptionError("sources.delimiter", delimiter=delimiter)
    if decimal is not None and decimal not in (".", ","):
        raise OptionError("sources.decimal", decimal=decimal)
    if delimiter is not None and delimiter == decimal:
        raise OptionError("sources.delimiter-is-decimal", delimiter=delimiter)
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise OptionError("sources.encoding", encoding=encoding) from None


def _encoding(raw: bytes, given: str | None, file: DataFile) -> tuple[str, str | None]:
    mark = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    if given is not None:
        is_utf8 = codecs.lookup(given).name == "utf-8"
        return ("utf-8-sig" if is_utf8 and mark == "utf-8-sig" else given), None
    if mark is not None:
        return mark, None if mark == "utf-8-sig" else "sources.note-encoding-mark"
    if b"\x00" in raw:
        raise UnreadableFileError("sources.not-text", file=file.origin)
    if _fits(raw, "utf-8"):
        return "utf-8", None
    if _fits(raw, "gb18030") and _mostly_chinese(raw):
        return "gb18030", "sources.note-encoding"
    return "cp1252", "sources.note-encoding"


def _fits(raw: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(raw)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_chinese(raw: bytes) -> bool:
    """Whether what is not ASCII decodes to common Chinese characters and marks."""
    text = codecs.getincrementaldecoder("gb18030")().decode(raw)
    strange = [c for c in text if ord(c) > 127]
    common = sum("\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef" for c in strange)
    return common >= 0.6 * len(strange)


def _decode(raw: bytes, encoding: str, file: DataFile, whole: bool) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(raw, final=whole)
    except UnicodeDecodeError:
        raise UnreadableFileError(
            "sources.not-in-encoding", file=file.origin, encoding=encoding
        ) from None


def _rows(text: str, delimiter: str, whole: bool) -> list[list[str]]:
    """First rows, blank lines left out; the last one is left out where it may be cut."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = list(islice((row for row in reader if row), _SAMPLE))
    except csv.Error:
        return []
    return rows[:-1] if not whole and 1 < len(rows) < _SAMPLE else rows


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
    blank = [name for name, cell in zip(names, first, strict=True) if not cell.strip()]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise DataError("sources.duplicate-column", column=name, file=file.origin)
    notes = [say("sources.note-blank-names", file=file.origin, names=blank)] if blank else []
    return names, notes


def _say_marks(
    delimiter: str, decimal: str, given: Mapping[str, str | None], file: DataFile
) -> list[str]:
    notes = []
    if given.get("delimiter") is None and delimiter != ",":
        shown = {"\t": "tab"}.get(delimiter, delimiter)
        notes.append(say("sources.note-delimiter", file=file.origin, delimiter=shown))
    if given.get("decimal") is None and decimal != ".":
        notes.append(say("sources.note-decimal", file=file.origin))
    return notes
