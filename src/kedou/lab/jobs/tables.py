"""Open a table: its columns, its first rows, how it was taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kedou.columns.plan import ColumnPlan
from kedou.lab.checks import MOST_NAME, MOST_NAMES
from kedou.lab.desk import Desk
from kedou.lab.jobs.done import Done
from kedou.lab.places import Places
from kedou.lab.refusal import RefusalError
from kedou.sources.files import NamedFile
from kedou.sources.table_files import table_of
from kedou.sources.tables import Table

HEAD_ROWS = 20
HEAD_CELLS = 20_000
MOST_LETTERS = 200
KINDS = {"number": "number", "integer": "number", "bool": "flag", "text": "text", "date": "date"}
"""Kinds of columns as the page knows them; what holds no values, or odd ones, keeps its name."""


def places(job: Mapping[str, Any], desk: Desk) -> Done:
    """List the files in the folders that may be read."""
    return Done({"folders": Places.from_json(job["folders"]).listing()})


def open_table(job: Mapping[str, Any], desk: Desk) -> Done:
    """Tell the columns and the first rows of a table."""
    table = table_from(job["table"])
    columns = [
        {"name": column.name, "kind": KINDS.get(column.kind, column.kind)}
        for column in table.columns
    ]
    files = getattr(table, "files", ())
    body = {
        "name": shortened(str(job["table"]["name"])),
        "format": files[0].format if files else "csv",
        "rows": table.rows,
        "bytes": sum(file.size() for file in files),
        "files": len(files),
        "columns": columns,
        "head": _head(table),
        "notes": notes_of(table.notes),
    }
    return Done(body)


def table_from(told: Mapping[str, Any]) -> Table:
    """Open what the lab tells of a table: a data set, an upload, a path, files of the owner.

    Raises
    ------
    RefusalError
        A path leads where it may not, or the table is too wide.
    """
    dialect = {name: told.get(name) for name in ("encoding", "delimiter", "decimal")}
    given = {name: value for name, value in dialect.items() if value is not None}
    source = told["source"]
    if "data" in source:
        from kedou import data

        table = table_of(data.load(source["data"]).path(), **given)
    elif "upload" in source:
        table = table_of(NamedFile(Path(source["upload"]), told["name"]), **given)
    elif "path" in source:
        places = Places.from_json(told["folders"])
        table = table_of(places.find(source["path"]), admit=places.admit, **given)
    else:
        files = source["files"]
        table = table_of(files[0] if len(files) == 1 else files, **given)
    _check_width(table)
    return table


def suggested_target(told: Mapping[str, Any]) -> str | None:
    """Return the target of a data set that comes with Kedou."""
    if "data" not in told["source"]:
        return None
    from kedou import data

    return data.load(told["source"]["data"]).target_name


def notes_of(notes: Sequence[str]) -> list[dict[str, Any]]:
    """Return notes that are words already in the shape of messages."""
    return [{"code": None, "values": {}, "text": note} for note in notes]


def shortened(text: str, most: int = MOST_LETTERS) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= most else text[: most - 1] + "…"


def cell_text(value: Any) -> str | None:
    """Return a cell as text; nothing for one that is missing."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes | bytearray):
        return shortened(value.hex())
    return shortened(str(value)[: 4 * MOST_LETTERS])


def batches_of(table: Table, plan: ColumnPlan) -> Iterator[Any]:
    """Yield the batches of a table from the beginning, all columns."""
    names = [column.name for column in table.columns]
    for part in table.parts():
        yield from part.batches(plan, names)


def _check_width(table: Table) -> None:
    if len(table.columns) > MOST_NAMES:
        raise RefusalError("lab.too-wide", columns=len(table.columns), most=MOST_NAMES)
    for number, column in enumerate(table.columns, 1):
        if len(column.name) > MOST_NAME:
            values = {"number": number, "letters": len(column.name), "most": MOST_NAME}
            raise RefusalError("lab.name-too-long", **values)


def _head(table: Table) -> list[list[str | None]]:
    wanted = max(1, min(HEAD_ROWS, HEAD_CELLS // max(len(table.columns), 1)))
    rows: list[list[str | None]] = []
    batches = batches_of(table, ColumnPlan(()))
    for batch in batches:
        names = batch.table.schema.names
        columns = [batch.table.column(name).slice(0, wanted).to_pylist() for name in names]
        rows += [[cell_text(cell) for cell in row] for row in zip(*columns, strict=True)]
        if len(rows) >= wanted:
            break
    batches.close()  # type: ignore[attr-defined]
    return rows[:wanted]
