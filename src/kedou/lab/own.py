"""What one session has brought and made: uploads, tables, scans, files to take away.

Everything has a key, ``u1``, ``t1``, ``s1``, ``f1``, that means something in this session alone.
There are only so many of each: the oldest makes room.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from kedou.lab.refusal import RefusalError
from kedou.lab.store import Kept

MOST_UPLOADS = 8
MOST_TABLES = 16
MOST_SCANS = 6
MOST_FILES = 16
MOST_RUNS = 4

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Upload:
    """A file that was sent.

    Attributes
    ----------
    name : str
        What the client calls it: display text.
    kept : Kept
    """

    name: str
    kept: Kept


@dataclass(frozen=True, eq=False)
class Table:
    """Something that was opened.

    Attributes
    ----------
    told : mapping
        What a worker is told of it.
    upload : Upload or None
        Where it comes from.
    """

    told: Mapping[str, Any]
    upload: Upload | None = None


@dataclass(eq=False)
class Found:
    """What a worker has found in a scan.

    Attributes
    ----------
    body, keep : bytes
        What it wrote.
    runs : dict of str to str
        Answers to the last few questions for a run; the same question has the same answer.
    """

    body: bytes
    keep: bytes
    runs: dict[str, str] = field(default_factory=dict)
    _learned: Any = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def learned(self) -> Any:
        """Return what was learnt, as the engine knows it; built once. Not on the event loop."""
        with self._lock:
            if self._learned is None:
                from kedou.lab.learned import learned_from

                self._learned = learned_from(self.body, self.keep)
            return self._learned

    def remember(self, question: str, answer: str) -> None:
        """Keep an answer, one of the last few."""
        with self._lock:
            self.runs[question] = answer
            while len(self.runs) > MOST_RUNS:
                del self.runs[next(iter(self.runs))]


@dataclass(eq=False)
class Scan:
    """A scan of a session.

    Attributes
    ----------
    table : Table
    ask : mapping
        The question, without the table.
    found : Found
        What came of it; of data sets that come with Kedou, the same for all sessions.
    run : tuple of str and bytes, or None
        Settings and content of the last run over its rows.
    """

    table: Table
    ask: Mapping[str, Any]
    found: Found
    run: tuple[str, bytes] | None = None


@dataclass(frozen=True, eq=False)
class Made:
    """A file to take away.

    Attributes
    ----------
    name : str
        What it is called when it is saved.
    kept : Kept
    """

    name: str
    kept: Kept


class Shelf(Generic[T]):
    """Things by their keys, a bounded number of them.

    Parameters
    ----------
    letter : str
    most : int
    missing : str
        Code of what is said where a key leads to nothing.
    """

    def __init__(self, letter: str, most: int, missing: str) -> None:
        self._letter, self._most, self._missing = letter, most, missing
        self._count = 0
        self._things: dict[str, T] = {}

    def put(self, thing: T) -> tuple[str, list[T]]:
        """Keep a thing; return its key, and what has made room for it."""
        self._count += 1
        key = f"{self._letter}{self._count}"
        self._things[key] = thing
        gone = [self._things.pop(next(iter(self._things))) for _ in range(self._over())]
        return key, gone

    def get(self, key: str) -> T:
        """Return the thing of a key.

        Raises
        ------
        RefusalError
            There is none, or not any more.
        """
        if key not in self._things:
            raise RefusalError(self._missing, status=404, key=key)
        return self._things[key]

    def drop(self, thing: T) -> None:
        """Let go of a thing."""
        self._things = {key: one for key, one in self._things.items() if one is not thing}

    def things(self) -> dict[str, T]:
        """Return everything by its key."""
        return dict(self._things)

    def _over(self) -> int:
        return max(0, len(self._things) - self._most)


class Own:
    """What one session has.

    Parameters
    ----------
    session : str
        Whose it is.
    """

    def __init__(self, session: str) -> None:
        self.session = session
        self.uploads: Shelf[Upload] = Shelf("u", MOST_UPLOADS, "lab.no-upload")
        self.tables: Shelf[Table] = Shelf("t", MOST_TABLES, "lab.no-table")
        self.scans: Shelf[Scan] = Shelf("s", MOST_SCANS, "lab.no-scan")
        self.files: Shelf[Made] = Shelf("f", MOST_FILES, "lab.no-file")
        self.opened: str | None = None
        self.uploading = False

    def add_upload(self, upload: Upload) -> str:
        """Keep an upload; one of the same name gives way to it."""
        for older in self.uploads.things().values():
            if older.name == upload.name:
                self._let_go(older)
        key, gone = self.uploads.put(upload)
        for older in gone:
            self._let_go(older)
        return key

    def add_file(self, made: Made) -> str:
        """Keep a file to take away."""
        key, gone = self.files.put(made)
        for older in gone:
            older.kept.discard()
        return key

    def end(self) -> None:
        """Let go of everything on the disk."""
        for upload in self.uploads.things().values():
            self._let_go(upload)
        for made in self.files.things().values():
            self.files.drop(made)
            made.kept.discard()

    def _let_go(self, upload: Upload) -> None:
        self.uploads.drop(upload)
        for table in self.tables.things().values():
            if table.upload is upload:
                self.tables.drop(table)
        upload.kept.discard()
