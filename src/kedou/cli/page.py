"""Labels on the left, what they are about on the right: how a summary and a diagnosis are set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kedou.cli import console
from kedou.cli.layout import wrap
from kedou.columns.batch import RAGGED
from kedou.readable import cells
from kedou.texts import say

MOST_REASONS = 12
FIRM = "\u00a0"
"""A space at which no line breaks."""


class Page:
    """Lines of text that grow from above.

    Parameters
    ----------
    labels : sequence of str
        All labels that may come, ``label-...`` in the catalogue: the widest settles the column.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self.width = min(console.columns(), 110)
        self.column = max(cells(say(f"cli.label-{label}")) for label in labels) + 2
        self.lines: list[str] = []

    @property
    def room(self) -> int:
        """Cells to the right of the labels."""
        return self.width - self.column

    def add(self, label: str, text: str, style: str = "", label_style: str = "bold") -> None:
        """Add a paragraph under a label (``""``: under the last one)."""
        word = console.shown(say(f"cli.label-{label}")) if label else ""
        shown = console.style(word, label_style) if word else ""
        lead = shown + " " * (self.column - cells(word))
        for line in wrap(text, self.room).split("\n"):
            line = line.replace(FIRM, " ")
            coloured = console.style(line, style) if style and line else line
            self.lines.append((lead + coloured).rstrip())
            lead = " " * self.column

    def list(self, label: str, items: Sequence[str], label_style: str = "bold") -> None:
        """Add paragraphs under one label, each with a mark."""
        for place, item in enumerate(items):
            text = wrap(item, self.room, "  ", "- ")
            self.add(label if place == 0 else "", text, label_style=label_style)

    def draw(self, lines: Sequence[str]) -> None:
        """Add lines as they are, to the right of the labels."""
        self.lines += [" " * self.column + line for line in lines]


def cells_in_words(skipped: Mapping[str, int]) -> str:
    """Say which columns had unusable cells, the most of them first."""
    worst = sorted(skipped.items(), key=lambda item: -item[1])
    reasons = [
        say("cli.rows-ragged", count=count)
        if name == RAGGED
        else say("cli.rows-cells", column=name, count=count)
        for name, count in worst[:MOST_REASONS]
    ]
    if len(worst) > MOST_REASONS:
        reasons.append(say("cli.rows-more", count=len(worst) - MOST_REASONS))
    return say("cli.joint").join(reasons)
