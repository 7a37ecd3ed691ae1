"""How many rows a source has, where it does not say: from its files' sizes and first lines."""

from __future__ import annotations

from kedou.sources.source import Source
from kedou.sources.streams import read_full

SAMPLE = 1 << 18


def estimated_rows(source: Source) -> int | None:
    """Return the number of rows there are, or an estimate of it; None where there is none."""
    if source.rows is not None:
        return source.rows
    files = getattr(getattr(source, "table", None), "files", None)
    if not files or any(file.compression is not None for file in files):
        return None
    try:
        size = sum(file.size() for file in files)
        with files[0].stream() as stream:
            head = read_full(stream, SAMPLE)
    except OSError:
        return None
    lines = head.count(b"\n") or head.count(b"\r")
    return round(size * lines / len(head)) if lines else None
