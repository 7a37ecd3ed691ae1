"""A look at the rows before the first step: how many they are, and how long the longest one is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kedou.fitting.blocks import DesignBlocks
from kedou.losses import Loss
from kedou.solution import Coordinates


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the rows has found.

    Attributes
    ----------
    rows : int
    mean_weight : float
    longest : float
        The largest squared length of a row, times its weight over the mean one, in descent's
        coordinates, the 1 of the intercept with it.
    """

    rows: int
    mean_weight: float
    longest: float


def look_at_rows(blocks: DesignBlocks, loss: Loss, coordinates: Coordinates) -> Look:
    """Check the targets, count the rows, and find the longest one: one pass."""
    rows, weight_sum, longest = 0, 0.0, 0.0
    for block in blocks():
        loss.check_target(block.y)
        rows += len(block.y)
        weight_sum += float(len(block.y)) if block.weight is None else float(block.weight.sum())
        if len(block.y):
            Z = (block.X - coordinates.shift) / coordinates.scale
            lengths = np.einsum("ij,ij->i", Z, Z) + float(coordinates.intercept)
            weighted = lengths if block.weight is None else block.weight * lengths
            longest = max(longest, float(weighted.max()))
    mean = weight_sum / rows
    return Look(rows, mean, longest / mean)
