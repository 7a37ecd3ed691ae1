"""The record of a run: every step, or a stated thinning of them.

Up to 100,000 records every step is kept. Beyond that the stride doubles: with stride s (a power of
two) the steps 0, s, 2s, ... and the last one are kept, s being the smallest for which no more
than 100,000 multiples have passed. Which steps remain depends on their number alone.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from kedou.block import Floats

MOST_RECORDS = 100_000
TAIL = 256


def stride_for(steps: int) -> int:
    """Return the stride that keeps at most ``MOST_RECORDS`` multiples among 0 ... steps."""
    stride = 1
    while steps // stride >= MOST_RECORDS:
        stride *= 2
    return stride


class History:
    """Collects (step, theta, gap, gradient) and thins itself.

    Parameters
    ----------
    p : int
        Number of parameters.
    steps : int
        How many steps are planned (room is made for them, up to the limit).
    """

    def __init__(self, p: int, steps: int) -> None:
        room = min(steps, MOST_RECORDS) + 2
        self._theta = np.empty((room, p))
        self._gradient = np.empty((room, p))
        self._gap = np.empty(room)
        self._steps = np.empty(room, dtype=np.int64)
        self._size = 0
        self._stride = 1
        self._last: tuple[int, Floats, float, Floats] | None = None
        self.tail: deque[Floats] = deque(maxlen=TAIL)

    def add(self, step: int, theta: Floats, gap: float, gradient: Floats) -> None:
        """Record one step; steps come in order."""
        self._last = (step, theta, gap, gradient)
        self.tail.append(theta)
        if step % self._stride:
            return
        if step // self._stride >= MOST_RECORDS:
            self._double()
            if step % self._stride:
                return
        n = self._size
        self._steps[n] = step
        self._theta[n] = theta
        self._gap[n] = gap
        self._gradient[n] = gradient
        self._size = n + 1

    def _double(self) -> None:
        self._stride *= 2
        kept = np.flatnonzero(self._steps[: self._size] % self._stride == 0)
        for array in (self._steps, self._theta, self._gap, self._gradient):
            array[: len(kept)] = array[kept]
        self._size = len(kept)

    def arrays(self) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
        """Return steps (records,), theta (records, p), gap (records,), gradient (records, p)."""
        n = self._size
        if self._last is not None and (n == 0 or self._steps[n - 1] != self._last[0]):
            self._steps[n], self._theta[n] = self._last[0], self._last[1]
            self._gap[n], self._gradient[n] = self._last[2], self._last[3]
            n += 1
        return (
            self._steps[:n].copy(),
            self._theta[:n].copy(),
            self._gap[:n].copy(),
            self._gradient[:n].copy(),
        )
