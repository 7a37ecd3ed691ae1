"""Points between a learner and a chapter: what can be given as ``data``, and what comes back."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from kedou.data.dataset import Dataset
from kedou.errors import DataError

Points = list[list[float]]


def points_from(data: Any) -> Points:
    """Return (x, y) pairs of what was given.

    Parameters
    ----------
    data : Dataset, data frame, mapping, (x, y) or (rows, 2) array
        A frame has two columns, x first; of one with more, its columns ``x`` and ``y``. A data set
        of one feature gives that and its target.

    Raises
    ------
    DataError
        It is none of these, or has cells that are not numbers.
    """
    if isinstance(data, Dataset):
        if data.X.shape[1] != 1:
            raise DataError("widgets.data-features", name=data.name, count=data.X.shape[1])
        pairs: Any = np.column_stack([data.X[:, 0], data.y])
    elif (columns := _columns(data)) is not None:
        pairs = columns
    elif isinstance(data, tuple) and len(data) == 2:
        pairs = data
    else:
        pairs = np.asarray(data, dtype=object)
        pairs = (pairs[:, 0], pairs[:, 1]) if pairs.ndim == 2 and pairs.shape[1] == 2 else None
    if pairs is None:
        raise DataError("widgets.data-kind", got=type(data).__name__)
    if isinstance(pairs, tuple):
        x, y = pairs
        if len(np.shape(x)) != 1 or np.shape(x) != np.shape(y):
            raise DataError("widgets.data-lengths", x=str(np.shape(x)), y=str(np.shape(y)))
        pairs = list(zip(x, y, strict=True))
    try:
        numbers = np.asarray(pairs, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError("widgets.data-not-numbers") from None
    if not np.isfinite(numbers).all():
        raise DataError("widgets.data-not-numbers")
    return [[float(x), float(y)] for x, y in numbers]


def _columns(data: Any) -> tuple[Any, Any] | None:
    """Return x and y of a mapping or any data frame; None where it is neither."""
    if isinstance(data, dict):
        named = dict(data)
    else:
        import narwhals.stable.v1 as nw

        frame = nw.from_native(data, eager_only=True, pass_through=True)
        if not isinstance(frame, nw.DataFrame):
            return None
        named = {name: frame[name].to_list() for name in frame.columns}
    if {"x", "y"} <= set(named):
        return named["x"], named["y"]
    if len(named) != 2:
        raise DataError("widgets.data-columns", names=[str(name) for name in named])
    x, y = named.values()
    return x, y


def frame_of(points: Points) -> Any:
    """Return points as a data frame with columns x and y.

    It is one of pandas where pandas can be imported, of Polars where only that can, else a PyArrow
    table. What the notebook has loaded already goes first.
    """
    x, y = [point[0] for point in points], [point[1] for point in points]
    for name in sorted(("pandas", "polars"), key=lambda each: each not in sys.modules):
        try:
            module = __import__(name)
        except ImportError:
            continue
        return module.DataFrame({"x": x, "y": y})
    import pyarrow as pa

    return pa.table({"x": x, "y": y})
