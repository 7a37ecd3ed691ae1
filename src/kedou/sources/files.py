"""Paths, folders, globs and addresses in stores to the list of files that they stand for."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from kedou.errors import OptionError, UnreadableFileError
from kedou.sources.formats import (
    COMPRESSIONS,
    Format,
    format_of,
    is_hidden,
    is_named_as_data,
    unreadable,
)
from kedou.sources.stores import Access, scheme_of, without_secrets

if TYPE_CHECKING:
    from kedou.sources.objects import StoredPath

Admit = Callable[[Path], bool]
"""Says whether a file that was found counts; raises for one that may not be read."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of a dataset.

    Attributes
    ----------
    path : Path or StoredPath
    origin : str
        Its name; where there are several files, its path below their common folder.
    format : {"csv", "parquet", "feather"}
    partition : dict of str to str
        Columns that the names of its folders hold: ``year=2024`` (hive).
    """

    path: Path | StoredPath
    origin: str
    format: Format
    partition: dict[str, str] = field(default_factory=dict)

    @property
    def compression(self) -> str | None:
        """How the whole file is compressed, as PyArrow calls it."""
        return COMPRESSIONS.get(self.path.suffix.lower())

    @property
    def stored(self) -> bool:
        """Whether it is in an object store, where an answer takes time."""
        return not isinstance(self.path, Path)

    def stream(self) -> Any:
        """Open it as bytes, without a buffer of its own."""
        if isinstance(self.path, Path):
            return self.path.open("rb", buffering=0)
        return self.path.input()

    def input(self) -> Any:
        """Open it as a file of PyArrow's."""
        import pyarrow as pa

        return pa.OSFile(str(self.path)) if isinstance(self.path, Path) else self.path.input()

    def size(self) -> int:
        """Return its size in bytes."""
        if isinstance(self.path, Path):
            return self.path.stat().st_size
        return self.path.seen()[0]

    def refusal(self, error: Exception) -> UnreadableFileError | None:
        """Put into words what the system or the store answered; None for damage in the file."""
        if isinstance(error, UnreadableFileError):
            return error
        if isinstance(self.path, Path):
            told = isinstance(error, OSError) and error.errno is not None
            return unreadable(self.path, error) if told else None
        return self.path.store.problem(error, str(self.path))


@dataclass(frozen=True, slots=True)
class NamedFile(os.PathLike[str]):
    """A file that is called something else than its path says, as one that was sent over a network.

    Attributes
    ----------
    path : Path
        Where it is; its ending tells the format.
    name : str
        What it is called in messages, and when rows are assigned to folds.
    """

    path: Path
    name: str

    def __fspath__(self) -> str:
        return str(self.path)


def find_files(
    data: str | os.PathLike[str] | Sequence[Any],
    admit: Admit | None = None,
    access: Access | None = None,
) -> tuple[list[DataFile], list[str]]:
    """List the files of a path, a folder, a glob, or a list of those.

    Parameters
    ----------
    data
    admit : callable, optional
        Called with every file that was found before anything of it is read: False passes it over,
        and it raises for one that may not be read.
    access : Access, optional
        How object stores are reached; without it an address is refused.

    Returns
    -------
    files : list of DataFile
        A list keeps its order, folders and globs are sorted by path.
    aside : list of str
        Files in a folder that are no data.

    Raises
    ------
    UnreadableFileError
        If there is no such file, or one of a kind that is not read.
    OptionError
        If a path is empty, one file is named twice, or there are files of several formats; if
        storage options are given for a file of this computer.
    """
    found: list[tuple[Any, Any]] = []  # (file, folder its partition is counted from)
    aside: list[str] = []
    for item in [data] if isinstance(data, (str, os.PathLike)) else data:
        if not os.fspath(item):
            raise OptionError("sources.empty-path")
        found += _expand(os.fspath(item), aside, access)
    if admit is not None:
        found = [pair for pair in found if admit(pair[0])]
        if not found:
            raise UnreadableFileError("sources.glob-empty", pattern=str(data))
    paths = [path for path, _ in found]
    places = [_place(path) for path in paths]
    seen: set[PurePath] = set()
    for place in places:
        if place in seen:
            raise OptionError("sources.file-twice", file=place.name)
        seen.add(place)
    root = _common_root(places)
    called: dict[Any, str] = {data.path: data.name} if isinstance(data, NamedFile) else {}
    files = [
        DataFile(
            path,
            called.get(path, place.relative_to(root).as_posix()),
            format_of(path, called.get(path)),
            _partition(_inner(path).relative_to(base)),
        )
        for (path, base), place in zip(found, places, strict=True)
    ]
    formats = sorted({file.format for file in files})
    if len(formats) > 1:
        raise OptionError("sources.several-formats", formats=formats)
    for file in files:
        if set(file.partition) != set(files[0].partition):
            raise OptionError("sources.partitions-differ", file=file.origin, other=files[0].origin)
    return files, aside


def is_glob(text: str) -> bool:
    """Whether a path is a pattern."""
    return any(mark in text for mark in "*?[")


def _expand(text: str, aside: list[str], access: Access | None) -> list[tuple[Any, Any]]:
    if access is not None and (scheme_of(text) is not None or access.filesystem is not None):
        from kedou.sources.objects import objects_of

        return list(objects_of(text, access, aside))
    if "://" in text:
        raise UnreadableFileError("sources.address", address=without_secrets(text))
    if access is not None and access.options:
        raise OptionError("sources.storage-options-here", file=text)
    path = Path(text).expanduser()
    if path.is_dir():
        return [(file, path) for file in _files_below(path, aside)]
    if path.exists():
        return [(path, path.parent)]
    if is_glob(text):
        fixed = next(p for p in path.parents if not is_glob(str(p)))
        matches = sorted(fixed.glob(str(path.relative_to(fixed))))
        files = [(match, fixed) for match in matches if match.is_file()]
        if not files:
            raise UnreadableFileError("sources.glob-empty", pattern=text)
        return files
    raise _no_such_file(path)


def _no_such_file(path: Path) -> UnreadableFileError:
    from difflib import get_close_matches

    folder = path.parent if path.parent.is_dir() else None
    names = [file.name for file in folder.iterdir()] if folder else []
    near = get_close_matches(path.name, names, n=1)
    if near:
        return UnreadableFileError("sources.no-file-near", file=str(path), near=near[0])
    return UnreadableFileError("sources.no-file", file=str(path), folder=str(Path.cwd()))


def _files_below(folder: Path, aside: list[str]) -> list[Path]:
    files: list[Path] = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if not path.is_file() or is_hidden(inner):
            continue
        if is_named_as_data(path):
            files.append(path)
        else:
            aside.append(inner.as_posix())
    if not files:
        raise UnreadableFileError("sources.folder-empty", folder=str(folder))
    return files


def _inner(path: Path | StoredPath) -> PurePath:
    return path if isinstance(path, Path) else path.inner


def _place(path: Path | StoredPath) -> PurePath:
    """Return where a file is, as a path that is comparable with those of the others."""
    return path.absolute() if isinstance(path, Path) else path.place


def _common_root(places: Sequence[PurePath]) -> PurePath:
    first = places[0]
    if any(place.anchor != first.anchor or type(place) is not type(first) for place in places):
        raise OptionError("sources.store-and-disk")
    common = os.path.commonpath if isinstance(first, Path) else posixpath.commonpath
    return type(first)(common([str(place.parent) for place in places]))


def _partition(inner: PurePath) -> dict[str, str]:
    pairs = (part.partition("=") for part in inner.parts[:-1])
    return {unquote(name): unquote(value) for name, mark, value in pairs if mark}
