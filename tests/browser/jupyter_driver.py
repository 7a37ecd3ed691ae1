"""A real JupyterLab on this machine, and what a learner does in it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import kedou

START = 60
ANSWER = 60_000
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


class Jupyter:
    """One server with folders of its own: nothing of the user's is read or written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir(parents=True)
        for name, content in SETTINGS.items():
            path = folder / "config" / "lab" / "user-settings" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content))
        self.process = subprocess.Popen(
            [
                *[sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser"],
                *["--ip=127.0.0.1", "--port=0", "--ServerApp.port_retries=0"],
                *["--ServerApp.root_dir=" + str(self.notebooks), "--allow-root"],
                *["--IdentityProvider.token=" + self.token, "--LabApp.news_url=None"],
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                "--LabApp.extension_manager=readonly",
            ],
            env=self._environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._said: list[str] = []
        self._port = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        if not self._port.wait(START):
            self.close()
            raise TimeoutError("JupyterLab did not start: " + "".join(self._said))

    token = "a-token-for-tests"
    port = 0

    def _environment(self) -> dict[str, str]:
        own = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
        }
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "KEDOU"))}
        source = str(Path(kedou.__file__).parents[1])
        return {
            **kept,
            **{name: str(self.folder / path) for name, path in own.items()},
            "JUPYTER_PREFER_ENV_PATH": "1",
            "PYTHONPATH": source,
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }

    def _listen(self) -> None:
        for line in self.process.stderr:
            self._said.append(line)
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
            if found and not self._port.is_set():
                self.port = int(found[1])
                self._port.set()

    def write(self, name: str, *cells: str) -> str:
        """Write a notebook and return its name."""
        body = {
            "cells": [
                {
                    "cell_type": "code",
                    "id": f"cell-{number}",
                    "execution_count": None,
                    "metadata": {},
                    "outputs": [],
                    "source": cell,
                }
                for number, cell in enumerate(cells)
            ],
            "metadata": {
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        (self.notebooks / name).write_text(json.dumps(body))
        return name

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)
        self._listener.join(5)
        self.process.stderr.close()


class Desk:
    """JupyterLab in one tab of a browser; notebooks are opened in it one after another."""

    def __init__(self, jupyter: Jupyter, browser) -> None:
        self.jupyter = jupyter
        self.context = browser.new_context(
            viewport={"width": 1200, "height": 900},
            reduced_motion="reduce",
            color_scheme="null",  # the browser's own: one that is set holds in every frame
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(ANSWER)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(f"{error} {error.stack}"))
        self.page.on("request", self._asked)
        self.page.goto(f"http://127.0.0.1:{jupyter.port}/lab?token={jupyter.token}&reset")
        self.page.wait_for_function("() => window.jupyterapp?.shell.widgets('main').next()")
        self.page.evaluate("() => window.jupyterapp.restored")

    def _asked(self, request) -> None:
        ours = (f"http://127.0.0.1:{self.jupyter.port}/", f"ws://127.0.0.1:{self.jupyter.port}/")
        if not request.url.startswith((*ours, "data:", "blob:")):
            self.faults.append(f"request to {request.url}")

    def close(self) -> None:
        self.context.close()


class Notebook:
    """One notebook on a desk."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.desk, self.page, self.name = desk, desk.page, name
        self.jupyter = desk.jupyter
        self.open()

    def open(self) -> None:
        """Open the notebook, and wait until its kernel is idle."""
        self.page.evaluate(
            """async path => {
              const { commands, shell } = window.jupyterapp;
              const shown = await commands.execute('docmanager:open', { path });
              await shown.context.ready;
              await shown.sessionContext.ready;
              shell.activateById(shown.id);
            }""",
            self.name,
        )
        self._idle()

    def leave(self) -> None:
        """Close the notebook as it was last saved, and end its kernel."""
        self.page.evaluate(
            """async () => {
              const shown = window.jupyterapp.shell.currentWidget;
              await shown.sessionContext.shutdown();
              shown.dispose();
            }"""
        )

    def command(self, name: str) -> None:
        """Run a command of JupyterLab, as its menu does; wait for the end."""
        self.page.evaluate("name => window.jupyterapp.commands.execute(name)", name)

    def run(self) -> None:
        """Run all cells."""
        self.command("notebook:run-all-cells")

    def run_cell(self, number: int) -> None:
        self.page.evaluate(
            """number => {
              const { content } = window.jupyterapp.shell.currentWidget;
              content.activeCellIndex = number;
              return window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            number,
        )

    def ask(self, code: str) -> str:
        """Return what the kernel prints."""
        return self.page.evaluate(
            """async code => {
              const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
              const asked = kernel.requestExecute({ code, store_history: false });
              let said = '';
              asked.onIOPub = ({ header, content }) => {
                if (header.msg_type === 'stream') said += content.text;
                if (header.msg_type === 'error') said += content.ename + ': ' + content.evalue;
              };
              await asked.done;
              return said.trim();
            }""",
            code,
        )

    def wait_for(self, code: str, wanted: str, seconds: float = 10) -> None:
        """Ask the kernel until it says what is wanted."""
        end = time.monotonic() + seconds
        while (said := self.ask(code)) != wanted:
            assert time.monotonic() < end, f"{code} says {said!r}, not {wanted!r}"

    def cells(self) -> int:
        return self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.content.model.cells.length"
        )

    def widget(self, number: int = 0) -> Widget:
        """Return a widget on the page, as soon as it is painted."""
        found = self.page.locator('[data-kedou="widget"]').nth(number)
        found.locator('[data-kedou="chapter"], [data-kedou="cover"]').first.wait_for()
        return Widget(self.page, found)

    def save(self) -> None:
        self.command("docmanager:save")

    def restart(self) -> None:
        self._kernel("restart")
        self._idle()

    def use_theme(self, name: str) -> None:
        self.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name
        )
        dark = str("Dark" not in name).lower()
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light", arg=dark
        )

    def turn_saving_of_widgets(self) -> None:
        """Let JupyterLab save the state of widgets with a notebook, or no longer: its menu's."""
        self.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")

    def _kernel(self, what: str) -> None:
        self.page.evaluate(
            """what => window.jupyterapp.shell.currentWidget.sessionContext
                 .session.kernel[what]()""",
            what,
        )

    def _idle(self) -> None:
        self.page.wait_for_function(
            """() => {
              const shown = window.jupyterapp?.shell.currentWidget;
              return shown?.sessionContext?.isReady &&
                     shown.sessionContext.session?.kernel?.status === 'idle';
            }"""
        )


class Widget:
    """One widget, with the names by which scripts know its parts."""

    def __init__(self, page, root) -> None:
        self.page, self.root = page, root

    def at(self, name: str):
        return self.root.locator(f'[data-kedou="{name}"]')

    def value(self, name: str) -> float:
        self.settle()
        return float(self.at(name).get_attribute("data-value"))

    def text(self, name: str) -> str:
        self.settle()
        return self.at(name).evaluate("e => e.innerText || e.textContent")

    def count(self) -> str:
        """Return what the transport bar says of the step."""
        self.settle()
        return self.root.locator(".step-count").inner_text()

    def wait_for(self, name: str, wanted: float) -> None:
        self.root.locator(f'[data-kedou="{name}"][data-value="{wanted:g}"]').wait_for(
            state="attached"
        )

    def settle(self) -> None:
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def drag(self, name: str, right: float, down: float, pieces: int = 12) -> None:
        dot = self.at(name).locator(".handle-dot")
        dot.scroll_into_view_if_needed()
        box = dot.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + right, y + down, steps=pieces)
        mouse.up()
        self.settle()
