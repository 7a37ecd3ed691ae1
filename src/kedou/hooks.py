"""What a value is asked for that only a layer above it can do.

``run.plot()``, ``run.to_html()`` and ``run.show()`` need pictures, pages and widgets. Those know
what a run is; a run knows none of them. So it asks this table by a name, and whoever stands above
fills the table: the package's root, which knows where every name lives (``kedou._HOOKS``). Nothing
is loaded before it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_TABLE: dict[str, Callable[..., Any]] = {}


def fill(name: str, does: Callable[..., Any]) -> None:
    """Say who does what the table is asked for by a name; the last one that says so does it."""
    _TABLE[name] = does


def ask(name: str, /, *given: Any, **options: Any) -> Any:
    """Have it done, and return what comes of it.

    Raises
    ------
    NotImplementedError
        Nobody does what goes by this name.

    Examples
    --------
    >>> fill("twice", lambda value: 2 * value)
    >>> ask("twice", 21)
    42
    """
    if name not in _TABLE:
        raise NotImplementedError(name)
    return _TABLE[name](*given, **options)
