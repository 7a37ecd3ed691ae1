"""``kedou lab`` as a process of its own, as a person would start it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

START = """
import sys
from kedou.cli import app
if "lab" not in app.COMMANDS:
    app.COMMANDS = (*app.COMMANDS, "lab")
sys.exit(app.run(["lab", *sys.argv[1:]]))
"""
LINK = re.compile(r"http://(\S+):(\d+)/\?(token|join)=([\w-]+)")


@dataclass
class Running:
    """A lab that answers.

    Attributes
    ----------
    process : Popen
    host : str
        As it stands in URLs.
    port : int
    token, join : str
        What its links carry.
    seconds : float
        From the start of the process to the first answer.
    """

    process: subprocess.Popen[str]
    host: str = ""
    port: int = 0
    token: str = ""
    join: str = ""
    seconds: float = 0.0
    printed: list[str] = field(default_factory=list)

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.authority}"

    @property
    def address(self) -> tuple[str, int]:
        return self.host.strip("[]"), self.port

    def get(self, target: str, **headers: str) -> http.client.HTTPResponse:
        """Ask for something on a connection of its own; the answer is read already."""
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        connection.request("GET", target, headers={"Host": self.authority, **headers})
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def enter(self, target: str) -> str:
        """Go in by a link, and return the cookie."""
        answer = self.get(target)
        assert answer.status == 303, answer.status
        return str(answer.getheader("set-cookie")).partition(";")[0]

    def raw(self, sent: bytes, seconds: float = 10.0) -> bytes:
        """Send bytes and return all that comes back until the other side closes."""
        with socket.create_connection(self.address, timeout=seconds) as line:
            line.sendall(sent)
            return everything(line)

    def interrupt(self) -> tuple[int, float]:
        """Press Ctrl-C; return the exit code and how long it took to end."""
        began = time.perf_counter()
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=20)
        return code, time.perf_counter() - began


def everything(line: socket.socket) -> bytes:
    """Return all that comes until the other side closes."""
    found = b""
    try:
        while piece := line.recv(65536):
            found += piece
    except ConnectionError:
        pass
    return found


def handshake(authority: str, cookie: str) -> bytes:
    """Return what opens a WebSocket by hand."""
    head = ["GET /socket HTTP/1.1", f"Host: {authority}", f"Origin: http://{authority}"]
    head += ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
    head += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", f"Cookie: {cookie}", "", ""]
    return "\r\n".join(head).encode()


def frame(content: bytes, first: int = 0x81) -> bytes:
    """Return a short frame as a client sends it: whole text, unless ``first`` says otherwise."""
    assert len(content) < 126
    return bytes([first, 0x80 | len(content)]) + b"\0\0\0\0" + content


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", START, *arguments]


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEDOU")}
    return {**kept, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **changes}


@contextmanager
def running(*arguments: str, browser: bool = False, **changes: str) -> Iterator[Running]:
    """Start a lab, wait for its first answer, and end it in any case."""
    given = list(arguments) if browser else ["--no-browser", *arguments]
    began = time.perf_counter()
    process = subprocess.Popen(
        command(*given),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(**changes),
    )
    lab = Running(process)
    try:
        assert process.stdout is not None
        wanted = 2 if "--class" in arguments else 1
        for line in process.stdout:
            lab.printed.append(line)
            if found := LINK.search(line):
                if found[3] == "token":
                    lab.host, lab.port = found[1], int(found[2])
                setattr(lab, found[3], found[4])
                wanted -= 1
                if not wanted:
                    break
        assert lab.port, "".join(lab.printed)
        assert lab.get("/bundle.js").status == 403
        lab.seconds = time.perf_counter() - began
        yield lab
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=10)
        if process.stdout is not None:
            process.stdout.close()
