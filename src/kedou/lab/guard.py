"""The one guard before every route.

In this order: is the Host one of ours, is the Origin ours, is the request one we take at all, does
a link let in, is there a session. Whatever is decided, is decided from the ASGI scope, and every
answer carries the headers of ``kedou.lab.headers``.
"""

from __future__ import annotations

import html
import logging
import os
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kedou.lab.headers import Pairs, completed
from kedou.lab.names import Names
from kedou.lab.refusal import RefusalError, language_of
from kedou.lab.sessions import Kind, Links, Session, Sessions

SESSION = "kedou.session"
"""Where routes find the session in the scope."""

MOST_BYTES = 16 * 1024
"""How long address and headers may be together."""

TAKE_BODIES = ("/upload",)
"""Paths of routes that take a body; they are asked by POST alone, and no other is."""

LINKS = ("token", "join")
_PREFIX = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~%@+=:-]+)+")
_log = logging.getLogger("kedou.lab")


@dataclass(frozen=True)
class Guard:
    """An ASGI application that lets through what may pass.

    Attributes
    ----------
    app : ASGI application
        What it guards.
    names : Names
    links : Links
    sessions : Sessions
    cookie : str
        Name of the session's cookie. Browsers share cookies between the ports of one host, so it
        carries the port.
    """

    app: ASGIApp
    names: Names
    links: Links
    sessions: Sessions
    cookie: str = "kedou-lab"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] in _STARTS:
                started = True
                message = {**message, "headers": completed(message.get("headers", []))}
            await send(message)

        try:
            request = _Request(scope)
            self._check(request)
            answer = self._swap(request)
            if answer is None:
                session = self._session(request)
                if session is None:
                    raise RefusalError("lab.no-session")
                inner = {**scope, SESSION: session, "root_path": request.prefix}
                await self.app(inner, receive, guarded)
            else:
                await answer.give(scope, guarded)
        except RefusalError as refusal:
            if started:
                raise
            await _refused(scope, refusal).give(scope, guarded)
        except Exception as problem:
            _log.error("%s", problem, exc_info=bool(os.environ.get("KEDOU_DEBUG")))
            if started:
                raise
            await _refused(scope, RefusalError("lab.internal", status=500)).give(scope, guarded)

    def _check(self, request: _Request) -> None:
        host = request.one("host")
        if host is None:
            raise RefusalError("lab.host-missing", status=400)
        if not self.names.knows(host, request.address):
            raise RefusalError("lab.host", host=host)
        origin = request.one("origin")
        if origin is None and request.is_unsafe:
            raise RefusalError("lab.origin-missing")
        if origin is not None and not self.names.may_talk(origin, host):
            raise RefusalError("lab.origin", origin=origin)
        if request.method not in (("POST",) if request.takes_body else ("GET", "HEAD")):
            raise RefusalError("lab.method", status=405, method=request.method)
        if request.size > MOST_BYTES:
            raise RefusalError("lab.head", status=431, most=MOST_BYTES)
        if request.has_body and not request.takes_body:
            raise RefusalError("lab.body", status=413)

    def _swap(self, request: _Request) -> _Answer | None:
        """Swap a link for a session, and lead on to the same address without the link."""
        wanted = {name: value for name, value in request.query if name in LINKS}
        if not wanted or not request.is_visit:
            return None
        if request.is_prefetch:
            raise RefusalError("lab.prefetch")
        kind: Kind = "owner" if "token" in wanted else "guest"
        session = self._session(request)
        cookie: Pairs = []
        if session is None or (kind == "owner" and session.kind != "owner"):
            if kind == "owner":
                self.links.spend(wanted["token"])
            else:
                self.links.check_join(wanted["join"])
            secret, _ = self.sessions.open(kind)
            cookie = [(b"set-cookie", self._cookie(request, secret).encode())]
        if request.is_from_elsewhere:
            return _onward(200, request, "lab.onward", cookie)
        return _Answer(303, [(b"location", request.plain_target.encode()), *cookie], b"")

    def _cookie(self, request: _Request, secret: str) -> str:
        made = f"{self.cookie}={secret}; Path={request.prefix}/; HttpOnly; SameSite=Strict"
        return made + ("; Secure" if request.all("x-forwarded-proto") == ["https"] else "")

    def _session(self, request: _Request) -> Session | None:
        for name, value in request.cookies():
            if name == self.cookie:
                session = self.sessions.find(value)
                if session is not None:
                    return session
        return None


_STARTS = ("http.response.start", "websocket.http.response.start", "websocket.accept")


