"""The lab as one ASGI application: the guard, the page's files, the socket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from kedou.lab.guard import Guard, session_of
from kedou.lab.names import Names
from kedou.lab.page import Page, read_page, takes_gzip
from kedou.lab.refusal import RefusalError, language_of
from kedou.lab.sessions import MOST_SOCKETS, Links, Session, Sessions
from kedou.lab.talk import Talk
from kedou.lab.workers import Workers


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
    cookie : str
        Name of the session's cookie.
    """

    names: Names = field(default_factory=Names)
    links: Links = field(default_factory=Links)
    sessions: Sessions = field(default_factory=Sessions)
    page: Page = field(default_factory=read_page)
    workers: Workers = field(default_factory=Workers)
    cookie: str = "kedou-lab"

    def routes(self) -> list[BaseRoute]:
        """Return every route there is; all of them stand behind the guard."""
        return [
            WebSocketRoute("/socket", self._socket),
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
            await Talk(socket, session, self.workers, language, self._about).run()
        finally:
            self.sessions.leave(session)

    def _about(self, session: Session) -> dict[str, Any]:
        """Tell an owner of a class the link for it, and how many have come."""
        if session.kind != "owner" or self.links.join is None:
            return {}
        return {"class": {"join": f"./?join={self.links.join}", "guests": self.sessions.guests()}}


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    raise RefusalError("lab.not-found", status=404)
