"""The sigmoid, and what targets of 0 and 1 share.

sigma(s) = 1 / (1 + exp(-s)) turns a score into a probability. With m = 1 - 2y (1 for y = 0, -1 for
y = 1), sigma(m s) is the probability given to what did *not* happen: written in it, losses need
no difference of nearly equal numbers and keep all their digits in both tails.
"""

from __future__ import annotations

import numpy as np

from kedou.block import Floats
from kedou.errors import DataError


def sigmoid(score: Floats) -> Floats:
    """Return 1 / (1 + exp(-score)), computed from exp(-|score|), which cannot overflow.

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    small = np.exp(-np.abs(score))
    return np.where(score >= 0.0, 1.0, small) / (1.0 + small)


def away(y: Floats) -> Floats:
    """Return m = 1 - 2y: the direction of score that makes a row's prediction worse."""
    return 1.0 - 2.0 * y


def check_zero_one(y: Floats, loss: str) -> None:
    """Raise DataError unless every target is 0 or 1."""
    odd = np.flatnonzero((y != 0.0) & (y != 1.0))
    if odd.size:
        raise DataError(
            "losses.target-not-0-1",
            loss=loss,
            got=float(y[odd[0]]),
            row=int(odd[0]) + 1,
            count=int(odd.size),
        )
