"""What a scan has learnt, as the engine knows it: runs, predictions and models come from here.

Everything is computed from moments, so it takes as long for a million rows as for seven.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from kedou import losses, rules
from kedou.columns.plan import ColumnPlan
from kedou.descent import Ground, Trajectory, descend_on
from kedou.fitting import Model, make_model
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
    formed : dict of str to Formed
        For the settings of the last run.
    """

    moments: Moments
    kind: Kind | None
    sample: Sample
    plan: ColumnPlan
    formed: dict[str, Formed] = field(default_factory=dict)

    def run(self, settings: Settings) -> Trajectory:
        """Descend, as ``kd.descend`` on the moments does."""
        walking, forming = divided(engine_settings(settings))
        return descend_on(self._formed(settings, forming).ground, **walking)

    def held(
        self,
        settings: Settings,
        run: Trajectory,
        progress: Callable[[int, int], None] | None = None,
    ) -> HoldOut | None:
        """Return the error on rows left out, with the settings of a run."""
        if self.kind is None or len(self.moments.folds) < 2:
            return None
        walking, forming = divided(settings_again(engine_settings(settings), run))
        prepared = self._formed(settings, forming).prepared
        return prepared.hold_out(sample=self.sample, progress=progress, **walking)

    def _formed(self, settings: Settings, forming: dict[str, Any]) -> Formed:
        """Return what the last runs were made on, while only their descent changes."""
        key = json.dumps([settings.get("features"), forming], sort_keys=True)
        found = self.formed.get(key)
        if found is None:
            found = Formed(self.kept(settings), self.kind, forming)
            self.formed.clear()
            self.formed[key] = found
        return found

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


@dataclass(frozen=True, eq=False)
class Formed:
    """What does not depend on rule, rate, steps or start: the ground, and that of each fold.

    Attributes
    ----------
    moments : Moments
    kind : {"folds", "split", "group", "leave-one-out"} or None
    forming : dict
        ``intercept``, ``standardize``, ``ridge``, where they were said.
    """

    moments: Moments
    kind: Kind | None
    forming: dict[str, Any]

    @cached_property
    def ground(self) -> Ground:
        """The bowl of all rows."""
        return Ground(self.moments, **self.forming)

    @cached_property
    def prepared(self) -> Prepared:
        """The bowls of the training parts."""
        return prepare(self.moments, self.kind, **self.forming)


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


def divided(settings: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Divide settings into those of the walk and those that form the ground it walks on."""
    forming = {name: settings[name] for name in _FORMING if name in settings}
    return {name: value for name, value in settings.items() if name not in forming}, forming


def loss_of(settings: Settings) -> Any:
    """Return the loss that settings ask for."""
    named = settings.get("loss", "squared")
    return losses.from_json(named) if isinstance(named, dict) else losses.make(named)
