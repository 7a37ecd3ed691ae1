"""The loop: start, gradient, step, again. Every rule, every loss, every size of data.

Descent sees only a ``Surface``: a gap and a gradient at any theta, in descent's coordinates.
It takes ``steps`` steps, unless the tolerance is met or the loss leaves the ceiling (or float64):
then the step that left is not kept, so the last record holds the last good parameters.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from kedou.blas import one_thread
from kedou.block import Floats
from kedou.descent.history import History
from kedou.rules import Rule

CEILING = 1e30
Stop = Literal["steps", "tolerance", "ceiling"]
Watch = Callable[[int, Floats, float], None]


class Surface(Protocol):
    """A loss as descent sees it; also the Objective that rules receive."""

    @property
    def least(self) -> float:
        """The smallest possible loss, or the best lower bound known."""

    @property
    def scale_of_loss(self) -> float:
        """What a tolerance is a share of, > 0 unless the data are all zero."""

    def evaluate(self, theta: Floats) -> tuple[float, Floats]:
        """Return the gap L - least and the gradient."""

    def value(self, theta: Floats) -> float:
        """Return L."""

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient, shape (p,)."""

    def curvature(self, theta: Floats, v: Floats) -> Floats:
        """Return H v, shape (p,)."""


@dataclass(frozen=True, eq=False)
class Walk:
    """What a run left behind, in descent's coordinates.

    Attributes
    ----------
    steps : (records,) int64
    theta, gradient : (records, p) float64
    gap : (records,) float64
    stop : {"steps", "tolerance", "ceiling"}
    tail : (up to 256, p) float64
        The last steps taken, one by one, even where the records are thinned.
    """

    steps: NDArray[np.int64]
    theta: Floats
    gap: Floats
    gradient: Floats
    stop: Stop
    tail: Floats


def walk(
    surface: Surface,
    rule: Rule,
    start: Floats,
    steps: int,
    tolerance: float | None = None,
    watch: Watch | None = None,
) -> Walk:
    """Follow a rule down a surface.

    Parameters
    ----------
    surface : Surface
    rule : Rule
        With its constants.
    start : (p,) float64
    steps : int
        How many to take, >= 0.
    tolerance : float, optional
        Stop once gap <= tolerance * surface.scale_of_loss.
    watch : callable, optional
        Called with (step, theta, gap) for every step that is kept, the start first. An exception
        that it raises ends the walk.
    """
    history = History(len(start), steps)
    theta = start
    stop: Stop = "steps"
    target = -1.0 if tolerance is None else tolerance * surface.scale_of_loss
    with (
        one_thread(),
        np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"),
    ):
        gap, gradient = surface.evaluate(theta)
        history.add(0, theta, gap, gradient)
        if watch is not None:
            watch(0, theta, gap)
        ceiling = ceiling_above(gap, surface)
        state = rule.init(theta)
        for step in range(1, steps + 1):
            if gap <= target:
                stop = "tolerance"
                break
            theta, state = rule.update(gradient, state, theta, surface)
            gap, gradient = surface.evaluate(theta)
            if not gap <= ceiling or not _is_finite(gradient):
                stop = "ceiling"
                break
            history.add(step, theta, gap, gradient)
            if watch is not None:
                watch(step, theta, gap)
        else:
            if gap <= target:
                stop = "tolerance"
    records = history.arrays()
    return Walk(*records, stop=stop, tail=np.array(history.tail))


def _is_finite(gradient: Floats) -> bool:
    """Say whether all components are finite; one product tells, unless it overflows itself."""
    return bool(gradient.dot(gradient) < np.inf) or bool(np.isfinite(gradient).all())


def ceiling_above(gap: float, surface: Surface) -> float:
    """Return the gap at which a run that began with ``gap`` has left for good."""
    highest = CEILING * max(gap + surface.least, surface.scale_of_loss)
    return min(highest, sys.float_info.max)
