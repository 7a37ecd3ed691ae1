"""The table of losses, and how a name, a class or an object becomes a loss.

A new loss is one new file and one line in ``NAMED``.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from kedou.errors import OptionError
from kedou.losses.absolute_error import AbsoluteError
from kedou.losses.brier_score import BrierScore
from kedou.losses.huber import Huber
from kedou.losses.log_loss import LogLoss
from kedou.losses.loss import Loss
from kedou.losses.own_loss import OwnLoss
from kedou.losses.squared_error import SquaredError

NAMED: dict[str, type[Any]] = {
    "squared": SquaredError,
    "absolute": AbsoluteError,
    "huber": Huber,
    "log": LogLoss,
    "brier": BrierScore,
}


def make(loss: Any) -> Loss:
    """Return the loss that a name, a class or an object stands for.

    Parameters
    ----------
    loss : str, loss class or object
        A name of ``NAMED``, a class of this package, or an object with ``value`` and ``slope`` of
        (y, score).

    Returns
    -------
    Loss
        An object with all that the protocol asks for.

    Raises
    ------
    OptionError
        If the name is unknown.
    OptionTypeError
        If ``loss`` is nothing of the above.

    Examples
    --------
    >>> make("huber")
    Huber(delta=1.0)
    """
    if isinstance(loss, str):
        loss = _class_named(loss)
    if isinstance(loss, type) and loss in NAMED.values():
        loss = loss()
    if is_named(loss) or isinstance(loss, OwnLoss):
        ours: Loss = loss
        return ours
    return OwnLoss(loss)


def is_named(loss: Any) -> bool:
    """Say whether an object is one of the losses of ``NAMED``, whose constants can be saved."""
    return type(loss) in NAMED.values()


def to_json(loss: Any) -> dict[str, Any]:
    """Return a loss as plain JSON values: its name and its constants.

    A loss from outside this package becomes ``{"name": None, "own": its name}``.

    Examples
    --------
    >>> to_json(Huber(delta=2.0))
    {'name': 'huber', 'delta': 2.0}
    """
    if not is_named(loss):
        return {"name": None, "own": str(getattr(loss, "name", type(loss).__name__))}
    return {"name": loss.name, **asdict(loss)}


def from_json(data: Mapping[str, Any]) -> Loss:
    """Return the loss that ``to_json`` wrote.

    Raises
    ------
    OptionError
        If the loss came from outside this package, its name is unknown, or its constants are not
        those of the loss.

    Examples
    --------
    >>> from_json({"name": "squared"})
    SquaredError()
    """
    name = data.get("name")
    if name is None:
        raise OptionError("losses.own-not-saved", loss=str(data.get("own")))
    kind = _class_named(str(name))
    constants = {key: value for key, value in data.items() if key != "name"}
    known = [field.name for field in fields(kind)]
    if not set(constants) <= set(known):
        raise OptionError("losses.constants", loss=name, got=list(constants), known=known)
    loss: Loss = kind(**constants)
    return loss


def _class_named(name: str) -> type[Any]:
    if name in NAMED:
        return NAMED[name]
    tidy = name.strip().lower().replace("_", "-").replace(" ", "-")
    close = difflib.get_close_matches(tidy, NAMED, n=1, cutoff=0.5)
    if close:
        raise OptionError("losses.unknown-close", got=name, close=close[0], known=list(NAMED))
    raise OptionError("losses.unknown", got=name, known=list(NAMED))
