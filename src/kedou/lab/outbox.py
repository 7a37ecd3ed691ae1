"""What goes out to one page: answers, each of them, and news, of which only the newest counts.

Where a page reads slowly, news that were not sent yet give way to newer ones, so nothing piles up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Outbox:
    """Sends one message at a time.

    Parameters
    ----------
    send : coroutine function
        Sends one text, and is done when there is room for the next.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        self._send = send
        self._lock = asyncio.Lock()
        self._news: dict[object, str] = {}
        self._woken = asyncio.Event()

    async def say(self, text: str) -> None:
        """Send an answer."""
        async with self._lock:
            await self._send(text)

    def news(self, about: object, text: str) -> None:
        """Send news when there is room, unless newer ones about the same come before."""
        self._news[about] = text
        self._woken.set()

    def forget(self, about: object) -> None:
        """Send no news about something any more: its answer comes now."""
        self._news.pop(about, None)

    async def run(self) -> None:
        """Send news for as long as the page is there."""
        while True:
            await self._woken.wait()
            async with self._lock:
                if not self._news:
                    self._woken.clear()
                    continue
                text = self._news.pop(next(iter(self._news)))
                await self._send(text)
