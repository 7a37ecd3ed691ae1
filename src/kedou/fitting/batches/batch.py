"""The loss over the rows of one step, as a rule sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kedou.block import Block, Floats
from kedou.losses import Loss, over_block
from kedou.losses.over_block import LossSums
from kedou.sources.source import BLOCK_CELLS


@dataclass(eq=False)
class Batch:
    """The loss over the rows of one step, as a rule sees it; in descent's coordinates."""

    loss: Loss
    intercept: bool
    ridge: float
    rows: int = 0
    cells: int = 0
    pieces: list[Block] = field(default_factory=list)
    sums: LossSums | None = None

    def add(self, piece: Block, theta: Floats) -> None:
        """Add rows to the sums at the step's theta; few rows are kept for what a rule may ask."""
        part = over_block(self.loss, theta, piece, intercept=self.intercept)
        self.sums = part if self.sums is None else self.sums + part
        self.rows += len(piece.y)
        self.cells += piece.X.size
        self.pieces = [*self.pieces, piece] if self.is_held else []

    @property
    def is_held(self) -> bool:
        """Whether its rows are few enough to be kept: else rules are answered over all rows."""
        return self.cells <= most_held()

    def slope(self, sums: LossSums, theta: Floats) -> Floats:
        """Return the gradient of the batch from its sums, shape (p,)."""
        return self._penalised(sums.gradient_sum / self.rows, theta)

    def value(self, theta: Floats) -> float:
        """Return the loss of the batch."""
        weights = theta[: len(theta) - int(self.intercept)]
        return self._sums(theta).loss_sum / self.rows + self.ridge * float(weights @ weights)

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient of the batch, shape (p,)."""
        return self.slope(self._sums(theta), theta)

    def curvature(self, theta: Floats, v: Floats) -> Floats:
        """Return H v of the batch, shape (p,)."""
        sums = self._sums(theta, along=v)
        assert sums.curvature_along is not None
        return self._penalised(sums.curvature_along / self.rows, v)

    def _sums(self, theta: Floats, **wanted: Any) -> LossSums:
        parts = [
            over_block(self.loss, theta, piece, intercept=self.intercept, **wanted)
            for piece in self.pieces
        ]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    def _penalised(self, gradient: Floats, w: Floats) -> Floats:
        if self.ridge:
            k = len(w) - int(self.intercept)
            gradient[:k] += 2.0 * self.ridge * w[:k]
        return gradient


def most_held() -> int:
    """Return how many cells of X a batch may have and still be kept."""
    return 2 * BLOCK_CELLS
