"""Notebooks as files. Work of a learner is never lost: it is left alone, or set aside first."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kedou.errors import UnreadableFileError
from kedou.notebooks.texts import Chapter, chapters, checksum, notebook
from kedou.saving import replacing

State = Literal["new", "same", "renewed", "kept", "set-aside"]


@dataclass(frozen=True)
class Written:
    """What became of one notebook.

    Attributes
    ----------
    path : Path
        The notebook.
    state : str
        ``"new"``: written; ``"same"``: it was there, and nobody has changed it; ``"renewed"``: it
        was there unchanged, but from another version or in another language, and was replaced;
        ``"kept"``: somebody has worked in it, and it was left alone; ``"set-aside"``: it was moved
        to ``aside``, and written anew.
    aside : Path or None
    """

    path: Path
    state: State
    aside: Path | None = None


def write(folder: str | os.PathLike[str], language: str, *, force: bool = False) -> list[Written]:
    """Write the nine notebooks into a folder, which is made if it is not there.

    Parameters
    ----------
    folder : path
    language : {"en", "zh-CN"}
    force : bool
        Write those anew that somebody has worked in; theirs are moved to another name first.

    Returns
    -------
    list of Written
        One for each chapter, in order.

    Raises
    ------
    MissingPackageError
        If the extra ``jupyter`` is not installed.
    UnreadableFileError
        If the folder cannot be made or written to.
    """
    target = Path(folder)
    fresh = [(chapter, notebook(chapter)) for chapter in chapters(language)]
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise UnreadableFileError("notebooks.no-folder", path=str(target), reason=reason) from None
    return [_write(target / chapter.file, chapter, content, force) for chapter, content in fresh]


def _write(path: Path, chapter: Chapter, content: dict[str, Any], force: bool) -> Written:
    if not os.path.lexists(path):
        _save(path, content)
        return Written(path, "new")
    found = _ours(path)
    if found is None:
        if not force:
            return Written(path, "kept")
        aside = _free_name(path)
        path.rename(aside)
        _save(path, content)
        return Written(path, "set-aside", aside)
    if found["checksum"] == content["metadata"]["kedou"]["checksum"]:
        return Written(path, "same")
    _save(path, content)
    return Written(path, "renewed")


def _ours(path: Path) -> dict[str, str] | None:
    """Return what a notebook says of itself, None if its cells are not as we wrote them."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        said = found["metadata"]["kedou"]
        return dict(said) if checksum(found["cells"]) == said["checksum"] else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.stem}.{n}{path.suffix}") for n in range(1, 10_000))
    return next(name for name in names if not os.path.lexists(name))


def _save(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    with replacing(path) as file:
        file.write(f"{text}\n".encode())
