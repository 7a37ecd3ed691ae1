"""What every source of rows offers, whatever it reads from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from kedou.block import Block
from kedou.columns.plan import ColumnPlan

BLOCK_ROWS = 131_072
"""No block is longer than this."""
BLOCK_CELLS = 1 << 22
"""A block with many columns is cut so that X stays below this many cells."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column of the table that is not used, and why (a code of the text catalogue)."""

    column: str
    reason: str


@runtime_checkable
class Part(Protocol):
    """A stretch of a source that can be read on its own: a row group, a file, a slice.

    Parts have fixed borders that depend on the data alone, never on workers, so that merging
    their moments in order gives the same bits whoever read them. Reading twice gives the same
    blocks twice.
    """

    @property
    def origin(self) -> str:
        """File name, or ``"memory"``."""

    @property
    def rows(self) -> int | None:
        """Number of rows to be read, where it is known beforehand."""

    def blocks(self) -> Iterator[Block]:
        """Read the part, block by block."""


Mark = tuple[int, ...]
"""A place inside a part, meaningful to the part alone."""


@runtime_checkable
class MarkedPart(Protocol):
    """A part that tells places in itself from which it can be read on."""

    def blocks_after(self, mark: Mark | None) -> Iterator[tuple[Block, Mark | None]]:
        """Read the part from a mark on, or from its beginning.

        Each block comes with the place after it, or None where one cannot go on from there. The
        blocks after a mark are those that ``blocks`` yields there.
        """


@runtime_checkable
class Learning(Protocol):
    """A source that finds something out while its rows are read.

    Whoever reads its parts elsewhere, or read some of them before, hands on what was found.
    """

    def found(self) -> dict[str, Any]:
        """Return what was found, as plain dictionaries, lists and strings."""

    def recall(self, found: Mapping[str, Any]) -> None:
        """Add what another reader of the same source found."""


@runtime_checkable
class PortablePart(Protocol):
    """A part that can be sent to another process, without what the other parts need."""

    def portable(self) -> Part:
        """Return the part as it is to be sent."""


@runtime_checkable
class UncheckedPart(Protocol):
    """A part that can also be read without a look at its cells, which takes a pass of its own.

    For a reader whose result shows by itself whether a cell was not finite (a sum does): if it
    does, the part is read again through ``blocks``, which skips or refuses such cells.
    """

    def unchecked_blocks(self) -> Iterator[Block]:
        """Read the part, block by block, whatever its cells hold."""


@runtime_checkable
class DevicePart(Protocol):
    """A part whose arrays live on a device, for a reader that can fold them there."""

    def device_blocks(self, checked: bool, numbered: bool) -> Iterator[Block]:
        """Read the part with its arrays where they are.

        Parameters
        ----------
        checked : bool
            Leave out, or refuse, rows with cells that are not finite; else leave them in.
        numbered : bool
            Give the numbers of the rows where some were left out, which are copied to the host.
        """


@runtime_checkable
class Source(Protocol):
    """A re-readable table with a target, ready to be turned into blocks.

    A block in which no row was usable is yielded too, with no rows, for its counts.
    """

    @property
    def target_name(self) -> str:
        """Name of the target column."""

    @property
    def weight_name(self) -> str | None:
        """Name of the weight column, if any."""

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """Columns that are not used, each with its reason."""

    @property
    def notes(self) -> Sequence[str]:
        """Automatic choices in words: encoding, separator, decimal comma, invented names."""

    @property
    def rows(self) -> int | None:
        """Number of rows, where it is known without reading."""

    @property
    def plan(self) -> ColumnPlan:
        """What each table column becomes: saved with a model, so that predict repeats it."""

    def with_low_powers(self) -> Source:
        """Return the same source, whose blocks also carry the low halves of powers (X_low)."""

    def parts(self) -> Sequence[Part]:
        """Return the parts in their canonical order."""
