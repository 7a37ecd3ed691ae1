"""A browser, the built page behind the lab's content policy, and ears for all that goes wrong."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_driver import Lab

import kedou
from kedou.lab.headers import CONTENT_SECURITY_POLICY

LAB = Path(kedou.__file__).parent / "assets" / "lab"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def missing() -> str | None:
    """Say what a browser test lacks here."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "browser tests need the Python package playwright"
    if browser_path() is None:
        return "browser tests need Chromium (Debian: apt-get install chromium fonts-noto-cjk)"
    return None


def browser_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    lacks = missing()
    here = Path(__file__).parent
    if lacks is None or os.environ.get("CI") == "true":
        return
    for item in items:
        if here in item.path.parents and item.path.name != "test_page_words.py":
            item.add_marker(pytest.mark.skip(reason=lacks))


class _Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    handler = functools.partial(_Handler, directory=str(LAB))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    """Launch a browser; its event loop is gone at the end of the file, so others can have one."""
    lacks = missing()
    if lacks:
        pytest.fail(lacks)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=browser_path(), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def lab(browser, address: str) -> Iterator[Lab]:
    """A page on a wide screen; afterwards: no error, no blocked content, no request elsewhere."""
    opened = Lab(browser, address, reduced_motion="reduce")
    yield opened
    opened.close()
    assert not opened.faults, opened.faults


@pytest.fixture
def another(browser, address: str) -> Iterator[Lab]:
    """Somebody else's browser."""
    opened = Lab(browser, address, reduced_motion="reduce")
    yield opened
    opened.close()
    assert not opened.faults, opened.faults
