"""Which encoding a text file has."""

from __future__ import annotations

import codecs

from kedou.errors import UnreadableFileError
from kedou.sources.files import DataFile

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(head: bytes, file: DataFile) -> tuple[str, str | None]:
    """Tell the encoding from the head of a file.

    A mark at the start settles it; else UTF-8 if the bytes fit; else GB18030, which Chinese
    Excel writes, if the characters are then mostly Chinese; else cp1252, Western Excel's.

    Returns
    -------
    encoding : str
        Name of a Python codec.
    reason : str or None
        Code of the note to be made.

    Raises
    ------
    UnreadableFileError
        If it is no text.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, None if encoding == "utf-8" else "sources.note-encoding-mark"
    if b"\x00" in head:
        raise UnreadableFileError("sources.not-text", file=file.origin)
    if _decoded(head, "utf-8") is not None:
        return "utf-8", None
    text = _decoded(head, "gb18030")
    if text is not None and _mostly_chinese(text):
        return "gb18030", "sources.note-encoding"
    return "cp1252", "sources.note-encoding"


def decode_head(head: bytes, encoding: str, file: DataFile, whole: bool) -> str:
    """Decode the head of a file, which may end inside a character unless it is the whole.

    Raises
    ------
    UnreadableFileError
        If the bytes are not in the encoding.
    """
    text = _decoded(head, encoding, whole)
    if text is None:
        raise UnreadableFileError("sources.not-in-encoding", file=file.origin, encoding=encoding)
    return text


def is_utf8(encoding: str) -> bool:
    """Whether text in the encoding is UTF-8 already."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")


def _decoded(head: bytes, encoding: str, whole: bool = False) -> str | None:
    name = "utf-8" if is_utf8(encoding) else encoding
    try:
        return codecs.getincrementaldecoder(name)().decode(head, whole)
    except UnicodeDecodeError:
        return None


def _mostly_chinese(text: str) -> bool:
    """Whether most characters are among the common ones, those of GB2312.

    Their two bytes both lie above ASCII, unlike an accented letter of a Western text and the
    plain letter after it, which together are a rare character of GB18030.
    """
    strange = [c for c in text if ord(c) > 127]
    common = sum(bool(c.encode("gb2312", "ignore")) for c in strange)
    return common >= 0.6 * len(strange)
