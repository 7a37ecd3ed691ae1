"""The lab's host: the lesson in the browser, served from this machine.

One guard stands before every route (``guard``): it checks the Host, the Origin and the session, and
puts the same headers on every answer. Behind it are plain files (``page``) and one WebSocket
(``talk``), on which the page asks the engine for what it computes itself meanwhile (``answers``).
Nothing a client sends is evaluated, unpickled or written to disk.

In a notebook the chapters are functions of this module: ``kedou.lab.forward()`` is the widget of
chapter 2. They live in ``kedou.widgets`` and are loaded when they are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kedou.widgets import (
        backward,
        cover,
        derivative,
        forward,
        gradient,
        layers,
        learning_rate,
        loss,
        rules,
        train,
    )

__all__ = [
    "backward",
    "cover",
    "derivative",
    "forward",
    "gradient",
    "layers",
    "learning_rate",
    "loss",
    "rules",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'kedou.lab' has no attribute {name!r}")
    from kedou import widgets

    return getattr(widgets, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
