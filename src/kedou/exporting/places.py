"""What an export may write over: nothing, unless it is told to."""

from __future__ import annotations

from pathlib import Path

from kedou.errors import ExistsError


def require_free_file(path: Path) -> None:
    """Refuse a file that is there.

    Raises
    ------
    ExistsError
    """
    if path.is_symlink() or path.exists():
        raise ExistsError("exporting.file-exists", path=str(path))


def require_free_folder(path: Path) -> None:
    """Refuse a folder in which something lies, and a file in its place.

    Raises
    ------
    ExistsError
    """
    if path.is_dir():
        if any(path.iterdir()):
            raise ExistsError("exporting.folder-exists", path=str(path))
    elif path.is_symlink() or path.exists():
        raise ExistsError("exporting.not-a-folder", path=str(path))
