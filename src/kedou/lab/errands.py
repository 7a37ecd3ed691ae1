"""A question about one's own data becomes a job for a worker, and what comes back an answer.

A session has one job at a time; those of built-in data sets are answered from memory the second
time, whoever asks, so that a class of learners who open the same one costs little.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from kedou.lab.frames import Frame, written
from kedou.lab.messages import Ask
from kedou.lab.own import Found, Made, Own, Scan, Table
from kedou.lab.places import Places
from kedou.lab.pool import Pool
from kedou.lab.refusal import RefusalError
from kedou.lab.sessions import Session
from kedou.lab.store import Kept, Store

JOBS = ("places", "open", "look", "scan", "passes", "save")
GUEST_SECONDS = 60.0
"""How long a job of a guest may take."""
MOST_KEPT = 64
NEWS = {"scan": "progress", "passes": "passing", "save": "progress"}
ANSWERS = {
    "places": "places",
    "open": "table",
    "look": "look",
    "scan": "scanned",
    "passes": "run",
    "save": "saved",
}
ENDINGS = {
    "model": ("model", ".json"),
    "history-csv": ("history", ".csv"),
    "history-parquet": ("history", ".parquet"),
    "moments": ("moments", ".json"),
    "python": ("run", ".py"),
    "report": ("report", ".html"),
    "predictions": ("predictions", ".csv"),
    "sql": ("model", ".sql"),
    "spreadsheet": ("spreadsheet", ".txt"),
    "python-function": ("model", ".py"),
    "javascript": ("model", ".js"),
    "onnx": ("model", ".onnx"),
    "sklearn": ("sklearn", ".pkl"),
}
NEEDS_ROWS = ("passes", "predictions")


@dataclass(eq=False)
class Shared:
    """What all sessions of a lab share.

    Attributes
    ----------
    pool : Pool
    store : Store
    places : Places
        Folders that the owner may read from.
    known : dict of str to (Frame, Found)
        Answers about data sets that come with Kedou.
    """

    pool: Pool = field(default_factory=Pool)
    store: Store = field(default_factory=Store)
    places: Places = field(default_factory=Places)
    known: dict[str, tuple[Frame, Found]] = field(default_factory=dict)

    def keep(self, key: str, frame: Frame, found: Found) -> None:
        """Keep an answer, one of the last few."""
        self.known[key] = (frame, found)
        while len(self.known) > MOST_KEPT:
            del self.known[next(iter(self.known))]


@dataclass(eq=False)
class Errands:
    """The jobs of one page.

    Attributes
    ----------
    session : Session
    own : Own
        What the session has, shared by all its pages.
    shared : Shared
    turn : asyncio.Lock
        One job at a time for each session.
    """

    session: Session
    own: Own
    shared: Shared
    turn: asyncio.Lock

    async def do(
        self,
        ask: Ask,
        language: str,
        tell: Callable[[str], None],
        waits: Callable[[], Awaitable[None]],
    ) -> str:
        """Do what a question asks for, and return the answer.

        Parameters
        ----------
        ask : Ask
        language : str
        tell : callable
            Gets messages about how far it has come; only the newest counts.
        waits : coroutine function
            Awaited once where it has to wait for a worker.

        Raises
        ------
        RefusalError
        """
        do = getattr(self, f"_{ask.type}")
        if self.turn.locked():
            await waits()
        async with self.turn:
            try:
                async with asyncio.timeout(None if self._is_owner else GUEST_SECONDS):
                    answer: str = await do(ask, language, tell, waits)
                    return answer
            except TimeoutError:
                raise RefusalError("lab.too-long") from None

    @property
    def _is_owner(self) -> bool:
        return self.session.kind == "owner"

    async def _places(self, ask: Ask, language: str, tell: Any, waits: Any) -> str:
        if not self._is_owner:
            return written({"type": "places", "id": ask.id, "folders": []})
        job = {"folders": self.shared.places.to_json()}
        frame, _ = await self._job(ask, job, language, tell, waits)
        return _answered(ask, frame)

    async def _open(self, ask: Ask, language: str, tell: Any, waits: Any) -> str:
        source, dialect = ask.fields["source"], dict(ask.fields)
        del dialect["source"]
        if "table" in source:
            key, table = source["table"], self.own.tables.get(source["table"])
            table = Table({**table.told, **dialect}, table.upload)
        else:
            key, table = None, Table({**self._told(source), **dialect}, self._upload(source))
        with _holding(table):
            frame, _ = await self._job(ask, {"table": table.told}, language, tell, waits)
        if key is None or dialect:
            key, _ = self.own.tables.put(table)
        return _answered(ask, frame, table=key)

    async def _look(self, ask: Ask, language: str, tell: Any, waits: Any) -> str:
        table = self._table(ask.fields["table"])
        job = {"table": table.told, "ask": _without(ask.fields, "table")}
        with _holding(table):
            frame, _ = await self._job(ask, job, language, tell, waits)
        return _answered(ask, frame, table=ask.fields["table"])

    async def _scan(self, ask: Ask, language: str, tell: Any, waits: Any) -> str:
        table = self._table(ask.fields["table"])
        question = _without(ask.fields, "table")
        if question.get("split_by") and question.get("group_by"):
            raise RefusalError("lab.split-and-group")
        with _holding(table):
            job = {"table": table.told, "ask": question}
            frame, found = await self._job(ask, job, language, tell, waits)
        scan = Scan(table, {**question, **frame.facts}, found)
        key, _ = self.own.scans.put(scan)
        return _answered(ask, frame, scan=key)

    async def _passes(self, ask: Ask, language: str, tell: Any, waits: Any) -> str:
        scan = self.own.scans.get(ask.fields["scan"])
        settings = _without(ask.fields, "scan")
        job = {"table": self._there(scan.table).told, "ask": scan.ask, "settings": settings}
        with _holding(scan.table):
            frame, _ = await self._job(ask, job, language, tell, waits)
        scan.run = (same_settings(settings), frame.keep)
        return _answered(ask, frame)

    async def _save(self, ask: Ask, language: str, tell: Any, waits: Any) -> str:
        scan, kind = self.own.scans.get(ask.fields["scan"]), ask.fields["kind"]
        settings = ask.fields.get("settings", {})
        if kind in NEEDS_ROWS:
            self._there(scan.table)
        run = kept_run(scan, settings)
        name, ending = ENDINGS[kind]
        store, left = self.shared.store, self.shared.store.left
        kept = await self._reserved(ending)
        try:
            job = {
                "table": scan.table.told,
                "ask": scan.ask,
                "settings": settings,
                "kind": kind,
                "interval": ask.fields.get("interval"),
                "run": None if run is None else run.decode(),
                "keep": scan.found.keep.decode(),
                "path": str(kept.path),
                "most": left(self.session.id, self.session.kind),
            }
            with _holding(scan.table):
                frame, _ = await self._job(ask, job, language, tell, waits, scan.found.body)
            await asyncio.to_thread(store.settle, kept)
        except BaseException:
            kept.discard()
            raise
        made = Made(_called(scan.table, name, ending), kept)
        file = {"id": self.own.add_file(made), "name": made.name, "bytes": kept.bytes}
        return _answered(ask, frame, file=file)

    async def _reserved(self, ending: str) -> Kept:
        """Make an empty file; whoever stops waiting for it leaves none behind."""
        store, session = self.shared.store, self.session
        making = asyncio.create_task(
            asyncio.to_thread(store.reserve, session.id, session.kind, 0, ending)
        )
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            making.add_done_callback(_discarded)
            raise

    async def _job(
        self,
        ask: Ask,
        job: Mapping[str, Any],
        language: str,
        tell: Callable[[str], None],
        waits: Callable[[], Awaitable[None]],
        payload: bytes = b"",
    ) -> tuple[Frame, Found]:
        """Have a job done; what goes wrong in it is raised in the words that it came in."""
        whole = {**job, "do": ask.type, "language": language}
        built_in = ask.type in ("open", "look", "scan") and "data" in job["table"]["source"]
        key = written(whole) if built_in else ""
        if key in self.shared.known:
            return self.shared.known[key]

        def news(frame: Frame) -> None:
            tell(frame.message(type=NEWS[ask.type], id=ask.id))

        frame = await self.shared.pool.do(whole, payload, news, waits, first=self._is_owner)
        if frame.kind == "error":
            raise ToldError(frame)
        if frame.kind != "done":
            raise RefusalError("lab.worker-died", status=500)
        found = Found(frame.body, frame.keep)
        if built_in:
            self.shared.keep(key, frame, found)
        return frame, found

    def _told(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a worker is told of a source."""
        if "data" in source:
            return {"source": {"data": source["data"]}, "name": f"{source['data']}.csv"}
        if "upload" in source:
            upload = self.own.uploads.get(source["upload"])
            return {"source": {"upload": str(upload.kept.path)}, "name": upload.name}
        if not self._is_owner:
            raise RefusalError("lab.path-owner")
        name = PurePosixPath(source["path"].replace("\\", "/")).name or source["path"]
        folders = self.shared.places.to_json()
        return {"source": {"path": source["path"]}, "name": name, "folders": folders}

    def _upload(self, source: Mapping[str, Any]) -> Any:
        return self.own.uploads.get(source["upload"]) if "upload" in source else None

    def _table(self, key: str) -> Table:
        return self._there(self.own.tables.get(key))

    @staticmethod
    def _there(table: Table) -> Table:
        if table.upload is not None and not table.upload.kept.is_wanted:
            raise RefusalError("lab.upload-gone", name=table.upload.name)
        return table


