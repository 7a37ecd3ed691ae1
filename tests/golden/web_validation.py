"""Golden curves of the error on rows left out, and the best penalty and step read off them."""

from __future__ import annotations

from typing import Any

import numpy as np

import kedou as kd
from kedou.fitting.leave_one_out import leave_one_out
from kedou.fitting.validation import find_best, validate
from kedou.moments import Moments
from kedou.moments.store import to_content

from .quantity import exact, measured
from .web_data import points
from .web_descent import shown_steps
from .web_mathematics import Case, messages

RUNS: list[tuple[str, dict[str, Any]]] = [
    ("tadpoles", {"learning_rate": 0.5, "steps": 20}),
    ("tadpoles", {"learning_rate": 0.05, "steps": 60, "standardize": False}),
    ("tadpoles", {"learning_rate": 0.3, "steps": 20, "ridge": 0.1}),
    ("tadpoles", {"learning_rate": 0.4, "steps": 12, "only_last": True}),
    ("plane", {"learning_rate": "auto", "steps": 30, "start": [1.0, 2.0, -3.0]}),
    ("plane", {"learning_rate": 0.2, "steps": 40, "intercept": False}),
    ("twenty", {"learning_rate": 0.2, "steps": 200}),
    ("twenty", {"learning_rate": 0.2, "steps": 60, "ridge": 0.3}),
    ("twenty", {"rule": "adam", "learning_rate": 0.2, "steps": 100}),
    ("levels", {"learning_rate": 0.3, "steps": 50}),
    ("levels", {"learning_rate": 0.4, "steps": 20, "start": [1.0, 0.0, -1.0, 2.0]}),
    ("plane", {"learning_rate": 2.5, "steps": 300}),
]


def folded(name: str) -> Moments:
    """Return moments with folds; of "levels" one level is in a single fold."""
    if name == "tadpoles":
        return leave_one_out(kd.open(str(kd.data.tadpoles().path()), target="volume"))
    if name == "levels":
        base = points()["plane"]
        cities = ["Xian", "Lhasa", "Xian", "Lhasa", "Xian"] * 8
        cities[7] = "Harbin"
        columns = {"city": cities, "size": base["X"][:, 0].tolist(), "price": base["y"].tolist()}
        return kd.scan(columns, target="price", categorical=["city"], folds=4, precision="fast")
    data = points()[name]
    return kd.scan(data["X"], data["y"], folds=4, seed=1, precision="fast")


def validations() -> list[Case]:
    """Every run of ``RUNS`` on its folds, and the best of each data set."""
    cases = [_validation(name, options) for name, options in RUNS]
    return cases + [_best(name) for name in ("tadpoles", "plane", "twenty", "levels")]


def _given(name: str, kind: str, options: dict[str, Any]) -> Case:
    total = folded(name)
    folds = [to_content(fold) for fold in total.folds]
    return {
        "name": f"{kind} {name} {options}",
        "kind": kind,
        "moments": {**to_content(total), "folds": []},
        "folds": folds,
        "options": options,
    }


def _validation(name: str, options: dict[str, Any]) -> Case:
    seen = validate(folded(name), **options)
    places = [p for p in shown_steps(len(seen.steps) - 1) if np.isfinite(seen.left_out[p])]
    scale = float(max(seen.left_out[0], seen.training[0]))
    return {
        **_given(name, "curve", options),
        "places": places,
        "expect": {
            "records": exact(len(seen.steps)),
            "infinite": exact(int(np.sum(np.isinf(seen.left_out)))),
            "steps": exact(seen.steps[places].tolist()),
            "training": measured(seen.training[places], scale),
            "left_out": measured(seen.left_out[places], scale),
            "baseline": measured(seen.baseline, scale),
            "exact": measured(seen.exact, scale),
            "best_step": exact(seen.best_step),
            "folds": exact(seen.folds),
        },
    }


def _best(name: str) -> Case:
    found = find_best(folded(name), steps=200)
    scale = float(max(found.errors))
    scales = {"rate": 2.0, "rmse": scale**0.5, "plain": scale**0.5}
    return {
        **_given(name, "best", {"steps": 200}),
        "expect": {
            "ridge": exact(found.ridge),
            "learning_rate": measured(found.learning_rate, 2.0),
            "step": exact(found.step),
            "left_out": measured(found.left_out, scale),
            "plain": measured(found.plain, scale),
            "errors": measured(list(found.errors), scale),
            "message": messages((found.message,), scales)[0],
        },
    }
