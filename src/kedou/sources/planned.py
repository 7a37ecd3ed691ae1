"""A table as a source: what its columns become is planned, and why some are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

from kedou.errors import OptionTypeError
from kedou.sources.source import LeftOut, Source

if TYPE_CHECKING:
    from kedou.sources.tables import Table

Missing = Literal["skip", "error"]


def planned(
    table: Table,
    target: str,
    weight: Any,
    wanted: dict[str, Any],
    missing: Missing,
    bad_cells: Missing,
) -> Source:
    """Return a table as a source; ``wanted`` says what its columns become, as in ``open``."""
    from kedou.columns.choose import choose
    from kedou.sources.tables import TableSource

    if weight is not None and not isinstance(weight, str):
        raise OptionTypeError("sources.weight-array-with-file")
    plan, left_out = choose(table.columns, target=target, weight=weight, file=table.name, **wanted)
    named = wanted["features"] is not None
    reasons = [LeftOut(column, reason) for column, reason in left_out]
    return cast(Source, TableSource(table, plan, reasons, missing, bad_cells, named))
