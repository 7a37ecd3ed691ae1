r"""Which files on this machine may be read by their path: those in folders that were allowed.

The person who starts the lab names the folders (``--data``). A path, a folder or a pattern that a
page sends is refused if its words already lead elsewhere (an address, a network share, ``..``, a
hidden name), and then every single file that was found is looked at again after following all
links: it has to lie in an allowed folder, and be an ordinary file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from kedou.errors import OptionError
from kedou.lab.formats import format_of
from kedou.lab.refusal import RefusalError

MOST_LISTED = 300
MOST_LOOKED_AT = 20_000
_PATTERN = "*?["


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder that may be read from.

    Attributes
    ----------
    given : Path
        As it was named, made absolute.
    real : Path
        Where that leads.
    """

    given: Path
    real: Path


@dataclass(frozen=True)
class Places:
    """All folders that may be read from."""

    folders: tuple[Folder, ...] = ()

    def find(self, text: str) -> Path:
        """Return the path, folder or pattern that a text stands for; nothing is opened.

        Raises
        ------
        RefusalError
            It leads elsewhere, or there is no such file.
        """
        check_words(text)
        path = Path(text)
        if path.is_absolute():
            for folder in self.folders:
                for top in (folder.given, folder.real):
                    if path.is_relative_to(top):
                        return self._inside(folder, path, path.relative_to(top), text)
            raise RefusalError("lab.path-outside", path=text)
        if path.drive or path.root:
            raise RefusalError("lab.path-outside", path=text)
        for folder in self.folders:
            candidate = folder.given / path
            if _is_there(candidate):
                return self._inside(folder, candidate, path, text)
        raise RefusalError("lab.path-none", path=text, folders=[str(f.given) for f in self.folders])

    def admit(self, path: Path) -> bool:
        """Say whether a file that was found counts: a hidden one is passed over.

        Raises
        ------
        RefusalError
            It leads out of the folders or to something hidden, or is no ordinary file.
        """
        tops = (top for f in self.folders for top in (f.given, f.real) if path.is_relative_to(top))
        top = next(tops, None)
        if top is not None and _is_hidden(path.relative_to(top).parts):
            return False
        try:
            real = path.resolve(strict=True)
            found = real.stat()
        except (OSError, RuntimeError):
            raise RefusalError("lab.path-gone", path=path.name) from None
        inner = next(
            (real.relative_to(f.real) for f in self.folders if real.is_relative_to(f.real)), None
        )
        if inner is None:
            raise RefusalError("lab.path-leads-out", path=path.name)
        if _is_hidden(inner.parts):
            raise RefusalError("lab.path-hidden", path=path.name)
        if not stat.S_ISREG(found.st_mode):
            raise RefusalError("lab.path-special", path=path.name)
        return True

    def listing(self) -> list[dict[str, Any]]:
        """Return the data files in the folders, by folder; each file that ``find`` would find."""
        seen: set[str] = set()
        room = MOST_LISTED
        told = []
        for folder in self.folders:
            files: list[dict[str, Any]] = []
            for path in _walk(folder.given):
                if len(files) == room:
                    break
                entry = self._entry(folder, path, seen)
                if entry is not None:
                    files.append(entry)
            room -= len(files)
            files.sort(key=lambda entry: str(entry["path"]))
            told.append({"name": _shown(str(folder.given)), "files": files})
        return told

    def to_json(self) -> list[list[str]]:
        """Return the folders as plain text, to be sent to a worker."""
        return [[str(folder.given), str(folder.real)] for folder in self.folders]

    @classmethod
    def from_json(cls, told: Iterable[Iterable[str]]) -> Places:
        """Return the folders of ``to_json``."""
        return cls(tuple(Folder(*map(Path, pair)) for pair in told))

    def _inside(self, folder: Folder, path: Path, inner: Path, text: str) -> Path:
        """Check a path whose words lie in a folder, as far as it can be before it is expanded."""
        if _is_hidden(inner.parts):
            raise RefusalError("lab.path-hidden", path=text)
        fixed = path if _lexists(path) else _fixed_part(path)
        try:
            real = fixed.resolve(strict=True)
        except (OSError, RuntimeError):
            raise RefusalError("lab.path-gone", path=text) from None
        if not any(real.is_relative_to(other.real) for other in self.folders):
            raise RefusalError("lab.path-leads-out", path=text)
        if not real.is_dir() and not real.is_file():
            raise RefusalError("lab.path-special", path=text)
        return path

    def _entry(self, folder: Folder, path: Path, seen: set[str]) -> dict[str, Any] | None:
        kind = format_of(path.name)
        if kind is None:
            return None
        try:
            if not self.admit(path):
                return None
            size = path.stat().st_size
            relative = path.relative_to(folder.given).as_posix()
            relative.encode()
        except (RefusalError, OSError, UnicodeEncodeError):
            return None
        shown = str(path) if relative in seen else relative
        seen.add(relative)
        return {"path": shown, "bytes": size, "format": kind}


def read_folders(given: Iterable[str]) -> Places:
    """Read what was given to ``--data``.

    Raises
    ------
    OptionError
        One is no folder.
    """
    folders: list[Folder] = []
    for text in given:
        path = Path(text).expanduser()
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            raise OptionError("lab.data-folder", got=text) from None
        if not real.is_dir():
            raise OptionError("lab.data-folder", got=text)
        folder = Folder(Path(os.path.abspath(path)), real)  # noqa: PTH100 (keeps links)
        if folder not in folders:
            folders.append(folder)
    return Places(tuple(folders))


def check_words(text: str) -> None:
    """Refuse a text that cannot be a path inside a folder, whatever there is on the disk.

    Raises
    ------
    RefusalError
    """
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise RefusalError("lab.path-odd")
    if "://" in text or text.lower().startswith(("file:", "data:", "http:", "https:")):
        raise RefusalError("lab.path-address", path=text)
    if text.startswith(("\\\\", "//", "\\/", "/\\")):
        raise RefusalError("lab.path-network", path=text)
    if ".." in text.replace("\\", "/").split("/"):
        raise RefusalError("lab.path-up", path=text)
    if os.name == "nt":
        windows = PureWindowsPath(text)
        if ":" in text[len(windows.drive) :] or windows.is_reserved():
            raise RefusalError("lab.path-special", path=text)


def _is_there(path: Path) -> bool:
    if _lexists(path):
        return True
    if not any(mark in str(path) for mark in _PATTERN):
        return False
    fixed = _fixed_part(path)
    try:
        return next(fixed.glob(str(path.relative_to(fixed))), None) is not None
    except (ValueError, NotImplementedError, OSError):
        return False


def _fixed_part(path: Path) -> Path:
    """Return the part of a pattern before its first mark."""
    whole = (path, *path.parents)
    return next(p for p in whole if not any(mark in str(p) for mark in _PATTERN))


def _lexists(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except (OSError, ValueError):
        return False


def _is_hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith(".") and part != "." for part in parts)


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, those near the top first; hidden folders are left out."""
    looked_at = 0
    waiting = [folder]
    while waiting:
        here = waiting.pop(0)
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            looked_at += 1
            if looked_at > MOST_LOOKED_AT:
                return
            if entry.name.startswith((".", "_")):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            else:
                yield Path(entry.path)


def _shown(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
