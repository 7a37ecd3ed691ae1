"""Each row is left out in turn: for few rows, where five folds would say little."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kedou.blas import one_thread
from kedou.block import Block
from kedou.errors import DataError
from kedou.fitting.reading import Observer
from kedou.moments import Accumulator, ExactAccumulator, Merger, Moments, Sums
from kedou.moments.unions import with_columns
from kedou.sources.source import Source

SMALL = 100
"""Below so many rows each one is left out in turn."""


def leave_one_out(source: Source, observe: Observer | None = None, exact: bool = False) -> Moments:
    """Read all rows and return their moments with one fold for each row.

    For few rows: there are as many folds as rows, and as many descents.

    Parameters
    ----------
    source : Source
    observe : callable, optional
        As for ``kd.scan``: called with every block and the folds of its rows.
    exact : bool, default False
        Return exact moments.
    """
    kind = ExactAccumulator if exact else Accumulator
    accumulator = kind(source.target_name, source.weight_name)
    merger: Merger[Any] = Merger()
    singles: list[Any] = []
    with one_thread():
        for part in (source.with_low_powers() if exact else source).parts():
            for block in part.blocks():
                merger.add(accumulator.moments(block))
                if observe is not None:
                    observe(block, np.arange(len(singles), len(singles) + len(block.y)))
                singles += [accumulator.moments(_row(block, i)) for i in range(len(block.y))]
    total = merger.result()
    if total is None or total.count == 0:
        read = 0 if total is None else total.rows_read
        raise DataError("moments.no-rows", read=read, skipped=read)
    if isinstance(total, Sums):
        return replace(total, folds=tuple(singles)).moments()
    whole: Moments = total
    return replace(whole, folds=tuple(with_columns(one, whole.columns) for one in singles))


def _row(block: Block, i: int) -> Block:
    one = slice(i, i + 1)
    weight = None if block.weight is None else block.weight[one]
    return replace(
        block,
        X=block.X[one],
        y=block.y[one],
        weight=weight,
        X_low=None if block.X_low is None else block.X_low[one],
        rows=None,
        key=None,
        rows_read=1,
        skipped={},
    )
