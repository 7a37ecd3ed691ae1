"""Parts that write down what is done to them, and wait, fail or kill where a file says so.

A file ``wait-<file>-<row>`` in the folder makes the process that opens that block write its number
into ``waiting-...`` and wait for its end; ``fail-...`` makes it fail once, ``poison-...`` kills
whoever opens the block, always.
"""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kedou as kd


@dataclass(frozen=True)
class WatchedPart:
    """A part that is watched."""

    inner: Any
    folder: str

    @property
    def origin(self) -> str:
        return self.inner.origin

    @property
    def rows(self) -> int | None:
        return self.inner.rows

    @property
    def part(self) -> Any:
        return self.inner.part

    @property
    def source(self) -> Any:
        return self.inner.source

    def portable(self) -> "WatchedPart":
        return WatchedPart(self.inner.portable(), self.folder)

    def blocks(self) -> Iterator[Any]:
        for block in self.inner.blocks():
            name = f"{block.origin}-{block.first_row}"
            self._note("open", name)
            self._meet(name)
            yield block
            self._note("done", name)

    def _meet(self, name: str) -> None:
        folder = Path(self.folder)
        if (folder / f"poison-{name}").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            (folder / f"fail-{name}").unlink()
        except OSError:
            pass
        else:
            raise OSError("the disk hesitates")
        claimed = folder / f"claimed-{name}"
        try:
            (folder / f"wait-{name}").rename(claimed)  # one process gets it
        except OSError:
            return
        (folder / "pid").write_text(str(os.getpid()))
        (folder / "pid").rename(folder / f"waiting-{name}")
        time.sleep(600)

    def _note(self, what: str, name: str) -> None:
        file = os.open(f"{self.folder}/trace", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, f"{what} {name} {os.getpid()}\n".encode())
        os.close(file)


class Watched:
    """A source whose parts are watched."""

    def __init__(self, source: Any, folder: Path) -> None:
        self.inner, self.folder = source, folder

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def parts(self) -> list[WatchedPart]:
        return [WatchedPart(part, str(self.folder)) for part in self.inner.parts()]


def trace(folder: Path, what: str) -> list[tuple[str, int]]:
    """Return (block, process) of every such line of a trace."""
    path = folder / "trace"
    lines = path.read_text().splitlines() if path.exists() else []
    split = [line.split() for line in lines]
    return [(name, int(process)) for kind, name, process in split if kind == what]


def scan_while_killing(source: Any, client: Any, folder: Path, names: list[str], **options: Any):
    """Scan on a cluster, and kill the workers that wait in the named blocks; return the moments."""
    import threading

    for name in names:
        (folder / f"wait-{name}").touch()
    killed: list[int] = []

    def kill() -> None:
        give_up = time.monotonic() + 300
        while len(list(folder.glob("waiting-*"))) < len(names) and time.monotonic() < give_up:
            time.sleep(0.01)
        for path in folder.glob("waiting-*"):
            process = int(path.read_text())
            opened, done = trace(folder, "open"), trace(folder, "done")
            block = (path.name.removeprefix("waiting-"), process)
            assert block in opened
            assert block not in done
            os.kill(process, signal.SIGKILL)
            killed.append(process)

    killer = threading.Thread(target=kill)
    killer.start()
    moments = kd.scan(Watched(source, folder), client=client, **options)
    killer.join()
    assert len(set(killed)) == len(names), "not every worker was killed inside its block"
    return moments
