"""Moments as a file: documented, versioned, checksummed JSON; reading it runs no code.

``content`` holds ``columns`` (name, source, kind, power, level), ``target``, ``weight``,
``count``, ``weight_sum``, ``rows_read``, ``skipped``, ``precision``, ``mean``, ``mean_low``,
``scatter`` (rows of the lower triangle) and ``folds`` (a list of the same, without their own
folds). Numbers are written so that they read back bit for bit.

Exact moments (version 2) also hold ``exact``: the sums of [x_1 ... x_k y 1] as whole numbers in
hexadecimal (rows of the lower triangle) and the power of two they count. Mean and scatter follow
from these and are worked out again on reading, so they cannot disagree. ``chosen`` (code and
values) says why the precision was chosen, where that was automatic.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import numpy as np

from kedou.block import Column, ColumnKind, Floats
from kedou.errors import SavedFileError
from kedou.moments.exact.bins import from_whole
from kedou.moments.exact.sums import moments_of
from kedou.moments.moments import Moments
from kedou.moments.range import require_range
from kedou.saving import load_document, reading_content, save_document
from kedou.texts import Message

VERSION = 2
PLAIN_VERSION = 1
"""Fast moments are written as before, so that older readers still take them."""


def save(moments: Moments, path: Any) -> None:
    """Write ``moments`` to ``path``, whole or not at all.

    Raises
    ------
    DataError
        Values too large to be squared: there are no moments of them.
    """
    require_range(moments)
    version = PLAIN_VERSION if moments.exact is None else VERSION
    save_document(path, "moments", version, to_content(moments))


def load(path: Any) -> Moments:
    """Read moments from ``path``.

    Raises
    ------
    SavedFileError
        Damaged, foreign, or written by a newer version.
    """
    content = load_document(path, "moments", VERSION)
    with reading_content(path):
        moments = from_content(content)
        if not _is_sound(moments):
            raise SavedFileError("saving.damaged", path=str(path))
    return moments


def to_content(moments: Moments) -> dict[str, Any]:
    """Return the JSON-able content of moments."""
    content: dict[str, Any] = {
        "columns": [column_to_content(column) for column in moments.columns],
        "target": moments.target_name,
        "weight": moments.weight_name,
        "count": moments.count,
        "weight_sum": moments.weight_sum,
        "rows_read": moments.rows_read,
        "skipped": dict(moments.skipped),
        "precision": moments.precision,
        "mean": moments.mean.tolist(),
        "mean_low": moments.mean_low.tolist(),
        "scatter": [row[: number + 1].tolist() for number, row in enumerate(moments.scatter)],
        "folds": [to_content(fold) for fold in moments.folds],
    }
    if moments.exact is not None:
        numbers, exponent = moments.exact.whole()
        rows = [[hex(value) for value in row[: n + 1]] for n, row in enumerate(numbers.tolist())]
        content["exact"] = {"exponent": exponent, "sums": rows}
    if moments.chosen is not None:
        content["chosen"] = {"code": moments.chosen.code, "values": dict(moments.chosen.values)}
    return content


def from_content(content: dict[str, Any]) -> Moments:
    """Build moments from the content of a document."""
    moments = _exact_from(content) if "exact" in content else _fast_from(content)
    chosen = content.get("chosen")
    if chosen is None:
        return moments
    return replace(moments, chosen=Message(str(chosen["code"]), dict(chosen["values"])))


def _exact_from(content: dict[str, Any]) -> Moments:
    size = len(content["columns"]) + 2
    numbers = np.zeros((size, size), dtype=object) + 0
    for n, row in zip(range(size), content["exact"]["sums"], strict=True):
        for m, value in zip(range(n + 1), row, strict=True):
            numbers[n, m] = numbers[m, n] = int(value, 16)
    if numbers[-1, -1] < 0:
        raise ValueError("a weight sum below zero")
    return moments_of(
        from_whole(numbers, int(content["exact"]["exponent"])),
        columns=tuple(column_from_content(column) for column in content["columns"]),
        target_name=str(content["target"]),
        weight_name=content["weight"],
        count=int(content["count"]),
        rows_read=int(content["rows_read"]),
        skipped={str(name): int(cells) for name, cells in content["skipped"].items()},
        folds=tuple(from_content(fold) for fold in content["folds"]),
    )


def _fast_from(content: dict[str, Any]) -> Moments:
    size = len(content["columns"]) + 1
    scatter = np.zeros((size, size))
    for number, row in zip(range(size), content["scatter"], strict=True):
        scatter[number, : number + 1] = _vector(row, number + 1)
    scatter = scatter + np.tril(scatter, -1).T
    return Moments(
        columns=tuple(column_from_content(column) for column in content["columns"]),
        target_name=str(content["target"]),
        weight_name=content["weight"],
        count=int(content["count"]),
        weight_sum=float(content["weight_sum"]),
        rows_read=int(content["rows_read"]),
        skipped={str(name): int(cells) for name, cells in content["skipped"].items()},
        precision=str(content["precision"]),
        mean=_vector(content["mean"], size),
        mean_low=_vector(content["mean_low"], size),
        scatter=scatter,
        folds=tuple(from_content(fold) for fold in content["folds"]),
    )


def column_to_content(column: Column) -> dict[str, Any]:
    """Return a column as a JSON object."""
    return {
        "name": column.name,
        "source": column.source,
        "kind": column.kind,
        "power": column.power,
        "level": column.level,
    }


def column_from_content(content: dict[str, Any]) -> Column:
    """Build a column from its JSON object."""
    column = Column(**content)
    texts = (column.name, column.source, column.level or "")
    if column.kind not in get_args(ColumnKind) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{column} is no column")
    return column


def _vector(values: Any, size: int) -> Floats:
    vector = np.asarray(values, dtype=np.float64)
    if vector.shape != (size,):
        raise ValueError(f"{vector.shape} values for {size} columns")
    return vector


def _is_sound(moments: Moments) -> bool:
    arrays = (moments.mean, moments.mean_low, moments.scatter)
    return (
        all(bool(np.isfinite(array).all()) for array in arrays)
        and 0 <= moments.weight_sum < np.inf
        and moments.count >= 0
        and bool((np.diag(moments.scatter) >= 0).all())
        and all(fold.columns == moments.columns and _is_sound(fold) for fold in moments.folds)
    )
