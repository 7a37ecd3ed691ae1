"""Values in memory as sources: arrays, data frames, and the collections of Dask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kedou.columns.plan import some
from kedou.device import is_foreign_array
from kedou.errors import DataError, OptionError, OptionTypeError
from kedou.sources.arrays import ArraySource, as_numbers, check_length
from kedou.sources.planned import Missing, planned
from kedou.sources.source import Source

if TYPE_CHECKING:
    from kedou.sources.tables import Table


def open_arrays(
    data: Any,
    y: Any,
    target: str | None,
    wanted: dict[str, Any],
    weight: Any,
    missing: Missing,
) -> Source:
    """Return arrays as a source; ``wanted`` says what their columns become, as in ``open``."""
    if y is None:
        raise OptionError("sources.y-needed")
    if target is not None:
        raise OptionError("sources.target-with-arrays", target=target)
    if isinstance(weight, str):
        raise OptionTypeError("sources.weight-name-with-arrays", weight=weight)
    if is_foreign_array(data):
        from kedou.sources.device import open_device_arrays

        asked = [name for name in ("categorical", "polynomial", "dates", "key") if wanted[name]]
        if asked:
            raise OptionError("device.numbers-only", option=asked[0])
        return open_device_arrays(data, y, weight, wanted["features"], missing)
    X = as_numbers(data, "X", 2)
    arrays = {"y": as_numbers(y, "y", 1)}
    if weight is not None:
        arrays["weight"] = as_numbers(weight, "weight", 1)
    for name, values in arrays.items():
        check_length(name, values, len(X))
    names = wanted["features"] or tuple(f"x{j}" for j in range(1, X.shape[1] + 1))
    columns = named_columns(X, names)
    all_names = (*names, *arrays)
    for name in all_names:
        if all_names.count(name) > 1:
            raise OptionError("sources.same-names", name=name)
    if not (wanted["categorical"] or wanted["polynomial"] or wanted["dates"] or wanted["key"]):
        return ArraySource(X, arrays["y"], arrays.get("weight"), names, missing)
    from kedou.sources.frames import FrameTable

    table = FrameTable(None, columns | arrays)
    weight = "weight" if "weight" in arrays else None
    return planned(table, "y", weight, wanted | {"features": None}, missing, "error")


def open_dask(
    data: Any,
    y: Any,
    target: str | None,
    wanted: dict[str, Any],
    weight: Any,
    missing: Missing,
    bad_cells: Missing,
) -> Source:
    """Return a Dask array or data frame as a source: each of its partitions is a part."""
    from kedou.sources.dask_table import dask_table

    table, target, weight, array = dask_table(data, y, target, weight, wanted["features"])
    if target is None:
        names = [column.name for column in table.columns]
        raise OptionError("sources.target-needed", file=table.name, columns=some(names))
    wanted = wanted | {"features": None} if array else wanted
    return planned(table, target, weight, wanted, missing, bad_cells)


def frame_of(data: Any, y: Any, target: str | None, weight: Any) -> tuple[Table, str | None, Any]:
    """Return a data frame as a table, with the names of its target and its weight."""
    from kedou.sources.frames import frame_table

    arrays: dict[str, Any] = {}
    if y is not None:
        if target is not None:
            raise OptionError("sources.y-and-target", target=target)
        target = str(getattr(y, "name", None) or "y")
        arrays[target] = as_numbers(y, "y", 1)
    if weight is not None and not isinstance(weight, str):
        arrays["weight"] = as_numbers(weight, "weight", 1)
        weight = "weight"
    table = frame_table(data, arrays)
    assert table.frame is not None
    for name, values in arrays.items():
        if name in table.frame.columns:
            raise OptionError("sources.extra-name", name=name)
        check_length(name, values, table.rows)
    return table, target, weight


def named_columns(X: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return the columns of an array of rows by their names."""
    if len(X) == 0:
        raise DataError("sources.no-rows", file="X")
    if len(names) != X.shape[1]:
        shown = {"features": len(names), "columns": X.shape[1]}
        raise OptionError("sources.names-count", names=some(names), **shown)
    return {name: X[:, j] for j, name in enumerate(names)}
