"""A source whose blocks go through a function on their way: watched, or with fewer columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from kedou.block import Block
from kedou.columns.plan import ColumnPlan
from kedou.sources.source import LeftOut, Part, Source


def chosen(source: Source, features: Collection[str]) -> Mapped:
    """Return a source with some of its features alone; its rows stay what they were.

    A row that is skipped for a missing cell is skipped as well where the column of that cell is
    not chosen: what is learnt stays comparable, and is what ``moments.select`` gives.

    Parameters
    ----------
    source : Source
    features : collection of str
        Names of columns of X, or of the table.

    Returns
    -------
    Mapped

    Examples
    --------
    >>> import kedou as kd
    >>> table = {"x": [0, 1, 2], "z": [5, 3, None], "y": [1, 3, 6]}
    >>> source = chosen(kd.open(table, target="y", missing="skip"), ["x"])
    >>> kd.descend(source, loss="huber", steps=0).parameter_names
    ('x', 'intercept')
    >>> [block.X.tolist() for part in source.parts() for block in part.blocks()]
    [[[0.0], [1.0]]]
    """

    def choose(block: Block) -> Block:
        kept = [
            number
            for number, column in enumerate(block.columns)
            if column.name in features or column.source in features
        ]
        low = None if block.X_low is None else block.X_low[:, kept]
        columns = tuple(block.columns[number] for number in kept)
        return replace(block, X=block.X[:, kept], X_low=low, columns=columns)

    return Mapped(source, choose)


def watched(source: Source, check: Callable[[], None]) -> Mapped:
    """Return a source that asks ``check`` before every pass and every block; it ends by raising.

    Parameters
    ----------
    source : Source
    check : callable
        Raises once nobody waits any more.

    Returns
    -------
    Mapped
    """

    def same(block: Block) -> Block:
        check()
        return block

    return Mapped(source, same, check)


@dataclass(frozen=True)
class Mapped:
    """A source whose blocks go through a function.

    Attributes
    ----------
    inner : Source
    each : callable
        Takes a block and returns one.
    before : callable
        Called before every pass.
    """

    inner: Source
    each: Callable[[Block], Block]
    before: Callable[[], None] = lambda: None

    @property
    def target_name(self) -> str:
        """Name of the target column."""
        return self.inner.target_name

    @property
    def weight_name(self) -> str | None:
        """Name of the weight column, if any."""
        return self.inner.weight_name

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """Columns that are not used, each with its reason."""
        return self.inner.left_out

    @property
    def notes(self) -> Sequence[str]:
        """Automatic choices in words."""
        return self.inner.notes

    @property
    def rows(self) -> int | None:
        """Number of rows, where it is known without reading."""
        return self.inner.rows

    @property
    def plan(self) -> ColumnPlan:
        """What each table column becomes."""
        return self.inner.plan

    def with_low_powers(self) -> Mapped:
        """Return the same source, whose blocks also carry the low halves of powers."""
        return replace(self, inner=self.inner.with_low_powers())

    def parts(self) -> Sequence[Part]:
        """Return the parts in their canonical order."""
        self.before()
        return [_MappedPart(part, self.each) for part in self.inner.parts()]


@dataclass(frozen=True)
class _MappedPart:
    inner: Part
    each: Callable[[Block], Block]

    @property
    def origin(self) -> str:
        return self.inner.origin

    @property
    def rows(self) -> int | None:
        return self.inner.rows

    def blocks(self) -> Iterator[Block]:
        return map(self.each, self.inner.blocks())
