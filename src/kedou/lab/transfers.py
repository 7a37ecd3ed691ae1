"""Files over HTTP: one route takes an upload, one gives a file that was made for this session."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from kedou.lab.checks import is_text
from kedou.lab.formats import ending_of
from kedou.lab.own import Own, Upload
from kedou.lab.refusal import RefusalError
from kedou.lab.sessions import Session
from kedou.lab.store import Kept, Store

MOST_NAME = 255
PIECE = 1 << 20
DRAIN = 8 << 20
DRAIN_SECONDS = 2.0
LOOK_AT_DISK = 64 << 20
"""After so many bytes it is asked again whether the disk has room."""


async def upload(request: Request, session: Session, own: Own, store: Store) -> Response:
    """Take a file, piece by piece, into a file that the lab has named.

    Raises
    ------
    RefusalError
        No length, no room, no name, or another upload of the session goes on.
    """
    if own.uploading:
        raise RefusalError("lab.upload-busy", status=429)
    own.uploading = True
    kept: Kept | None = None
    try:
        name, size = declared(request)
        reserve = partial(store.reserve, session.id, session.kind, size, ending_of(name))
        kept = await asyncio.to_thread(reserve)
        await _received(request, kept, size, store)
        await asyncio.to_thread(store.settle, kept)
        key = own.add_upload(Upload(shown_name(name), kept))
    except BaseException as problem:
        if kept is not None:
            kept.discard()
        if isinstance(problem, ClientDisconnect):
            return Response(status_code=400)
        if isinstance(problem, RefusalError):
            await _drained(request)
        raise
    finally:
        own.uploading = False
    left = store.left(session.id, session.kind)
    return JSONResponse({"upload": key, "bytes": kept.bytes, "left": left})


def declared(request: Request) -> tuple[str, int]:
    """Return the name and the length that a request declares.

    Raises
    ------
    RefusalError
        It declares none.
    """
    name = request.query_params.get("name", "")
    if not is_text(name, MOST_NAME):
        raise RefusalError("lab.upload-name", status=400, most=MOST_NAME)
    lengths = request.headers.getlist("content-length")
    if len(lengths) != 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
        raise RefusalError("lab.length-needed", status=411)
    if request.headers.get("transfer-encoding") is not None:
        raise RefusalError("lab.length-needed", status=411)
    return name, int(lengths[0][:20])


def shown_name(name: str) -> str:
    r"""Return a client's name for a file as it is shown: its last part, without odd characters.

    >>> shown_name("C:\\fakepath\\sales.csv"), shown_name("../etc/passwd"), shown_name("a\nb")
    ('sales.csv', 'passwd', 'a b')
    """
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    plain = "".join(letter if letter.isprintable() else " " for letter in last).strip()
    return plain or "?"


async def _received(request: Request, kept: Kept, size: int, store: Store) -> None:
    """Write the body to a file; what is written waits, so a slow disk slows the client."""
    file: BinaryIO = await asyncio.to_thread(kept.path.open, "wb")
    try:
        waiting, written, looked = bytearray(), 0, 0
        async for piece in request.stream():
            waiting += piece
            if len(waiting) < PIECE:
                continue
            written += len(waiting)
            if written > size:
                raise RefusalError("lab.length-wrong", status=400)
            await asyncio.to_thread(_write, file, bytes(waiting))
            waiting.clear()
            if written - looked >= LOOK_AT_DISK:
                looked = written
                await asyncio.to_thread(store.check_disk)
        await asyncio.to_thread(_write, file, bytes(waiting))
        if written + len(waiting) != size:
            raise RefusalError("lab.length-wrong", status=400)
    finally:
        await asyncio.to_thread(file.close)


async def _drained(request: Request) -> None:
    """Take a little of what is refused: a client that is still sending would not hear the words."""
    with contextlib.suppress(ClientDisconnect, TimeoutError, RuntimeError):
        async with asyncio.timeout(DRAIN_SECONDS):
            taken = 0
            async for piece in request.stream():
                taken += len(piece)
                if taken > DRAIN:
                    return


def _write(file: BinaryIO, data: bytes) -> None:
    try:
        file.write(data)
    except OSError:
        raise RefusalError("lab.disk-full", status=507) from None


async def download(key: str, own: Own) -> Response:
    """Give a file that was made for this session, to be saved and never to be shown.

    Raises
    ------
    RefusalError
        There is none of that key.
    """
    made = own.files.get(key)
    headers = {
        "content-length": str(made.kept.bytes),
        "content-disposition": disposition(made.name),
        "content-type": "application/octet-stream",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return StreamingResponse(_Reader(made.kept).pieces(), headers=headers)


def disposition(name: str) -> str:
    r"""Return the header that has a browser save a file, whatever its name holds.

    >>> print(disposition('a"b\r\nx: y.csv'))
    attachment; filename="a-b--x--y.csv"; filename*=UTF-8''a-b--x--y.csv
    """
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


@dataclass(eq=False)
class _Reader:
    """Reads a file piece by piece, and lets go of it in the end."""

    kept: Kept

    async def pieces(self) -> AsyncIterator[bytes]:
        self.kept.hold()
        try:
            path: Path = self.kept.path
            with contextlib.closing(await asyncio.to_thread(path.open, "rb")) as file:
                while piece := await asyncio.to_thread(file.read, PIECE):
                    yield piece
        finally:
            self.kept.release()
