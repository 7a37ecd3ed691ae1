"""Interrupted work goes on: what a scan has read so far, in a file, while it reads.

The file holds the places of the canonical tree that are filled, and nothing that is merged
already: the subtrees of the parts up to the first that is not read yet, the finished parts behind
it, and, of text files, how far each open part is. That is a few times log2(parts) moments, so the
file does not grow with the data. A scan that goes on from it merges along the same tree, to the
same bits.

It is replaced as a whole (temporary file, fsync, rename), by whichever thread finds that it is
due: writing takes a share of the time, however many columns there are. What was read since the
last writing is read again after a crash, and nothing else is. When the scan is done the file stays
and holds all of it, so the same scan again reads no row.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from kedou.errors import DataError, OptionError, SavedFileError, UnreadableFileError
from kedou.fitting.same_work import identity, require_same
from kedou.moments import Folded, Merger
from kedou.moments.packed import from_text, to_text
from kedou.saving import load_document, reading_content, save_document
from kedou.sources.identity import files_of, identity_of_files
from kedou.sources.source import Learning, Mark, Source

VERSION = 1
INTERVAL = 0.05
SHARE = 0.05
"""Share of one thread's time that writing may take."""

Pieces = tuple[tuple[int, Any], ...]
"""Subtrees in order: how many parts each is of, and its ``Folded``."""


