"""Which columns can be computed from which: the reason for a rank deficiency, in names.

Columns are taken in order; one that the earlier ones explain up to rounding is dependent, and the
earlier ones with a visible share in it are its sources. A constant column has none.
"""

from __future__ import annotations

import numpy as np

from kedou.solution.design import EPS, Design
from kedou.solution.least_squares import RANK_TOLERANCE


def dependent_columns(design: Design) -> dict[str, tuple[str, ...]]:
    """Return {dependent column: (columns it depends on, ...)} in column order.

    Examples
    --------
    With x3 = x1 + 2 x2 the result is ``{"x3": ("x1", "x2")}``; a constant column next to an
    intercept gives ``{"x2": ()}``.
    """
    k = len(design.columns)
    spread = design.spread
    C = design.A / spread[:, None] / spread
    independent: list[int] = []
    dependent: dict[str, tuple[str, ...]] = {}
    tolerance = max(RANK_TOLERANCE * k, 64 * EPS) * 4
    for j in range(k):
        if design.constant[j]:
            dependent[design.names[j]] = ()
            continue
        if independent:
            inside = C[np.ix_(independent, independent)]
            share = np.linalg.lstsq(inside, C[independent, j], rcond=None)[0]
            left = C[j, j] - float(share @ C[independent, j])
            if left <= tolerance:
                sources = [independent[i] for i in np.flatnonzero(np.abs(share) > 1e-6)]
                dependent[design.names[j]] = tuple(design.names[i] for i in sources)
                continue
        independent.append(j)
    return dependent
