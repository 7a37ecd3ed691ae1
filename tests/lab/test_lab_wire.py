"""Slow, silent and endless clients are cut; there are only so many connections."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from lab_client import make_lab

from kedou.lab import host, wire
from kedou.lab.host import Server
from kedou.lab.names import Names

HEAD = 0.4


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Return where a lab listens whose deadlines are short, in a thread of this process."""
    monkeypatch.setattr(wire, "HEAD_SECONDS", HEAD)
    monkeypatch.setattr(wire, "ANSWER_SECONDS", HEAD)
    monkeypatch.setattr(wire, "MOST_CONNECTIONS", 5)
    listening = host.bind("127.0.0.1", 0)
    opened = threading.Event()
    server = Server(host._config(make_lab(names=Names())), opened.set, lambda: None)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    try:
        assert opened.wait(10)
        yield listening.getsockname()
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def until_closed(line: socket.socket) -> tuple[bytes, float]:
    began = time.perf_counter()
    line.settimeout(10)
    found = b""
    try:
        while piece := line.recv(65536):
            found += piece
    except ConnectionError:
        pass
    return found, time.perf_counter() - began


def send_on(line: socket.socket, piece: bytes) -> None:
    for _ in range(200):
        line.sendall(piece)
        time.sleep(0.02)


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_request_that_does_not_come_is_cut(address: tuple[str, int], begun: bytes) -> None:
    with socket.create_connection(address) as line:
        line.sendall(begun)
        found, seconds = until_closed(line)
    assert found == b""
    assert seconds < 10 * HEAD


def test_a_request_that_trickles_in_is_cut(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 403")
        began = time.perf_counter()
        with pytest.raises(ConnectionError):
            send_on(line, b"G")
        assert time.perf_counter() - began < 3.5


def test_a_body_that_never_ends_is_not_read(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 413")
        with pytest.raises(ConnectionError):
            send_on(line, b"1000\r\n" + b"a" * 4096 + b"\r\n")


def test_there_are_only_so_many_connections(address: tuple[str, int]) -> None:
    lines = [socket.create_connection(address) for _ in range(5)]
    with socket.create_connection(address) as late:
        found, _ = until_closed(late)
    assert found.startswith(b"HTTP/1.1 503 ")
    assert b"as many connections as it can hold" in found
    assert b"content-security-policy: default-src 'none'" in found
    for line in lines:
        line.close()
    for _ in range(100):
        with socket.create_connection(address) as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            found, _ = until_closed(line)
        if found.startswith(b"HTTP/1.1 403 "):
            break
        time.sleep(0.02)
    else:
        raise AssertionError(found)
