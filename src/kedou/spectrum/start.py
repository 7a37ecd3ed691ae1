"""Where descent begins: a number for all parameters, one for each, or drawn once from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.errors import OptionError


def read_start(
    start: float | Sequence[float] | Floats | str, names: tuple[str, ...], seed: int | None = None
) -> Floats:
    """Return the start as a vector (p,) in the user's units.

    Parameters
    ----------
    start : float, (p,) array or "random"
        ``"random"`` draws each parameter from a standard normal distribution with ``seed``.
    names : tuple of str
        Names of the p parameters, for the error.
    seed : int, optional
        For ``"random"``.

    Raises
    ------
    OptionError
        Another shape, or a number that is not finite.
    """
    p = len(names)
    if isinstance(start, str):
        if start != "random":
            raise OptionError("spectrum.start-word", got=start)
        return np.random.default_rng(seed).standard_normal(p)
    try:
        values: Any = np.asarray(start, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise OptionError("spectrum.start-word", got=str(start)) from problem
    if values.ndim == 0:
        values = np.full(p, float(values))
    if values.shape != (p,):
        raise OptionError(
            "spectrum.start-shape", got=str(values.shape), needed=p, names=list(names)
        )
    if not np.isfinite(values).all():
        raise OptionError("spectrum.start-not-finite", got=str(start))
    return np.array(values)
