"""A command that serves until Ctrl-C, used as a person does: its link, the page, Ctrl-C.

``python tests/served.py "kedou lab"`` does so and prints what it printed; it fails where the page
is not there, the command did not end well, or took more than a second to end.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

LINK = re.compile(r"http://\S+")
PARTS = re.compile(rb'(?:src|href)="([\w.-]+)"')


@dataclass(frozen=True)
class Served:
    """What a command printed, its exit code, and how many seconds it took to end."""

    printed: str
    status: int
    seconds: float


def serve(
    command: str, folder: Path, environment: Mapping[str, str] | None = None, patience: float = 60
) -> Served:
    """Start a command, open the link that it prints, press Ctrl-C.

    Parameters
    ----------
    command : str
        For bash; its last command serves.
    folder : Path
        Where it runs.
    environment : mapping, optional
        Of this process unless given.
    patience : float
        Seconds after which it is killed.
    """
    process = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    )
    assert process.stdout is not None
    kill = threading.Timer(patience, os.killpg, (process.pid, signal.SIGKILL))
    kill.start()
    try:
        printed, link = "", None
        while link is None:
            line = process.stdout.readline()
            assert line, f"it printed no link:\n{printed}"
            printed += line
            link = LINK.search(line)
        visit(link[0])
        began = time.perf_counter()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all who run in it
        printed += process.stdout.read()
        status = process.wait()
        return Served(printed, status, time.perf_counter() - began)
    finally:
        kill.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        process.stdout.close()


@dataclass(frozen=True)
class Answer:
    """What a request was answered with."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def visit(link: str) -> None:
    """Follow a link that lets in once, and fetch the page with all that it is made of."""
    first = ask(link)
    assert first.status == 303, f"{link}: {first.status}"
    cookie = first.headers["set-cookie"].partition(";")[0]
    address = urljoin(link, first.headers["location"])
    page = ask(address, Cookie=cookie)
    assert page.status == 200, f"{address}: {page.status}"
    parts = PARTS.findall(page.content)
    assert len(parts) >= 2, f"{address} is no page with a script and a style"
    for part in parts:
        answer = ask(urljoin(address, part.decode()), Cookie=cookie)
        assert answer.status == 200, f"{part.decode()}: {answer.status}"
        assert answer.content, f"{part.decode()} is empty"
    assert ask(address).status == 403, "the page came without the cookie"
    assert ask(link).status == 403, "the link worked twice"


def ask(url: str, **headers: str) -> Answer:
    """Get a URL; what is refused or leads on is an answer like any other."""
    parts = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=30)) as connection:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, named, answer.read())


if __name__ == "__main__":
    served = serve(sys.argv[1], Path.cwd())
    print(served.printed, end="")
    print(f"exit code {served.status}, {served.seconds:.2f} s after Ctrl-C")
    sys.exit(served.status != 0 or served.seconds > 1.0)
