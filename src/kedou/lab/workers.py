"""Threads for what takes longer than a blink, so that the lab keeps answering meanwhile.

They are few, and they are daemons: Ctrl-C does not wait for a run to end.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

THREADS = 1
LONGEST_SECONDS = 10.0

T = TypeVar("T")


class StoppedError(Exception):
    """Nobody waits for this piece of work any more, or it took too long."""


@dataclass(eq=False)
class _Job(Generic[T]):
    work: Callable[[threading.Event], T]
    done: asyncio.Future[T]
    loop: asyncio.AbstractEventLoop
    longest: float
    stop: threading.Event = field(default_factory=threading.Event)

    alarm: asyncio.TimerHandle | None = None

    def run(self) -> None:
        try:
            if self.stop.is_set():
                raise StoppedError
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self._begin)
            result = self.work(self.stop)
        except BaseException as problem:
            self._tell(self.done.set_exception, problem)
        else:
            self._tell(self.done.set_result, result)

    def _begin(self) -> None:
        """Let it be asked to stop when it has taken too long; waiting does not count."""
        if not self.done.done():
            self.alarm = self.loop.call_later(self.longest, self.stop.set)

    def _tell(self, setter: Callable[[Any], None], value: Any) -> None:
        def tell() -> None:
            if not self.done.done():
                setter(value)

        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(tell)


class Workers:
    """A few threads and one queue, first come first served.

    Parameters
    ----------
    threads : int
    longest : float
        Seconds after which a job is asked to stop.
    """

    def __init__(self, threads: int = THREADS, longest: float = LONGEST_SECONDS) -> None:
        self._threads = threads
        self._longest = longest
        self._queue: SimpleQueue[_Job[Any]] = SimpleQueue()
        self._started = 0
        self._jobs: set[_Job[Any]] = set()

    async def do(self, work: Callable[[threading.Event], T]) -> T:
        """Do a piece of work in a thread; it gets an event that says nobody waits any more.

        Where the caller is cancelled, the event is set, and work not yet begun never begins.
        """
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future(), loop, self._longest)
        self.start()
        self._jobs.add(job)
        self._queue.put(job)
        try:
            result: T = await job.done
            return result
        finally:
            if job.alarm is not None:
                job.alarm.cancel()
            job.stop.set()
            self._jobs.discard(job)

    def stop(self) -> None:
        """Ask all work to stop."""
        for job in self._jobs:
            job.stop.set()

    def start(self) -> None:
        """Start one more thread, if there may be one: it loads the engine at once."""
        if self._started < self._threads:
            self._started += 1
            threading.Thread(target=self._serve, name="kedou-lab", daemon=True).start()

    def _serve(self) -> None:
        """Load the engine, then work; BLAS is held to one thread once, and not by each run anew."""
        with contextlib.ExitStack() as held:
            with contextlib.suppress(ImportError):
                importlib.import_module("kedou.fitting")
                from kedou.blas import one_thread

                held.enter_context(one_thread())
            while True:
                self._queue.get().run()
