"""A model: what a run learnt, ready for new rows, kept as JSON.

It holds the column plan (which table column becomes what), the columns it was solved for, theta,
and what prediction intervals need. For a new row x the interval of level c is

    y_hat +- t(c, W - p) s sqrt(1 + 1/W + |G'(x - m)|^2 / W)

with G G' = A^-1 (Seber and Lee, "Linear Regression Analysis", 2003, section 5.3).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np

from kedou.block import Column, Floats
from kedou.columns.batch import TableBatch
from kedou.columns.encode import Encoded, encode
from kedou.columns.plan import ColumnPlan
from kedou.descent import Trajectory
from kedou.errors import DataError, OptionError
from kedou.losses import from_json as loss_from_json
from kedou.moments.store import column_from_content, column_to_content
from kedou.saving import load_document, reading_content, save_document
from kedou.solution import Solution
from kedou.solution.solution import require_level
from kedou.sources import tables_of

VERSION = 1
Missing = Literal["skip", "error"]


class Prediction(NamedTuple):
    """Predictions with the borders of their interval, each of shape (rows,)."""

    value: Floats
    lower: Floats
    upper: Floats


class PredictedRows(NamedTuple):
    """A stretch of rows with its predictions.

    Attributes
    ----------
    batch : TableBatch
        The rows as they were read.
    usable : (rows,) bool or None
        Which of them have a prediction; None: all.
    value, lower, upper : (usable,) arrays
        Borders are None without an interval.
    skipped : dict of str to int
        Cells that kept a row from its prediction, by column.
    """

    batch: TableBatch
    usable: np.ndarray[tuple[int], np.dtype[np.bool_]] | None
    value: Floats
    lower: Floats | None
    upper: Floats | None
    skipped: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted line, with all it needs to be applied to new rows.

    Attributes
    ----------
    plan : ColumnPlan
    columns : tuple of Column
        The k columns of X, in the order of theta.
    references : dict of str to str
        Reference level of each category.
    theta : (p,) float64
        (w_1 ... w_k, b) in the user's units: the last point of the run.
    loss : mapping
        Name and constants of the loss; log and Brier loss predict probabilities.
    spread : (k, rank) float64 or None
        G; with ``mean``, ``weight_sum``, ``degrees_of_freedom`` and ``residual_std`` it gives
        intervals. None where there are none.
    fit : mapping
        What the run did: outcome, learning rate, rows, loss.

    Examples
    --------
    >>> import kedou as kd
    >>> source = kd.open({"x": [1.0, 2.0, 3.0, 4.0], "y": [1.1, 1.9, 3.2, 3.8]}, target="y")
    >>> model = kd.fit(source)
    >>> model.predict({"x": [5.0]}).round(3)
    array([4.85])
    """

    plan: ColumnPlan
    columns: tuple[Column, ...]
    references: Mapping[str, str]
    target_name: str
    has_intercept: bool
    theta: Floats
    loss: Mapping[str, Any]
    mean: Floats
    weight_sum: float
    degrees_of_freedom: float
    residual_std: float | None
    spread: Floats | None
    fit: Mapping[str, Any] = field(default_factory=dict)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the k columns of X."""
        return tuple(column.name for column in self.columns)

    @property
    def coefficients(self) -> Floats:
        """Weights, shape (k,)."""
        return self.theta[: len(self.columns)]

    @property
    def intercept(self) -> float:
        """Intercept, 0.0 without one."""
        return float(self.theta[-1]) if self.has_intercept else 0.0

    def predict(self, data: Any, interval: float | None = None, **options: Any) -> Any:
        """Predict the target of new rows.

        Parameters
        ----------
        data : file, frame, dict of columns, or (rows, columns) array
            With the columns the model was fitted on; others are ignored.
        interval : float, optional
            Level of a prediction interval, 0.95 for example.
        **options
            Dialect options of ``kd.open`` for text files.

        Returns
        -------
        (rows,) float64, or Prediction(value, lower, upper)

        Raises
        ------
        DataError
            A column is missing, a cell is missing or not a number, or a level was never seen.
        OptionError
            This model has no intervals.
        """
        stretches = list(self.predict_rows(data, interval, missing="error", **options))
        if not stretches:
            empty = np.zeros(0)
            return empty if interval is None else Prediction(empty, empty, empty)
        value = np.concatenate([rows.value for rows in stretches])
        if interval is None:
            return value
        lower = np.concatenate([rows.lower for rows in stretches if rows.lower is not None])
        upper = np.concatenate([rows.upper for rows in stretches if rows.upper is not None])
        return Prediction(value, lower, upper)

    def predict_rows(
        self,
        data: Any,
        interval: float | None = None,
        *,
        missing: Missing = "skip",
        bad_cells: Missing = "error",
        unseen: Missing = "error",
        names: Any = None,
        **options: Any,
    ) -> Iterator[PredictedRows]:
        """Predict stretch by stretch, in constant memory.

        Parameters
        ----------
        missing, bad_cells, unseen : {"skip", "error"}
            ``"skip"`` leaves such rows without a prediction and counts them.
        names : sequence of str, optional
            Further table columns to read along with the model's.
        """
        if interval is not None:
            require_level(interval)
            if self.spread is None or self.residual_std is None:
                raise OptionError("fitting.no-interval")
        known: dict[str, tuple[str, ...]] = {
            source: (level,) for source, level in self.references.items()
        }
        for batch in tables_of(data, self.plan, names=names, **options):
            made = encode(
                batch,
                self.plan,
                columns=self.columns,
                known_levels=known,
                features_only=True,
                missing=missing,
                bad_cells=bad_cells,
                unseen=unseen,
            )
            yield self._predicted(batch, made, interval)

    def _predicted(self, batch: TableBatch, made: Encoded, interval: float | None) -> PredictedRows:
        with np.errstate(over="ignore", invalid="ignore"):  # told in words
            score = made.X @ self.coefficients + self.intercept
        if not np.isfinite(score).all():
            raise DataError("fitting.prediction-not-finite", file=batch.origin)
        value = loss_from_json(self.loss).predict(score)
        lower = upper = None
        if interval is not None:
            half = self._half_width(made.X, interval)
            lower, upper = value - half, value + half
        skipped = made.skipped or {}
        return PredictedRows(batch, made.usable, value, lower, upper, skipped)

    def _half_width(self, X: Floats, level: float) -> Floats:
        from scipy.special import stdtrit

        assert self.spread is not None
        assert self.residual_std is not None
        along = (X - self.mean) @ self.spread
        variance = np.einsum("ij,ij->i", along, along) / self.weight_sum + 1.0
        if self.has_intercept:
            variance += 1.0 / self.weight_sum
        t = float(stdtrit(self.degrees_of_freedom, 0.5 + level / 2))
        return np.asarray(t * self.residual_std * np.sqrt(variance))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model as versioned, checksummed JSON, whole or not at all."""
        save_document(path, "model", VERSION, _to_content(self))


