"""Moments as one line of text, packed: for files that are written often.

The content is that of ``kedou.moments.store``; lists of numbers in it are little-endian float64
in base64, so that they are written fast and read back bit for bit. Exact sums that are still being
added up are written as they stand, bin by bin, without being centred.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from kedou.moments.exact.bins import Bins, carried
from kedou.moments.exact.sums import Sums
from kedou.moments.moments import Moments
from kedou.moments.store import column_from_content, column_to_content, from_content, to_content


def to_text(moments: Moments | Sums) -> str:
    """Return moments as JSON in which long lists of numbers are packed, bit for bit."""
    if isinstance(moments, Sums):
        content = {"sums": _sums_to_content(moments)}
    else:
        content = _pack(to_content(moments))
    return json.dumps(content, separators=(",", ":"))


def from_text(text: str) -> Moments | Sums:
    """Return what ``to_text`` wrote.

    Raises
    ------
    ValueError, LookupError, TypeError, AttributeError
        The text is damaged.
    """
    content = json.loads(text)
    if content.keys() == {"sums"}:
        return _sums_from_content(content["sums"])
    return from_content(_unpack(content))


def _sums_to_content(sums: Sums) -> dict[str, Any]:
    limbs = sums.bins.limbs
    return {
        "columns": [column_to_content(column) for column in sums.columns],
        "target": sums.target_name,
        "weight": sums.weight_name,
        "count": sums.count,
        "rows_read": sums.rows_read,
        "skipped": dict(sums.skipped),
        "first": sums.bins.first,
        "size": sums.bins.size,
        "limbs": base64.b64encode(limbs.astype("<i8").tobytes()).decode(),
        "folds": [_sums_to_content(fold) for fold in sums.folds],
    }


def _sums_from_content(content: dict[str, Any]) -> Sums:
    columns = tuple(column_from_content(column) for column in content["columns"])
    size, first = len(columns) + 2, int(content["first"])
    if content["size"] != size:
        raise ValueError("sums of other columns")
    packed = base64.b64decode(content["limbs"], validate=True)
    limbs = np.frombuffer(packed, "<i8").astype(np.int64).reshape(-1, size, size)
    bins = Bins(first, limbs)
    if bins != carried(first, limbs.copy()):
        raise ValueError("bins whose carries were not passed on")
    return Sums(
        columns=columns,
        target_name=str(content["target"]),
        weight_name=content["weight"],
        count=int(content["count"]),
        bins=bins,
        rows_read=int(content["rows_read"]),
        skipped={str(name): int(cells) for name, cells in content["skipped"].items()},
        folds=tuple(_sums_from_content(fold) for fold in content["folds"]),
    )


def _pack(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _pack(inner) for name, inner in value.items()}
    if isinstance(value, list):
        if len(value) > 2 and all(type(item) is float for item in value):
            return {"f8": base64.b64encode(np.array(value, "<f8").tobytes()).decode()}
        return [_pack(item) for item in value]
    return value


def _unpack(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"f8"}:
            return np.frombuffer(base64.b64decode(value["f8"]), "<f8").tolist()
        return {name: _unpack(inner) for name, inner in value.items()}
    return [_unpack(item) for item in value] if isinstance(value, list) else value
