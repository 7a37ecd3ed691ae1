"""Which columns can be computed from which: the reason for a rank deficiency, in names.

Every scaled direction n along which the loss does not change says sum n_j x_j = 0: its last column
can be computed from the earlier ones. Reduced so that no two directions share that last column,
they name as many dependent columns as there are such directions. A constant column has no sources.
"""

from __future__ import annotations

import numpy as np

from kedou.block import Floats
from kedou.solution.design import Design

VISIBLE = 1e-6


def dependent_columns(design: Design, null: Floats) -> dict[str, tuple[str, ...]]:
    """Return {dependent column: (columns it depends on, ...)} in column order.

    Parameters
    ----------
    null : (k, nullity) float64
        Orthonormal scaled directions along which the loss does not change.

    Examples
    --------
    With x3 = x1 + 2 x2 the result is ``{"x3": ("x1", "x2")}``; a constant column next to an
    intercept gives ``{"x2": ()}``.
    """
    directions = null.T.copy()
    last: dict[int, int] = {}
    for j in reversed(range(null.shape[0])):
        free = [row for row in range(len(directions)) if row not in last.values()]
        if not free:
            break
        row = max(free, key=lambda row: abs(directions[row, j]))
        if abs(directions[row, j]) <= VISIBLE:
            continue
        directions[row] /= directions[row, j]
        for other in range(len(directions)):
            if other != row:
                directions[other] -= directions[other, j] * directions[row]
        last[j] = row
    names = design.names
    return {
        names[j]: tuple(
            names[i] for i in np.flatnonzero(np.abs(directions[last[j]]) > VISIBLE) if i != j
        )
        for j in sorted(last)
    }