@dataclass(frozen=True)
class _Request:
    """What the guard wants to know of a scope."""

    scope: Scope

    def all(self, name: str) -> list[str]:
        wanted = name.encode()
        return [v.decode("latin-1") for n, v in self.scope["headers"] if n.lower() == wanted]

    def one(self, name: str) -> str | None:
        """Return a header that may stand there once."""
        values = self.all(name)
        if len(values) > 1:
            raise RefusalError("lab.header-twice", status=400, name=name)
        return values[0] if values else None

    @property
    def method(self) -> str:
        return str(self.scope.get("method", "GET"))

    @property
    def is_unsafe(self) -> bool:
        return self.scope["type"] == "websocket" or self.method not in ("GET", "HEAD")

    @property
    def takes_body(self) -> bool:
        return self.scope["type"] == "http" and self.path in TAKE_BODIES

    @property
    def has_body(self) -> bool:
        lengths = self.all("content-length")
        return bool(self.all("transfer-encoding")) or any(length != "0" for length in lengths)

    @property
    def size(self) -> int:
        address = len(self.scope.get("raw_path", b"")) + len(self.scope.get("query_string", b""))
        return address + sum(len(name) + len(value) for name, value in self.scope["headers"])

    @property
    def address(self) -> str:
        """The address of this machine that the connection came in at."""
        server = self.scope.get("server")
        return str(server[0]) if server else ""

    @property
    def prefix(self) -> str:
        """The path that a proxy has put before ours, without a slash at its end."""
        forwarded = self.all("x-forwarded-prefix") or [""]
        plain = str(self.scope.get("root_path") or forwarded[0]).rstrip("/")
        return plain if _PREFIX.fullmatch(plain) else ""

    @property
    def path(self) -> str:
        path = str(self.scope["path"])
        return path[len(self.prefix) :] if path.startswith(self.prefix + "/") else path

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.scope.get("query_string", b"").decode("latin-1"))

    @property
    def plain_target(self) -> str:
        """The address again, relative, without what let in."""
        pieces = self.scope.get("query_string", b"").decode("latin-1").split("&")
        kept = [p for p in pieces if p and not any(n in LINKS for n, _ in parse_qsl(p, True))]
        return "./" + ("?" + "&".join(kept) if kept else "")

    @property
    def is_visit(self) -> bool:
        return self.scope["type"] == "http" and self.method == "GET" and self.path == "/"

    @property
    def is_prefetch(self) -> bool:
        return any("prefetch" in value for value in self.all("sec-purpose") + self.all("purpose"))

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether a link on a page of another site was followed.

        A browser then keeps a strict cookie to itself, so a page of ours has to lead on.
        """
        return self.is_visit and self.all("sec-fetch-site") == ["cross-site"]

    def cookies(self) -> list[tuple[str, str]]:
        pieces = [piece for header in self.all("cookie") for piece in header.split(";")]
        pairs = [piece.strip().partition("=") for piece in pieces]
        return [(name, value) for name, _, value in pairs]


@dataclass(frozen=True)
class _Answer:
    """A small answer of the guard's own."""

    status: int
    headers: Pairs
    body: bytes

    async def give(self, scope: Scope, send: Send) -> None:
        if scope["type"] == "http":
            kind = "http.response"
            headers = [*self.headers, (b"content-length", str(len(self.body)).encode())]
        elif "websocket.http.response" in scope.get("extensions", {}):
            kind = "websocket.http.response"
            headers = []  # Uvicorn adds its own length, type (plain text) and end of connection.
        else:
            await send({"type": "websocket.close", "code": 1008})
            return
        await send({"type": f"{kind}.start", "status": self.status, "headers": headers})
        await send({"type": f"{kind}.body", "body": self.body})


def _refused(scope: Scope, refusal: RefusalError) -> _Answer:
    request = _Request(scope)
    if refusal.code == "lab.no-session" and request.is_from_elsewhere:
        return _onward(refusal.status, request, "lab.onward", [])
    headers: Pairs = [(b"content-type", b"text/plain; charset=utf-8")]
    if request.is_unsafe or request.has_body:
        headers.append((b"connection", b"close"))
    if refusal.status == 405:
        headers.append((b"allow", b"POST" if request.takes_body else b"GET, HEAD"))
    return _Answer(refusal.status, headers, f"{refusal.text(language_of(scope))}\n".encode())


def _onward(status: int, request: _Request, code: str, headers: Pairs) -> _Answer:
    """Return a page that leads on by itself: then it is we who ask, and the cookie comes along."""
    language = language_of(request.scope)
    words = html.escape(RefusalError(code).text(language))
    target = html.escape(request.plain_target, quote=True)
    body = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="0;url={target}">'
        f'<title>Kedou</title><p><a href="{target}">{words}</a></p></html>\n'
    )
    kind = (b"content-type", b"text/html; charset=utf-8")
    return _Answer(status, [kind, *headers], body.encode())


def session_of(scope: Scope) -> Session:
    """Return the session that the guard has found."""
    session: Any = scope[SESSION]
    assert isinstance(session, Session), "every route stands behind the guard"
    return session
