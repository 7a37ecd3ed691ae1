"""What the estimators that descend share: how runs are judged and kept, and what they predict."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from kedou.block import Floats
from kedou.descent import Outcome, Trajectory
from kedou.errors import DivergenceError
from kedou.estimators.linear import Linear
from kedou.estimators.rows import Rows
from kedou.losses import Loss
from kedou.texts import say

Runs = tuple[Trajectory, ...]


class Descended(Linear):
    """A regressor whose coefficients are where one descent for each target ended."""

    _loss: Loss
    trajectory_: Trajectory | Runs
    outcome_: Outcome | tuple[Outcome, ...]
    n_iter_: int | np.ndarray[Any, np.dtype[np.intp]]

    def predict(self, X: Any) -> Floats:
        """Return the predictions of rows X (rows, k): shape (rows,), or (rows, m).

        They are X w + b in target units; with log and Brier loss the probability of a 1,
        1 / (1 + exp(-(X w + b))), and ``score`` is then the R^2 of the probabilities.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        ValueError, TypeError
            Other columns than those of ``fit``, or cells that cannot be used.
        """
        score = super().predict(X)
        flat: Floats = self._loss.predict(score.reshape(-1))
        return flat.reshape(score.shape)

    def _keep(self, rows: Rows, loss: Loss, runs: Runs, taken: list[int]) -> Self:
        """Set everything, once all runs are fit to be kept.

        Parameters
        ----------
        taken : list of int
            Steps or epochs of each run.
        """
        self._loss = loss
        outcomes = tuple(run.outcome for run in runs)
        self.trajectory_ = runs[0] if rows.flat else runs
        self.outcome_ = outcomes[0] if rows.flat else outcomes
        self.n_iter_ = taken[0] if rows.flat else np.array(taken)
        weights = [run.weights[-1] for run in runs]
        return self._set_coefficients(rows, weights, [float(run.intercept[-1]) for run in runs])


def refuse_diverged(runs: Runs) -> None:
    """Raise for the first run that diverged.

    Raises
    ------
    DivergenceError
        ``error.values["trajectory"]`` is the run.
    """
    for run in runs:
        if run.outcome is Outcome.DIVERGED:
            raise DivergenceError("estimators.diverged", **_told(run), trajectory=run)


def judge(runs: Runs, stacklevel: int) -> None:
    """Raise for a run that diverged, warn about each that has not arrived.

    Parameters
    ----------
    stacklevel : int
        How far up the caller is whose line the warning names: 2 for who calls this.
    """
    refuse_diverged(runs)
    for run in runs:
        if run.outcome is not Outcome.CONVERGED:
            loss = run.settings["loss"]
            squared = (loss if isinstance(loss, str) else loss.get("name")) == "squared"
            code = "estimators.not-converged" if squared else "estimators.not-converged-loss"
            text = say(code, **_told(run), outcome=str(run.outcome))
            warnings.warn(text, ConvergenceWarning, stacklevel=stacklevel)


def _told(run: Trajectory) -> dict[str, Any]:
    return {"target": run.target_name, "advice": run.advice}
