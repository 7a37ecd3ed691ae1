"""Stretches of parts that are whole subtrees of the canonical tree (``moments.Merger``).

A stretch of 2^m parts whose first number is a multiple of 2^m is a subtree: whoever merges it in
order gets the moments that the tree has at that place.

>>> list(subtrees(0, 11, 4))
[(0, 4), (4, 8), (8, 10), (10, 11)]
>>> list(subtrees(3, 9, 4))
[(3, 4), (4, 8), (8, 9)]
"""

from __future__ import annotations

from collections.abc import Iterator


def subtrees(first: int, stop: int, most: int) -> Iterator[tuple[int, int]]:
    """Cut the parts ``first`` to ``stop`` into subtrees of at most ``most`` (a power of two)."""
    while first < stop:
        size = most if first == 0 else min(most, first & -first)
        while first + size > stop:
            size //= 2
        yield first, first + size
        first += size


def power_of_two(count: float) -> int:
    """Return the largest power of two that is at most ``count``, and 1 for less."""
    return 1 << max(int(count).bit_length() - 1, 0)
