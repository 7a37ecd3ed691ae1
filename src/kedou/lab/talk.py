"""One page, one socket: questions come in, answers go out, one at a time.

A question that is not begun yet gives way to a newer one of its type, and is answered by
``dropped``: a hand that drags asks sixty times a second and wants the last answer only.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from kedou.errors import KedouError
from kedou.lab import answers
from kedou.lab.messages import Ask, BadMessageError, read
from kedou.lab.refusal import RefusalError
from kedou.lab.sessions import Session
from kedou.lab.workers import StoppedError, Workers
from kedou.texts import LANGUAGES, normalise_language

A_SECOND = 120
BURST = 240
SEND_SECONDS = 30.0

_log = logging.getLogger("kedou.lab")


class Bucket:
    """How many messages may come: so many a second on average, so many at once.

    Parameters
    ----------
    rate, room : float
    clock : callable

    Examples
    --------
    >>> bucket = Bucket(1.0, 2.0, clock=lambda: 0.0)
    >>> bucket.take(), bucket.take(), bucket.take()
    (True, True, False)
    """

    def __init__(
        self, rate: float, room: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._room, self._clock = rate, room, clock
        self._left, self._when = room, clock()

    def take(self) -> bool:
        """Take one message out, if there is one."""
        now = self._clock()
        self._left = min(self._room, self._left + (now - self._when) * self._rate)
        self._when = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


@dataclass(eq=False)
class Talk:
    """A conversation with one page.

    Attributes
    ----------
    socket : WebSocket
        Accepted already.
    session : Session
    workers : Workers
    language : str
        In which to answer; ``hello`` may choose another.
    about : callable
        What ``hello`` tells a session besides.
    """

    socket: WebSocket
    session: Session
    workers: Workers
    language: str
    about: Callable[[Session], dict[str, Any]]
    bucket: Bucket = field(default_factory=lambda: Bucket(A_SECOND, BURST))
    waiting: dict[str, Ask] = field(default_factory=dict)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Talk until one of both goes."""
        working = asyncio.create_task(self._work())
        listening = asyncio.create_task(self._listen())
        try:
            await asyncio.wait((working, listening), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (working, listening):
                task.cancel()
            for ended in await asyncio.gather(working, listening, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, _GONE):
                    raise ended

    async def _listen(self) -> None:
        while True:
            event = await self.socket.receive()
            if event["type"] == "websocket.disconnect":
                return
            if not self.bucket.take():
                await self._refuse(RefusalError("lab.too-fast", most=A_SECOND), None)
                await self.socket.close(1008)
                return
            await self._hear(event.get("text"))

    async def _hear(self, text: str | None) -> None:
        try:
            if text is None:
                raise BadMessageError("lab.not-text")
            ask = read(text)
        except BadMessageError as problem:
            await self._refuse(problem, problem.id)
            return
        if ask.type == "hello":
            await self._say({"type": "hello", "id": ask.id, **self._hello(ask)})
            return
        older = self.waiting.pop(ask.type, None)
        self.waiting[ask.type] = ask
        self.woken.set()
        if older is not None:
            await self._say({"type": "dropped", "id": older.id})

    def _hello(self, ask: Ask) -> dict[str, Any]:
        from kedou import __version__

        if "language" in ask.fields:
            self.language = normalise_language(ask.fields["language"])
        self.workers.start()
        return {
            "version": __version__,
            "language": self.language,
            "languages": list(LANGUAGES),
            "session": {"id": self.session.id, "kind": self.session.kind},
            "limits": answers.LIMITS,
            **self.about(self.session),
        }

    async def _work(self) -> None:
        while True:
            await self.woken.wait()
            ask = self.waiting.pop(next(iter(self.waiting)))
            if not self.waiting:
                self.woken.clear()
            try:
                answer = await self.workers.do(partial(self._answer, ask))
            except StoppedError:
                await self._refuse(RefusalError("lab.too-long"), ask.id)
            except KedouError as problem:
                await self._refuse(problem, ask.id)
            except Exception as problem:
                _log.error("%s", problem, exc_info=bool(os.environ.get("KEDOU_DEBUG")))
                await self._refuse(RefusalError("lab.internal"), ask.id)
            else:
                await self._send(answer)

    def _answer(self, ask: Ask, stop: Event) -> str:
        """Answer in a thread: as text already, since writing a long run takes time too."""
        if ask.type == "descend":
            found = answers.descend(ask, self.language, stop)
        else:
            found = answers.describe(ask, self.language)
        return _written({"type": ask.type, "id": ask.id, **found})

    async def _refuse(self, problem: KedouError, number: int | None) -> None:
        said = answers.said(problem, self.language)
        await self._say({"type": "error", "id": number, **said})

    async def _say(self, message: dict[str, Any]) -> None:
        await self._send(_written(message))

    async def _send(self, text: str) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            await self.socket.send_text(text)


_GONE = (WebSocketDisconnect, TimeoutError, OSError, RuntimeError)


def _written(message: dict[str, Any]) -> str:
    return json.dumps(message, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
