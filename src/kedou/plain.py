"""Values in the words of JSON, for pages and programs that read them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Return a value in the words of JSON; a number that is not finite becomes None.

    >>> plain({"a": (1, float("inf")), "b": None})
    {'a': [1, None], 'b': None}
    """
    if value is None or isinstance(value, bool | str):
        return value
    if hasattr(value, "tolist"):
        listed = value.tolist()
        return listed if _is_finite(value) else plain(listed)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


def _is_finite(array: Any) -> bool:
    """Say whether an array holds finite numbers only: then none has to be looked at alone."""
    if array.dtype.kind in "iub":
        return True
    import numpy as np

    return bool(array.dtype.kind == "f" and np.isfinite(array).all())
