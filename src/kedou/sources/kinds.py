"""What was given: files, arrays, or a Dask collection, told without loading what reads them."""

from __future__ import annotations

import os
from typing import Any

import numpy as np


def is_files(data: Any) -> bool:
    """Say whether data are a path, or a list of them."""
    if isinstance(data, (str, os.PathLike)):
        return True
    listed = isinstance(data, (list, tuple)) and len(data) > 0
    return listed and all(isinstance(item, (str, os.PathLike)) for item in data)


def is_arrays(data: Any) -> bool:
    """Say whether data are an array of NumPy, a sparse one, or lists of numbers."""
    if is_files(data):
        return False
    sparse = hasattr(data, "tocsr") or hasattr(data, "todense")
    return sparse or isinstance(data, (np.ndarray, list, tuple))


def is_dask(data: Any) -> bool:
    """Say whether data are a Dask array or data frame, without loading what reads them."""
    return hasattr(data, "__dask_graph__") and hasattr(data, "to_delayed")
