"""Paths, folders and globs to the list of files that they stand for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

from kedou.errors import OptionError, UnreadableFileError

Format = Literal["csv", "parquet", "feather"]
Admit = Callable[[Path], bool]
"""Says whether a file that was found counts; raises for one that may not be read."""

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".lz4": "lz4"}
FORMATS: dict[str, Format] = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".tab"), "csv"),
    **dict.fromkeys((".parquet", ".parq", ".pq"), "parquet"),
    **dict.fromkeys((".feather", ".arrow", ".ipc"), "feather"),
}
_WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".et")
_OTHERS = (
    *(".json", ".jsonl", ".ndjson", ".npy", ".npz", ".mat", ".rds", ".rdata", ".rda", ".dta"),
    *(".sav", ".sas7bdat", ".xpt", ".h5", ".hdf5", ".pkl", ".pickle", ".db", ".sqlite"),
    *(".duckdb", ".avro", ".orc", ".xml", ".html", ".pdf", ".zip", ".rar", ".7z", ".tar"),
)


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of a dataset.

    Attributes
    ----------
    path : Path
    origin : str
        Its name; where there are several files, its path below their common folder.
    format : {"csv", "parquet", "feather"}
    partition : dict of str to str
        Columns that the names of its folders hold: ``year=2024`` (hive).
    """

    path: Path
    origin: str
    format: Format
    partition: dict[str, str] = field(default_factory=dict)

    @property
    def compression(self) -> str | None:
        """How the whole file is compressed, as PyArrow calls it."""
        return COMPRESSIONS.get(self.path.suffix.lower())


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
    data: str | os.PathLike[str] | Sequence[Any], admit: Admit | None = None
) -> tuple[list[DataFile], list[str]]:
    """List the files of a path, a folder, a glob, or a list of those.

    Parameters
    ----------
    data
    admit : callable, optional
        Called with every file that was found before anything of it is read: False passes it over,
        and it raises for one that may not be read.

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
        If a path is empty, one file is named twice, or there are files of several formats.
    """
    found: list[tuple[Path, Path]] = []  # (file, folder its partition is counted from)
    aside: list[str] = []
    for item in [data] if isinstance(data, (str, os.PathLike)) else data:
        if not os.fspath(item):
            raise OptionError("sources.empty-path")
        found += _expand(os.fspath(item), aside)
    if admit is not None:
        found = [pair for pair in found if admit(pair[0])]
        if not found:
            raise UnreadableFileError("sources.glob-empty", pattern=str(data))
    paths = [path for path, _ in found]
    seen: set[Path] = set()
    for path in paths:
        if path.absolute() in seen:
            raise OptionError("sources.file-twice", file=path.name)
        seen.add(path.absolute())
    root = _common_root(paths)
    called = {data.path: data.name} if isinstance(data, NamedFile) else {}
    files = [
        DataFile(
            path,
            called.get(path, path.absolute().relative_to(root).as_posix()),
            format_of(path, called.get(path)),
            _partition(path.relative_to(base)),
        )
        for path, base in found
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


def format_of(path: Path, name: str | None = None) -> Format:
    """Tell the format of a file from its path, else from its first bytes.

    Parameters
    ----------
    path : Path
    name : str, optional
        What it is called in messages, where that is not the last part of its path.

    Raises
    ------
    UnreadableFileError
        If it is a workbook, or of a kind that is not read.
    """
    called = path.name if name is None else name
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    last = suffixes[-1] if suffixes else ""
    if last in _WORKBOOKS:
        raise UnreadableFileError("sources.workbook", file=called)
    head = _head(path)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFileError("sources.workbook-inside", file=called)
    if last in FORMATS:
        return FORMATS[last]
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"ARROW1", b"FEA1")):
        return "feather"
    is_utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if last in _OTHERS or (b"\x00" in head and not is_utf16):
        raise UnreadableFileError("sources.unknown-format", file=called)
    return "csv"


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: Exception) -> UnreadableFileError:
    """Put the operating system's refusal into words."""
    reason = getattr(error, "strerror", None) or str(error)
    return UnreadableFileError("sources.unreadable", file=path.name, reason=reason)


def _expand(text: str, aside: list[str]) -> list[tuple[Path, Path]]:
    if "://" in text:
        raise UnreadableFileError("sources.address", address=text)
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
        if not path.is_file() or any(part.startswith((".", "_")) for part in inner.parts):
            continue
        suffixes = [s.lower() for s in path.suffixes if s.lower() not in COMPRESSIONS]
        if suffixes and suffixes[-1] in (*FORMATS, *_WORKBOOKS):
            files.append(path)
        else:
            aside.append(inner.as_posix())
    if not files:
        raise UnreadableFileError("sources.folder-empty", folder=str(folder))
    return files


def _common_root(paths: Iterable[Path]) -> Path:
    return Path(os.path.commonpath([path.parent.absolute() for path in paths]))


def _partition(inner: Path) -> dict[str, str]:
    pairs = (part.partition("=") for part in inner.parts[:-1])
    return {unquote(name): unquote(value) for name, mark, value in pairs if mark}
