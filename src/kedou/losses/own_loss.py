"""A learner's own loss, checked: an object with ``value(y, score)`` and ``slope(y, score)``.

What is missing is filled in where there is a safe answer: the prediction is the score, any target
goes, nothing is promised about convexity. A missing curvature is an error only when a rule asks
for it (exact line search does), and it is never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.errors import OptionError, OptionTypeError


@dataclass(frozen=True, slots=True)
class OwnLoss:
    """Make a loss of any object with ``value`` and ``slope``.

    Parameters
    ----------
    loss : object
        Has ``value(y, score)`` and ``slope(y, score)``, each returning one number per row;
        may have ``curvature``, ``predict``, ``check_target``, ``convex``, ``curvature_bound``
        and ``name``.

    Raises
    ------
    OptionTypeError
        If a method is missing, or an answer is not an array of real numbers.
    OptionError
        If an answer has another shape than y.

    Examples
    --------
    >>> import numpy as np
    >>> class Quartic:
    ...     def value(self, y, score):
    ...         return (y - score) ** 4
    ...     def slope(self, y, score):
    ...         return 4 * (score - y) ** 3
    >>> OwnLoss(Quartic()).slope(np.array([1.0]), np.array([2.0]))
    array([4.])
    """

    loss: Any

    def __post_init__(self) -> None:
        missing = [name for name in ("value", "slope") if not callable(self._own(name))]
        if isinstance(self.loss, type) or missing:
            raise OptionTypeError("losses.not-a-loss", got=repr(self.loss))

    @property
    def name(self) -> str:
        """The loss's own ``name``, else its class's."""
        return str(getattr(self.loss, "name", type(self.loss).__name__))

    @property
    def convex(self) -> bool:
        """What the loss says of itself; not, if it says nothing."""
        return bool(getattr(self.loss, "convex", False))

    @property
    def curvature_bound(self) -> float | None:
        """What the loss says of itself; None, if it says nothing."""
        bound = getattr(self.loss, "curvature_bound", None)
        return None if bound is None else float(bound)

    def value(self, y: Floats, score: Floats) -> Floats:
        """Return the loss's own value."""
        return self._checked("value", self.loss.value(y, score), y)

    def slope(self, y: Floats, score: Floats) -> Floats:
        """Return the loss's own slope."""
        return self._checked("slope", self.loss.slope(y, score), y)

    def curvature(self, y: Floats, score: Floats) -> Floats:
        """Return the loss's own curvature, or say that it has none."""
        own = self._own("curvature")
        if not callable(own):
            raise OptionTypeError("losses.own-without-curvature", loss=self.name)
        return self._checked("curvature", own(y, score), y)

    def predict(self, score: Floats) -> Floats:
        """Return the loss's own prediction, else the score itself."""
        own = self._own("predict")
        return self._checked("predict", own(score), score) if callable(own) else score

    def check_target(self, y: Floats) -> None:
        """Ask the loss itself, if it can tell."""
        own = self._own("check_target")
        if callable(own):
            own(y)

    def _own(self, name: str) -> Any:
        return getattr(self.loss, name, None)

    def _checked(self, method: str, answer: Any, y: Floats) -> Floats:
        try:
            rows = np.asarray(answer)
        except ValueError:
            rows = np.asarray(None)
        if rows.dtype.kind not in "biuf":
            raise OptionTypeError(
                "losses.own-not-numbers", loss=self.name, method=method, got=type(answer).__name__
            )
        if rows.shape != y.shape:
            raise OptionError(
                "losses.own-shape",
                loss=self.name,
                method=method,
                got=str(rows.shape),
                needed=str(y.shape),
            )
        return rows.astype(np.float64, copy=False)
