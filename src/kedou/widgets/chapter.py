"""What Python knows of a chapter: its name, the shape of its state, where it begins, its runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kedou.widgets.shapes import Shape

State = dict[str, Any]


@dataclass(frozen=True)
class Alias:
    """A name by which Python calls a part of the state that the page calls otherwise."""

    read: Callable[[State], Any]
    write: Callable[[State, Any], State]


@dataclass(frozen=True)
class Chapter:
    """One chapter.

    Attributes
    ----------
    name : str
        Its fixed name, as in addresses: ``"learning-rate"``.
    first : mapping
        The state it begins with.
    fields : mapping of str to Shape
        The shape of every part of the state.
    fits : callable
        Looks at a whole state whose parts are right, and raises ``MisshapenError``.
    runs : callable or None
        Descends for a state: names and trajectories, the chapter's own run first.
    aliases : mapping of str to Alias
    """

    name: str
    first: Mapping[str, Any]
    fields: Mapping[str, Shape]
    fits: Callable[[State], None] = lambda _: None
    runs: Callable[[State], Mapping[str, Callable[[], Any]]] | None = None
    aliases: Mapping[str, Alias] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def function(self) -> str:
        """Its name in ``kedou.lab``: ``learning_rate``."""
        return self.name.replace("-", "_")
