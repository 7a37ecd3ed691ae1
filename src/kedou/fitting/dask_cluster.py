"""The same fold on a Dask cluster: workers read parts, and only moments travel.

A *task* reads a subtree of neighbouring parts, so that a small row group costs no message of its
own; a *unit* is the subtree of ``FAN`` tasks, or of FAN units, and is merged by a worker. Units
come back in order, few at a time, and are merged here along the same canonical tree, so the bits
are those of one process, and neither the graph nor this process grows with the data.
"""

from __future__ import annotations

import re
import time
import uuid
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from kedou.errors import (
    ClusterError,
    KedouError,
    OptionError,
    OptionTypeError,
)
from kedou.fitting.cluster_tasks import Found, ReadingTask, merge, place_of
from kedou.fitting.reading import Reading
from kedou.fitting.subtrees import power_of_two, subtrees
from kedou.moments import Folded, Moments, Sums
from kedou.sources.dask_table import Together
from kedou.sources.source import Learning, Part, PortablePart

FAN = 16
TASK_ROWS = 1 << 20
TASKS_A_THREAD = 4
THREADS_SERVED = 256
"""A scheduler that takes a millisecond for a task keeps so many threads busy with short ones."""
MOST_UNITS = 1024
RETRIES = 2
PATIENCE = 60.0
"""Seconds to wait for a worker where there is none at all."""


@dataclass(frozen=True)
class DaskCluster:
    """Reads parts on the workers of a Dask client.

    Parameters
    ----------
    client : distributed.Client
        Synchronous, connected.
    retries : int
        How often a task is tried again after an error of reading.
    """

    client: Any
    retries: int = RETRIES
    _token: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def __post_init__(self) -> None:
        if not hasattr(self.client, "scheduler_info") or getattr(self.client, "asynchronous", True):
            raise OptionTypeError("fitting.cluster-client", type=type(self.client).__name__)

    def read(
        self, reading: Reading, parts: Sequence[tuple[int, Part]]
    ) -> Generator[tuple[int, int, Folded | None], None, None]:
        """Yield whole subtrees of the canonical tree: first part, number of parts, moments."""
        if not parts:
            return
        threads = max(self._threads(), 1)
        known = dict(parts)
        first, stop = parts[0][0], parts[-1][0] + 1
        size = task_size(parts, threads)
        unit, ahead = units(stop - first, size, threads)
        mute = replace(
            reading, source=_light(reading), observe=None, so_far=None, checkpoint=None,
            cluster=None,
        )  # fmt: skip
        # Each reading names its tasks anew: a scheduler answers a known name with what it has.
        named = replace(self, _token=uuid.uuid4().hex[:12])
        waiting: deque[tuple[int, int, Any]] = deque()
        kept = reading.checkpoint
        try:
            for begin, end in _whole(first, stop, unit, kept):
                if kept is not None and end == begin + 1 and kept.begun(begin):
                    waiting.append((begin, end, reading.reader()(begin, known[begin])))
                else:
                    waiting.append((begin, end, named._submit(mute, known, begin, end, size)))
                if len(waiting) > ahead:
                    yield self._take(reading, known, *waiting.popleft())
            while waiting:
                yield self._take(reading, known, *waiting.popleft())
        finally:
            futures = [made for _, _, made in waiting if hasattr(made, "cancel")]
            if futures:
                self.client.cancel(futures, force=True)

    def _submit(
        self, work: Reading, parts: dict[int, Part], first: int, stop: int, size: int
    ) -> Any:
        """Send a subtree off: its tasks, and above them one merge for each FAN.

        All in one graph, for the scheduler takes several milliseconds to receive one, whatever is
        in it.
        """
        from kedou.version import version

        graph: dict[str, Any] = {}
        level = []
        partitions = self._partitions([parts[i] for i in range(first, stop)])
        for a, b in subtrees(first, stop, size):
            key = f"kedou-read-{self._token}-{a}-{b}"
            portable = [_portable(parts[i]) for i in range(a, b)]
            task = ReadingTask(key, work, portable, a, version())
            graph[key] = (task, partitions[a - first : b - first])
            level.append(key)
        while len(level) > 1:
            merged = {
                f"kedou-merge-{self._token}-{first}-{len(level)}-{i}": (merge, level[i : i + FAN])
                for i in range(0, len(level), FAN)
            }
            graph |= merged
            level = list(merged)
        return self.client.get(graph, level[0], sync=False, retries=self.retries)

    def _partitions(self, parts: Sequence[Part]) -> list[Any]:
        """Let the cluster compute partitions of a Dask collection; None for parts of files."""
        made = [getattr(getattr(part, "part", None), "delayed", None) for part in parts]
        if not any(isinstance(one, Together) or hasattr(one, "dask") for one in made):
            return [None] * len(parts)
        wanted = [list(one.pieces) if isinstance(one, Together) else [one] for one in made]
        flat = iter(self.client.compute([p for one in wanted for p in one], retries=self.retries))
        futures = [[next(flat) for _ in one] for one in wanted]
        pairs = zip(made, futures, strict=True)
        return [found if isinstance(one, Together) else found[0] for one, found in pairs]

    def _take(
        self, reading: Reading, parts: dict[int, Part], first: int, stop: int, made: Any
    ) -> tuple[int, int, Folded | None]:
        """Wait for a subtree and see that it is the one asked for."""
        if made is None or isinstance(made, (Moments, Sums)):
            return first, stop - first, made
        found = self._result(made, parts)
        if found.problem is not None:
            raise found.problem
        assert (found.first, found.stop) == (first, stop), "a subtree of other parts"
        if found.found is not None and isinstance(reading.source, Learning):
            reading.source.recall(found.found)
        reading.counter.add(found.rows)
        return first, stop - first, found.moments

    def _result(self, future: Any, parts: dict[int, Part]) -> Found:
        from distributed import KilledWorker, wait

        alone = None
        while True:
            try:
                wait(future, timeout=1.0)
                break
            except TimeoutError:
                if self._threads():
                    alone = None
                    continue
                alone = alone or time.monotonic()
                if time.monotonic() - alone > PATIENCE:
                    raise ClusterError("fitting.cluster-empty", seconds=PATIENCE) from None
        try:
            result: Found = future.result()
        except KilledWorker as problem:
            where = _where(problem.task, parts)
            raise ClusterError(
                "fitting.cluster-killed", workers=problem.allowed_failures + 1, **where
            ) from None
        except KedouError:
            raise
        except Exception as problem:
            reason = f"{type(problem).__name__}: {' '.join(str(problem).split())[:300]}"
            raise ClusterError("fitting.cluster-failed", reason=reason) from problem
        return result

    def _threads(self) -> int:
        workers = self.client.scheduler_info(n_workers=-1)["workers"]
        return sum(worker["nthreads"] for worker in workers.values())


