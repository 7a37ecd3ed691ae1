"""Moments as one line of text, packed: for files that are written often.

The content is that of ``kedou.moments.store``; lists of numbers in it are little-endian float64
in base64, so that they are written fast and read back bit for bit.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from kedou.moments.moments import Moments
from kedou.moments.store import from_content, to_content


def to_text(moments: Moments) -> str:
    """Return moments as JSON in which long lists of numbers are packed, bit for bit."""
    return json.dumps(_pack(to_content(moments)), separators=(",", ":"))


def from_text(text: str) -> Moments:
    """Return what ``to_text`` wrote."""
    return from_content(_unpack(json.loads(text)))


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
