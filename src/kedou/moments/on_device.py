"""Rows that live on a device, to moments: the fold of ``accumulate``, in the array API.

The same tiles, each centred on a pivot of its own, and the same repair; but all tiles of a block in
one batched product, for a device likes few large operations. What comes back to the host is W, m
and s of every tile, and the sum of all G: next to nothing beside the rows.

    d_i = (x_i, y_i) - m        G = sum w_i d_i d_i'        s = sum w_i d_i

The bits are not those of the processor, whose BLAS adds in another order; they are as good. The
pivot is the tile's mean rounded to 32 bits (Veltkamp's split; Dekker 1971): no further from it than
2**-33 of its size, so it serves data with a mean below some 10**9 spreads as well as the mean.

Batched operations read the rows several times. On an NVIDIA card that CuPy can use, kernels read
them once (``on_cuda``), and nothing here but the choice is used.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kedou.block import Block, Floats
from kedou.device import as_float64, beside, namespace_of, to_host
from kedou.moments.accumulate import gathered
from kedou.moments.block_accumulator import BlockAccumulator
from kedou.moments.moments import Moments
from kedou.moments.on_cuda import fold_on_card
from kedou.moments.tile import tile_rows

SPLIT = 2.0**21 + 1.0
LARGEST = 2.0**1000
"""A pivot above this is not rounded, which would overflow; its squares do so anyway."""

AT_ONCE = 1 << 25
"""Numbers of X in one batched product: 256 MB of float64, and two or three times that besides."""


class DeviceAccumulator(BlockAccumulator[Moments]):
    """Turns blocks whose arrays live on a device into moments."""

    def moments(self, block: Block) -> Moments:
        """Return the moments of one block."""
        total, mean, low, scatter = accumulate_there(block.X, block.y, block.weight)
        return Moments(
            **self.described(block), weight_sum=total, mean=mean, mean_low=low, scatter=scatter
        )

    def in_order(self, arrays: dict[str, Any], order: Any) -> dict[str, Any]:
        """Return arrays with their rows in an order, on their device."""
        X = arrays["X"]
        take, there = namespace_of(X).take, beside(X, order)
        return {name: take(array, there, axis=0) for name, array in arrays.items()}


def accumulate_there(X: Any, y: Any, weight: Any) -> tuple[float, Floats, Floats, Floats]:
    """Return weight sum, mean (hi, lo) and scatter of [X y], on the host.

    Parameters
    ----------
    X : (rows, k) array of real numbers on a device
    y : (rows,) array on the same device
    weight : (rows,) array on the same device, or None
    """
    rows, k = X.shape
    size, step = k + 1, tile_rows(k)
    with np.errstate(over="ignore", invalid="ignore"):  # some libraries compute by NumPy
        at_once = fold_on_card(X, y, weight)
        if at_once is not None:
            return gathered(*at_once, size)
        found = [_nothing(size)]
        many = max(AT_ONCE // max(k, 1) // step, 1) * step
        first = 0
        while first < rows:
            left = rows - first
            last = first + (min(many, left // step * step) or left)
            tile = min(step, last - first)
            found.append(_tiles(X[first:last, :], y[first:last], _cut(weight, first, last), tile))
            first = last
        weights, pivots, sums, products = zip(*found, strict=True)
        return gathered(
            np.concatenate(weights),
            np.concatenate(pivots),
            np.concatenate(sums),
            np.sum(products, axis=0),
            size,
        )


def _nothing(size: int) -> tuple[Floats, Floats, Floats, Floats]:
    return np.zeros(0), np.zeros((0, size)), np.zeros((0, size)), np.zeros((size, size))


def _cut(weight: Any, first: int, last: int) -> Any:
    return None if weight is None else weight[first:last]


def _tiles(X: Any, y: Any, weight: Any, step: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return W, m, s of each tile of ``step`` rows, and the sum of their G.

    X and y are kept apart: to join them would be one more copy of X.
    """
    xp = namespace_of(X)
    tiles, k = X.shape[0] // step, X.shape[1]
    w = None if weight is None else xp.reshape(as_float64(weight), (tiles, step, 1))
    if w is None:
        total = xp.full((tiles, 1), float(step), dtype=xp.float64, device=X.device)
    else:
        total = xp.sum(w, axis=1)
    x = _about_pivot(xp.reshape(as_float64(X), (tiles, step, k)), w, total)
    z = _about_pivot(xp.reshape(as_float64(y), (tiles, step, 1)), w, total)
    G = np.empty((k + 1, k + 1))
    G[:k, :k] = _product(x, x)
    G[:k, k:] = _product(x, z)
    G[k:, :k] = G[:k, k:].T
    G[k:, k:] = _product(z, z)
    pivots = [to_host(x.pivot), to_host(z.pivot)]
    sums = [to_host(xp.sum(part.weighted, axis=1)) for part in (x, z)]
    return to_host(total)[:, 0], np.hstack(pivots), np.hstack(sums), (G + G.T) / 2


class _AboutPivot(NamedTuple):
    """Columns of all tiles about their pivots.

    pivot : (tiles, columns)
    distance, weighted : (tiles, step, columns)
    """

    pivot: Any
    distance: Any
    weighted: Any


def _about_pivot(Z: Any, w: Any, total: Any) -> _AboutPivot:
    xp = namespace_of(Z)
    if w is None:
        mean = xp.mean(Z, axis=1)
    else:
        mean = xp.sum(Z * w, axis=1) / xp.where(total > 0.0, total, xp.ones_like(total))
    high = SPLIT * mean
    pivot = xp.where(xp.abs(mean) < LARGEST, high - (high - mean), mean)
    distance = Z - xp.expand_dims(pivot, axis=1)
    return _AboutPivot(pivot, distance, distance if w is None else distance * w)


def _product(left: _AboutPivot, right: _AboutPivot) -> Floats:
    xp = namespace_of(left.pivot)
    products = xp.matmul(xp.matrix_transpose(left.weighted), right.distance)
    return to_host(xp.sum(products, axis=0))
