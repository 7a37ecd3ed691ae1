"""The same widget in marimo, which keeps it in a shadow of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import kedou

NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    import kedou as kd
    import marimo as mo

    lab = mo.ui.anywidget(kd.lab.forward(w=0.5, lang="en"))
    lab
    return (lab,)


@app.cell
def _(lab, mo):
    mo.md(f"w is {lab.widget.w}")
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.fixture
def marimo(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "lesson.py").write_text(NOTEBOOK.replace("return (lab,)", "return lab, mo"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: str(tmp_path / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    process = subprocess.Popen(
        [
            *[sys.executable, "-m", "marimo", "run", "lesson.py", "--headless"],
            *["--host", "127.0.0.1", "--port", str(port), "--no-token"],
        ],
        cwd=tmp_path,
        env={**os.environ, **own, "PYTHONPATH": str(Path(kedou.__file__).parents[1])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + 60
        while not answers(port):
            assert process.poll() is None, "marimo ended"
            assert time.monotonic() < end, "marimo did not start"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def test_in_marimo_a_hand_moves_python(browser, marimo) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(30_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(marimo)
    handle = page.locator('[data-kedou="line-end"]')
    handle.wait_for()
    page.get_by_text("w is 0.5", exact=True).wait_for()
    handle.press("ArrowUp")
    page.get_by_text("w is 0.51", exact=True).wait_for()
    assert handle.get_attribute("data-value") == "0.51"
    assert handle.evaluate("e => e.getRootNode() instanceof ShadowRoot")
    paper = handle.evaluate("e => getComputedStyle(e.closest('.kedou-widget')).backgroundColor")
    assert paper == "rgb(250, 249, 245)"
    context.close()
    assert not faults, faults
