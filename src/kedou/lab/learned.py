"""What a scan has learnt, as the engine knows it: runs, predictions and models come from here.

Everything is computed from moments, so it takes as long for a million rows as for seven.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from kedou import losses, rules
from kedou.columns.plan import ColumnPlan
from kedou.descent import Trajectory
from kedou.fitting import Model, descend, make_model
from kedou.fitting.hold_out import HoldOut, Kind, Prepared, prepare, settings_again
from kedou.fitting.sample import Sample
from kedou.moments import Moments
from kedou.moments.store import from_content

Settings = Mapping[str, Any]
_FORMING = ("intercept", "standardize", "ridge")
_DEFAULTS = {"standardize": False}
"""As in ``kd.descend``: said here, since holding out would standardise."""


@dataclass(frozen=True, eq=False)
class Learned:
    """What a scan has left.

    Attributes
    ----------
    moments : Moments
        With its folds.
    kind : {"folds", "split", "group", "leave-one-out"} or None
    sample : Sample
    plan : ColumnPlan
    prepared : dict of str to Prepared
        The folds, formed for the settings of the last run.
    """

    moments: Moments
    kind: Kind | None
    sample: Sample
    plan: ColumnPlan
    prepared: dict[str, Prepared] = field(default_factory=dict)

    def run(self, settings: Settings) -> Trajectory:
        """Descend, as ``kd.descend`` on the moments does."""
        return descend(self.kept(settings), **engine_settings(settings))

    def held(
        self,
        settings: Settings,
        run: Trajectory,
        progress: Callable[[int, int], None] | None = None,
    ) -> HoldOut | None:
        """Return the error on rows left out, with the settings of a run."""
        if self.kind is None or len(self.moments.folds) < 2:
            return None
        again = settings_again(engine_settings(settings), run)
        formed = {name: again.pop(name) for name in _FORMING if name in again}
        prepared = self._prepared(settings.get("features"), formed)
        return prepared.hold_out(sample=self.sample, progress=progress, **again)

    def _prepared(self, features: Sequence[str] | None, formed: dict[str, Any]) -> Prepared:
        """Return the folds' training parts; they are kept while only the descent changes."""
        key = json.dumps([features, formed], sort_keys=True)
        if key not in self.prepared:
            moments = self.kept({"features": features})
            made = prepare(moments, self.kind, **formed)
            self.prepared.clear()
            self.prepared[key] = made
            return made
        return self.prepared.get(key) or self._prepared(features, formed)

    def model(self, run: Trajectory) -> Model:
        """Return the model of a run: only the columns it was fitted on are needed to apply it."""
        used = {column.source for column in run.columns} | set(run.references)
        features = tuple(
            feature
            for feature in self.plan.features
            if any(name in used for name in _sources(feature.column))
        )
        return make_model(_Planned(replace(self.plan, features=features)), run)

    def kept(self, settings: Settings) -> Moments:
        """Return the moments of the features that are switched on."""
        names = settings.get("features")
        return self.moments if names is None else self.moments.select(names)


@dataclass(frozen=True)
class _Planned:
    """As much of a source as a model needs."""

    plan: ColumnPlan


def _sources(column: str) -> tuple[str, ...]:
    return (column, f"{column}:weekday", f"{column}:month")


def learned_from(body: bytes, keep: bytes) -> Learned:
    """Build what a scan has learnt from what its worker wrote."""
    told, kept = json.loads(body), json.loads(keep)
    folds = tuple(from_content(fold) for fold in told["folds"])
    moments = replace(from_content(told["moments"]), folds=folds)
    sample = told["sample"]
    rows = len(sample["y"])
    made = Sample(
        columns=moments.columns,
        X=np.array(sample["X"], dtype=np.float64).reshape(rows, len(moments.columns)),
        y=np.array(sample["y"], dtype=np.float64),
        weight=None if sample["weight"] is None else np.array(sample["weight"], dtype=np.float64),
        rows=np.array(sample["rows"], dtype=np.int64),
        files=(),
        folds=None if sample["fold"] is None else np.array(sample["fold"], dtype=np.intp),
    )
    return Learned(moments, told["kind"], made, ColumnPlan.from_json(kept["plan"]))


def engine_settings(settings: Settings) -> dict[str, Any]:
    """Return settings of a message as ``kd.descend`` takes them."""
    made = {**_DEFAULTS, **settings}
    made.pop("features", None)
    made.pop("loss", None)
    if "batch_size" in made:
        made.pop("steps", None)
    if isinstance(made.get("rule"), dict):
        made["rule"] = rules.from_json(made["rule"])
    return made


def loss_of(settings: Settings) -> Any:
    """Return the loss that settings ask for."""
    named = settings.get("loss", "squared")
    return losses.from_json(named) if isinstance(named, dict) else losses.make(named)
