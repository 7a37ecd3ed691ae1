"""How closely each column goes with the target, and which goes so closely that it may be a leak.

For a column of numbers the correlation, r = S_xy / sqrt(S_xx S_yy). For a category the share of the
target's scatter that its levels account for, with the levels' own freedom taken off it:

    between = sum_l S_ly^2 / n_l        eta^2 = between / S_yy
    eps^2 = 1 - (1 - eta^2) (W - 1) / (W - L)

n_l = W mean_l rows have level l, and S_ly = n_l (mean y of level l - mean y). Without the
correction (Kelley, "An unbiased correlation ratio measure", 1935) a level for every row would
explain everything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kedou.moments.moments import Moments

LEAK = 0.999
FEW_ROWS = 10
"""Of so few rows or fewer nothing is called a leak."""


@dataclass(frozen=True, slots=True)
class Relation:
    """How closely a column goes with the target.

    Attributes
    ----------
    name : str
        The column of X; of a category, the column of the table.
    correlation : float
        -1 to 1; of a category eps, 0 to 1.
    """

    name: str
    correlation: float


def relations(moments: Moments) -> list[Relation]:
    """Return the relation of each column of numbers, and of each category, to the target.

    Columns and targets that are constant have none.

    Examples
    --------
    >>> import kedou as kd
    >>> table = {"x": [1.0, 2.0, 4.0], "c": ["a", "b", "b"], "y": [1.0, 2.0, 2.0]}
    >>> found = relations(kd.scan(table, target="y", categorical="c"))
    >>> [(relation.name, round(relation.correlation, 3)) for relation in found]
    [('x', 0.756), ('c', 1.0)]
    """
    S, W = moments.scatter, moments.weight_sum
    total = float(S[-1, -1])
    if not total > 0.0:
        return []
    found: dict[str, Relation] = {}
    for number, column in enumerate(moments.columns):
        if column.kind == "level":
            if column.source not in found:
                found[column.source] = Relation(column.source, _of_category(moments, column.source))
            continue
        own = float(S[number, number])
        if own > 0.0:
            r = float(S[number, -1]) / (np.sqrt(own) * np.sqrt(total))
            found[column.name] = Relation(column.name, float(np.clip(r, -1.0, 1.0)))
    return [relation for relation in found.values() if np.isfinite(relation.correlation) and W > 0]


def likely_leaks(moments: Moments, above: float = LEAK) -> list[Relation]:
    """Return what goes with the target so closely that it may have been made from it.

    Nothing of ten rows or fewer: they go with the target by chance, or are an exact line.

    Examples
    --------
    >>> import kedou as kd
    >>> y = [float(n * n % 13) for n in range(26)]
    >>> table = {"x": list(range(26)), "twice": [2.0 * value for value in y], "y": y}
    >>> [leak.name for leak in likely_leaks(kd.scan(table, target="y"))]
    ['twice']
    """
    if moments.count <= FEW_ROWS:
        return []
    return [relation for relation in relations(moments) if abs(relation.correlation) > above]


def _of_category(moments: Moments, source: str) -> float:
    S, W = moments.scatter, moments.weight_sum
    where = [n for n, c in enumerate(moments.columns) if c.kind == "level" and c.source == source]
    counts = W * moments.mean[where]
    used = counts > 0.0
    between = float(np.sum(np.square(S[where, -1][used]) / counts[used]))
    eta2 = between / float(S[-1, -1])
    freedom = W - float(used.sum())
    if freedom <= 0.0:
        return float("nan")
    eps2 = 1.0 - (1.0 - eta2) * (W - 1.0) / freedom
    return float(np.sqrt(np.clip(eps2, 0.0, 1.0)))
