"""What solving and descending see of moments: one reference level fewer per category.

With an intercept the quadratic form of the loss is centred, without one it is taken about zero:

    A = mean of (x - m)(x - m)'    c = mean of (x - m)(y - ybar)    q = mean of (y - ybar)^2
    A = mean of x x'               c = mean of x y                  q = mean of y^2

(all means weighted), so that the mean squared error of (w, b) is

    L = q - 2 c'w + w'A w + (ybar - m'w - b)^2         (last term only with an intercept)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kedou.block import Column, Floats
from kedou.errors import DataError, OptionTypeError
from kedou.moments import Moments
from kedou.moments.exact import Bins
from kedou.moments.exact.sums import in_two, weight_in_two
from kedou.moments.range import require_range

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Design:
    """Second moments of the k columns that are solved for, and of the target.

    Attributes
    ----------
    columns : tuple of Column
        The k columns kept.
    references : dict of str to str
        The level of each category that was left out, the others being measured against it:
        the most frequent one (the first in order among equals).
    intercept : bool
        Whether b is solved for.
    A : (k, k) float64
    c : (k,) float64
    q : float
    mean : (k,) float64
        m; zeros without an intercept.
    target_mean : float
        ybar; zero without an intercept.
    constant : (k,) bool
        Columns that never change, beyond the rounding of their own values.
    squares : (k + 1,) float64
        Mean squares about zero of the columns and the target: their size.
    exact : Bins or None
        Exact sums of [x_1 ... x_k y 1], where the moments are exact.
    """

    columns: tuple[Column, ...]
    references: dict[str, str]
    target_name: str
    intercept: bool
    count: int
    weight_sum: float
    A: Floats
    c: Floats
    q: float
    mean: Floats
    mean_low: Floats
    target_mean: float
    target_mean_low: float
    constant: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    squares: Floats
    exact: Bins | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the k columns."""
        return tuple(column.name for column in self.columns)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the p parameters, the intercept last."""
        return (*self.names, "intercept") if self.intercept else self.names

    @property
    def p(self) -> int:
        """Number of parameters."""
        return len(self.columns) + int(self.intercept)

    def freedom(self, rank: int) -> float:
        """Return W - p for so many independent columns; of exact moments rounded at the end."""
        left = self.weight_sum - rank - int(self.intercept)
        return left if self.exact is None else left + float(weight_in_two(self.exact)[1])

    @property
    def spread(self) -> Floats:
        """Square root of A's diagonal, 1 for constant columns: what ``standardize`` divides by."""
        return np.where(self.constant, 1.0, np.sqrt(np.diag(self.A)))

    @property
    def joint(self) -> Floats:
        """The (k + 1, k + 1) matrix [[A, c], [c', q]]."""
        return np.block([[self.A, self.c[:, None]], [self.c[None, :], np.array([[self.q]])]])

    @property
    def null_loss(self) -> float:
        """Loss of "always the mean" (of "always zero" without an intercept)."""
        return self.q


def make_design(moments: Moments, intercept: bool = True) -> Design:
    """Choose reference levels and form A, c and q.

    Raises
    ------
    DataError
        There are no rows, all weights are zero, or values too large to be squared.
    """
    if not isinstance(moments, Moments):
        raise OptionTypeError("moments.needed", got=type(moments).__name__)
    if moments.weight_sum <= 0:
        if moments.count > 0:
            raise DataError("moments.weights-zero")
        raise DataError(
            "moments.no-rows", read=moments.rows_read, skipped=moments.rows_read - moments.count
        )
    require_range(moments)
    kept, references = choose_references(moments, intercept)
    where = np.array(kept, dtype=np.intp)
    k = len(moments.columns)
    both = np.append(where, k)
    mean, low = moments.mean[both], moments.mean_low[both]
    second = _second(moments, both, intercept)
    squares = np.diag(second) + mean * mean if intercept else np.diag(second).copy()
    if not intercept:
        mean, low = np.zeros_like(mean), np.zeros_like(low)
    size = len(kept)
    variances = np.diag(second)[:size]
    rounding = 4 * EPS * np.abs(moments.mean[where]) if intercept else np.zeros(size)
    return Design(
        columns=tuple(moments.columns[number] for number in kept),
        references=references,
        target_name=moments.target_name,
        intercept=intercept,
        count=moments.count,
        weight_sum=moments.weight_sum,
        A=second[:size, :size],
        c=second[:size, size],
        q=max(float(second[size, size]), 0.0),
        mean=mean[:size],
        mean_low=low[:size],
        target_mean=float(mean[size]),
        target_mean_low=float(low[size]),
        constant=variances <= rounding**2,
        squares=squares,
        exact=None if moments.exact is None else moments.exact.take(np.append(both, k + 1)),
    )


def _second(
    moments: Moments, both: np.ndarray[tuple[int], np.dtype[np.intp]], intercept: bool
) -> Floats:
    """Return [[A, c], [c', q]]; of exact moments each entry is rounded once or twice."""
    where = np.ix_(both, both)
    scatter = moments.scatter[where]
    mean = moments.mean[both]
    second = np.asarray(scatter / moments.weight_sum)
    if intercept:
        return second
    if moments.exact is None or moments.scatter_low is None:
        return np.asarray(second + mean[:, None] * mean)
    N, _ = moments.exact.whole()
    upper = np.triu_indices(len(both))
    entries = N[both[upper[0]], both[upper[1]]]
    second[upper], _ = in_two(entries, int(N[-1, -1]), 0)
    second.T[upper] = second[upper]
    return second


def choose_references(moments: Moments, intercept: bool) -> tuple[list[int], dict[str, str]]:
    """Return the numbers of the columns kept and the reference level of each category.

    Without an intercept the first category keeps all its levels: they stand for it.
    """
    references: dict[str, str] = {}
    gone: set[int] = set()
    categories = dict.fromkeys(c.source for c in moments.columns if c.kind == "level")
    for position, source in enumerate(categories):
        if position == 0 and not intercept:
            continue
        members = [
            n for n, c in enumerate(moments.columns) if c.kind == "level" and c.source == source
        ]
        most = max(members, key=lambda n: (moments.mean[n], -n))
        references[source] = moments.columns[most].level or ""
        gone.add(most)
    return [n for n in range(len(moments.columns)) if n not in gone], references
