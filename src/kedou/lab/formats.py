"""Which endings of file names tell a format: all that is taken from a name that a client gives.

The table repeats that of ``kedou.sources.files``: the lab answers before the engine is loaded.
"""

from __future__ import annotations

COMPRESSIONS = (".gz", ".zst", ".bz2", ".lz4")
FORMATS = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".tab"), "csv"),
    **dict.fromkeys((".parquet", ".parq", ".pq"), "parquet"),
    **dict.fromkeys((".feather", ".arrow", ".ipc"), "feather"),
}
TOLD = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".et")
"""Workbooks: they are taken in all the same, so that opening them says what to do instead."""


def ending_of(name: str) -> str:
    """Return the ending of a file's name that tells its format, one of a fixed list, or nothing.

    >>> ending_of("sales 2024.CSV.gz"), ending_of("../../x.sh"), ending_of("a.Parquet")
    ('.csv.gz', '', '.parquet')
    """
    lower = name.lower()
    packed = next((mark for mark in COMPRESSIONS if lower.endswith(mark)), "")
    inner = lower.removesuffix(packed) if packed else lower
    ending = next((mark for mark in (*FORMATS, *TOLD) if inner.endswith(mark)), "")
    return ending + packed


def format_of(name: str) -> str | None:
    """Return the format that a file's name tells, or None.

    >>> format_of("a.csv.gz"), format_of("a.png")
    ('csv', None)
    """
    ending = ending_of(name)
    for mark in COMPRESSIONS:
        ending = ending.removesuffix(mark)
    return FORMATS.get(ending)
