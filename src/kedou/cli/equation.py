"""The line as a formula, in the user's units."""

from __future__ import annotations

from collections.abc import Sequence

from kedou.cli.layout import number

MOST_TERMS = 12


def equation(
    target: str,
    names: Sequence[str],
    weights: Sequence[float],
    intercept: float | None,
    probability: bool = False,
    digits: int = 6,
    most: int | None = None,
) -> str:
    """Write ``price = 3.2 · area - 1.5 · age + 40``.

    Parameters
    ----------
    intercept : float or None
        None: the line has none.
    probability : bool
        Whether the line goes through the logistic function: log loss and Brier score.
    most : int, optional
        Show no more terms than this, and three points.

    >>> equation("volume", ["time"], [0.743282], 0.180389)
    'volume = 0.743282 · time + 0.180389'
    """
    shown = len(names) if most is None else min(most, len(names))
    terms = [(weight, f" · {name}") for name, weight in zip(names, weights, strict=True)][:shown]
    if intercept is not None:
        terms.append((intercept, ""))
    text = ""
    for place, (value, rest) in enumerate(terms):
        if place == shown and shown < len(names):
            text += " + ..."
        sign = "-" if value < 0 else "+"
        sign = f" {sign} " if text else ("-" if value < 0 else "")
        plain = number(abs(value), digits).replace(",", "")  # a formula is there to be copied
        text += f"{sign}{plain}{rest}"
    if intercept is None and shown < len(names):
        text += " + ..."
    line = text or "0"
    return f"P({target} = 1) = 1 / (1 + exp(-({line})))" if probability else f"{target} = {line}"
