"""A worker: ``python -m kedou.lab.worker``, started by the lab and by nobody else.

It does one job at a time and answers by frames. A thread listens meanwhile: the lab may ask to
stop a job, and when the input closes, because the lab has ended in whatever way, the worker ends.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import sys
import threading
import traceback
from typing import Any, BinaryIO

from kedou.errors import KedouError
from kedou.lab.desk import Desk, StoppedError
from kedou.lab.refusal import RefusalError

MOST_MEMORY = 2 << 30
"""Bytes a worker may hold; beyond, its job fails in words, and the lab goes on."""
NICE = 5
"""How far workers stand behind the lab itself when the processors are busy."""
_ENGINE = (
    "kedou.fitting", "pyarrow.csv", "pyarrow.parquet", "kedou.sources.csv", "kedou.sources.parquet",
    "kedou.lab.jobs",
)  # fmt: skip


def main() -> None:
    """Work until the input closes."""
    out = _own_output()
    _hold_back()
    desk = Desk(out)
    waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(desk, waiting), daemon=True).start()
    with contextlib.suppress(ImportError):
        for name in _ENGINE:
            importlib.import_module(name)
    while True:
        job = waiting.get()
        desk.begin(int(job["job"]))
        _do(job, desk)
        del job
        _let_go()


def _do(job: dict[str, Any], desk: Desk) -> None:
    from kedou.lab.jobs import JOBS
    from kedou.texts import set_language

    set_language(job["language"])
    try:
        desk.check()
        done = JOBS[job["do"]](job, desk)
        desk.check()
    except StoppedError:
        desk.write("stopped")
    except KedouError as problem:
        desk.write("error", _told(problem))
    except MemoryError:
        desk.write("error", _told(RefusalError("lab.worker-memory", most=MOST_MEMORY >> 20)))
    except Exception as problem:
        if "MemoryError" in type(problem).__name__:  # PyArrow's own is none of Python's
            desk.write("error", _told(RefusalError("lab.worker-memory", most=MOST_MEMORY >> 20)))
            return
        if os.environ.get("KEDOU_DEBUG"):
            traceback.print_exc()
        desk.write("error", _told(RefusalError("lab.internal")))
    else:
        desk.write("done", done.body, done.facts, done.keep)


def _told(problem: KedouError) -> dict[str, Any]:
    from kedou.lab.answers import said
    from kedou.texts import current_language

    return said(problem, current_language())


def _listen(desk: Desk, waiting: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Take lines from the lab; end when there are no more."""
    try:
        while line := sys.stdin.buffer.readline():
            message = json.loads(line)
            if "stop" in message:
                desk.stop(int(message["stop"]))
                continue
            message["payload"] = sys.stdin.buffer.read(message.get("payload", 0))
            waiting.put(message)
    finally:
        os._exit(0)


def _let_go() -> None:
    """Give memory that a job has used back to the system."""
    arrow = sys.modules.get("pyarrow")
    if arrow is not None:
        arrow.default_memory_pool().release_unused()


def _own_output() -> BinaryIO:
    """Take the standard output for frames alone: what a library prints goes to standard error."""
    own = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return os.fdopen(own, "wb")


def _hold_back() -> None:
    """Let the lab go first, and bound the memory."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        os.nice(NICE)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123
        file.write("1000")


if __name__ == "__main__":
    main()
