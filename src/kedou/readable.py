"""Small tables that people read: in a notebook as HTML, in a terminal as text, with equal content.

Colours are those of the page around the table, so it is at home in a light and in a dark one. All
that is shown may come from data: nothing of it is ever read as HTML.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kedou.texts import number

Cell = str | float | int | None
MOST_ROWS = 20
LONGEST = 60
UNKNOWN = "–"

_TABLE = "border-collapse:collapse;margin:0.4em 0;color:inherit;background:none"
_CAPTION = "caption-side:top;text-align:left;padding:0 0 0.4em;font-weight:600;color:inherit"
_CELL = "padding:0.25em 0.9em 0.25em 0;border-bottom:1px solid rgba(128,128,128,.35);" \
    "background:none;color:inherit;vertical-align:baseline"  # fmt: skip
_NUMBER = f"{_CELL};text-align:right;font-variant-numeric:tabular-nums"
_NAME = f"{_CELL};text-align:left;font-weight:normal;white-space:pre-wrap"
_HEAD = "font-weight:600"
_NOTE = "margin:0.3em 0;max-width:44em;color:inherit"


@dataclass(frozen=True)
class Table:
    """A caption, rows of a name and its numbers, and sentences below.

    Attributes
    ----------
    caption : str
    heads : sequence of str
        The first stands over the names.
    rows : sequence of (name, cell, ...)
        Numbers are shown with five digits, None as a dash.
    notes : sequence of str

    Examples
    --------
    >>> print(Table("Two", ("name", "n"), [("a", 0.5), ("<b>", None)]).text())
    Two
    name    n
    a     0.5
    <b>     –
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    def html(self) -> str:
        """Return the table as HTML with everything escaped."""
        first, *others = self.heads
        heads = [f'<th scope="col" style="{_NAME};{_HEAD}">{_safe(first)}</th>']
        heads += [
            f'<th scope="col" style="{_NUMBER};{_HEAD}">{_safe(head)}</th>' for head in others
        ]
        lines = []
        for name, *cells_ in self.rows:
            row = f'<th scope="row" style="{_NAME}">{_safe(shown(name))}</th>'
            row += "".join(f'<td style="{_NUMBER}">{_safe(shown(cell))}</td>' for cell in cells_)
            lines.append(f"<tr>{row}</tr>")
        notes = "".join(f'<p style="{_NOTE}">{_safe(note)}</p>' for note in self.notes)
        return (
            f'<div><table style="{_TABLE}"><caption style="{_CAPTION}">{_safe(self.caption)}'
            f"</caption><thead><tr>{''.join(heads)}</tr></thead>"
            f"<tbody>{''.join(lines)}</tbody></table>{notes}</div>"
        )

    def text(self) -> str:
        """Return the table as lines of text, columns one below the other."""
        grid = [[plain(head) for head in self.heads]]
        grid += [[plain(shown(cell)) for cell in row] for row in self.rows]
        widths = [max(cells(row[n]) for row in grid) for n in range(len(self.heads))]
        lines = [
            "  ".join(pad(cell, widths[n], right=n > 0) for n, cell in enumerate(row)).rstrip()
            for row in grid
        ]
        return "\n".join([plain(self.caption), *lines, *map(plain, self.notes)])

    def bundle(self) -> dict[str, str]:
        """Return both, by the media types that a notebook chooses from."""
        return {"text/plain": self.text(), "text/html": self.html()}


def shown(cell: Cell) -> str:
    """Write one cell: a number with five digits, a text shortened where it is very long.

    >>> shown(1234567), shown(0.1234567), shown(None), shown(79634.2), shown(1e9)
    ('1,234,567', '0.12346', '–', '79,634', '1e+09')
    """
    if cell is None:
        return UNKNOWN
    if isinstance(cell, str):
        return cell if len(cell) <= LONGEST else f"{cell[: LONGEST - 21]}…{cell[-20:]}"
    if isinstance(cell, bool) or hasattr(cell, "__index__"):
        return f"{int(cell):,}"
    return number(float(cell), 5)


def known(value: Any) -> float | None:
    """Return a number, or None where there is none or it is not finite."""
    number = None if value is None else float(value)
    return number if number is not None and abs(number) < float("inf") else None


def first_rows(
    rows: Sequence[Sequence[Cell]], more: Callable[[int], str], most: int = MOST_ROWS
) -> tuple[list[Sequence[Cell]], list[str]]:
    """Return the first rows, and a sentence about the others where there are some."""
    left = len(rows) - most
    return list(rows[:most]), [more(left)] if left > 0 else []


def plain(text: str) -> str:
    """Return a text on one line, without what would turn it around or move a terminal's cursor."""
    return "".join(
        " " if character in "\n\r\t" else character
        for character in text
        if character in "\n\r\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


def cells(text: str) -> int:
    """Return how many cells of a terminal a text fills.

    >>> cells("loss"), cells("损失")
    (4, 4)
    """
    return sum(_cells_of(character) for character in text)


def pad(text: str, size: int, right: bool = False) -> str:
    """Fill a text with spaces up to ``size`` cells, on its left if it is to stand right.

    >>> pad("损失", 6) + "|", pad("7", 3, right=True)
    ('损失  |', '  7')
    """
    spaces = " " * max(size - cells(text), 0)
    return spaces + text if right else text + spaces


def _cells_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Cc", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _safe(text: str) -> str:
    return html.escape(plain(text), quote=True)
