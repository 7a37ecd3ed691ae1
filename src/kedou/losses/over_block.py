"""A loss over a block of rows: weighted sums that add, and divided by the weight are means.

With z_i = (x_i, 1) (just x_i without an intercept), s_i = z_i . theta and weights f_i:

    weight_sum     sum f_i
    loss_sum       sum f_i l(y_i, s_i)
    gradient_sum   sum f_i l'(y_i, s_i) z_i             (p,)
    curvature_sum  sum f_i l''(y_i, s_i) z_i z_i'       (p, p)
    curvature_along  curvature_sum v, without forming the matrix   (p,)

Sums of two blocks add up to the sums of both together; the mean loss is loss_sum / weight_sum, and
so on. Rows are taken in tiles, so that the temporary memory is a fraction of a megabyte whatever
the block's size. Low halves of double-double features (``Block.X_low``) are left out: these
losses are not computed to more than float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kedou.block import Block, Floats
from kedou.losses.loss import Loss

_TILE_NUMBERS = 65_536
_TILE_ROWS = 8_192


@dataclass(frozen=True, slots=True)
class LossSums:
    """Sums of a loss over rows, for one theta. ``+`` merges them.

    Attributes
    ----------
    weight_sum : float
        Sum of the weights (the number of rows without weights).
    loss_sum : float
        Weighted sum of the loss.
    gradient_sum : (p,) float64
        Weighted sum of dl/dtheta, in the order (w_1 ... w_k, b).
    curvature_sum : (p, p) float64 or None
        Weighted sum of the second derivatives, if asked for.
    curvature_along : (p,) float64 or None
        The same times v, if a v was given.
    """

    weight_sum: float
    loss_sum: float
    gradient_sum: Floats
    curvature_sum: Floats | None = None
    curvature_along: Floats | None = None

    def __add__(self, other: LossSums) -> LossSums:
        """Return the sums over the rows of both."""
        return LossSums(
            self.weight_sum + other.weight_sum,
            self.loss_sum + other.loss_sum,
            self.gradient_sum + other.gradient_sum,
            _both(self.curvature_sum, other.curvature_sum),
            _both(self.curvature_along, other.curvature_along),
        )


def over_block(
    loss: Loss,
    theta: Floats,
    block: Block,
    *,
    intercept: bool = True,
    curvature: bool = False,
    along: Floats | None = None,
) -> LossSums:
    """Sum a loss, its gradient and (if asked) its curvature over a block.

    Parameters
    ----------
    loss : Loss
        What to sum.
    theta : (p,) float64
        (w_1 ... w_k, b), or the weights alone without an intercept.
    block : Block
        X (rows, k), y (rows,), weight (rows,) or None.
    intercept : bool
        Whether theta ends with b.
    curvature : bool
        Whether to form the (p, p) matrix of second derivatives.
    along : (p,) float64 or None
        A direction v: also return that matrix times v, at the cost of two passes over X.

    Returns
    -------
    LossSums
        They add: block by block, in any grouping.

    Examples
    --------
    >>> import numpy as np
    >>> from kedou.losses import SquaredError
    >>> block = Block(np.array([[1.0], [2.0]]), np.array([1.0, 3.0]))
    >>> sums = over_block(SquaredError(), np.array([1.0, 0.0]), block)
    >>> sums.loss_sum / sums.weight_sum, sums.gradient_sum / sums.weight_sum
    (0.5, array([-2., -1.]))
    """
    rows, k = block.X.shape
    p = k + int(intercept)
    assert theta.shape == (p,), (theta.shape, p)
    tile = max(256, min(_TILE_ROWS, _TILE_NUMBERS // max(k, 1)))
    weight_sum = loss_sum = 0.0
    gradient_sum = np.zeros(p)
    curvature_sum = np.zeros((p, p)) if curvature else None
    curvature_along = np.zeros(p) if along is not None else None
    # A theta that ran away has scores and losses beyond float64: inf and nan are then the right
    # sums, and descent reads them as diverged, which says more than a warning would.
    with np.errstate(over="ignore", invalid="ignore"):
        for first in range(0, rows, tile):
            X = block.X[first : first + tile]
            y = block.y[first : first + tile]
            f = None if block.weight is None else block.weight[first : first + tile]
            score = _times(X, theta, intercept)
            value = loss.value(y, score)
            slope = loss.slope(y, score)
            weight_sum += float(len(y)) if f is None else float(np.sum(f))
            loss_sum += float(np.sum(value if f is None else f * value))
            gradient_sum += _gather(X, slope if f is None else f * slope, intercept)
            if curvature_sum is None and curvature_along is None:
                continue
            bend = loss.curvature(y, score)
            bend = bend if f is None else f * bend
            if curvature_along is not None and along is not None:
                curvature_along += _gather(X, bend * _times(X, along, intercept), intercept)
            if curvature_sum is not None:
                curvature_sum[:k, :k] += X.T @ (bend[:, None] * X)
                if intercept:
                    edge = bend @ X
                    curvature_sum[k, :k] += edge
                    curvature_sum[:k, k] += edge
                    curvature_sum[k, k] += float(np.sum(bend))
    return LossSums(weight_sum, loss_sum, gradient_sum, curvature_sum, curvature_along)


def _times(X: Floats, v: Floats, intercept: bool) -> Floats:
    """Return Z v, where Z is X with a column of ones last if there is an intercept."""
    product: Floats = X @ v[:-1] + v[-1] if intercept else X @ v
    return product


def _gather(X: Floats, r: Floats, intercept: bool) -> Floats:
    """Return Z' r."""
    product: Floats = r @ X
    return np.append(product, np.sum(r)) if intercept else product


def _both(one: Floats | None, other: Floats | None) -> Floats | None:
    return None if one is None or other is None else one + other
