"""What a source of files is: which files, as they are now, and how they are read.

Two readings of equal identity see the same blocks. A file counts as the same while its path,
size, time of change and its first and last bytes are, and an object's mark in its store (ETag);
all of it is never read for that.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from kedou.sources.ahead import map_waiting
from kedou.sources.files import DataFile
from kedou.sources.formats import unreadable
from kedou.sources.objects import StoredPath
from kedou.sources.source import Source

_ENDS = 1 << 16


def files_of(source: Source) -> list[DataFile]:
    """Return the files that a source reads; none for arrays and frames."""
    return list(getattr(getattr(source, "table", None), "files", ()))


def identity_of_files(source: Source) -> list[dict[str, Any]]:
    """Return what tells each file of a source from another, and from itself once changed."""
    files = files_of(source)
    return map_waiting(_identity, files, any(file.stored for file in files))


def identity_of_reading(source: Source) -> dict[str, Any]:
    """Return how a source's files are read, as plain dictionaries, lists, strings and numbers."""
    plan = source.plan
    dialects = getattr(getattr(source, "table", None), "dialects", ())
    return {
        "target": plan.target,
        "features": plan.to_json()["features"],
        "weight": plan.weight,
        "key": plan.key,
        "missing": getattr(source, "missing", None),
        "bad_cells": getattr(source, "bad_cells", None),
        "low_powers": getattr(source, "low_powers", False),
        "encoding": [dialect.encoding for dialect in dialects],
        "delimiter": [dialect.delimiter for dialect in dialects],
        "decimal": [dialect.decimal for dialect in dialects],
    }


def _identity(file: DataFile) -> dict[str, Any]:
    if not isinstance(file.path, Path):
        return _identity_of_object(file.path)
    try:
        with file.path.open("rb") as opened:
            about = os.fstat(opened.fileno())
            digest = hashlib.blake2b(opened.read(_ENDS), digest_size=16)
            opened.seek(max(about.st_size - _ENDS, 0))
            digest.update(opened.read(_ENDS))
    except OSError as error:
        raise unreadable(file.path, error) from None
    return {
        "path": str(file.path.absolute()),
        "size": about.st_size,
        "changed": about.st_mtime_ns,
        "ends": digest.hexdigest(),
    }


def _identity_of_object(path: StoredPath) -> dict[str, Any]:
    size, changed, mark = path.seen()
    with path.input() as opened:
        digest = hashlib.blake2b(path.asked(lambda: opened.read(_ENDS)), digest_size=16)
        opened.seek(max(size - _ENDS, 0))
        digest.update(path.asked(lambda: opened.read(_ENDS)))
    return {
        "path": str(path),
        "size": size,
        "changed": changed,
        "mark": mark,
        "ends": digest.hexdigest(),
    }
