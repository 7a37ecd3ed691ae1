"""The mean of a loss over rows, as a surface that descent can walk on: a pass an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kedou.block import Block, Floats
from kedou.losses import Loss, over_block
from kedou.losses.over_block import LossSums
from kedou.solution import Coordinates


@dataclass(eq=False)
class PassSurface:
    """The mean of a loss over rows, as descent sees it, in descent's coordinates.

    Attributes
    ----------
    least : float
        Smallest loss known (0 where none is).
    scale_of_loss : float
        What a tolerance is a share of.
    passes : int
        How often all rows were read.
    """

    loss: Loss
    blocks: Callable[[], Iterator[Block]]
    coordinates: Coordinates
    least: float = 0.0
    scale_of_loss: float = 0.0
    passes: int = 0

    def sums(self, theta: Floats, **wanted: Any) -> LossSums:
        """Return the sums of the loss at user's parameters: one pass."""
        self.passes += 1
        total: LossSums | None = None
        for block in self.blocks():
            part = over_block(
                self.loss, theta, block, intercept=self.coordinates.intercept, **wanted
            )
            total = part if total is None else total + part
        assert total is not None, "a source without rows is refused by the scan"
        return total

    def evaluate(self, theta: Floats) -> tuple[float, Floats]:
        """Return L - least, at least 0, and the gradient: one pass."""
        return self._measured(self.sums(self.coordinates.outward(theta)))

    def _measured(self, sums: LossSums) -> tuple[float, Floats]:
        value = sums.loss_sum / sums.weight_sum
        gradient = self.coordinates.gradient_inward(sums.gradient_sum / sums.weight_sum)
        return (value - self.least if value > self.least else 0.0 * value), gradient

    def evaluate_many(self, thetas: Floats) -> tuple[Floats, Floats]:
        """Return the gaps (m,) and gradients (m, p) at several points (m, p): one pass for all."""
        self.passes += 1
        users = self.coordinates.outward(thetas)
        totals: list[LossSums] = []
        for block in self.blocks():
            parts = [
                over_block(self.loss, user, block, intercept=self.coordinates.intercept)
                for user in users
            ]
            totals = [a + b for a, b in zip(totals, parts, strict=True)] if totals else parts
        found = [self._measured(sums) for sums in totals]
        return np.array([gap for gap, _ in found]), np.array([gradient for _, gradient in found])

    def value(self, theta: Floats) -> float:
        """Return L: one pass."""
        return self.evaluate(theta)[0] + self.least

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient, shape (p,): one pass."""
        return self.evaluate(theta)[1]

    def curvature(self, theta: Floats, v: Floats) -> Floats:
        """Return H(theta) v, shape (p,): one pass."""
        along = self.coordinates.outward(v)
        sums = self.sums(self.coordinates.outward(theta), along=along)
        assert sums.curvature_along is not None
        return self.coordinates.gradient_inward(sums.curvature_along / sums.weight_sum)
