"""Tables to files: CSV or Parquet by the name's ending, whole or not at all, batch by batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from kedou.saving import replacing

ENDINGS = (".csv", ".parquet")


def write_table(table: Any, path: str | os.PathLike[str]) -> None:
    """Write one PyArrow table."""
    with writing(path) as write:
        write(table.schema, table.to_batches() or [])


@contextmanager
def writing(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Open a table file for writing; it takes its name only once it is complete.

    Yields
    ------
    function of (schema, batches)
        Writes record batches of that schema as they come, in constant memory. To be called once.
    """
    parquet = Path(path).suffix.lower() == ".parquet"
    with replacing(path) as file:
        yield lambda schema, batches: (_parquet if parquet else _csv)(file, schema, batches)


def write_batches(file: BinaryIO, schema: Any, batches: Iterable[Any], ending: str) -> None:
    """Write record batches of a schema to an open file: ``".csv"`` or ``".parquet"``."""
    (_parquet if ending == ".parquet" else _csv)(file, schema, batches)


def _parquet(file: Any, schema: Any, batches: Iterable[Any]) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(file, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _csv(file: Any, schema: Any, batches: Iterable[Any]) -> None:
    import csv
    import io

    import pyarrow.csv as pc

    head = io.StringIO()
    csv.writer(head, lineterminator="\n").writerow(schema.names)
    file.write(head.getvalue().encode("utf-8"))
    options = pc.WriteOptions(include_header=False, quoting_style="needed")
    with pc.CSVWriter(file, schema, write_options=options) as writer:
        for batch in batches:
            writer.write_batch(batch)
