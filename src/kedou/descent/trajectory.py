"""A run as a value: every recorded step, the outcome, the exact answer, advice in words."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kedou import hooks
from kedou.block import Column, Floats
from kedou.descent.outcome import Outcome
from kedou.errors import OptionError
from kedou.texts import Message


class Exact(Protocol):
    """The best possible parameters beside a descent: a ``Solution``, or a ``Minimum``."""

    @property
    def theta(self) -> Floats:
        """Parameters, shape (p,)."""

    @property
    def loss(self) -> float:
        """The smallest possible loss."""

    @property
    def coefficients(self) -> Floats:
        """Weights, shape (k,)."""

    @property
    def intercept(self) -> float:
        """Intercept, 0.0 without one."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What the spectrum said before the run, in the run's own coordinates and after scaling.

    Attributes
    ----------
    limit, worst_case, best : float or None
        Learning-rate limit, best over all starts, best from this start.
    best_steps : int or None
        Steps ``best`` needs to come within 1 %.
    condition_number : float or None
    user_limit, user_best, scaled_limit, scaled_best : float or None
        Limit and best rate in the user's units and after standardising.
    """

    limit: float | None
    worst_case: float | None
    best: float
    best_steps: int | None
    condition_number: float | None
    user_limit: float | None
    user_best: float
    scaled_limit: float | None
    scaled_best: float


@dataclass(frozen=True, slots=True)
class Step:
    """One recorded step of a run, in the user's units."""

    step: int
    theta: Floats
    loss: float
    gap: float | None
    gradient: Floats


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A descent from its first guess to its last, in the user's units.

    Attributes
    ----------
    columns : tuple of Column
        The k columns descended for.
    references : mapping of str to str
        The level of each category that was left out.
    theta : (records, p) float64
        (w_1 ... w_k, b) at each recorded step; row 0 is the start.
    loss, gap : (records,) float64
        Loss, and its distance from the smallest possible one (None where that is unknown).
    gradient : (records, p) float64
    steps : (records,) int64
        Step numbers; all of them up to 100,000, then every s-th and the last.
    outcome : Outcome
        converged, slow, looping, stepped-over, wrong-direction, wrong-gradient or diverged.
    oscillating : bool
        Whether it swings from side to side, a separate fact.
    exact : Solution, Minimum or None
        The best possible answer, beside what descent found.
    learning_rate : float or None
        What the rule's constant was (None: the rule has none, or a schedule).
    rates : Rates or None
        Limit and best rates, for squared error on moments.
    messages : tuple of Message
        Automatic choices and advice; ``advice`` joins those about the outcome.
    seed : int or None
        The seed a random start was drawn from; the start itself is ``theta[0]``.

    Examples
    --------
    >>> import kedou as kd
    >>> run = kd.descend(kd.scan(kd.data.tadpoles()), learning_rate=0.01, steps=10, intercept=False)
    >>> run.weights[:5, 0].round(4).tolist()
    [0.0, 0.1593, 0.2867, 0.3886, 0.4701]
    >>> round(float(run.loss[-1]), 5), str(run.outcome)
    (0.23982, 'slow')
    """

    columns: tuple[Column, ...]
    references: Mapping[str, str]
    target_name: str
    has_intercept: bool
    theta: Floats
    loss: Floats
    gap: Floats | None
    gradient: Floats
    steps: NDArray[np.int64]
    outcome: Outcome
    oscillating: bool
    exact: Exact | None
    rule: Mapping[str, Any]
    learning_rate: float | None
    rates: Rates | None
    settings: Mapping[str, Any]
    seed: int | None = None
    stop: str = "steps"
    messages: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = field(default=())

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the k columns."""
        return tuple(column.name for column in self.columns)

    @property
    def weights(self) -> Floats:
        """Weights at each recorded step, shape (records, k)."""
        return self.theta[:, : len(self.columns)]

    @property
    def intercept(self) -> Floats:
        """Intercept at each recorded step, shape (records,); zeros without one."""
        return self.theta[:, -1] if self.has_intercept else np.zeros(len(self.theta))

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the p parameters."""
        return (*self.feature_names, "intercept") if self.has_intercept else self.feature_names

    @property
    def advice(self) -> str:
        """What the run did and what to try, in the language in force."""
        return " ".join(str(message) for message in self.messages)

    @property
    def thinned(self) -> bool:
        """Whether some steps between the first and the last are not recorded."""
        return len(self.steps) != int(self.steps[-1]) + 1

    def __len__(self) -> int:
        return len(self.steps)

    def at(self, step: int) -> Step:
        """Return one recorded step; negative numbers count from the last record.

        Raises
        ------
        OptionError
            The run has no such step, or it was thinned away.
        """
        if step < 0:
            place = len(self.steps) + step
            if place < 0:
                raise OptionError("descent.no-step", step=step, last=int(self.steps[-1]))
        else:
            place = int(np.searchsorted(self.steps, step))
            if place == len(self.steps):
                raise OptionError("descent.no-step", step=step, last=int(self.steps[-1]))
            if self.steps[place] != step:
                raise OptionError(
                    "descent.step-thinned", step=step, stride=int(self.steps[1] - self.steps[0])
                )
        gap = None if self.gap is None else float(self.gap[place])
        return Step(
            int(self.steps[place]),
            self.theta[place].copy(),
            float(self.loss[place]),
            gap,
            self.gradient[place].copy(),
        )

    def to_frame(self) -> Any:
        """Return a PyArrow table: step, each parameter, loss, gap, each gradient component."""
        import pyarrow as pa

        columns: dict[str, Any] = {"step": self.steps}
        for number, name in enumerate(self.parameter_names):
            columns[name if name not in columns else f"{name} (weight)"] = self.theta[:, number]
        columns["loss"] = self.loss
        if self.gap is not None:
            columns["gap"] = self.gap
        for number, name in enumerate(self.parameter_names):
            columns[f"gradient {name}"] = self.gradient[:, number]
        return pa.table(columns)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the run as a versioned, checksummed JSON file (see ``kedou.descent.store``)."""
        from kedou.descent.store import save

        save(self, path)

    def show(self, **options: Any) -> Any:
        """Show the run as a widget in a notebook, as ``kd.show(run)`` does."""
        return hooks.ask("show", self, **options)

    def plot(self, **options: Any) -> Any:
        """Draw the run with Matplotlib, as ``kd.plot(run)`` does."""
        return hooks.ask("plot", self, **options)

    def to_html(self, **options: Any) -> str:
        """Return the run as one self-contained page, the text that ``kd.report(run)`` holds."""
        page: str = hooks.ask("to_html", self, **options)
        return page

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Trajectory:
        """Read a run back; a damaged or foreign file is a ``SavedFileError``."""
        from kedou.descent.store import load

        return load(path)

    def __repr__(self) -> str:
        return (
            f"Trajectory({int(self.steps[-1])} steps, {self.outcome}, "
            f"loss {self.loss[0]:.6g} -> {self.loss[-1]:.6g})"
        )
