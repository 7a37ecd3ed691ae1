"""Files that Kedou writes and reads back: whole or not at all, checked, and never executed.

A saved document is one JSON object with ``format``, ``version``, ``checksum`` and ``content``.
The checksum is SHA-256 over the canonical JSON of ``content`` (sorted keys, no spaces), so a
truncated, edited or foreign file is refused in words instead of giving wrong numbers.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from kedou.errors import SavedFileError, UnreadableFileError


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a binary file that takes the name ``path`` only once it is complete.

    Writes to a temporary file beside it, then fsync and rename (``os.replace``); on any exception
    (Ctrl-C included) the temporary file is removed and an older ``path`` stays as it was.
    """
    target = Path(path)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent or ".")
    except OSError as problem:
        raise UnreadableFileError(
            "saving.cannot-write", path=str(path), reason=problem.strerror or str(problem)
        ) from problem
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _widen_mode(name)
        Path(name).replace(target)
        _flush_folder(target.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _flush_folder(folder: Path) -> None:
    """Flush a folder's names to the disk, where the system can: else a rename may be lost."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # the file is whole under either name
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _widen_mode(name: str) -> None:
    """Give the file the permissions that an ordinary ``open`` would have given it."""
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)


def _checksum(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def save_document(path: str | os.PathLike[str], kind: str, version: int, content: Any) -> None:
    """Write ``content`` as a checksummed document of one ``kind``, such as ``"moments"``."""
    document = {
        "format": f"kedou-{kind}",
        "version": version,
        "checksum": _checksum(content),
        "content": content,
    }
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    with replacing(path) as file:
        file.write(text.encode("utf-8"))
        file.write(b"\n")


def load_document(path: str | os.PathLike[str], kind: str, version: int) -> Any:
    """Read a document back and return its content.

    Raises
    ------
    UnreadableFileError
        The file does not exist or cannot be read.
    SavedFileError
        Not JSON, another kind of document, a newer version, or a checksum that does not match.
    """
    name = str(path)
    try:
        text = Path(path).read_bytes()
    except OSError as problem:
        raise UnreadableFileError(
            "saving.cannot-read", path=name, reason=problem.strerror or str(problem)
        ) from problem
    try:
        document = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise SavedFileError("saving.not-json", path=name, kind=kind) from problem
    wanted = f"kedou-{kind}"
    if not isinstance(document, dict) or document.get("format") != wanted:
        found = document.get("format") if isinstance(document, dict) else type(document).__name__
        raise SavedFileError("saving.other-format", path=name, found=str(found), wanted=wanted)
    found_version = document.get("version")
    if not isinstance(found_version, int) or not 1 <= found_version <= version:
        raise SavedFileError(
            "saving.other-version", path=name, found=str(found_version), known=version
        )
    content = document.get("content")
    if document.get("checksum") != _checksum(content):
        raise SavedFileError("saving.damaged", path=name)
    return content


@contextlib.contextmanager
def reading_content(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn a missing key or a wrong shape inside a document into a ``SavedFileError``."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        if isinstance(problem, SavedFileError):
            raise
        raise SavedFileError("saving.damaged", path=str(path)) from problem
