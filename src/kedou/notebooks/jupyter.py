"""JupyterLab as a child of this process: on this machine alone, and gone when this one ends.

It is bound to loopback and asks for a token, which travels in the child's environment and not on
its command line. It looks for no news and no updates, and does not ask whether it may. Its address
is read from the file that every Jupyter server keeps about itself. What it logs is shown if it does
not start, and always where ``KEDOU_DEBUG`` is set.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO
from urllib.parse import quote

from kedou.errors import OptionError
from kedou.notebooks.texts import EXTRA, needed

STARTING_SECONDS = 180.0
CLOSING_SECONDS = 8.0


def command(folder: Path) -> list[str]:
    """Return the command line of the child."""
    options = (
        "ServerApp.ip=127.0.0.1",
        "ServerApp.open_browser=False",
        f"ServerApp.root_dir={folder}",
        "LabApp.news_url=None",
        "LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager=readonly",
    )
    lab = [sys.executable, "-m", "jupyterlab", "--log-level=ERROR"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        lab.append("--allow-root")  # whoever is root here, in a container mostly, chose to be
    return [*lab, *(f"--{option}" for option in options)]


def open_lab(folder: Path, first: str, opened: Callable[[str], None]) -> int:
    """Start JupyterLab on a folder, and stay until it ends or Ctrl-C is pressed.

    Parameters
    ----------
    folder : Path
        Its root.
    first : str
        The notebook that the address leads to.
    opened : callable
        Called with the address, once it answers.

    Returns
    -------
    int
        0, or the status with which JupyterLab ended by itself.

    Raises
    ------
    MissingPackageError
        If the extra ``jupyter`` is not installed.
    OptionError
        If JupyterLab does not start.
    """
    needed("jupyterlab")
    runtime = Path(needed("jupyter_core.paths").jupyter_runtime_dir())
    token = secrets.token_urlsafe(24)
    paths = [_configuration(), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    environment = {
        **os.environ,
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(paths),
    }
    with _ended_by_signals(), tempfile.TemporaryFile() as log:
        child = subprocess.Popen(
            command(folder.resolve()),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=None if os.environ.get("KEDOU_DEBUG") else log,
            stderr=None if os.environ.get("KEDOU_DEBUG") else log,
            start_new_session=os.name == "posix",
        )
        try:
            address = _address(child, runtime, token, log)
            opened(f"{address}lab/workspaces/kedou/tree/{quote(first)}?token={token}")
            return child.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            _end(child)


def _configuration() -> str:
    """Return the folder whose ``labconfig`` turns off the question about news."""
    return str(resources.files("kedou") / "assets" / "jupyter")


def _address(child: subprocess.Popen[bytes], runtime: Path, token: str, log: BinaryIO) -> str:
    """Wait for the file in which the server with our token tells its address."""
    end = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < end:
        status = child.poll()
        if status is not None:
            said = {"said": _end_of(log), "status": str(status), "command": EXTRA}
            raise OptionError("notebooks.not-started", **said)
        for file in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(OSError, ValueError):
                told = json.loads(file.read_text(encoding="utf-8"))
                if told.get("token") == token:
                    return str(told["url"])
        time.sleep(0.05)
    raise OptionError("notebooks.too-slow", seconds=int(STARTING_SECONDS))


def _end_of(log: BinaryIO) -> str:
    log.seek(0)
    lines = log.read().decode("utf-8", "replace").strip().splitlines()
    return "\n".join(lines[-5:]) or "-"


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ask the child to stop, and make it where it does not."""
    for stop in (child.terminate, child.kill):
        if child.poll() is not None:
            return
        stop()
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            child.wait(CLOSING_SECONDS)


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a request to terminate end this process as Ctrl-C does, so that the child goes, too."""

    def interrupt(number: int, frame: FrameType | None) -> Any:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
