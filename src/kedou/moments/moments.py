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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedou.block import Column, Floats
from kedou.errors import DataError
from kedou.readable import Table
from kedou.texts import Message

if TYPE_CHECKING:
    from kedou.moments.exact.bins import Bins


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
        from kedou.moments.merging import merge

        return merge(self, other)

    def without(self, fold: int) -> Moments:
        """Return the moments of all folds but one, merged in order.

        Raises
        ------
        DataError
            There is no such fold.
        """
        if not 0 <= fold < len(self.folds):
            raise DataError("moments.no-fold", fold=fold, folds=len(self.folds))
        from kedou.moments.merging import empty

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