class Checkpoint:
    """What a scan has finished, kept in a file; one for all threads of the scan.

    Parameters
    ----------
    path : path
        Gone on from if it is there, written at once if not.
    source : Source
        Of files.
    options : mapping of str to JSON values
        What else the moments depend on: precision, folds, seed.
    interval : float
        Least seconds between two writings.
    clock : callable

    Attributes
    ----------
    rows : int
        Rows that had been read before.

    Raises
    ------
    OptionError
        The source is not of files.
    SavedFileError
        The file was begun for other files, or with other options, or a file has changed since; it
        is damaged, of another kind, or from another version.
    UnreadableFileError
        The file cannot be read or written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        source: Source,
        options: dict[str, Any],
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        if not files_of(source):
            raise OptionError("fitting.checkpoint-needs-files")
        self.path, self._source = os.fspath(path), source
        self._interval, self._clock = interval, clock
        self._identity = identity(source, options)
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._next = 0
        self._pieces: Pieces = ()
        self._waiting: dict[int, Folded | None] = {}
        self._open: dict[int, tuple[Mark, Pieces]] = {}
        self._texts: dict[int, tuple[Folded, str]] = {}
        if os.path.lexists(self.path):
            self._load()
        self.rows = sum(moments.rows_read for moments in self._all())
        self._due = clock() + interval
        if not self.rows:
            self.write()

    @property
    def next(self) -> int:
        """The first part that is not in ``merger()`` yet."""
        return self._next

    def merger(self) -> Merger[Any]:
        """Return a merger that stands where the scan stood."""
        return Merger(self._pieces)

    def finished(self, number: int) -> bool:
        """Say whether a part that is not merged yet was read to its end."""
        return number in self._waiting

    def begun(self, number: int) -> bool:
        """Say whether something of a part that is not merged yet was read."""
        return number in self._waiting or number in self._open

    def moments(self, number: int) -> Folded | None:
        """Return the moments of a finished part."""
        return self._waiting[number]

    def place(self, number: int) -> tuple[Mark | None, Merger[Any]]:
        """Return how far a part was read, and what came of it."""
        mark, pieces = self._open.get(number, (None, ()))
        return mark, Merger(pieces)

    def so_far(self) -> tuple[Folded | None, dict[int, Folded]]:
        """Return the moments, without folds, of finished parts and of each open one."""
        done: Merger[Any] = Merger()
        for moments in self._finished():
            done.add(moments)
        opened = {n: Merger(pieces).result(folds=False) for n, (_, pieces) in self._open.items()}
        found = {n: moments for n, moments in opened.items() if moments is not None}
        return done.result(folds=False), found

    def block(self, number: int, merger: Merger[Any], mark: Mark | None) -> None:
        """Take note that a part was read up to a mark; its merger is this thread's own."""
        if mark is not None:
            with self._lock:
                self._open[number] = (mark, merger.pieces)
            self._write_if_due()

    def part(self, number: int, moments: Folded | None) -> None:
        """Take note that a part is finished."""
        with self._lock:
            self._open.pop(number, None)
            self._waiting[number] = moments
        self._write_if_due()

    def merged(self, number: int, merger: Merger[Any]) -> None:
        """Take note that a part, and so all before it, is in the scan's merger."""
        with self._lock:
            self._next, self._pieces = number + 1, merger.pieces
            self._waiting.pop(number, None)
        self._write_if_due()

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Write once more at the end of a ``with``, also where it ends in an error.

        Raises
        ------
        DataError
            A file has changed while it was read.
        """
        try:
            yield
        except BaseException:
            with contextlib.suppress(OSError):
                self.write()
            raise
        now = identity_of_files(self._source)
        for file, before in zip(now, self._identity["files"], strict=True):
            if file != before:
                raise DataError("fitting.changed-meanwhile", file=file["path"])
        self.write()

    def write(self) -> None:
        """Replace the file by what is known now.

        Raises
        ------
        UnreadableFileError
            It cannot be written: an older one stays as it was.
        """
        with self._writing:
            self._write()

    def _write_if_due(self) -> None:
        if self._clock() < self._due or not self._writing.acquire(blocking=False):
            return
        try:
            if self._clock() >= self._due:
                self._write()
        finally:
            self._writing.release()

    def _write(self) -> None:
        began = self._clock()
        with self._lock:
            following, pieces = self._next, self._pieces
            waiting, opened = dict(self._waiting), dict(self._open)
        known, self._texts = self._texts, {}
        found = self._source.found() if isinstance(self._source, Learning) else None
        content = {
            "identity": self._identity,
            "next": following,
            "tree": self._as_texts(pieces, known),
            "finished": [
                [number, None if moments is None else self._as_text(moments, known)]
                for number, moments in sorted(waiting.items())
            ],
            "open": [
                [number, list(mark), self._as_texts(inner, known)]
                for number, (mark, inner) in sorted(opened.items())
            ],
            "found": found,
        }
        try:
            save_document(self.path, "checkpoint", VERSION, content)
        except UnreadableFileError:
            raise  # no such folder, no permission: it says so itself
        except OSError as problem:
            reason = problem.strerror or str(problem)
            raise UnreadableFileError(
                "fitting.checkpoint-unwritten", path=self.path, reason=reason
            ) from problem
        now = self._clock()
        self._due = now + max(self._interval, (now - began) / SHARE)

    def _as_texts(self, pieces: Pieces, known: dict[int, tuple[Folded, str]]) -> list[Any]:
        return [[size, self._as_text(moments, known)] for size, moments in pieces]

    def _as_text(self, moments: Folded, known: dict[int, tuple[Folded, str]]) -> str:
        """Return moments as JSON; those that were written before keep their text."""
        pair = known.get(id(moments)) or (moments, to_text(moments))
        self._texts[id(moments)] = pair
        return pair[1]

    def _load(self) -> None:
        try:
            content = load_document(self.path, "checkpoint", VERSION)
        except SavedFileError as problem:
            if problem.code in ("saving.damaged", "saving.not-json"):
                raise SavedFileError("fitting.checkpoint-damaged", path=self.path) from problem
            raise
        with reading_content(self.path):
            require_same(self.path, content["identity"], self._identity)
            self._next = int(content["next"])
            self._pieces = _from_texts(content["tree"])
            self._waiting = {
                int(number): None if text is None else from_text(text)
                for number, text in content["finished"]
            }
            self._open = {
                int(number): (tuple(map(int, mark)), _from_texts(inner))
                for number, mark, inner in content["open"]
            }
            if content["found"] is not None and isinstance(self._source, Learning):
                self._source.recall(content["found"])

    def _finished(self) -> Iterator[Folded]:
        yield from (moments for _, moments in self._pieces)
        yield from (moments for moments in self._waiting.values() if moments is not None)

    def _all(self) -> Iterator[Folded]:
        yield from self._finished()
        for _, pieces in self._open.values():
            yield from (moments for _, moments in pieces)


def _from_texts(pieces: Any) -> Pieces:
    return tuple((int(size), from_text(text)) for size, text in pieces)
