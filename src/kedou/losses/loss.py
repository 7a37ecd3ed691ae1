"""What a loss is: per row, how much a prediction costs, and how that cost bends.

A loss compares the target y with a *score* s = w . x + b, row by row:

    value      l(y, s)
    slope      dl/ds
    curvature  d2l/ds2
    predict    the prediction that a score stands for (s itself, or a probability)

Because s is linear in theta, the chain rule gives everything descent needs:
dL/dtheta = mean of slope * (x, 1), and H = mean of curvature * (x, 1)(x, 1)'.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from kedou.block import Floats


@runtime_checkable
class Loss(Protocol):
    """A loss, as descent sees it. Kedou's own are frozen dataclasses.

    Attributes
    ----------
    name : str
        Its name in the registry.
    convex : bool
        Whether every local minimum is the lowest.
    curvature_bound : float or None
        The largest second derivative anywhere, so that 2 / (bound * largest eigenvalue of X'X/n)
        is a safe learning rate; None where there is a corner.
    """

    @property
    def name(self) -> str:
        """Name in the registry."""

    @property
    def convex(self) -> bool:
        """Whether every local minimum is the lowest."""

    @property
    def curvature_bound(self) -> float | None:
        """The largest second derivative, None where there is a corner."""

    def value(self, y: Floats, score: Floats) -> Floats:
        """Return l(y, s) for each row, shape (rows,)."""

    def slope(self, y: Floats, score: Floats) -> Floats:
        """Return dl/ds for each row, shape (rows,)."""

    def curvature(self, y: Floats, score: Floats) -> Floats:
        """Return d2l/ds2 for each row, shape (rows,); never negative where the loss is convex."""

    def predict(self, score: Floats) -> Floats:
        """Return the prediction each score stands for, shape (rows,)."""

    def check_target(self, y: Floats) -> None:
        """Raise DataError if the target is not of the kind this loss compares with."""