class ToldError(Exception):
    """What went wrong in a worker, in its own words.

    Parameters
    ----------
    frame : Frame
        With code, values and text.
    """

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame.body)
        self.frame = frame


def same_settings(settings: Mapping[str, Any]) -> str:
    """Return settings as text that is the same for the same settings, however they are ordered."""
    return json.dumps(dict(settings), sort_keys=True)


def kept_run(scan: Scan, settings: Mapping[str, Any]) -> bytes | None:
    """Return the run over rows that settings ask for; None where moments are enough.

    Raises
    ------
    RefusalError
        It has not been made, or another one since.
    """
    loss = settings.get("loss", "squared")
    name = loss["name"] if isinstance(loss, dict) else loss
    if name == "squared" and "batch_size" not in settings:
        return None
    if scan.run is None or scan.run[0] != same_settings(settings):
        raise RefusalError("lab.run-first", loss=name)
    return scan.run[1]


def _answered(ask: Ask, frame: Frame, **fields: Any) -> str:
    return frame.message(type=ANSWERS[ask.type], id=ask.id, **fields)


def _without(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


def _called(table: Table, name: str, ending: str) -> str:
    """Return what a file is called when it is saved: after the data, and what it is."""
    stem = str(table.told["name"]).split(".")[0]
    safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in stem).strip("-_")[:40]
    return f"{safe}-{name}{ending}" if safe else f"{name}{ending}"


def _discarded(making: asyncio.Task[Kept]) -> None:
    """Delete a file that was made for somebody who is gone."""
    if not making.cancelled() and making.exception() is None:
        making.result().discard()


@contextmanager
def _holding(table: Table) -> Iterator[None]:
    """Keep the file of a table from being deleted while a job reads it."""
    kept = None if table.upload is None else table.upload.kept
    if kept is not None:
        kept.hold()
    try:
        yield
    finally:
        if kept is not None:
            kept.release()
