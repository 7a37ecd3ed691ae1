"""What all sources of arrays in memory share, and all stretches of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar

from kedou.block import Column
from kedou.columns.plan import ColumnPlan


class _Planned(Protocol):
    @property
    def plan(self) -> ColumnPlan: ...


class InMemory:
    """What follows from the plan of a source of arrays."""

    __slots__ = ()

    @property
    def target_name(self: _Planned) -> str:
        """Name of the target."""
        target = self.plan.target
        assert target is not None
        return target

    @property
    def weight_name(self: _Planned) -> str | None:
        """Name of the weight, if any."""
        return self.plan.weight

    def with_low_powers(self) -> Self:
        """Return the source itself: it has no powers."""
        return self


Arrays = TypeVar("Arrays")


@dataclass(frozen=True, slots=True, eq=False)
class Stretch(Generic[Arrays]):
    """Rows ``start`` to ``stop`` of a source of arrays."""

    source: Arrays
    start: int
    stop: int
    columns: tuple[Column, ...]
    origin: str = "memory"

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.stop - self.start
