"""Uvicorn's protocols with what they leave open: deadlines, a limit of connections, our headers.

A connection must send a whole request head in ``HEAD_SECONDS``. From there on it must be done in
``ANSWER_SECONDS``; or, where a file comes in or goes out, at least ``LEAST_BYTES`` must have moved
in each such time: a transfer may take long, but not stand still. Else it is cut. Answers that
Uvicorn gives by itself, before any application is asked, carry the same headers as all others.
"""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.transports import Transport
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request, Response

from kedou.lab.headers import completed
from kedou.texts import say

HEAD_SECONDS = 10.0
ANSWER_SECONDS = 60.0
LEAST_BYTES = 256 * 1024
MOST_CONNECTIONS = 800
MOST_UNSENT = 24 * 1024 * 1024
MOST_FRAGMENTS = 256


class Http(H11Protocol):
    """HTTP/1.1, with deadlines."""

    _alarm: asyncio.TimerHandle | None = None
    _heard: Any = None
    _moved = 0
    _unsent = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Take a connection, or say that there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self._answer(503, say("lab.busy"))
            return
        self._expect(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Take bytes; the first ones of a request start its deadline."""
        if self._alarm is None:
            self._expect(HEAD_SECONDS)
        self._moved += len(data)
        super().data_received(data)

    def handle_events(self) -> None:
        """Let the deadline of the answer follow that of the head."""
        super().handle_events()
        if self.cycle is not None and self.cycle is not self._heard:
            self._heard = self.cycle
            if not self.cycle.response_complete:
                self._expect(ANSWER_SECONDS)

    def pause_writing(self) -> None:
        """Note how much waits to be taken."""
        self._unsent = self.transport.get_write_buffer_size()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Note that it was taken."""
        self._note_taken()
        super().resume_writing()

    def on_response_complete(self) -> None:
        """End the deadline, once all is sent; then Uvicorn counts how long a connection is idle."""
        self._unsent = self.transport.get_write_buffer_size()
        self._expect(ANSWER_SECONDS if self._unsent else None)
        super().on_response_complete()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection on."""
        self._expect(None)
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._expect(None)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._answer(400, say("lab.not-http"))

    def _expect(self, seconds: float | None) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if seconds is not None:
            self._moved = 0
            self._alarm = self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        """Cut the connection, unless a file is on its way and moves (we may be slow ourselves)."""
        self._alarm = None
        self._note_taken()
        answering = self._heard is not None and self._heard is self.cycle
        if answering and (self._moved >= LEAST_BYTES or self.flow.read_paused):
            self._expect(ANSWER_SECONDS)
        elif not (answering and self._is_done()):
            self.transport.abort()

    def _note_taken(self) -> None:
        """Count what the other side has taken since the last time."""
        left = self.transport.get_write_buffer_size()
        self._moved += max(0, self._unsent - left)
        self._unsent = left

    def _is_done(self) -> bool:
        """Say whether nothing is on its way: no answer, and no beginning of a next request."""
        sent = self.cycle.response_complete and not self.transport.get_write_buffer_size()
        return bool(sent and not self.conn.trailing_data[0])

    def _answer(self, status: int, sentence: str) -> None:
        body = f"{sentence}\n".encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        with contextlib.suppress(h11.LocalProtocolError):
            start = h11.Response(status_code=status, headers=completed(headers))
            for event in (start, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class Socket(WebSocketsSansIOProtocol):
    """WebSocket, with limits on what piles up."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        accept = self.conn.accept

        def accept_with_headers(request: Request) -> Response:
            response = accept(request)
            if response.status_code != 101:
                for name, value in completed([]):
                    response.headers[name.decode()] = value.decode()
            return response

        setattr(self.conn, "accept", accept_with_headers)  # noqa: B010

    def data_received(self, data: bytes) -> None:
        """Take bytes, unless the other side reads none of the answers."""
        if self.transport.get_write_buffer_size() > MOST_UNSENT:
            self.transport.abort()
            return
        super().data_received(data)

    def handle_cont(self, event: Frame) -> None:
        """Take a piece of a message; not thousands of tiny ones."""
        if len(self.frames) >= MOST_FRAGMENTS:
            self.transport.abort()
            return
        super().handle_cont(event)

    def keepalive_timeout(self) -> None:
        """Cut a connection that answers no ping, whatever is still to be sent."""
        super().keepalive_timeout()
        self.transport.abort()
