"""Files as a table: their columns and parts, before anybody says what is to be predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedou.errors import OptionError
from kedou.sources.files import Admit, find_files
from kedou.sources.stores import Access
from kedou.texts import say

if TYPE_CHECKING:
    from kedou.sources.tables import Table


def table_of(
    data: Any,
    *,
    admit: Admit | None = None,
    access: Access | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> Table:
    """Open files as a table: their columns and parts, before anybody says what is to be predicted.

    Parameters
    ----------
    data : path, folder, glob, or list of those
    admit : callable, optional
        Called with the path of every file before it is read: see ``files.find_files``.
    access : Access, optional
        How object stores are reached; without it addresses are refused.
    delimiter, encoding, decimal
        As in ``open``.
    """
    files, aside = find_files(data, admit, access)
    dialect = {"delimiter": delimiter, "encoding": encoding, "decimal": decimal}
    name = files[0].origin if len(files) == 1 else str(data)
    notes = [say("sources.note-aside", files=aside)] if aside else []
    if files[0].format == "csv":
        from kedou.sources.csv import csv_table

        return csv_table(files, name, notes, dialect)
    given = [option for option, value in dialect.items() if value is not None]
    if given:
        raise OptionError("sources.dialect-without-csv", option=given[0], file=name)
    if files[0].format == "parquet":
        from kedou.sources.parquet import parquet_table

        return parquet_table(files, name, notes)
    from kedou.sources.feather import feather_table

    return feather_table(files, name, notes)
