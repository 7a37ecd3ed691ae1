"""What kind of file a file is: told from its name, else from its first bytes."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from kedou.errors import UnreadableFileError

if TYPE_CHECKING:
    from kedou.sources.objects import StoredPath

Format = Literal["csv", "parquet", "feather"]

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


def format_of(path: Path | StoredPath, name: str | None = None) -> Format:
    """Tell the format of a file from its path, else from its first bytes.

    Parameters
    ----------
    path : Path or StoredPath
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
    if not isinstance(path, Path) and FORMATS.get(last) in ("parquet", "feather"):
        return FORMATS[last]  # their readers tell another content, with one question less
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


def _head(path: Path | StoredPath) -> bytes:
    if not isinstance(path, Path):
        with path.input() as opened:
            return bytes(path.asked(lambda: opened.read(4096)))
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: Exception) -> UnreadableFileError:
    """Put the operating system's refusal into words."""
    reason = getattr(error, "strerror", None) or str(error)
    return UnreadableFileError("sources.unreadable", file=path.name, reason=reason)


def is_hidden(inner: PurePath) -> bool:
    """Whether a file below a folder is passed over in silence."""
    return any(part.startswith((".", "_")) for part in inner.parts)


def is_named_as_data(path: PurePath) -> bool:
    """Whether a file in a folder counts, by its ending; a workbook does, to be refused."""
    suffixes = [s.lower() for s in path.suffixes if s.lower() not in COMPRESSIONS]
    return bool(suffixes) and suffixes[-1] in (*FORMATS, *_WORKBOOKS)
