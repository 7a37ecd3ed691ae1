"""What all accumulators share: how a block's sums are described, and how they split by fold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, Generic, TypeVar

import numpy as np

from kedou.block import Block
from kedou.moments.exact.sums import Sums
from kedou.moments.moments import Moments

Piece = TypeVar("Piece", Moments, Sums)
Folds = np.ndarray[tuple[int], np.dtype[np.intp]]


class BlockAccumulator(ABC, Generic[Piece]):
    """Turns blocks into moments or exact sums.

    Parameters
    ----------
    target_name : str
    weight_name : str, optional
    """

    def __init__(self, target_name: str, weight_name: str | None = None) -> None:
        self.target_name = target_name
        self.weight_name = weight_name

    @abstractmethod
    def moments(self, block: Block) -> Piece:
        """Return the moments, or the exact sums, of one block."""

    def in_order(self, arrays: dict[str, Any], order: Any) -> dict[str, Any]:
        """Return arrays with their rows in an order, columns first where they were."""
        return {
            name: np.take(array.T, order, axis=1).T
            if array.flags.f_contiguous and not array.flags.c_contiguous
            else np.take(array, order, axis=0)
            for name, array in arrays.items()
        }

    def folded(self, block: Block, fold: Folds, folds: int) -> Piece:
        """Return what ``moments`` does, with that of each fold, from one pass.

        Parameters
        ----------
        fold : (rows,) int
            The fold of each row, on the host.
        folds : int
            How many there are.
        """
        order = np.argsort(fold.astype(np.uint8), kind="stable")
        arrays = {"X": block.X, "y": block.y, "weight": block.weight, "X_low": block.X_low}
        given = {name: array for name, array in arrays.items() if array is not None}
        sorted_by_fold = self.in_order(given, order)
        parts, first = [], 0
        for count in np.bincount(fold, minlength=folds).tolist():
            rows = slice(first, first + count)
            first += count
            cut = {name: array[rows, ...] for name, array in sorted_by_fold.items()}
            inside = replace(block, **cut, rows=None, key=None, rows_read=count, skipped={})
            parts.append(self.moments(inside))
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        described = self.described(block)
        return replace(
            total,
            rows_read=described["rows_read"],
            skipped=described["skipped"],
            folds=tuple(parts),
        )

    def described(self, block: Block) -> dict[str, Any]:
        """Return what moments and sums say of a block beside its sums."""
        rows = int(block.y.shape[0])
        return {
            "columns": block.columns,
            "target_name": self.target_name,
            "weight_name": self.weight_name,
            "count": rows,
            "rows_read": rows if block.rows_read < 0 else block.rows_read,
            "skipped": dict(block.skipped),
        }
