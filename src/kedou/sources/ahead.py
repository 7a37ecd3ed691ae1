"""Reading ahead in threads, in order: the reader works while the rows it gave are worked on."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
S = TypeVar("S")

WIDE = 16
"""How many questions a store is asked at once."""


def read_ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield what ``items`` yields, getting the next one in a thread meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(next, items, None)
        while (item := future.result()) is not None:
            future = pool.submit(next, items, None)
            yield item


def map_waiting(function: Callable[[S], T], items: Sequence[S], wide: bool) -> list[T]:
    """Return ``function(item)`` of all, where ``wide`` many at once: each is mostly waiting."""
    if not wide or len(items) < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(min(WIDE, len(items))) as pool:
        try:
            return list(pool.map(function, items))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def map_ahead(function: Callable[[S], T], items: Iterable[S]) -> Iterator[T]:
    """Yield ``function(item)`` in order, a few of them computed ahead in threads."""
    workers = min(4, os.cpu_count() or 1)
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
