"""The desk of a worker: where a job's answers go, and where it learns that it is to stop."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any, BinaryIO

from kedou.lab.frames import Frame, FrameKind, written


class StoppedError(Exception):
    """The lab has asked to stop: nobody waits for this job any more."""


class Desk:
    """Where a job's answers go, and where it learns that it is to stop.

    Parameters
    ----------
    out : binary file
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._job = 0
        self._stopped = 0

    def begin(self, job: int) -> None:
        """Note which job is done from here on."""
        self._job = job

    def stop(self, job: int) -> None:
        """Note that a job is to stop."""
        self._stopped = job

    def check(self) -> None:
        """End the job where it is to stop.

        Raises
        ------
        StoppedError
        """
        if self._stopped == self._job:
            raise StoppedError

    def news(self, body: Mapping[str, Any]) -> None:
        """Tell how far the job has come."""
        self.check()
        self.write("news", body)

    def write(
        self,
        kind: FrameKind,
        body: Mapping[str, Any] | None = None,
        facts: Mapping[str, Any] | None = None,
        keep: bytes = b"",
    ) -> None:
        """Write one frame."""
        frame = Frame(
            self._job, kind, facts or {}, written(body or {}).encode(), keep, resident_bytes()
        )
        with self._lock:
            self._out.write(frame.written())
            self._out.flush()


def resident_bytes() -> int:
    """Return the memory that this process holds, 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0
