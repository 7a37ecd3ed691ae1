"""Text in columns and paragraphs, where a Chinese character is two cells wide."""

from __future__ import annotations

from collections.abc import Sequence

from kedou import texts
from kedou.readable import cells, pad

_NOT_FIRST = "，。；：、？！）】》”’％%,.;:?!)]}"
_NOT_LAST = "（【《“‘([{"


def shorten(text: str, size: int) -> str:
    """Cut a text that is wider than ``size`` cells, with three points at its end."""
    if cells(text) <= size:
        return text
    kept = ""
    for character in text:
        if cells(kept + character) > size - 3:
            break
        kept += character
    return kept + "..."


def wrap(text: str, size: int, indent: str = "", first: str | None = None) -> str:
    """Break a text into lines of at most ``size`` cells, indented.

    Lines break at spaces, and between wide characters, but not before a mark that closes nor after
    one that opens.

    Parameters
    ----------
    indent : str
        Put before each line.
    first : str, optional
        Put before the first line instead.

    >>> print(wrap("the way down, and the way up", 16, "  "))
      the way down,
      and the way up
    """
    lead = indent if first is None else first
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if line and cells(lead) + cells((line + piece).rstrip()) > size:
                lines.append(lead + line.rstrip())
                lead, line = indent, ""
                piece = piece.lstrip()
            line += piece
        lines.append((lead + line).rstrip())
        lead = indent
    return "\n".join(lines)


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may break."""
    pieces: list[str] = []
    piece = ""
    for character in text:
        before = piece[-1:]
        wide = cells(character) == 2 or (before and cells(before) == 2)
        breaks = (before == " " and character != " ") or (
            wide and character not in _NOT_FIRST and before not in _NOT_LAST and before != ""
        )
        if breaks and character != " ":
            pieces.append(piece)
            piece = ""
        piece += character
    return [*pieces, piece] if piece else pieces


def table(rows: Sequence[Sequence[str]], left: int = 1, gap: str = "  ") -> list[str]:
    """Set rows in columns: the first ``left`` of them stand left, the others right."""
    sizes = [max(cells(row[j]) for row in rows) for j in range(len(rows[0]))] if rows else []
    lines = []
    for row in rows:
        filled = [pad(cell, sizes[j], right=j >= left) for j, cell in enumerate(row)]
        lines.append(gap.join(filled).rstrip())
    return lines


def number(value: float | None, digits: int = 4) -> str:
    """Write a number as it stands in a sentence; a minus where there is none.

    >>> number(0.743282, 3), number(1234567.4, 6), number(None)
    ('0.743', '1,234,567', '-')
    """
    return "-" if value is None or value != value else texts.number(value, digits)


def whole(value: int) -> str:
    """Write a count, its thousands separated."""
    return f"{value:,}"
