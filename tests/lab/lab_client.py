"""A visitor of a lab in this process: whole control of the ASGI scope, no network, no browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kedou.lab.app import Lab
from kedou.lab.errands import Shared
from kedou.lab.names import Names
from kedou.lab.page import File, Page
from kedou.lab.places import read_folders
from kedou.lab.pool import Pool
from kedou.lab.sessions import Links
from kedou.lab.store import Store

HOST = "127.0.0.1:8000"
OWN = f"http://{HOST}"
PAGE = Page(
    {
        name: File(name, content.encode())
        for name, content in {
            "/index.html": "<!doctype html><title>Kedou</title>",
            "/bundle.js": "'use strict';" * 200,
            "/bundle.css": "p{color:red}" * 200,
            "/third-party-notices.txt": "notices",
        }.items()
    }
)
Header = tuple[str, str]


def make_lab(for_class: bool = False, **options: Any) -> Lab:
    """Return a lab with a page of its own; two links for owners, as the command makes.

    It keeps no worker warm, so that one is started only where a test needs it.
    """
    options.setdefault("shared", Shared(pool=Pool(spares=0)))
    options.setdefault("links", Links(owners=2, for_class=for_class))
    options.setdefault("page", PAGE)
    options.setdefault("names", Names())
    return Lab(**options)


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def __getitem__(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key == name]
        assert len(found) < 2, f"{name} stands there twice"
        return found[0] if found else None

    @property
    def text(self) -> str:
        return self.body.decode()


class Visitor:
    """A client with cookies.

    Parameters
    ----------
    lab : Lab
    host : str or None
        The Host header it sends.
    address : str
        The address of the machine that it has reached.
    """

    def __init__(self, lab: Lab, host: str | None = HOST, address: str = "127.0.0.1") -> None:
        self.app = lab.guarded()
        self.host = host
        self.address = address
        self.cookies: dict[str, str] = {}

    def scope(self, target: str, headers: Iterable[Header], kind: str = "http") -> dict[str, Any]:
        path, _, query = target.partition("?")
        sent = [("host", self.host)] if self.host is not None else []
        sent += [("cookie", f"{name}={value}") for name, value in self.cookies.items()]
        sent += list(headers)
        return {
            "type": kind,
            "method": "GET",
            "path": path,
            "raw_path": path.encode("utf-8", "surrogatepass"),
            "query_string": query.encode("latin-1"),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent],
            "server": (self.address, 8000),
            "scheme": "http",
            "root_path": "",
            "extensions": {"websocket.http.response": {}},
        }

    async def ask(
        self, target: str = "/", *headers: Header, method: str = "GET", body: bytes = b""
    ) -> Answer:
        """Send one request and return the whole answer."""
        answer = Answer()

        pieces = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if pieces:
                return pieces.pop()
            await asyncio.Event().wait()  # the visitor stays, and sends nothing more
            raise AssertionError

        async def send(message: Any) -> None:
            take(answer, message)

        scope = self.scope(target, headers)
        scope["method"] = method
        await self.app(scope, receive, send)
        if cookie := answer["set-cookie"]:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    async def upload(
        self, name: str, body: bytes, *headers: Header, length: int | None = None
    ) -> Answer:
        """Send a file as a page does."""
        size = len(body) if length is None else length
        sent = [("origin", OWN), ("content-length", str(size)), *headers]
        return await self.ask(f"/upload?name={quote(name)}", *sent, method="POST", body=body)

    async def enter(self, lab: Lab) -> Visitor:
        """Go in by the owner's next link."""
        for token in lab.links.owner:
            if (await self.ask(f"/?token={token}")).status == 303:
                return self
        raise AssertionError("no link was left")

    @asynccontextmanager
    async def socket(self, *headers: Header, origin: str | None = OWN, target: str = "/socket"):  # type: ignore[no-untyped-def]
        """Open a WebSocket; a refused one is an ``Answer`` with a status."""
        sent = [*headers, *([("origin", origin)] if origin is not None else [])]
        scope = self.scope(target, sent, "websocket")
        del scope["method"]
        line = Line()
        task = asyncio.create_task(self.app(scope, line.incoming.get, line.take))
        await line.incoming.put({"type": "websocket.connect"})
        opened = asyncio.create_task(line.opened.wait())
        await asyncio.wait({task, opened}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        try:
            yield line
        finally:
            await line.incoming.put({"type": "websocket.disconnect", "code": 1001})
            await asyncio.wait_for(task, 10)


@dataclass
class Line:
    """One WebSocket, seen from the page."""

    incoming: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    outgoing: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    answered: Answer = field(default_factory=Answer)
    closed: int | None = None
    count: int = 0
    news: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, message: Any) -> None:
        kind = message["type"]
        if kind.startswith("websocket.http.response"):
            take(self.answered, message)
        elif kind == "websocket.accept":
            self.answered = Answer(101, [(n.decode(), v.decode()) for n, v in message["headers"]])
        elif kind == "websocket.close":
            self.closed = message.get("code", 1000)
            await self.outgoing.put({"type": "closed"})
        else:
            await self.outgoing.put(json.loads(message["text"]))
        if kind != "websocket.http.response.start":
            self.opened.set()

    async def say(self, message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self.incoming.put({"type": "websocket.receive", "text": text})

    async def hear(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.outgoing.get(), 60)

    async def ask(self, message: Any) -> dict[str, Any]:
        await self.say(message)
        return await self.hear()

    async def finish(self, **message: Any) -> dict[str, Any]:
        """Ask something that takes a while; what is told meanwhile is kept in ``news``."""
        self.count += 1
        await self.say({**message, "id": self.count})
        return await self.answer(self.count)

    async def answer(self, number: int) -> dict[str, Any]:
        """Wait for the last word about a question."""
        while True:
            heard = await self.hear()
            if heard["type"] in ("progress", "passing", "waiting"):
                self.news.append(heard)
            elif heard.get("id") == number:
                return heard
            else:
                self.news.append(heard)


def take(answer: Answer, message: Any) -> None:
    if message["type"].endswith("start"):
        answer.status = message["status"]
        answer.headers = [(name.decode(), value.decode()) for name, value in message["headers"]]
    else:
        answer.body += message.get("body", b"")


@dataclass
class House:
    """A lab with worker processes that stay warm from one test to the next.

    Attributes
    ----------
    lab : Lab
    data : Path
        The folder that its owner may read from.
    disk : Path
        Where it keeps its files.
    """

    runner: asyncio.Runner
    lab: Lab
    data: Path
    disk: Path

    def run(self, talk: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(talk)

    async def owner(self) -> Visitor:
        """Return an owner with a session of their own."""
        return self._inside("owner")

    async def guest(self) -> Visitor:
        return self._inside("guest")

    def _inside(self, kind: Any) -> Visitor:
        secret, _ = self.lab.sessions.open(kind)
        visitor = Visitor(self.lab)
        visitor.cookies[self.lab.cookie] = secret
        return visitor

    def session_of(self, visitor: Visitor) -> Any:
        return self.lab.sessions.find(visitor.cookies[self.lab.cookie])

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


@contextmanager
def house(folder: Path, **options: Any) -> Iterator[House]:
    """Open a lab with folders below ``folder``, and close it in the end."""
    data, disk = folder / "data", folder / "disk"
    data.mkdir()
    disk.mkdir()
    pool = Pool(**options)
    shared = Shared(pool=pool, store=Store(disk, free=0), places=read_folders([str(data)]))
    with asyncio.Runner() as runner:
        lab = make_lab(for_class=True, shared=shared)
        try:
            yield House(runner, lab, data, disk)
        finally:
            runner.run(lab.close())
