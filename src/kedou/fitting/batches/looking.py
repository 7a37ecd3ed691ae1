"""A look at the rows before the first step: how many they are, and how long the longest one is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kedou.fitting.blocks import DesignBlocks
from kedou.losses import AbsoluteError, Huber, Loss, SquaredError
from kedou.moments import Moments
from kedou.solution import Coordinates

ANY_TARGET = (SquaredError, AbsoluteError, Huber)


@dataclass(frozen=True, eq=False)
class Look:
    """What is known of the rows.

    Attributes
    ----------
    blocks : DesignBlocks
    coordinates : Coordinates
    rows : int
        Of weight 0, too.
    mean_weight : float
    """

    blocks: DesignBlocks
    coordinates: Coordinates
    rows: int
    mean_weight: float

    @cached_property
    def longest(self) -> float:
        """The largest squared length of a row, times its weight over the mean one, in descent's
        coordinates, the 1 of the intercept with it: read when it is asked for.
        """
        longest = 0.0
        for block in self.blocks():
            if not len(block.y):
                continue
            Z = (block.X - self.coordinates.shift) / self.coordinates.scale
            lengths = np.einsum("ij,ij->i", Z, Z) + float(self.coordinates.intercept)
            weighted = lengths if block.weight is None else block.weight * lengths
            longest = max(longest, float(weighted.max()))
        return longest / self.mean_weight


def look_at_rows(
    moments: Moments, blocks: DesignBlocks, loss: Loss, coordinates: Coordinates
) -> Look:
    """Count the rows, and check the targets where a loss does not take every number: one pass."""
    if not isinstance(loss, ANY_TARGET):
        for block in blocks():
            loss.check_target(block.y)
    return Look(blocks, coordinates, moments.count, moments.weight_sum / moments.count)
