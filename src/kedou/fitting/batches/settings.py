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
    average : bool
        Whether the answer is the mean of the second half of all points.
    compiled : bool or None
        Whether to run machine code; None: where it is there and worth it.
    """

    batch_size: int
    epochs: int
    shuffle: bool
    average: bool = False
    compiled: bool | None = None


def check_batching(
    batch_size: Any, epochs: Any, shuffle: Any, average: Any = False, compiled: Any = None
) -> Batching:
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
    for name, flag in (("shuffle", shuffle), ("average", average), ("compiled", compiled)):
        if not (isinstance(flag, bool | np.bool_) or (flag is None and name == "compiled")):
            raise OptionTypeError("fitting.batch-flag-type", name=name, got=repr(flag))
    rounds = EPOCHS if epochs is None else int(epochs)
    wanted = None if compiled is None else bool(compiled)
    return Batching(int(batch_size), rounds, bool(shuffle), bool(average), wanted)
