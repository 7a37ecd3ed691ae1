"""Arrays that live elsewhere than in NumPy: PyTorch, CuPy, JAX, whatever follows the array API.

What is done with them is written once, against the Python array API standard (2024.12). A library
that does not follow it by itself (PyTorch) is reached through ``array-api-compat``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.errors import OptionError, OptionTypeError

LIBRARIES = ("torch", "cupy", "jax", "jaxlib")


def is_foreign_array(values: Any) -> bool:
    """Tell whether this is a dense array of another library than NumPy."""
    if isinstance(values, (np.ndarray, np.generic)) or hasattr(values, "todense"):
        return False
    kind = type(values)
    return hasattr(kind, "__array_namespace__") or kind.__module__.split(".")[0] in LIBRARIES


def on_host(array: Any) -> bool:
    """Tell whether the processor can reach an array's memory, so that NumPy can look at it."""
    device = array.device() if callable(array.device) else array.device
    return "cpu" in str(getattr(device, "platform", device)).lower()


def here(values: Any) -> Any:
    """Return an array of another library as NumPy sees it, where it is on the host; else as is."""
    if is_foreign_array(values) and on_host(values):
        return to_host(values)
    return values


def namespace_of(array: Any) -> Any:
    """Return the array API functions of the library that an array belongs to.

    Raises
    ------
    OptionError
        The library does not follow the standard, and ``array-api-compat`` is not installed.
    """
    try:
        from array_api_compat import array_namespace
    except ImportError:
        if hasattr(array, "__array_namespace__"):
            return array.__array_namespace__()
        library = type(array).__module__.split(".")[0]
        raise OptionError("device.needs-package", library=library) from None
    return array_namespace(array)


def to_host(array: Any) -> NDArray[Any]:
    """Copy an array to the processor's memory, or look at it where it is there already."""
    if isinstance(array, np.ndarray):
        return array
    if hasattr(array, "detach"):  # PyTorch: leave the graph of gradients, then the device
        return np.asarray(array.detach().cpu())
    if hasattr(array, "get"):  # CuPy refuses to be copied unasked
        return np.asarray(array.get())
    if on_host(array) or type(array).__module__.split(".")[0] in ("jax", "jaxlib"):
        return np.asarray(array)  # JAX copies from wherever its arrays live
    return np.from_dlpack(array)


def beside(array: Any, values: Any) -> Any:
    """Return values as an array on the device of another one."""
    xp = namespace_of(array)
    if is_foreign_array(values):
        if type(values) is type(array) and values.device == array.device:
            return values
        values = to_host(values)
    return xp.asarray(np.asarray(values), device=array.device)


def as_float64(array: Any) -> Any:
    """Return real numbers as float64, where they are.

    Raises
    ------
    OptionTypeError
        The device or the library's settings have no float64.
    """
    xp = namespace_of(array)
    if array.dtype == xp.float64:
        return array
    wide = xp.astype(array, xp.float64)
    if wide.dtype != xp.float64:
        raise OptionTypeError("device.no-float64", dtype=str(wide.dtype))
    return wide
