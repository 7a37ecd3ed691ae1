"""Moments: all that squared error ever needs to know about n rows.

For the columns z = [x_1 ... x_k y], target last, with row weights w_i:

    W = sum w_i      mean = (1/W) sum w_i z_i      scatter = sum w_i (z_i - mean)(z_i - mean)'

Two of them merge as if their rows had been seen together (``kedou.moments.chan``, after Chan,
Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979).

Means travel as unevaluated sums ``mean + mean_low``: at mean/sd = 1e8 a float64 mean is only
good to 1e-8 of the spread, and merging would carry that error into the scatter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kedou.block import Column, Floats, level_order
from kedou.errors import DataError, MomentsMismatchError
from kedou.moments.chan import between
from kedou.readable import Table
from kedou.texts import Message

if TYPE_CHECKING:
    from kedou.moments.exact.bins import Bins

SMALLEST = 1e-153
"""Below this size the square of a value is subnormal and loses digits."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Weight sum, means and centred cross-products of [X y]; mergeable with ``+``.

    Attributes
    ----------
    columns : tuple of Column
        The k features, in order. Every level of a category has its indicator; the reference
        level is dropped only when solving.
    target_name : str
        Name of the target, the last column of ``mean`` and ``scatter``.
    count : int
        Rows used (a row of weight 2 counts once here).
    weight_sum : float
        Sum of weights; equals ``count`` without weights.
    mean : (k + 1,) float64
        Weighted means, in the units of each column.
    mean_low : (k + 1,) float64
        What rounding took from ``mean``: the means are ``mean + mean_low``.
    scatter : (k + 1, k + 1) float64
        Centred cross-products, symmetric.
    rows_read : int
        Rows read, used or not.
    skipped : mapping of str to int
        Missing, non-finite or bad cells by table column, in rows that were left out.
    weight_name : str or None
        Name of the weight column.
    precision : str
        ``"fast"``: float64 products, compensated means. ``"exact"``: sums without any rounding,
        whatever the order of the rows; mean and scatter are those sums, rounded at the end.
    folds : tuple of Moments
        The moments of each fold, where ``scan`` was asked for folds.
    exact : Bins or None
        Exact sums of [x_1 ... x_k y 1], with ``precision="exact"``.
    scatter_low : (k + 1, k + 1) float64 or None
        With ``precision="exact"``: what rounding took from ``scatter``.
    chosen : Message or None
        Why this precision, where ``precision="auto"`` chose another than ``"fast"`` or would have.

    Examples
    --------
    >>> import kedou as kd
    >>> moments = kd.scan(kd.data.tadpoles())
    >>> moments.count, moments.feature_names, moments.target_name
    (7, ('time',), 'volume')
    >>> moments.mean.round(4).tolist()
    [2.9286, 2.3571]
    """

    columns: tuple[Column, ...]
    target_name: str
    count: int
    weight_sum: float
    mean: Floats
    mean_low: Floats
    scatter: Floats
    rows_read: int = -1
    skipped: Mapping[str, int] = field(default_factory=dict)
    weight_name: str | None = None
    precision: str = "fast"
    folds: tuple[Moments, ...] = ()
    exact: Bins | None = None
    scatter_low: Floats | None = None
    chosen: Message | None = None

    def __post_init__(self) -> None:
        if self.rows_read < 0:
            object.__setattr__(self, "rows_read", self.count)
        for array in (self.mean, self.mean_low, self.scatter, self.scatter_low):
            if array is not None:
                array.setflags(write=False)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the k feature columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def rows_skipped(self) -> int:
        """Rows read but not used."""
        return self.rows_read - self.count

    def __repr__(self) -> str:
        return (
            f"Moments({self.count:,} rows, {len(self.columns)} features, "
            f"target {self.target_name!r}, precision {self.precision!r})"
        )

    def _repr_html_(self) -> str:
        return self._table().html()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return self._table().bundle()

    def _table(self) -> Table:
        from kedou.moments.readable import table_of

        return table_of(self)

    def __eq__(self, other: object) -> bool:
        """Two moments are equal when they describe the same columns with the same bits."""
        if not isinstance(other, Moments):
            return NotImplemented
        return (
            self.columns == other.columns
            and self.target_name == other.target_name
            and self.count == other.count
            and self.weight_sum == other.weight_sum
            and self.rows_read == other.rows_read
            and dict(self.skipped) == dict(other.skipped)
            and self.precision == other.precision
            and self.mean.tobytes() == other.mean.tobytes()
            and self.mean_low.tobytes() == other.mean_low.tobytes()
            and self.scatter.tobytes() == other.scatter.tobytes()
            and self.exact == other.exact
            and self.folds == other.folds
        )

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Moments) -> Moments:
        """Merge two moments as if their rows had been read together.

        Exact moments add up to exact ones; exact and fast ones to fast ones.

        Raises
        ------
        MomentsMismatchError
            Other columns, or another target.
        """
        if not isinstance(other, Moments):
            return NotImplemented
        return _merge(self, other)

    def without(self, fold: int) -> Moments:
        """Return the moments of all folds but one, merged in order.

        Raises
        ------
        DataError
            There is no such fold.
        """
        if not 0 <= fold < len(self.folds):
            raise DataError("moments.no-fold", fold=fold, folds=len(self.folds))
        rest = [part for number, part in enumerate(self.folds) if number != fold]
        if not rest:
            return empty(self)
        total = rest[0]
        for part in rest[1:]:
            total = total + part
        return total

    def save(self, path: Any) -> None:
        """Write the moments as a versioned, checksummed JSON file (see ``kedou.moments.store``)."""
        from kedou.moments.store import save

        save(self, path)

    @staticmethod
    def load(path: Any) -> Moments:
        """Read moments back; a damaged or foreign file is a ``SavedFileError``."""
        from kedou.moments.store import load

        return load(path)

    def select(self, features: Any) -> Moments:
        """Keep the named features, in that order (see ``kedou.moments.algebra``)."""
        from kedou.moments.algebra import select

        return select(self, features)

    def drop(self, names: Any) -> Moments:
        """Leave out the named features."""
        from kedou.moments.algebra import drop

        return drop(self, names)

    def with_target(self, name: str) -> Moments:
        """Make a feature the target; the old target becomes the last feature."""
        from kedou.moments.algebra import with_target

        return with_target(self, name)

    def scale(self, factors: Mapping[str, float]) -> Moments:
        """Multiply columns by constants, as if every cell had been."""
        from kedou.moments.algebra import scale

        return scale(self, factors)

    def shift(self, offsets: Mapping[str, float]) -> Moments:
        """Add constants to columns, as if they had been added to every cell."""
        from kedou.moments.algebra import shift

        return shift(self, offsets)


def empty(like: Moments) -> Moments:
    """Return the moments of no rows, with the columns of ``like``: the neutral element of ``+``."""
    size = len(like.columns) + 1
    if like.exact is not None:
        from kedou.moments.exact.bins import none

        like = replace(like, exact=none(size + 1), scatter_low=np.zeros((size, size)))
    return replace(
        like,
        count=0,
        weight_sum=0.0,
        mean=np.zeros(size),
        mean_low=np.zeros(size),
        scatter=np.zeros((size, size)),
        rows_read=0,
        skipped={},
        folds=(),
    )


def require_range(moments: Moments) -> None:
    """Refuse values whose squares leave the range of float64, at either end.

    Raises
    ------
    DataError
    """
    with np.errstate(over="ignore"):
        squares = moments.mean * moments.mean
        finite = np.isfinite(np.diag(moments.scatter)) & np.isfinite(squares)
    if not finite.all():
        _refuse_range(moments, int(np.argmin(finite)), "too-large", "target-out-of-range")
    if moments.weight_sum > 0:
        spread = np.sqrt(np.diag(moments.scatter) / moments.weight_sum)
        size = np.maximum(np.abs(moments.mean), spread)
        lost = (size > 0) & (size < SMALLEST)
        if lost.any():
            _refuse_range(moments, int(np.argmax(lost)), "too-small", "target-too-small")


def _refuse_range(moments: Moments, number: int, column: str, target: str) -> None:
    value = float(np.nan_to_num(abs(moments.mean[number])))
    if number == len(moments.columns):
        raise DataError(f"moments.{target}", value=value)
    raise DataError(f"moments.{column}", column=moments.columns[number].name, value=value)


def as_fast(moments: Moments) -> Moments:
    """Return the moments rounded to float64, as fast ones: what is added to fast ones."""
    folds = tuple(as_fast(fold) for fold in moments.folds)
    return replace(
        moments, precision="fast", exact=None, scatter_low=None, chosen=None, folds=folds
    )


def _merge(a: Moments, b: Moments) -> Moments:
    require_same_kind(a, b)
    if a.exact is not None and b.exact is not None:
        from kedou.moments.exact.sums import sums_of

        return replace((sums_of(a) + sums_of(b)).moments(), chosen=a.chosen or b.chosen)
    if a.exact is not None or b.exact is not None:
        a, b = as_fast(a), as_fast(b)
    if a.columns != b.columns:
        a, b = _align(a, b)
    folds: tuple[Moments, ...] = ()
    if a.folds and len(a.folds) == len(b.folds):
        folds = tuple(_merge(x, y) for x, y in zip(a.folds, b.folds, strict=True))
    counts: dict[str, Any] = {**merged_counts(a, b), "folds": folds}
    if b.weight_sum == 0.0:
        return replace(a, **counts)
    if a.weight_sum == 0.0:
        return replace(b, **counts)
    weight_sum, mean, low, spread = between(
        np.array([a.weight_sum, b.weight_sum]),
        np.array([a.mean, b.mean]),
        np.array([a.mean_low, b.mean_low]),
    )
    scatter = a.scatter + b.scatter + spread
    return replace(a, weight_sum=weight_sum, mean=mean, mean_low=low, scatter=scatter, **counts)


def merged_counts(a: Any, b: Any) -> dict[str, Any]:
    """Return ``count``, ``rows_read`` and ``skipped`` of two sums or moments together."""
    skipped = dict(a.skipped)
    for name, cells in b.skipped.items():
        skipped[name] = skipped.get(name, 0) + cells
    return {
        "count": a.count + b.count,
        "rows_read": a.rows_read + b.rows_read,
        "skipped": skipped,
    }


def require_same_kind(a: Any, b: Any) -> None:
    """Refuse to add what does not belong together: other targets, weights or folds.

    Raises
    ------
    MomentsMismatchError
    """
    if a.target_name != b.target_name:
        raise MomentsMismatchError("moments.other-target", left=a.target_name, right=b.target_name)
    if (a.weight_name is None) != (b.weight_name is None) and a.count and b.count:
        raise MomentsMismatchError(
            "moments.other-weight", left=a.weight_name or "-", right=b.weight_name or "-"
        )
    if len(a.folds) != len(b.folds) and a.count and b.count:
        raise MomentsMismatchError("moments.other-folds", left=len(a.folds), right=len(b.folds))


def _frame(columns: tuple[Column, ...]) -> list[tuple[str, str, int, str | None]]:
    """Columns with all levels of one category folded into one entry."""
    entries: list[tuple[str, str, int, str | None]] = []
    for column in columns:
        name = column.source if column.kind == "level" else column.name
        entry = (column.kind, name, column.power, None)
        if entry not in entries:
            entries.append(entry)
    return entries


def union_columns(a: tuple[Column, ...], b: tuple[Column, ...]) -> tuple[Column, ...]:
    """Unite two sets of columns that may differ in the levels of a category only.

    Raises
    ------
    MomentsMismatchError
        They differ in more than levels.
    """
    frame_a, frame_b = _frame(a), _frame(b)
    plain_a = [entry for entry in frame_a if entry[0] != "level"]
    plain_b = [entry for entry in frame_b if entry[0] != "level"]
    if plain_a != plain_b:
        only_a = [c.name for c in a if c not in b]
        only_b = [c.name for c in b if c not in a]
        if not only_a and not only_b:
            raise MomentsMismatchError(
                "moments.other-order", left=[c.name for c in a], right=[c.name for c in b]
            )
        raise MomentsMismatchError(
            "moments.other-columns", left=only_a or ["-"], right=only_b or ["-"]
        )
    # A category that one side has never seen (no rows) takes its place from the other side.
    order = frame_a if len(frame_a) >= len(frame_b) else frame_b
    result: list[Column] = []
    for entry in order + [e for e in frame_b if e not in order]:
        if entry[0] == "level":
            levels = {c.level: c for c in (*a, *b) if c.kind == "level" and c.source == entry[1]}
            result += [levels[level] for level in sorted(levels, key=level_order)]
        else:
            result.append(next(c for c in (*a, *b) if c.kind == entry[0] and c.name == entry[1]))
    return tuple(result)


def with_columns(moments: Moments, columns: tuple[Column, ...]) -> Moments:
    """Return the moments in a wider set of columns: a level never seen is 0 in every row."""
    if moments.columns == columns:
        return moments
    if moments.exact is not None:
        from kedou.moments.exact.sums import sums_of

        return replace(sums_of(moments).widened(columns).moments(), chosen=moments.chosen)
    place = {column: number for number, column in enumerate(columns)}
    where = np.array([place[column] for column in moments.columns] + [len(columns)], dtype=np.intp)
    size = len(columns) + 1
    mean, low, scatter = np.zeros(size), np.zeros(size), np.zeros((size, size))
    mean[where], low[where] = moments.mean, moments.mean_low
    scatter[np.ix_(where, where)] = moments.scatter
    folds = tuple(with_columns(fold, columns) for fold in moments.folds)
    return replace(moments, columns=columns, mean=mean, mean_low=low, scatter=scatter, folds=folds)


def _align(a: Moments, b: Moments) -> tuple[Moments, Moments]:
    columns = union_columns(a.columns, b.columns)
    return with_columns(a, columns), with_columns(b, columns)
