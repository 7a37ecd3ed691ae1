"""Arrays on a device, to blocks: left there for whoever can fold them there, copied for others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kedou.block import Block, Column
from kedou.columns.plan import ColumnPlan, Feature, some
from kedou.cuda import card_of, on_card
from kedou.device import beside, namespace_of, to_host
from kedou.errors import DataError, OptionError, OptionTypeError
from kedou.sources.arrays import ArraySource, part_rows
from kedou.sources.in_memory import InMemory, Stretch
from kedou.sources.source import LeftOut
from kedou.texts import say

PART_NUMBERS = 1 << 32
"""Numbers of X in a part: 32 GB of float64. They stay where they are; a part is what is folded
between two looks at the clock and at whoever waits."""

COPIED_NUMBERS = 1 << 25
"""Numbers of X in a block of which rows may be copied: put in order by fold, or left out."""


def open_device_arrays(
    X: Any, y: Any, weight: Any, names: Sequence[str] | None, missing: str
) -> DeviceSource:
    """Open arrays of which X lives on a device; y and weight follow it there.

    Raises
    ------
    OptionError, OptionTypeError, DataError
        Shapes that do not fit, numbers that are not real, no rows, a wrong number of names.
    """
    X = _numbers(X, "X")
    if X.ndim == 1:
        X = namespace_of(X).reshape(X, (-1, 1))
    if X.ndim != 2:
        raise DataError("sources.X-shape", name="X", shape=str(tuple(X.shape)))
    rows, k = X.shape
    if rows == 0:
        raise DataError("sources.no-rows", file="X")
    if names is not None and len(names) != k:
        raise OptionError("sources.names-count", names=some(names), features=len(names), columns=k)
    y = _vector(X, y, "y")
    weight = None if weight is None else _vector(X, weight, "weight")
    chosen = tuple(names or (f"x{j}" for j in range(1, k + 1)))
    for name in chosen:
        if (*chosen, "y", "weight").count(name) > 1:
            raise OptionError("sources.same-names", name=name)
    return DeviceSource(X, y, weight, chosen, missing)


def _numbers(array: Any, name: str) -> Any:
    xp = namespace_of(array)
    kinds = ("bool", "integral", "real floating")
    if not any(xp.isdtype(array.dtype, kind) for kind in kinds):
        raise OptionTypeError("sources.array-dtype", name=name, dtype=str(array.dtype))
    return array


def _vector(X: Any, values: Any, name: str) -> Any:
    array = _numbers(beside(X, values), name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = namespace_of(array).reshape(array, (-1,))
    if array.ndim != 1:
        raise DataError("sources.vector-shape", name=name, shape=str(tuple(array.shape)))
    if array.shape[0] != X.shape[0]:
        lengths = {"rows": int(array.shape[0]), "expected": int(X.shape[0])}
        raise DataError("sources.lengths", name=name, **lengths)
    return array


@dataclass(frozen=True, slots=True, eq=False)
class DeviceSource(InMemory):
    """Arrays on a device: a Source."""

    X: Any
    y: Any
    weight: Any
    names: tuple[str, ...]
    missing: str = "skip"
    left_out: Sequence[LeftOut] = ()
    plan: ColumnPlan = field(init=False)
    columns: tuple[Column, ...] = field(init=False)
    notes: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        features = tuple(Feature(name) for name in self.names)
        weight = None if self.weight is None else "weight"
        object.__setattr__(self, "plan", ColumnPlan(features, "y", weight))
        object.__setattr__(self, "columns", self.plan.columns)
        how = "device.note"
        if on_card(self.X):
            how = "device.note-kernels" if card_of(self.X) else "device.note-slower"
        notes = [say("sources.note-arrays", names=self.names), say(how, device=str(self.X.device))]
        object.__setattr__(self, "notes", notes)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.X.shape[0])

    def parts(self) -> Sequence[DeviceArrayPart]:
        """Return stretches of a fixed length."""
        step = _rows_of(PART_NUMBERS, self.X.shape[1])
        starts = range(0, self.rows, step)
        return [DeviceArrayPart(self, i, min(i + step, self.rows), self.columns) for i in starts]


class DeviceArrayPart(Stretch[DeviceSource]):
    """Rows ``start`` to ``stop`` of a DeviceSource."""

    __slots__ = ()

    def blocks(self) -> Iterator[Block]:
        """Copy the part to the host, block by block, for a reader that works there."""
        source = self.source
        step = part_rows(source.X.shape[1])
        for first in range(self.start, self.stop, step):
            rows = slice(first, min(first + step, self.stop))
            weight = None if source.weight is None else to_host(source.weight[rows])
            X, y = to_host(source.X[rows, ...]), to_host(source.y[rows])
            here = ArraySource(X, y, weight, source.names, source.missing, first_row=first)
            for part in here.parts():
                yield from part.blocks()

    def device_blocks(self, checked: bool, numbered: bool) -> Iterator[Block]:
        """Leave the part where it is: see ``DevicePart``."""
        step = self.stop - self.start
        if checked or numbered:
            step = _rows_of(COPIED_NUMBERS, self.source.X.shape[1])
        for first in range(self.start, self.stop, step):
            yield self._block(first, min(first + step, self.stop), checked, numbered)

    def _block(self, first: int, last: int, checked: bool, numbered: bool) -> Block:
        source, cut = self.source, slice(first, last)
        X, y, weight = source.X[cut, ...], source.y[cut], None
        if source.weight is not None:
            weight = source.weight[cut]
            _check_weight(weight, first)
        rows = None
        skipped: dict[str, int] = {}
        if checked:
            usable, skipped = _usable(X, y, source.names, source.missing, first)
            if skipped:
                X, y, weight, used = _kept(usable, X, y, weight)
                rows = to_host(used) + first if numbered else None
        return Block(
            X=X,
            y=y,
            weight=weight,
            origin=self.origin,
            first_row=first,
            rows=rows,
            columns=self.columns,
            rows_read=last - first,
            skipped=skipped,
        )


def _rows_of(numbers: int, k: int) -> int:
    """Return how many rows have so many numbers: a power of two, or those of a part on the host."""
    fitting = numbers // max(k, 1)
    return max(part_rows(k), 1 << max(fitting.bit_length() - 1, 0))


def _usable(
    X: Any, y: Any, names: Sequence[str], missing: str, start: int
) -> tuple[Any, dict[str, int]]:
    """Return which rows are finite, on the device, and the cells that are not by column."""
    xp = namespace_of(X)
    fine, fine_y = xp.isfinite(X), xp.isfinite(y)
    counts = to_host(_not(fine, xp)).tolist()
    counts.append(int(_not(fine_y, xp)))
    usable = xp.logical_and(xp.all(fine, axis=1), fine_y)
    skipped = {name: int(n) for name, n in zip((*names, "y"), counts, strict=True) if n}
    if skipped and missing == "error":
        i = int(xp.argmin(xp.astype(usable, xp.uint8)))
        row = to_host(X[i, :]).astype(np.float64)
        bad = np.flatnonzero(~np.isfinite(row))
        column, value = (names[bad[0]], row[bad[0]]) if len(bad) else ("y", float(y[i]))
        code = "columns.missing-cell" if np.isnan(value) else "columns.not-finite"
        raise DataError(code, file="memory", row=start + i + 1, column=column, value=str(value))
    return usable, skipped


def _kept(usable: Any, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Any]:
    """Return the usable rows of X, y and weight, and their numbers in X, on the device."""
    xp = namespace_of(X)
    (used,) = xp.nonzero(usable)
    weight = None if weight is None else xp.take(weight, used, axis=0)
    return xp.take(X, used, axis=0), xp.take(y, used, axis=0), weight, used


def _not(fine: Any, xp: Any) -> Any:
    """Count what is not so, by column."""
    return xp.sum(xp.astype(xp.logical_not(fine), xp.int64), axis=0)


def _check_weight(weight: Any, start: int) -> None:
    xp = namespace_of(weight)
    fine = xp.logical_and(weight >= 0, xp.isfinite(weight))
    if not bool(xp.all(fine)):
        i = int(xp.argmin(xp.astype(fine, xp.uint8)))
        shown = {"row": start + i + 1, "column": "weight", "value": str(float(weight[i]))}
        raise DataError("columns.weight", file="memory", **shown)
