"""A lab as a process of its own, and pages that talk to it, for the benchmarks."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

LINK = re.compile(r"http://([\w.]+):(\d+)/\?(token|join)=([\w-]+)")


@dataclass
class RunningLab:
    """A lab that answers."""

    process: subprocess.Popen[str]
    host: str
    port: int
    links: dict[str, str]

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    def enter(self, kind: str = "token") -> str:
        """Go in by a link, and return the cookie."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        target = f"/?{kind}={self.links[kind]}"
        connection.request("GET", target, headers={"Host": self.authority})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return str(answer.getheader("set-cookie")).partition(";")[0]


@contextmanager
def lab_of(*arguments: str) -> Iterator[RunningLab]:
    """Start a lab, and end it."""
    command = [sys.executable, "-m", "kedou", "lab", "--no-browser", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    links: dict[str, str] = {}
    host, port = "", 0
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := LINK.search(line):
                links[found[3]] = found[4]
                if found[3] == "token":
                    host, port = found[1], int(found[2])
            if len(links) == (2 if "--class" in arguments else 1):
                break
        yield RunningLab(process, host, port, links)
    finally:
        process.terminate()
        process.wait(timeout=20)


@dataclass
class Page:
    """One page: questions, answers, and when news came."""

    line: ClientConnection
    count: int = 0
    news: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    async def ask(self, refused: bool = False, **message: Any) -> dict[str, Any]:
        """Ask and wait for the answer; a refusal is an error unless it is one of the answers."""
        self.count += 1
        await self.line.send(json.dumps({**message, "id": self.count}))
        while True:
            text = await self.line.recv()
            heard: dict[str, Any] = json.loads(text)
            if heard["type"] in ("progress", "passing", "waiting"):
                self.news.append((time.perf_counter(), heard))
            elif heard["type"] == "error" and not refused:
                raise RuntimeError(heard)
            else:
                return heard

    async def close(self) -> None:
        """Go."""
        await self.line.close()


async def sockets_of(lab: RunningLab, cookies: Sequence[str]) -> list[Page]:
    """Open a page for each cookie, twenty at a time."""
    gate = asyncio.Semaphore(20)

    async def one(cookie: str) -> Page:
        async with gate:
            line = await connect(
                f"ws://{lab.authority}/socket",
                additional_headers={"Cookie": cookie},
                origin=f"http://{lab.authority}",
                compression=None,
                proxy=None,
                max_size=None,
            )
        return Page(line)

    return await asyncio.gather(*(one(cookie) for cookie in cookies))
