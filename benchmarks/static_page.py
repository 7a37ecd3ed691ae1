"""How large is a chapter in one file, how soon is it painted, and can 1,000 people have it at once?

Each chapter is exported and compressed. A headless Chromium opens the file from disk, with no
network, in a profile that has never seen it: taken is the time from the start of the navigation
until the first frame with the finished picture is painted. Then the exported folder is served by
Python's own ``http.server``, and so many clients connect at the same moment and ask for a page, the
style and the script that it names; every byte is compared. All of it stays on this machine. The
server is the plain one but for two things that every web server does: it keeps a connection for
all three files, and lets more than 5 connections wait (``python -m http.server`` lets 5, and the
system drops the others, who come again seconds later).

    python benchmarks/static_page.py                  # 9 openings of each, 1,000 clients
    python benchmarks/static_page.py --quick          # 3 openings, 100 clients
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import hashlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from _lab import FLAGS, chromium, load, part
from _table import machine
from lab_start import WAIT
from playwright.sync_api import Browser, sync_playwright

import kedou as kd
from kedou.pages import CHAPTERS

LARGEST = 300.0
"""KB gzipped."""
SLOWEST = 500.0
"""Milliseconds from disk to painted."""
PATIENCE = 120.0
"""Seconds after which a client that has not got everything counts as left out."""
SERVER = """
import functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1024
server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
print(server.server_address[1], flush=True)
server.serve_forever()
"""
PAINTED = [chapter.name for chapter in CHAPTERS if chapter.name != "own-data"]


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="3 openings, 100 clients")
    options = parser.parse_args()
    tries, clients = (3, 100) if options.quick else (9, 1000)
    with tempfile.TemporaryDirectory() as folder:
        files = {name: kd.export(name, folder) for name in ("cover", *PAINTED)}
        _one_file(files, tries)
        asyncio.run(_hosted(kd.export_all(Path(folder) / "site"), clients))


def _one_file(files: dict[str, Path], tries: int) -> None:
    print(f"one chapter in one file, median of {tries} openings   [{machine()}, {load()}]\n")
    print(f"{'':16} {'KB gzipped':>11} {'ms to painted':>14} {'slowest':>8}")
    print(f"{'line':16} {LARGEST:11.0f} {SLOWEST:14.0f}")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        _opened(browser, files["cover"])
        times = {
            name: [_opened(browser, path) for _ in range(tries)] for name, path in files.items()
        }
        browser.close()
    for name, path in files.items():
        size = len(gzip.compress(path.read_bytes(), 9)) / 1024
        middle = statistics.median(times[name])
        missed = "  missed" if size > LARGEST or middle > SLOWEST else ""
        print(f"{name:16} {size:11.1f} {middle:14.0f} {max(times[name]):8.0f}{missed}")


def _opened(browser: Browser, path: Path) -> float:
    """Return milliseconds from the start of the navigation to the painted picture."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.add_init_script(f"({WAIT})()")
    page.goto(path.as_uri())
    page.wait_for_function("() => window.painted !== undefined")
    taken: float = page.evaluate("window.painted - performance.timeOrigin")
    context.close()
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [path.as_uri()]
    return taken


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[int]:
    """Serve a folder from a process of its own, as plainly as can be."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


async def _hosted(folder: Path, clients: int) -> None:
    pages = sorted(path.name for path in folder.glob("*.html"))
    wanted = {path.name: _digest(path.read_bytes()) for path in folder.iterdir()}
    named = {
        page: re.findall(r'(?:src|href)="(kedou-[^"]*)"', (folder / page).read_text("utf-8"))
        for page in pages
    }
    with _served(folder) as port:
        began = time.perf_counter()
        told = await asyncio.gather(
            *(
                _client(port, [pages[n % len(pages)], *named[pages[n % len(pages)]]], wanted)
                for n in range(clients)
            )
        )
        taken = time.perf_counter() - began
    whole = [seconds for seconds in told if seconds is not None]
    weight = sum((folder / name).stat().st_size for name in ("index.html", *named["index.html"]))
    print(f"\n{clients} clients at once at a plain file server   [{machine()}, {load()}]\n")
    print(f"{'got all three files whole':32} {len(whole)} of {clients}")
    print(f"{'a visit, not compressed':32} {weight / 1024:.0f} KB")
    print(f"{'seconds until all had them':32} {taken:.1f}")
    if whole:
        middle, late = statistics.median(whole), part(whole, 0.95)
        print(f"{'seconds a client waited':32} {middle:.1f} (median), {late:.1f} (95 %)")
        print(f"{'MB/s':32} {len(whole) * weight / taken / 1e6:.0f}")


async def _client(port: int, names: list[str], wanted: dict[str, str]) -> float | None:
    """Ask for some files; return the seconds, or None where one did not come whole."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for name in names:
                writer.write(f"GET /{name} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
                if await _got(reader) != wanted[name]:
                    return None
            writer.close()
            await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return None
    return time.perf_counter() - began


async def _got(reader: asyncio.StreamReader) -> str:
    """Return the digest of what came."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])  # type: ignore[index]
    digest = hashlib.sha256()
    while length > 0:
        piece = await reader.read(min(length, 1 << 16))
        if not piece:
            raise asyncio.IncompleteReadError(b"", length)
        digest.update(piece)
        length -= len(piece)
    return digest.hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
