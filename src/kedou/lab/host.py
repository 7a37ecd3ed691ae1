"""From options to a running lab: an address, links, a browser, and an end at Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from kedou.errors import OptionError
from kedou.lab.app import Lab
from kedou.lab.errands import Shared
from kedou.lab.messages import MOST_BYTES
from kedou.lab.names import LOOPBACK, Names, bracketed, read_names
from kedou.lab.places import read_folders
from kedou.lab.sessions import Links
from kedou.lab.wire import Http, Socket
from kedou.texts import current_language, say

HEAD_BYTES = 16 * 1024
IDLE_SECONDS = 30
LAST_SECONDS = 0.3
_ANYWHERE = ("0.0.0.0", "::")
_IN_TERMINAL = ("www-browser", "links", "elinks", "lynx", "w3m")
_SHORT = {"zh-CN": "zh", "en": "en"}


@dataclass(frozen=True, slots=True)
class Choice:
    """How a lab is opened.

    Attributes
    ----------
    host : str
        Address to bind to.
    port : int
        0: any free one.
    browser : bool
        Whether to open one.
    for_class : bool
        Whether there is a link for many.
    allowed : iterable of str
        Names of proxies.
    files : sequence of str
        Data to open at once: files, a folder, or a pattern.
    folders : iterable of str
        Folders that may be read from by path.
    """

    host: str = "127.0.0.1"
    port: int = 0
    browser: bool = True
    for_class: bool = False
    allowed: Iterable[str] = ()
    files: Sequence[str] = ()
    folders: Iterable[str] = (".",)


def run(choice: Choice, tell: Callable[[str], None]) -> None:
    """Serve a lab until Ctrl-C.

    Parameters
    ----------
    choice : Choice
    tell : callable
        Takes each line for the person at the terminal.

    Raises
    ------
    OptionError
        The address cannot be had.
    """
    host = choice.host.strip("[]")
    names = Names(host, read_names(choice.allowed))
    places, opened = read_folders(choice.folders), _opened(choice.files)
    listening = bind(host, choice.port)
    port = listening.getsockname()[1]
    links = Links(owners=2, for_class=choice.for_class)
    shared = Shared(places=places)
    lab = Lab(names, links, shared=shared, opened=opened, cookie=f"kedou-lab-{port}")
    own = f"http://{bracketed('127.0.0.1' if host in _ANYWHERE else host)}:{port}"
    language = _SHORT[current_language()]
    chapter = "&chapter=own-data" if opened else ""
    owner = [f"{own}/?token={token}&lang={language}{chapter}" for token in links.owner]

    def tell_opened() -> None:
        tell(say("lab.opened", url=owner[0]))
        if links.join is not None:
            outside = f"http://{bracketed(_outside(host))}:{port}"
            tell(say("lab.join", url=f"{outside}/?join={links.join}"))
            if bracketed(host) in LOOPBACK:
                tell(say("lab.join-here", host=host))
        if bracketed(host) not in LOOPBACK:
            tell(say("lab.network", host=host))
        tell(say("lab.end"))
        if choice.browser:
            threading.Thread(target=browse, args=(owner[1],), daemon=True).start()

    server = Server(_config(lab), tell_opened, lab)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(server.serve([listening]))
    tell(say("lab.closed"))


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address.

    Raises
    ------
    OptionError
        The port is taken, forbidden or none; the host is not an address of this machine.
    """
    if not 0 <= port <= 65535:
        raise OptionError("lab.port-range", got=str(port))
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host or "-", port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise OptionError("lab.host-unknown", host=host) from None
    made = socket.socket(family, kind)
    try:
        if sys.platform == "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(128)
    except OSError as problem:
        made.close()
        raise _unbound(problem, host, port) from None
    return made


def _unbound(problem: OSError, host: str, port: int) -> OptionError:
    if problem.errno == errno.EADDRINUSE:
        return OptionError("lab.port-used", port=str(port))
    if problem.errno in (errno.EACCES, errno.EPERM):
        return OptionError("lab.port-forbidden", port=str(port))
    return OptionError("lab.host-unknown", host=host)


class Server(uvicorn.Server):
    """Uvicorn's server, which says when it is open, and is closed at once.

    Parameters
    ----------
    config : uvicorn.Config
    opened : callable
        Called once it answers.
    lab : Lab
        What it serves.
    """

    def __init__(self, config: uvicorn.Config, opened: Callable[[], None], lab: Lab) -> None:
        super().__init__(config)
        self._opened = opened
        self._lab = lab
        self._tidying: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open, and say so."""
        await super().startup(sockets)
        self._tidying = asyncio.create_task(self._lab.tidy())
        self._opened()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say goodbye to all who are connected, and wait for nobody."""
        if self._tidying is not None:
            self._tidying.cancel()
        self._lab.workers.stop()
        self._lab.shared.pool.kill()
        asyncio.get_running_loop().call_later(LAST_SECONDS, self._cut)
        await super().shutdown(sockets)
        await self._lab.close()

    def _cut(self) -> None:
        self.force_exit = True
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _opened(files: Sequence[str]) -> dict[str, Any] | None:
    """Return the data named on the command line as a worker is told of them.

    Whoever starts the lab may read them anyway, so they may lie anywhere.
    """
    if not files:
        return None
    paths = [os.path.abspath(Path(file).expanduser()) for file in files]  # noqa: PTH100
    for given, path in zip(files, paths, strict=True):
        if not any(mark in given for mark in "*?[") and not Path(path).exists():
            raise OptionError("lab.no-data", file=given)
    name = Path(files[0]).name or files[0]
    return {"source": {"files": paths}, "name": name}


def _config(lab: Lab) -> uvicorn.Config:
    return uvicorn.Config(
        lab.guarded(),
        loop="asyncio",
        http=Http,
        ws=Socket,
        ws_max_size=MOST_BYTES,
        ws_per_message_deflate=False,
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=HEAD_BYTES,
    )


def _outside(host: str) -> str:
    """Return the address under which others reach this machine; asking the system sends nothing."""
    if host not in _ANYWHERE:
        return host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reserved: dict[int, Sequence[str | int]] = {
        socket.AF_INET: ("192.0.2.1", 9),
        socket.AF_INET6: ("2001:db8::1", 9),
    }
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.connect(tuple(reserved[family]))
        return str(asking.getsockname()[0])
    return "::1" if ":" in host else "127.0.0.1"


def browse(url: str) -> None:
    """Open a browser with a window of its own; one inside the terminal is left alone."""
    import webbrowser

    with contextlib.suppress(webbrowser.Error, OSError):
        found = webbrowser.get()
        if os.environ.get("BROWSER") or found.name not in _IN_TERMINAL:
            found.open(url)
