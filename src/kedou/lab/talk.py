"""One page, one socket: questions come in, answers go out.

There are two lines: what is computed from what the lab knows already (a run, a prediction) is done
by threads, one question at a time; what reads data is done by worker processes, one job at a time.
A question that is not begun yet gives way to a newer one of its type, and is answered by
``dropped``: a hand that drags asks sixty times a second and wants the last answer only.
"""

from __future__ import annotations

import asyncio
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
from kedou.lab.errands import JOBS, Errands, ToldError, kept_run
from kedou.lab.frames import joined, written
from kedou.lab.messages import Ask, BadMessageError, read
from kedou.lab.outbox import Outbox
from kedou.lab.refusal import RefusalError
from kedou.lab.sessions import Session
from kedou.lab.workers import StoppedError, Workers
from kedou.texts import LANGUAGES, normalise_language

A_SECOND = 120
BURST = 240
SEND_SECONDS = 60.0

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


class Line:
    """Questions that wait, the newest of each type only."""

    def __init__(self) -> None:
        self._asks: dict[str, Ask] = {}
        self._woken = asyncio.Event()

    def put(self, ask: Ask) -> Ask | None:
        """Let a question wait; return the one that gives way to it."""
        older = self._asks.pop(ask.type, None)
        self._asks[ask.type] = ask
        self._woken.set()
        return older

    async def take(self) -> Ask:
        """Return the question that has waited longest."""
        while not self._asks:
            self._woken.clear()
            await self._woken.wait()
        return self._asks.pop(next(iter(self._asks)))

    def remove(self, number: int) -> Ask | None:
        """Take out the question of a number, if it still waits."""
        for kind, ask in self._asks.items():
            if ask.id == number:
                return self._asks.pop(kind)
        return None


@dataclass(eq=False)
class Talk:
    """A conversation with one page.

    Attributes
    ----------
    socket : WebSocket
        Accepted already.
    session : Session
    workers : Workers
        Threads for what is computed from moments.
    errands : Errands
        For what reads data.
    language : str
        In which to answer; ``hello`` may choose another.
    about : callable
        What ``hello`` tells a session besides.
    """

    socket: WebSocket
    session: Session
    workers: Workers
    errands: Errands
    language: str
    about: Callable[[Session], dict[str, Any]]
    bucket: Bucket = field(default_factory=lambda: Bucket(A_SECOND, BURST))
    quick: Line = field(default_factory=Line)
    jobs: Line = field(default_factory=Line)
    doing: tuple[Ask, asyncio.Task[str]] | None = None

    def __post_init__(self) -> None:
        self.outbox = Outbox(self._send)

    async def run(self) -> None:
        """Talk until one of both goes."""
        parts = (self._listen(), self._work(), self._work_on_jobs(), self.outbox.run())
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
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
        elif ask.type == "cancel":
            await self._cancel(ask)
        else:
            older = (self.jobs if ask.type in JOBS else self.quick).put(ask)
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

    async def _cancel(self, ask: Ask) -> None:
        """End a job at once: it is answered as cancelled, whatever becomes of its worker."""
        number = ask.fields["job"]
        if self.doing is not None and self.doing[0].id == number:
            self.doing[1].cancel()
        elif self.jobs.remove(number) is None and self.quick.remove(number) is None:
            await self._refuse(RefusalError("lab.no-job", job=number), ask.id)
            return
        else:
            await self._say({"type": "cancelled", "id": number})

    async def _work(self) -> None:
        while True:
            ask = await self.quick.take()
            try:
                answer = await self.workers.do(partial(self._answer, ask))
            except StoppedError:
                await self._refuse(RefusalError("lab.too-long"), ask.id)
            except Exception as problem:
                await self._tell_problem(problem, ask)
            else:
                await self.outbox.say(answer)

    async def _work_on_jobs(self) -> None:
        while True:
            ask = await self.jobs.take()
            task = asyncio.create_task(self._job(ask))
            self.doing = (ask, task)
            try:
                answer = await task
            except asyncio.CancelledError:
                if not task.cancelled() or _is_cancelled():
                    raise
                self.outbox.forget(id(ask))
                await self._say({"type": "cancelled", "id": ask.id})
            except Exception as problem:
                self.outbox.forget(id(ask))
                await self._tell_problem(problem, ask)
            else:
                self.outbox.forget(id(ask))
                await self.outbox.say(answer)
            finally:
                self.doing = None
                task.cancel()

    async def _job(self, ask: Ask) -> str:
        async def waits() -> None:
            await self._say({"type": "waiting", "id": ask.id})

        return await self.errands.do(ask, self.language, partial(self.outbox.news, id(ask)), waits)

    def _answer(self, ask: Ask, stop: Event) -> str:
        """Answer in a thread: as text already, since writing a long run takes time too."""
        head = {"type": "predicted" if ask.type == "predict" else ask.type, "id": ask.id}
        if ask.type == "descend":
            return written({**head, **answers.descend(ask, self.language, stop)})
        if ask.type == "describe":
            return written({**head, **answers.describe(ask, self.language)})
        scan = self.errands.own.scans.get(ask.fields["scan"])
        if ask.type == "run":
            return joined(head, answers.run_scan(scan.found, ask, self.language, stop))
        apart = ("scan", "row", "interval")
        settings = {name: value for name, value in ask.fields.items() if name not in apart}
        return written({**head, **answers.predict(scan.found, kept_run(scan, settings), ask)})

    async def _tell_problem(self, problem: Exception, ask: Ask) -> None:
        """Say what went wrong, in words; of our own mistakes no details."""
        if isinstance(problem, ToldError):
            await self.outbox.say(problem.frame.message(type="error", id=ask.id))
        elif isinstance(problem, KedouError):
            await self._refuse(problem, ask.id)
        else:
            _log.error("%s", problem, exc_info=bool(os.environ.get("KEDOU_DEBUG")))
            await self._refuse(RefusalError("lab.internal"), ask.id)

    async def _refuse(self, problem: KedouError, number: int | None) -> None:
        said = answers.said(problem, self.language)
        await self._say({"type": "error", "id": number, **said})

    async def _say(self, message: dict[str, Any]) -> None:
        await self.outbox.say(written(message))

    async def _send(self, text: str) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            await self.socket.send_text(text)


_GONE = (WebSocketDisconnect, TimeoutError, OSError, RuntimeError)


def _is_cancelled() -> bool:
    """Say whether the task that asks is itself to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
