"""How to go through the rows: what only mini-batches take, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kedou.errors import OptionError, OptionTypeError

EPOCHS = 5


@dataclass(frozen=True, slots=True)
class Batching:
    """How to go through the rows.

    Attributes
    ----------
    batch_size : int
        Rows of a step; as many as there are, or more: all of them.
    epochs : int
        How often every row is visited.
    shuffle : bool
    """

    batch_size: int
    epochs: int
    shuffle: bool


def check_batching(batch_size: Any, epochs: Any, shuffle: Any) -> Batching:
    """Check what only mini-batches take.

    Raises
    ------
    OptionError, OptionTypeError
    """
    for name, value in (("batch_size", batch_size), ("epochs", epochs)):
        if value is None and name == "epochs":
            continue
        code = name.replace("_", "-")
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise OptionTypeError(f"fitting.{code}-type", got=repr(value))
        if value < 1:
            raise OptionError(f"fitting.{code}", got=int(value))
    if not isinstance(shuffle, bool | np.bool_):
        raise OptionTypeError("fitting.shuffle-type", got=repr(shuffle))
    return Batching(int(batch_size), EPOCHS if epochs is None else int(epochs), bool(shuffle))
