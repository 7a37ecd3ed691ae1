"""The lab as one ASGI application: the guard, the page's files, the socket, uploads, downloads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from kedou.lab.errands import Errands, Shared
from kedou.lab.formats import COMPRESSIONS, FORMATS
from kedou.lab.guard import Guard, session_of
from kedou.lab.names import Names
from kedou.lab.own import Own, Table
from kedou.lab.page import Page, read_page, takes_gzip
from kedou.lab.refusal import RefusalError, language_of
from kedou.lab.sessions import MOST_SOCKETS, Links, Session, Sessions
from kedou.lab.store import ROOMS, sweep
from kedou.lab.talk import Talk
from kedou.lab.transfers import download, upload
from kedou.lab.workers import Workers

SWEEP_SECONDS = 60.0


@dataclass(frozen=True)
class Lab:
    """One lab: who may come in, what there is to see.

    Attributes
    ----------
    names : Names
    links : Links
    sessions : Sessions
    page : Page
    workers : Workers
    shared : Shared
        Worker processes, files on the disk, folders that the owner may read from.
    opened : mapping or None
        The table that was named on the command line, as a worker is told of it.
    cookie : str
        Name of the session's cookie.
    """

    names: Names = field(default_factory=Names)
    links: Links = field(default_factory=Links)
    sessions: Sessions = field(default_factory=Sessions)
    page: Page = field(default_factory=read_page)
    workers: Workers = field(default_factory=Workers)
    shared: Shared = field(default_factory=Shared)
    opened: Mapping[str, Any] | None = None
    cookie: str = "kedou-lab"
    desks: dict[str, tuple[Own, asyncio.Lock]] = field(default_factory=dict)

    def routes(self) -> list[BaseRoute]:
        """Return every route there is; all of them stand behind the guard."""
        return [
            WebSocketRoute("/socket", self._socket),
            Route("/upload", self._upload, methods=["POST"]),
            Route("/download/{key}", self._download, methods=["GET"]),
            Route("/{path:path}", self._file, methods=["GET"]),
        ]

    def guarded(self) -> Callable[[Scope, Receive, Send], Any]:
        """Return the application to be served."""
        router = Router(self.routes(), redirect_slashes=False, default=_nothing)
        return Guard(router, self.names, self.links, self.sessions, self.cookie)

    async def _file(self, request: Request) -> Response:
        file = self.page.find("/" + request.path_params["path"])
        content, tag = file.content, file.tag
        headers = {"cache-control": file.caching, "content-type": file.type}
        if file.gzipped is not None:
            headers["vary"] = "accept-encoding"
            if takes_gzip(request.headers.get("accept-encoding", "")):
                content, tag = file.gzipped, f"{file.tag}-gzip"
                headers["content-encoding"] = "gzip"
        headers["etag"] = f'"{tag}"'
        known = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
        if headers["etag"] in known:
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers)

    async def _socket(self, socket: WebSocket) -> None:
        session = session_of(socket.scope)
        if session.sockets >= MOST_SOCKETS:
            raise RefusalError("lab.sockets", status=429, most=MOST_SOCKETS)
        session.sockets += 1
        try:
            await socket.accept()
            language = language_of(socket.scope)
            own, turn = self.desk(session)
            errands = Errands(session, own, self.shared, turn)
            await Talk(socket, session, self.workers, errands, language, self._about).run()
        finally:
            self.sessions.leave(session)

    async def _upload(self, request: Request) -> Response:
        session = session_of(request.scope)
        own, _ = self.desk(session)
        session.sockets += 1  # as long as a file comes in, its session is not forgotten
        try:
            return await upload(request, session, own, self.shared.store)
        finally:
            self.sessions.leave(session)

    async def _download(self, request: Request) -> Response:
        own, _ = self.desk(session_of(request.scope))
        return await download(request.path_params["key"], own)

    def desk(self, session: Session) -> tuple[Own, asyncio.Lock]:
        """Return what a session has, and the lock that keeps it to one job at a time."""
        if session.id not in self.desks:
            own = Own(session.id)
            if session.kind == "owner" and self.opened is not None:
                own.opened, _ = own.tables.put(Table(self.opened))
            self.desks[session.id] = (own, asyncio.Lock())
        return self.desks[session.id]

    def forget(self) -> None:
        """Let go of what sessions had that are over."""
        alive = self.sessions.ids()
        for session in [one for one in self.desks if one not in alive]:
            own, _ = self.desks.pop(session)
            own.end()

    async def tidy(self) -> None:
        """Sweep away what dead labs left, then forget sessions that are over, again and again."""
        await asyncio.to_thread(sweep)
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.forget()

    async def close(self) -> None:
        """End the workers, and delete what is on the disk."""
        self.workers.stop()
        self.shared.pool.kill()
        await self.shared.pool.close()
        await asyncio.to_thread(self.shared.store.close)

    def _about(self, session: Session) -> dict[str, Any]:
        """Tell a session what it may bring, and the owner of a class the link for it."""
        own, _ = self.desk(session)
        is_owner = session.kind == "owner"
        if is_owner:
            self.shared.pool.warm()
        about: dict[str, Any] = {
            "own": {
                "paths": is_owner and bool(self.shared.places.folders),
                "upload_limit": ROOMS[session.kind].file,
                "left": self.shared.store.left(session.id, session.kind),
                "formats": [*FORMATS, *COMPRESSIONS],
                "opened": own.opened,
            }
        }
        if is_owner and self.links.join is not None:
            guests = self.sessions.guests()
            about["class"] = {"join": f"./?join={self.links.join}", "guests": guests}
        return about


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    raise RefusalError("lab.not-found", status=404)
