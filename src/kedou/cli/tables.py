"""Where a table may be written to, told before the work is done rather than after."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from kedou.errors import OptionError, UnreadableFileError
from kedou.fitting.table_files import ENDINGS


def check_name(option: str, path: str) -> None:
    """Refuse a name that tells neither CSV nor Parquet."""
    if Path(path).suffix.lower() not in ENDINGS:
        raise OptionError("cli.ending", option=option, file=path)


def check_place(path: str) -> None:
    """Refuse a place that cannot be written to, before the work is done rather than after."""
    target = Path(path)
    if target.is_dir():
        reason = os.strerror(errno.EISDIR)
    elif not target.parent.is_dir():
        reason = os.strerror(errno.ENOENT)
    elif not os.access(target.parent, os.W_OK):
        reason = os.strerror(errno.EACCES)
    else:
        return
    raise UnreadableFileError("saving.cannot-write", path=path, reason=reason)
