"""What the lab keeps on disk: uploads, and files made for downloading, in one folder of its own.

The folder is made when it is first needed, for this user alone, and is gone when the lab ends. A
lab that was killed leaves it behind; the next one that starts here sweeps it away. A lab that lives
holds a lock on a file in its folder, which the system lets go of however the lab ends.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from kedou.lab.refusal import RefusalError
from kedou.lab.sessions import Kind

PREFIX = "kedou-lab-"
LOCK = "alive"
MOST = 16 << 30
"""Bytes of all sessions together."""
FREE = 1 << 30
"""Bytes that are always left free on the disk."""
UNLOCKED_SECONDS = 3600.0
"""A folder without a lock is swept away when it is so old: a younger one is just being made."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much a visitor may bring: bytes of one file, and of all of them together."""

    file: int
    session: int


ROOMS: dict[Kind, Room] = {
    "owner": Room(2 << 30, 4 << 30),
    "guest": Room(64 << 20, 128 << 20),
}


@dataclass(eq=False)
class Kept:
    """A file of one session.

    Attributes
    ----------
    path : Path
    session : str
        Whose it is.
    bytes : int
        What it counts in the session's room.
    """

    store: Store = field(repr=False)
    path: Path
    session: str
    bytes: int
    _holders: int = 0
    _unwanted: bool = False

    @property
    def is_wanted(self) -> bool:
        """Whether it has not been given up."""
        return not self._unwanted

    def hold(self) -> None:
        """Note that somebody reads it: until ``release`` it stays."""
        self._holders += 1

    def release(self) -> None:
        """Note that somebody has read it."""
        self._holders -= 1
        if self._unwanted and self._holders == 0:
            self.store._remove(self)

    def discard(self) -> None:
        """Delete it, or as soon as nobody reads it any more."""
        self._unwanted = True
        if self._holders == 0:
            self.store._remove(self)


class Store:
    """The files of one lab.

    Parameters
    ----------
    base : Path, optional
        Where its folder is made; the system's folder for temporary files by default.
    most, free : int
        Bytes for all sessions together, and bytes to be left free on the disk.
    """

    def __init__(self, base: Path | None = None, most: int = MOST, free: int = FREE) -> None:
        self._base, self._most, self._free = base, most, free
        self._folder: Path | None = None
        self._lock_file: IO[bytes] | None = None
        self._files: set[Kept] = set()
        self._count = 0
        self._lock = threading.Lock()
        self._closed = False

    def reserve(self, session: str, kind: Kind, size: int, ending: str = "") -> Kept:
        """Reserve room for a file and return it, empty.

        Parameters
        ----------
        size : int
            Bytes it will have at most.
        ending : str
            What its name ends in: one of a fixed list, never a client's word.

        Raises
        ------
        RefusalError
            There is no room for it.
        """
        room = ROOMS[kind]
        if size > room.file:
            raise RefusalError("lab.file-too-large", status=413, most=megabytes(room.file))
        with self._lock:
            if self._closed:
                raise RefusalError("lab.closed-store", status=503)
            held = sum(file.bytes for file in self._files)
            own = sum(file.bytes for file in self._files if file.session == session)
            if own + size > room.session:
                values = {"most": megabytes(room.session), "left": megabytes(room.session - own)}
                raise RefusalError("lab.quota", status=413, **values)
            if held + size > self._most:
                raise RefusalError("lab.lab-quota", status=413)
            folder = self._made()
            if shutil.disk_usage(folder).free - size < self._free:
                raise RefusalError("lab.disk-full", status=507)
            self._count += 1
            path = folder / f"{self._count}{ending}"
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            file = Kept(self, path, session, size)
            self._files.add(file)
            return file

    def left(self, session: str, kind: Kind) -> int:
        """Return how many bytes a session has room for."""
        with self._lock:
            own = sum(file.bytes for file in self._files if file.session == session)
            held = sum(file.bytes for file in self._files)
        return max(0, min(ROOMS[kind].session - own, self._most - held))

    def settle(self, file: Kept) -> None:
        """Count a file by what it really has."""
        size = file.path.stat().st_size
        with self._lock:
            file.bytes = size

    def check_disk(self) -> None:
        """Refuse to go on where the disk is nearly full.

        Raises
        ------
        RefusalError
        """
        folder = self._folder
        if folder is not None and shutil.disk_usage(folder).free < self._free:
            raise RefusalError("lab.disk-full", status=507)

    def files_of(self, session: str) -> list[Kept]:
        """Return the files of a session."""
        with self._lock:
            return [file for file in self._files if file.session == session]

    def close(self) -> None:
        """Delete everything."""
        with self._lock:
            self._closed = True
            folder, self._folder = self._folder, None
            held, self._lock_file = self._lock_file, None
            self._files.clear()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        if held is not None:
            held.close()
            shutil.rmtree(folder or "", ignore_errors=True)  # the lock, where open files stay

    def _made(self) -> Path:
        if self._folder is None:
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._base))
            self._lock_file = _locked(folder)
            self._folder = folder
        return self._folder

    def _remove(self, file: Kept) -> None:
        with self._lock:
            self._files.discard(file)
        with contextlib.suppress(OSError):
            file.path.unlink()


def sweep(base: Path | None = None) -> int:
    """Delete the folders of labs that live no more, and return how many there were."""
    count = 0
    where = Path(tempfile.gettempdir()) if base is None else base
    with contextlib.suppress(OSError):
        for folder in where.glob(f"{PREFIX}*"):
            if _is_ours(folder) and _is_dead(folder):
                shutil.rmtree(folder, ignore_errors=True)
                count += 1
    return count


def megabytes(size: int) -> int:
    """Return a size in MiB, rounded down.

    >>> megabytes(3 << 20)
    3
    """
    return size >> 20


def _is_ours(folder: Path) -> bool:
    """Say whether it is a folder, no link, and belongs to this user."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return stat.S_ISDIR(found.st_mode) and own


def _locked(folder: Path) -> IO[bytes]:
    """Make the lock of a folder; it has its name only once it is held."""
    making = folder / f"{LOCK}.new"
    file = making.open("wb")
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # where there is no flock, an open file cannot be deleted
        file.close()
        return (folder / LOCK).open("wb")
    making.rename(folder / LOCK)
    return file


def _is_dead(folder: Path) -> bool:
    lock = folder / LOCK
    try:
        with lock.open("rb") as file:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:
        with contextlib.suppress(OSError):
            return time.time() - folder.stat().st_mtime > UNLOCKED_SECONDS
        return False
    except ImportError:
        try:
            lock.unlink()
        except OSError:
            return False
        return True
    except OSError:
        return False
