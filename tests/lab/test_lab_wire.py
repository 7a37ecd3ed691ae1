"""Slow, silent and endless clients are cut; there are only so many connections."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from lab_client import make_lab

from kedou.lab import answers, host, wire
from kedou.lab.app import Lab
from kedou.lab.host import Server
from lab_process import frame, handshake

HEAD = 0.4


@dataclass
class Open:
    """A lab in a thread of this process."""

    server: Server
    address: tuple[str, int]
    lab: Lab
    thread: threading.Thread

    def clog(self, line: socket.socket) -> wire.Socket:
        """Ask for more than fits in between, and read nothing of it."""
        line.sendall(frame(b'{"type":"descend","data":"tadpoles"}'))
        for _ in range(1000):
            for found in list(self.server.server_state.connections):
                if not isinstance(found, wire.Socket):
                    continue
                if found.transport.get_write_buffer_size() > 1_000_000:
                    return found
            time.sleep(0.01)
        raise AssertionError("all of it went out")

    def inside(self) -> socket.socket:
        """Return a WebSocket of the owner that is opened by hand and has a small window."""
        authority = f"127.0.0.1:{self.address[1]}"
        with socket.create_connection(self.address) as line:
            head = f"GET /?token={self.lab.links.owner[0]} HTTP/1.1\r\nHost: {authority}\r\n\r\n"
            line.sendall(head.encode())
            found = re.search(rb"set-cookie: ([^;]+);", line.recv(65536))
        assert found is not None
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(10)
        line.connect(self.address)
        line.sendall(handshake(authority, found[1].decode()))
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += line.recv(1)
        assert answer.startswith(b"HTTP/1.1 101")
        return line

    def forgotten(self) -> bool:
        """Wait until no connection is left."""
        for _ in range(500):
            if not self.server.server_state.connections:
                return True
            time.sleep(0.01)
        return False


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Return a lab with short deadlines and little room."""
    monkeypatch.setattr(wire, "HEAD_SECONDS", HEAD)
    monkeypatch.setattr(wire, "ANSWER_SECONDS", HEAD)
    monkeypatch.setattr(wire, "MOST_CONNECTIONS", 5)
    monkeypatch.setattr(wire, "MOST_UNSENT", 100_000)
    monkeypatch.setattr(answers, "descend", lambda *asked: {"run": "x" * 8_000_000})
    listening = host.bind("127.0.0.1", 0)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
    ready = threading.Event()
    lab = make_lab()
    config = host._config(lab)
    config.ws_ping_interval = None
    server = Server(config, ready.set, lab)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    try:
        assert ready.wait(10)
        yield Open(server, listening.getsockname(), lab, thread)
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def address(opened: Open) -> tuple[str, int]:
    """Return where it listens."""
    return opened.address


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
        with pytest.raises(ConnectionError):
            send_on(line, b"G")


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


def test_a_message_in_thousands_of_pieces_is_cut(opened: Open) -> None:
    with opened.inside() as line:
        line.sendall(frame(b"", 0x01))
        with pytest.raises(ConnectionError):
            send_on(line, frame(b"", 0x00) * 10)


def test_pings_whose_answers_nobody_reads_are_not_hoarded(opened: Open) -> None:
    with opened.inside() as line, pytest.raises(ConnectionError):
        send_on(line, frame(b"x" * 125, 0x89) * 2000)


def test_a_page_that_answers_no_ping_and_reads_nothing_is_cut(opened: Open) -> None:
    with opened.inside() as line:
        clogged = opened.clog(line)
        clogged.ping_interval = clogged.ping_timeout = HEAD
        clogged.loop.call_soon_threadsafe(clogged.start_keepalive)
        assert opened.forgotten()


def test_a_page_that_reads_nothing_does_not_keep_the_lab_open(opened: Open) -> None:
    with opened.inside() as line:
        opened.clog(line)
        began = time.perf_counter()
        opened.server.should_exit = True
        opened.thread.join(10)
        assert time.perf_counter() - began < 1.5
