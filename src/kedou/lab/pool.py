"""Worker processes: what reads files runs outside the lab, and can be ended at any moment.

A worker is ``python -m kedou.lab.worker``: one job at a time, asked for by a line of JSON on its
standard input, answered by frames on its standard output (``kedou.lab.frames``). It ends by itself
when its input closes, so none outlives the lab, however that ends. One is kept warm. A job nobody
waits for any more is asked to stop, and killed if it has not within half a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from kedou.lab.frames import Frame, read_frame, written_line
from kedou.lab.refusal import RefusalError

COMMAND = (sys.executable, "-P", "-m", "kedou.lab.worker")
CALM_SECONDS = 0.5
MOST_HEAD = 1 << 20
MOST_RESIDENT = 400 << 20
"""A worker that holds more memory than this after its job is not used again."""

Tell = Callable[[Frame], None]
T = TypeVar("T")
_log = logging.getLogger("kedou.lab")


class Worker:
    """One worker process; to be made where an event loop runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._job = 0
        self._tell: Tell | None = None
        self._last: asyncio.Future[Frame | None] | None = None
        self._ended = False
        self._killed = False
        self._reading = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def start(cls, command: Sequence[str] = COMMAND) -> Worker:
        """Start one; it loads the engine at once."""
        debug = bool(os.environ.get("KEDOU_DEBUG"))
        options: dict[str, Any] = {} if os.name == "nt" else {"start_new_session": True}
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if debug else subprocess.DEVNULL,
            limit=MOST_HEAD,
            **options,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Its number in the system."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended, as far as is known."""
        return not self._ended and self._process.returncode is None

    async def work(self, job: Mapping[str, Any], payload: bytes, tell: Tell) -> Frame:
        """Do a job and return its last frame; ``tell`` gets those before.

        Raises
        ------
        RefusalError
            It ended before it was done.
        """
        self._job += 1
        self._tell = tell
        self._last = asyncio.get_running_loop().create_future()
        self._write({**job, "job": self._job, "payload": len(payload)}, payload)
        if self._ended and not self._last.done():
            self._last.set_result(None)
        try:
            await asyncio.wait([self._last])
        finally:
            self._tell = None
        frame = self._last.result()
        if frame is None:
            raise RefusalError("lab.worker-died", status=500)
        return frame

    async def calm(self) -> bool:
        """Ask it to stop what it does; say whether it has, and can be used again."""
        if self._last is None:
            return self.is_alive
        self._write({"stop": self._job})
        await asyncio.wait([self._last], timeout=CALM_SECONDS)
        return self._last.done() and self._last.result() is not None

    def kill(self) -> None:
        """End it, whatever it does."""
        if self._killed or self._process.returncode is not None:
            return
        self._killed = True
        with contextlib.suppress(ProcessLookupError):
            if os.name == "nt":
                self._process.kill()
            else:  # Popen's own would also collect the child, behind the back of the event loop
                os.kill(self._process.pid, signal.SIGKILL)

    async def gone(self) -> None:
        """Kill it and wait until it is gone."""
        self.kill()
        await self._process.wait()
        await asyncio.wait([self._reading])
        transport = getattr(self._process, "_transport", None)
        if transport is not None:
            transport.close()

    def _write(self, message: Mapping[str, Any], payload: bytes = b"") -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, RuntimeError):  # it has ended: the reader knows
            self._process.stdin.write(written_line(message) + payload)

    async def _read(self) -> None:
        """Read frames as they come, so that a job that is given up never loses half of one."""
        assert self._process.stdout is not None
        try:
            while True:
                frame = await read_frame(self._process.stdout)
                if frame.job != self._job or self._last is None or self._last.done():
                    continue
                if frame.kind != "news":
                    self._last.set_result(frame)
                elif self._tell is not None:
                    self._tell(frame)
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            self.kill()
        finally:
            self._ended = True
            if self._last is not None and not self._last.done():
                self._last.set_result(None)