@contextmanager
def connected(address: str | None) -> Iterator[DaskCluster | None]:
    """Connect to the scheduler at an address such as ``tcp://host:8786`` for a ``with``.

    Raises
    ------
    OptionError
        Dask is not installed.
    ClusterError
        There is no scheduler there.
    """
    if address is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError:
        raise OptionError("fitting.cluster-not-installed") from None
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as problem:
        reason = " ".join(str(problem).split())[:200] or type(problem).__name__
        raise ClusterError("fitting.cluster-unreachable", address=address, reason=reason) from None
    with client:
        yield DaskCluster(client)


def task_size(parts: Sequence[tuple[int, Part]], threads: int) -> int:
    """Return how many parts a task reads: some million rows, yet enough tasks for every thread."""
    rows = [part.rows for _, part in parts[:: max(len(parts) // 1000, 1)]]
    known = [count for count in rows if count is not None]
    if len(known) < len(rows) or not known:
        return 1
    return parts_a_task(len(parts), sum(known) / len(known), threads)


def parts_a_task(count: int, rows: float, threads: int) -> int:
    """Return how many of ``count`` parts a task reads, where a part has ``rows`` on the average.

    With very many threads tasks are longer, for one scheduler serves them all.
    """
    wanted = TASK_ROWS * max(1.0, threads / THREADS_SERVED)
    return power_of_two(min(wanted / max(rows, 1), count / (TASKS_A_THREAD * threads), 256))


def units(count: int, size: int, threads: int) -> tuple[int, int]:
    """Return how many parts a unit has, and how many units are on their way at a time."""
    tasks = FAN
    while count > MOST_UNITS * size * tasks:
        tasks *= FAN
    return size * tasks, max(2, -(-TASKS_A_THREAD * threads // tasks))


def _whole(first: int, stop: int, unit: int, kept: Any) -> Generator[tuple[int, int], None, None]:
    """Cut parts into subtrees; what a checkpoint has begun stands alone."""
    begun = [] if kept is None else [n for n in range(first, stop) if kept.begun(n)]
    for number in [*begun, stop]:
        yield from subtrees(first, number, unit)
        if number < stop:
            yield number, number + 1
        first = number + 1


def _light(reading: Reading) -> Any:
    return _Names(reading.source.target_name, reading.source.weight_name)


@dataclass(frozen=True)
class _Names:
    """What is left of a source where each part brings its own."""

    target_name: str
    weight_name: str | None


def _portable(part: Part) -> Part:
    return part.portable() if isinstance(part, PortablePart) else part


def _where(key: Any, parts: dict[int, Part]) -> dict[str, Any]:
    """Return file and row groups of the first part of a task, from the task's key."""
    numbers = re.search(r"-read-\w+-(\d+)-(\d+)$", str(key))
    part = parts.get(int(numbers[1])) if numbers else None
    if part is None:
        return {"file": "-", "groups": "-"}
    last = parts.get(int(numbers[2]) - 1, part) if numbers else part
    place, end = place_of(part), place_of(last)
    if end["file"] == place["file"] and end["groups"] != place["groups"]:
        begins, ends = place["groups"].split("-")[0], end["groups"].split("-")[-1]
        place["groups"] = f"{begins}-{ends}"
    return place
