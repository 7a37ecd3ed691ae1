"""Arrays that scikit-learn has checked, as a source: dense or sparse, one target or several.

Several targets are scanned together: the moments of [X, y1 ... ym] hold those of every target, and
X is read once. A sparse matrix becomes dense a block at a time, so extra memory is constant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kedou.block import Block, Column, Floats
from kedou.columns.plan import ColumnPlan, Feature
from kedou.sources.in_memory import InMemory, Stretch
from kedou.sources.source import BLOCK_ROWS, LeftOut

BLOCK_NUMBERS = 2**22
SHORTEST_BLOCK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Rows(InMemory):
    """Checked rows: a Source.

    Attributes
    ----------
    X : (rows, k) array or CSR matrix
        Real numbers, all finite.
    Y : (rows, m) float64
        One column a target.
    weight : (rows,) float64 or None
    names : tuple of str
        Names of the k features.
    targets : tuple of str
        Names of the m targets. The last one is the target of the blocks; the others are
        features after the k.
    flat : bool
        Whether the target had one dimension.
    """

    X: Any
    Y: Floats
    weight: Floats | None
    names: tuple[str, ...]
    targets: tuple[str, ...]
    flat: bool = True

    def only(self, number: int) -> Rows:
        """Return the same rows with one of the targets."""
        return Rows(self.X, self.Y[:, [number]], self.weight, self.names, (self.targets[number],))

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """Nothing is left out."""
        return ()

    @property
    def notes(self) -> Sequence[str]:
        """Nothing was chosen automatically."""
        return ()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.Y)

    @property
    def plan(self) -> ColumnPlan:
        """Each column is a number, used as it is."""
        features = (*self.names, *self.targets[:-1])
        return ColumnPlan(tuple(Feature(name) for name in features), self.targets[-1])

    @property
    def block_rows(self) -> int:
        """Rows of a block: fewer where a block is a copy and rows are wide."""
        if isinstance(self.X, np.ndarray) and self.X.dtype == np.float64 and len(self.targets) == 1:
            return BLOCK_ROWS
        fitting = BLOCK_NUMBERS // (len(self.names) + len(self.targets))
        return min(BLOCK_ROWS, max(SHORTEST_BLOCK, 1 << max(fitting.bit_length() - 1, 0)))

    def parts(self) -> Sequence[RowsPart]:
        """Return stretches of 8 blocks."""
        columns = tuple(Column(name, name) for name in (*self.names, *self.targets[:-1]))
        length = 8 * self.block_rows
        return [
            RowsPart(self, start, min(start + length, self.rows), columns)
            for start in range(0, self.rows, length)
        ]


class RowsPart(Stretch[Rows]):
    """Rows ``start`` to ``stop``."""

    __slots__ = ()

    def blocks(self) -> Iterator[Block]:
        """Read the part, block by block."""
        length = self.source.block_rows
        for start in range(self.start, self.stop, length):
            yield self._block(slice(start, min(start + length, self.stop)))

    def _block(self, rows: slice) -> Block:
        source = self.source
        X = source.X[rows]
        if not isinstance(X, np.ndarray):
            X = X.toarray()
        X = X.astype(np.float64, copy=False)
        if len(source.targets) > 1:
            X = np.hstack([X, source.Y[rows, :-1]])
        weight = None if source.weight is None else source.weight[rows]
        return Block(X, source.Y[rows, -1], weight, self.origin, rows.start, columns=self.columns)