class Pool:
    """A bounded number of workers, and a queue before them; an owner's jobs go first.

    Parameters
    ----------
    most : int, optional
        Jobs at once; by default one for two processors, 2 to 4. One more for an owner, so that no
        guests can keep one waiting.
    spares : int
        Workers to keep warm once ``warm`` was called.
    command : sequence of str
    """

    def __init__(
        self, most: int | None = None, spares: int = 1, command: Sequence[str] = COMMAND
    ) -> None:
        self._most = most or min(4, max(2, (os.cpu_count() or 1) // 2))
        self._spares = spares
        self._command = command
        self._busy = 0
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._waiting: tuple[deque[asyncio.Future[None]], deque[asyncio.Future[None]]]
        self._waiting = (deque(), deque())
        self._tasks: set[asyncio.Task[Any]] = set()
        self._warming = False
        self._closed = False

    @property
    def workers(self) -> list[Worker]:
        """All workers that live."""
        return [worker for worker in self._all if worker.is_alive]

    def warm(self) -> None:
        """Keep a spare worker from here on."""
        if not self._warming:
            self._warming = True
            self._tend()

    async def do(
        self,
        job: Mapping[str, Any],
        payload: bytes,
        tell: Tell,
        waits: Callable[[], Awaitable[None]],
        first: bool = False,
    ) -> Frame:
        """Do a job in some worker and return its last frame.

        Parameters
        ----------
        job : mapping
            What ``kedou.lab.jobs`` takes, as plain JSON values.
        payload : bytes
            What it takes besides, as it is.
        tell : callable
            Gets the frames before the last one.
        waits : coroutine function
            Awaited once where the job has to wait for a worker.
        first : bool
            Whether it goes before others that wait.

        Raises
        ------
        RefusalError
            The worker ended before it was done.
        """
        await self._turn(waits, first)
        starting = self._spawn(self._worker())
        try:
            worker = await asyncio.shield(starting)
            frame = await worker.work(job, payload, tell)
        except asyncio.CancelledError:
            self._spawn(self._put_away(starting))
            raise
        except RefusalError:
            self._spawn(self._discard(starting))
            raise
        if frame.resident > MOST_RESIDENT:
            self._spawn(self._discard(starting))
        else:
            self._give_back(worker)
        return frame

    async def close(self) -> None:
        """Kill all workers and wait until they are gone."""
        self.kill()
        while self._tasks:
            await asyncio.wait(list(self._tasks))
        self._idle.clear()
        for worker in list(self._all):
            await self._forget(worker)

    def kill(self) -> None:
        """Kill all workers, and wait for nothing."""
        self._closed = True
        for worker in self._all:
            worker.kill()

    async def _turn(self, waits: Callable[[], Awaitable[None]], first: bool) -> None:
        if self._closed:
            raise RefusalError("lab.worker-died", status=503)
        if self._busy < self._most + first:
            self._busy += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue = self._waiting[0 if first else 1]
        queue.append(turn)
        try:
            await waits()
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._next()
            elif turn in queue:
                queue.remove(turn)
            raise

    def _next(self) -> None:
        """Let the next job have the place of one that has ended."""
        owners, guests = self._waiting
        for queue in (owners, guests) if self._busy <= self._most else (owners,):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._busy -= 1

    async def _worker(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            self._spawn(self._forget(worker))
        return await self._started()

    async def _started(self) -> Worker:
        try:
            worker = await Worker.start(self._command)
        except OSError as problem:
            _log.error("%s", problem)
            raise RefusalError("lab.worker-died", status=500) from None
        self._all.add(worker)
        if self._closed:
            worker.kill()
        return worker

    def _give_back(self, worker: Worker) -> None:
        if len(self._idle) < max(self._spares, 1) and not self._closed:
            self._idle.append(worker)
        else:
            self._spawn(self._forget(worker))
        self._next()

    async def _put_away(self, starting: asyncio.Task[Worker]) -> None:
        """Take back a worker whose job nobody waits for any more."""
        with contextlib.suppress(RefusalError):
            worker = await starting
            if await worker.calm() and not self._closed:
                self._give_back(worker)
                return
        await self._discard(starting)

    async def _discard(self, starting: asyncio.Task[Worker]) -> None:
        with contextlib.suppress(RefusalError):
            await self._forget(await starting)
        self._next()
        self._tend()

    async def _forget(self, worker: Worker) -> None:
        await worker.gone()
        self._all.discard(worker)

    def _tend(self) -> None:
        if self._warming and not self._closed and len(self._idle) < self._spares:
            self._spawn(self._add_spare())

    async def _add_spare(self) -> None:
        with contextlib.suppress(RefusalError):
            worker = await self._started()
            if len(self._idle) < self._spares and not self._closed:
                self._idle.append(worker)
            else:
                await self._forget(worker)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