class HasPlan(Protocol):
    """A source, as far as a model needs it."""

    @property
    def plan(self) -> ColumnPlan:
        """What each table column becomes."""


def make_model(source: HasPlan, run: Trajectory) -> Model:
    """Return the model of a finished run over a source.

    Raises
    ------
    OptionError
        The loss is one of the user's own, which cannot be saved.
    """
    exact = run.exact
    solution = exact if isinstance(exact, Solution) else None
    columns = run.columns
    intervals = solution is not None and solution.residual_std is not None
    k = len(run.feature_names)
    loss = run.settings["loss"]
    return Model(
        plan=source.plan,
        columns=columns,
        references=dict(run.references),
        target_name=run.target_name,
        has_intercept=run.has_intercept,
        theta=run.theta[-1].copy(),
        loss={"name": loss} if isinstance(loss, str) else dict(loss),
        mean=solution.mean if solution else np.zeros(k),
        weight_sum=solution.weight_sum if solution else 0.0,
        degrees_of_freedom=solution.degrees_of_freedom if solution else 0.0,
        residual_std=solution.residual_std if solution else None,
        spread=solution.inverse_factor if solution and intervals else None,
        fit={
            "outcome": str(run.outcome),
            "oscillating": run.oscillating,
            "learning_rate": run.learning_rate,
            "rule": dict(run.rule),
            "steps": int(run.steps[-1]),
            "loss_first": float(run.loss[0]),
            "loss_last": float(run.loss[-1]),
            "loss_exact": None if exact is None else exact.loss,
            "settings": dict(run.settings),
        },
    )


def load_model(path: str | os.PathLike[str]) -> Model:
    """Read a model back; nothing in the file is executed.

    Raises
    ------
    UnreadableFileError
        There is no such file.
    SavedFileError
        Damaged, foreign, or written by a newer version.
    """
    content = load_document(path, "model", VERSION)
    with reading_content(path):
        return _from_content(content)


def _to_content(model: Model) -> dict[str, Any]:
    return {
        "plan": model.plan.to_json(),
        "columns": [column_to_content(column) for column in model.columns],
        "references": dict(model.references),
        "target": model.target_name,
        "has_intercept": model.has_intercept,
        "theta": model.theta.tolist(),
        "loss": dict(model.loss),
        "mean": model.mean.tolist(),
        "weight_sum": model.weight_sum,
        "degrees_of_freedom": model.degrees_of_freedom,
        "residual_std": model.residual_std,
        "spread": None if model.spread is None else model.spread.tolist(),
        "fit": dict(model.fit),
    }


def _from_content(content: dict[str, Any]) -> Model:
    columns = tuple(column_from_content(column) for column in content["columns"])
    k, spread = len(columns), content["spread"]
    theta = np.array(content["theta"], dtype=np.float64)
    if theta.shape != (k + int(content["has_intercept"]),) or not np.isfinite(theta).all():
        raise ValueError("theta does not fit the columns")
    return Model(
        plan=ColumnPlan.from_json(content["plan"]),
        columns=columns,
        references=dict(content["references"]),
        target_name=str(content["target"]),
        has_intercept=bool(content["has_intercept"]),
        theta=theta,
        loss=loss_content(content["loss"]),
        mean=np.array(content["mean"], dtype=np.float64).reshape(k),
        weight_sum=float(content["weight_sum"]),
        degrees_of_freedom=float(content["degrees_of_freedom"]),
        residual_std=content["residual_std"],
        spread=None if spread is None else np.array(spread, dtype=np.float64).reshape(k, -1),
        fit=dict(content["fit"]),
    )


def loss_content(content: Mapping[str, Any]) -> dict[str, Any]:
    """Check that a loss can be built from its content, and return it."""
    loss_from_json(content)
    return dict(content)
