"""A few rows for pictures, chosen by a hash of (seed, file, row number) while all are read.

The rows with the smallest hashes are kept: they are the same rows for any number of workers, any
blocks and any order of the files, each row is as likely as any other, and a sorted file does no
harm. They come in the order of their hashes, so the first m of them are the sample of size m.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.block import Block, Column, Floats
from kedou.fitting.folds import hash_of_rows
from kedou.fitting.reading import FoldNumbers

ROWS = 2_000
CELLS = 1 << 18
"""Where there are many columns the sample has fewer rows, so that X stays below so many cells."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Some rows of a scan.

    Attributes
    ----------
    columns : tuple of Column
        The k columns of X: those of the moments, every level of a category with its indicator.
    X : (rows, k) float64
    y : (rows,) float64
    weight : (rows,) float64 or None
    rows : (rows,) int64
        Row number of each within its file, counted from 0.
    files : tuple of str
        The file of each row.
    folds : (rows,) int or None
        The fold of each row, where the scan had folds.

    Examples
    --------
    >>> import kedou as kd
    >>> sampler = Sampler(3)
    >>> moments = kd.scan(kd.data.tadpoles(), observe=sampler)
    >>> sampler.sample(moments.columns).rows.tolist()
    [5, 4, 0]
    """

    columns: tuple[Column, ...]
    X: Floats
    y: Floats
    weight: Floats | None
    rows: NDArray[np.int64]
    files: tuple[str, ...]
    folds: FoldNumbers | None

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, eq=False)
class _Piece:
    """Rows of one block that may be in the sample."""

    keys: NDArray[np.uint64]
    X: Floats
    y: Floats
    weight: Floats | None
    rows: NDArray[np.int64]
    folds: FoldNumbers | None
    columns: tuple[Column, ...]
    file: str

    def take(self, chosen: NDArray[Any]) -> _Piece:
        return replace(
            self,
            keys=self.keys[chosen],
            X=self.X[chosen],
            y=self.y[chosen],
            weight=None if self.weight is None else self.weight[chosen],
            rows=self.rows[chosen],
            folds=None if self.folds is None else self.folds[chosen],
        )


class Sampler:
    """Keeps a sample of the blocks it is shown: ``kd.scan(..., observe=sampler)``.

    Parameters
    ----------
    rows : int, default 2000
        At most so many.
    seed : int, default 0
    cells : int
        At most so many cells in X.
    """

    def __init__(self, rows: int = ROWS, seed: int = 0, cells: int = CELLS) -> None:
        self._most, self._seed, self._cells = rows, seed, cells
        self._size = rows
        self._limit = np.uint64(np.iinfo(np.uint64).max)
        self._pieces: list[_Piece] = []
        self._held = 0
        self._lock = threading.Lock()

    def __call__(self, block: Block, folds: FoldNumbers | None = None) -> None:
        """Take the rows of a block that may be in the sample; any thread, any order."""
        keys = hash_of_rows(block, self._seed)
        chosen = np.flatnonzero(keys <= self._limit)
        if len(chosen) > self._most:
            last = np.partition(keys[chosen], self._most - 1)[self._most - 1]
            chosen = chosen[keys[chosen] <= last]
        if not len(chosen):
            return
        piece = _Piece(
            keys, block.X, block.y, block.weight, block.row_numbers, folds, block.columns,
            block.origin,
        ).take(chosen)  # fmt: skip
        with self._lock:
            self._pieces.append(piece)
            self._held += len(chosen)
            self._size = min(self._size, self._rows_for(len(block.columns)))
            if self._held > 4 * self._size:
                self._thin()

    def sample(self, columns: Sequence[Column]) -> Sample:
        """Return the sample in the columns of the scan's moments."""
        columns = tuple(columns)
        with self._lock:
            self._size = min(self._size, self._rows_for(len(columns)))
            self._thin()
            pieces = list(self._pieces)
        count = sum(len(piece.keys) for piece in pieces)
        place = {column: number for number, column in enumerate(columns)}
        X: Floats = np.zeros((count, len(columns)))
        first = 0
        for piece in pieces:
            stretch = slice(first, first + len(piece.keys))
            X[stretch, [place[column] for column in piece.columns]] = piece.X
            first += len(piece.keys)
        files = [piece.file for piece in pieces for _ in piece.keys]
        rows = _joined([piece.rows for piece in pieces], np.int64)
        keys = _joined([piece.keys for piece in pieces], np.uint64)
        order = sorted(range(count), key=lambda i: (keys[i], files[i], rows[i]))[: self._size]
        weighted = [piece.weight for piece in pieces if piece.weight is not None]
        folded = [piece.folds for piece in pieces if piece.folds is not None]
        return Sample(
            columns=columns,
            X=X[order],
            y=_joined([piece.y for piece in pieces], np.float64)[order],
            weight=_joined(weighted, np.float64)[order] if weighted else None,
            rows=rows[order],
            files=tuple(files[i] for i in order),
            folds=_joined(folded, np.intp)[order] if folded else None,
        )

    def _rows_for(self, columns: int) -> int:
        return min(self._most, max(self._cells // max(columns, 1), 1))

    def _thin(self) -> None:
        """Let go of what cannot be among the smallest hashes any more; equal ones stay."""
        if self._held <= self._size:
            return
        keys = np.concatenate([piece.keys for piece in self._pieces])
        self._limit = np.partition(keys, self._size - 1)[self._size - 1]
        kept = [piece.take(piece.keys <= self._limit) for piece in self._pieces]
        self._pieces = [piece for piece in kept if len(piece.keys)]
        self._held = sum(len(piece.keys) for piece in self._pieces)


def _joined(arrays: Sequence[Any], dtype: Any) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=dtype)
