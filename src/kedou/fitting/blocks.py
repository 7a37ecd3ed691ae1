"""Blocks of a source with exactly the columns that a design solves for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from kedou.block import Block, Column, Floats
from kedou.sources.source import Part, Source, UncheckedPart


@dataclass(frozen=True, slots=True)
class DesignBlocks:
    """Call it to read all rows once, in order.

    Attributes
    ----------
    source : Source
    columns : tuple of Column
        The k columns wanted: reference levels left out, levels a block has not seen as zeros.
    checked : bool
        Whether to look for cells that cannot be used; not needed where a scan has found none.
    """

    source: Source
    columns: tuple[Column, ...]
    checked: bool = True

    def __call__(self) -> Iterator[Block]:
        """Read all rows once, in order."""
        for part in self.source.parts():
            yield from self.of(part)

    def of(self, part: Part) -> Iterator[Block]:
        """Read one part, in order."""
        if not self.checked and isinstance(part, UncheckedPart):
            blocks = part.unchecked_blocks()
        else:
            blocks = part.blocks()
        for block in blocks:
            yield self._fit(block)

    def _fit(self, block: Block) -> Block:
        if block.columns == self.columns:
            return block
        place = {column: number for number, column in enumerate(block.columns)}
        X: Floats = np.zeros((len(block.y), len(self.columns)), order="F")
        for number, column in enumerate(self.columns):
            if column in place:
                X[:, number] = block.X[:, place[column]]
        return replace(block, X=X, X_low=None, columns=self.columns)
