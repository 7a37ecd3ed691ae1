"""What the formats made of text share: powers, and long sums in groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence

GROUP = 40
"""Parsers of expressions allow about 1,000 levels of nesting, and a plain sum is one a term."""


def horner(weights: Sequence[float], x: str, number: Callable[[float], str]) -> str:
    """Write w_1 x + ... + w_d x^d by Horner's scheme, as ((w_d x + ...) x + w_1) x.

    >>> horner([2.0, 3.0], "x", repr)
    '(3.0 * x + 2.0) * x'
    """
    *rest, last = weights
    text = f"{number(last)} * {x}"
    for weight in reversed(rest):
        text = f"({text} + {number(weight)}) * {x}"
    return text


def joined(parts: Sequence[str], between: str) -> str:
    """Join terms in groups that are joined in their turn, where they are many.

    >>> joined(["a", "b", "c"], " + ")
    'a + b + c'
    """
    while len(parts) > GROUP:
        groups = [parts[i : i + GROUP] for i in range(0, len(parts), GROUP)]
        parts = [f"({between.join(group)})" for group in groups]
    return between.join(parts)
