"""Small real data sets for a first fit: ``data.tadpoles()``, ``data.load("engel")``.

``names()`` lists them; each is also a function of its name, such as ``data.penguins()``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kedou.data.catalogue import load, names, write
from kedou.data.dataset import Dataset

__all__ = ["Dataset", "load", "names", "tadpoles", "write"]


def tadpoles() -> Dataset:
    """Return the lesson's seven tadpoles: time and volume.

    Examples
    --------
    >>> tadpoles().X[:, 0]
    array([0.8, 1.7, 2.7, 3.2, 3.7, 4.2, 4.2])
    """
    return load("tadpoles")


def __getattr__(name: str) -> Callable[[], Dataset]:
    if not name.startswith("_") and name in names():
        return partial(load, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *names()})
