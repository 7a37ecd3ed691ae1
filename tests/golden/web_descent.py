"""Golden trajectories: every rule, several data sets, every outcome, and the borders between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import kedou as kd
from kedou import rules
from kedou.descent.history import MOST_RECORDS, stride_for
from kedou.rules import Cosine, InverseTime

from .quantity import exact, measured
from .web_data import moments, points
from .web_mathematics import Case, messages

Run = tuple[str, Any, Any, dict[str, Any]]

B0: dict[str, Any] = {"intercept": False}
SCALED: dict[str, Any] = {"standardize": True}

RUNS: list[Run] = [
    # Chapters 5 to 8.
    ("tadpoles", "gradient-descent", 0.01, {**B0, "steps": 10}),
    ("tadpoles", "gradient-descent", 0.03, {**B0, "steps": 7}),
    ("tadpoles", "gradient-descent", 0.049979, {**B0, "steps": 1}),
    ("tadpoles", "slope", None, {**B0, "steps": 20, "start": 1.0}),
    ("tadpoles", "slope", None, {**B0, "steps": 100}),
    ("tadpoles", "fixed-step", 0.5, {**B0, "steps": 20, "start": 1.0}),
    ("tadpoles", "fixed-step", -0.05, {**B0, "steps": 16}),
    ("tadpoles", "sign", 0.5, {**B0, "steps": 20, "start": 1.0}),
    ("tadpoles", "gradient-descent", 0.01, {**B0, "steps": 20, "start": 1.0}),
    # Borders of the learning rate.
    *[
        ("tadpoles", "gradient-descent", rate, {**B0, "steps": steps})
        for rate in (0.0499, 0.09, 0.095, 0.0999, 0.09995, 0.09996, 0.1, 0.11)
        for steps in (10, 300)
    ],
    ("tadpoles", "gradient-descent", -0.01, {**B0, "steps": 30}),
    ("tadpoles", "gradient-descent", 0.095, {"steps": 200}),
    ("tadpoles", "gradient-descent", 0.0908, {"steps": 200}),
    ("tadpoles", "gradient-descent", 0.05, {"steps": 1000}),
    ("tadpoles", "gradient-descent", 0.046, {"steps": 0}),
    ("tadpoles", "gradient-descent", 0.08, {"start": [0.0, 2.0], "steps": 300}),
    ("tadpoles", "gradient-descent", 0.5, {**SCALED, "start": [0.0, 2.0], "steps": 5}),
    ("tadpoles", "gradient-descent", 0.01, {"tolerance": 0.05, "steps": 500}),
    ("tadpoles", "gradient-descent", 0.03, {"ridge": 0.5, "steps": 100}),
    ("tadpoles", "gradient-descent", 0.3, {"ridge": 0.5, **SCALED, "steps": 40}),
    # Every other rule.
    ("tadpoles", "momentum", 0.01, {"start": [0.0, 2.0], "steps": 200}),
    ("tadpoles", rules.Momentum(0.02, momentum=0.5), None, {"steps": 60}),
    ("tadpoles", "momentum", 0.5, {"steps": 400}),
    ("tadpoles", "nesterov", 0.01, {"start": [0.0, 2.0], "steps": 200}),
    ("tadpoles", rules.Nesterov(0.03, momentum=0.3), None, {"steps": 60}),
    ("tadpoles", "adagrad", 0.5, {"start": [0.0, 2.0], "steps": 200}),
    ("tadpoles", "rmsprop", 0.02, {"start": [0.0, 2.0], "steps": 80}),
    ("tadpoles", rules.RMSProp(0.05, decay=0.9), None, {"steps": 20}),
    ("tadpoles", "adam", 0.1, {"start": [0.0, 2.0], "steps": 150}),
    ("tadpoles", rules.Adam(0.05, beta1=0.5, beta2=0.9), None, {"steps": 40}),
    ("tadpoles", rules.Adam(0.05, epsilon=0.3), None, {"steps": 20}),
    ("tadpoles", rules.RMSProp(0.05, epsilon=0.3), None, {"steps": 20}),
    ("tadpoles", rules.AdaGrad(0.5, epsilon=0.3), None, {"steps": 20}),
    ("tadpoles", "exact-line-search", None, {"start": [0.0, 2.0], "steps": 120}),
    ("tadpoles", "exact-line-search", None, {**B0, "steps": 2}),
    ("tadpoles", rules.GradientDescent(InverseTime(0.05, decay=0.1)), None, {"steps": 100}),
    ("tadpoles", rules.GradientDescent(Cosine(0.08, 50, 0.001)), None, {"steps": 80}),
    ("tadpoles", rules.SignStep(InverseTime(0.5, decay=0.5)), None, {**B0, "steps": 60}),
    # Other data.
    ("weighted", "gradient-descent", 0.05, {"start": [3.0, -1.0], "steps": 100}),
    ("weighted", "adam", 0.1, {**SCALED, "steps": 60}),
    ("line", "gradient-descent", 0.09, {"steps": 400}),
    ("line", "gradient-descent", 0.5, {**SCALED, "steps": 3}),
    ("plane", "gradient-descent", 0.5, {"start": [1.0, 2.0, -3.0], "steps": 100}),
    ("plane", "nesterov", 0.1, {"start": [1.0, 2.0, -3.0], "steps": 100}),
    ("levels", "gradient-descent", 0.5, {"steps": 100}),
    ("levels", "gradient-descent", 0.3, {**SCALED, "steps": 60}),
    ("dependent", "gradient-descent", 0.02, {"steps": 500}),
    ("dependent", "gradient-descent", 0.02, {"steps": 10}),
    ("dependent", "gradient-descent", 0.3, {**SCALED, "steps": 60}),
    ("tangled", "gradient-descent", 0.1, {**SCALED, "steps": 60, "start": 1.0}),
    ("dependent", "momentum", 0.05, {**SCALED, "steps": 100, "start": [1, 0, -1, 2, 0.5]}),
    ("twenty", "gradient-descent", 0.0003, {"steps": 1000}),
    ("twenty", "gradient-descent", 0.3, {**SCALED, "steps": 300}),
    ("twenty", "gradient-descent", 0.001, {"steps": 200}),
    ("twenty", "nesterov", 0.05, {**SCALED, "steps": 200}),
    ("twenty", "adam", 0.1, {**SCALED, "steps": 200}),
    ("far", "gradient-descent", 0.4, {**SCALED, "steps": 50}),
    # The rate chosen.
    *[("tadpoles", name, "auto", {"steps": 200}) for name in rules.NAMED],
    *[
        ("plane", name, "auto", {"steps": 120, "start": [1.0, 2.0, -3.0]})
        for name in ("gradient-descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
    ],
    ("twenty", "gradient-descent", "auto", {"steps": 1000}),
    ("twenty", "momentum", "auto", {**SCALED, "steps": 100}),
    ("levels", "sign", "auto", {**SCALED, "steps": 100}),
    # Nothing to choose: flat, or there already.
    ("zeros", "gradient-descent", "auto", {**B0, "steps": 3}),
    ("zeros", "adam", "auto", {**B0, "steps": 3, "start": 1.0}),
    ("tadpoles", "gradient-descent", "auto", {"steps": 3, "start": [0.7433, 0.1804]}),
]


def shown_steps(last: int) -> list[int]:
    """Return the records that are compared: all of short runs, ever fewer of long ones."""
    if last <= 24:
        return list(range(last + 1))
    steps, step = list(range(9)), 8.0
    while step < last:
        step *= 1.5
        steps.append(int(step))
    return sorted({*(s for s in steps if s < last), last - 1, last})


def few_records(last: int) -> list[int]:
    """Return a handful of records of a very long run."""
    return sorted({*range(5), last // 3, last // 2, last - 1, last})


def descents() -> list[Case]:
    """Trajectories on moments."""
    return [_descent(*run) for run in RUNS]


def _descent(
    data: str,
    rule: Any,
    rate: Any,
    options: dict[str, Any],
    shown: Callable[[int], list[int]] = shown_steps,
) -> Case:
    run = kd.descend(moments(data), rule, learning_rate=rate, **options)
    named = rule if isinstance(rule, str) else rules.to_json(rule)
    places = shown(len(run.steps) - 1)
    solution, rates = run.exact, run.rates
    # What an error of theta is judged by: the way from start to answer. Of a loss: the first one.
    theta_scale = float(max(np.abs(run.theta[0]).max(), np.abs(solution.theta).max()))
    gap_scale = float(run.gap[0])
    loss_scale = float(max(run.loss[0], solution.loss))
    gradient_scale = float(np.abs(run.gradient[0]).max())
    errors = [e for e in solution.standard_errors.tolist() if e]
    design_q = float(np.diag(moments(data).scatter)[-1] / moments(data).weight_sum)
    share_of = max(solution.loss, 1e-12 * design_q)
    condition = rates.condition_number or 0.0
    top = rates.limit or 1.0
    # A fixed factor on every number a run may mention.
    scales = {
        **dict.fromkeys(("first", "last", "lowest", "least"), loss_scale),
        "percent": 100 * gap_scale / share_of,
        "away": max((theta_scale / e for e in errors), default=0.0) * 100,
        "condition": condition**1.5,
        "try_rate": top,
        "rate": top,
    }
    return {
        "name": f"{data} {named} {rate} {options}",
        "data": data,
        "rule": named,
        "learning_rate": rate,
        "options": options,
        "places": places,
        "expect": {
            "records": exact(len(run.steps)),
            "steps": exact(run.steps[places].tolist()),
            "stop": exact(run.stop),
            "outcome": exact(str(run.outcome)),
            "oscillating": exact(run.oscillating),
            "learning_rate": None
            if run.learning_rate is None
            else measured(run.learning_rate, top),
            "theta": measured(run.theta[places], [theta_scale] * len(places)),
            "loss": measured(run.loss[places], loss_scale),
            "gap": measured(run.gap[places], gap_scale),
            "gradient": measured(run.gradient[places], [gradient_scale] * len(places)),
            "limit": measured(rates.limit),
            "worst_case": measured(rates.worst_case),
            "best": measured(rates.best, top),
            "best_steps": exact(rates.best_steps),
            "condition": measured(rates.condition_number, condition**1.5),
            "user_limit": measured(rates.user_limit),
            "user_best": measured(rates.user_best, rates.user_limit or 1.0),
            "scaled_limit": measured(rates.scaled_limit),
            "scaled_best": measured(rates.scaled_best, rates.scaled_limit or 1.0),
            "messages": messages(run.messages, scales),
            "notes": messages(run.notes, scales),
        },
    }


LONG: list[Run] = [
    ("tadpoles", "gradient-descent", 0.01, {**B0, "steps": 250_000}),
    ("tadpoles", "gradient-descent", 0.0999, {**B0, "steps": 100_001}),
    ("tadpoles", "gradient-descent", 0.11, {**B0, "steps": 1_000_000}),
    ("tadpoles", "gradient-descent", 1e-6, {"steps": 3_000_001, "start": [0.0, 2.0]}),
    ("tadpoles", "gradient-descent", 1e-6, {"steps": 10_000_000, "tolerance": 0.5}),
    ("twenty", "gradient-descent", 0.0003, {"steps": 400_000}),
    ("dependent", "gradient-descent", 0.02, {"steps": 123_456}),
    ("tadpoles", "momentum", 1e-5, {"steps": 100_003, "start": [0.0, 2.0]}),
]


def long_runs() -> list[Case]:
    """Runs beyond 100,000 steps: thinned, and by the closed form; and the strides themselves."""
    cases = [_descent(*run, shown=few_records) for run in LONG]
    wanted = [0, 1, MOST_RECORDS - 1, MOST_RECORDS, MOST_RECORDS + 1, 250_000, 10**6, 10**9]
    strides = exact([stride_for(steps) for steps in wanted])
    return [*cases, {"name": "strides", "wanted": wanted, "expect": {"strides": strides}}]


PASSES: list[tuple[str, str, str, Any, dict[str, Any]]] = [
    ("tadpoles", "huber", "gradient-descent", 0.02, {**B0, "steps": 60}),
    ("tadpoles", "huber", "gradient-descent", "auto", {"steps": 200}),
    ("tadpoles", "huber", "momentum", "auto", {"steps": 100, "start": [0.0, 2.0]}),
    ("tadpoles", "huber", "adam", 0.1, {**SCALED, "steps": 60}),
    ("weighted", "huber", "nesterov", 0.02, {"steps": 80}),
    ("tadpoles", "absolute", "gradient-descent", 0.01, {**B0, "steps": 40}),
    ("tadpoles", "absolute", "gradient-descent", "auto", {"steps": 50, "start": [1.3, -0.37]}),
    ("plane", "absolute", "adagrad", 0.3, {"steps": 50}),
    ("tadpoles", "squared", "gradient-descent", 0.01, {**B0, "steps": 20}),
    ("binary", "log", "gradient-descent", "auto", {"steps": 300}),
    ("binary", "log", "gradient-descent", 3.0, {**SCALED, "steps": 100}),
    ("binary", "log", "exact-line-search", None, {"steps": 12}),
    ("binary", "log", "adam", "auto", {"steps": 60}),
    ("binary", "brier", "gradient-descent", "auto", {"steps": 200}),
    ("binary", "brier", "momentum", 0.3, {"steps": 150, "start": [3.0, 3.0, -2.0]}),
]


def passes() -> list[Case]:
    """Trajectories over points, for losses that moments do not hold."""
    return [_pass(*run) for run in PASSES]


def _pass(data: str, loss: str, rule: str, rate: Any, options: dict[str, Any]) -> Case:
    from kedou.fitting.passes import descend_passes
    from kedou.losses import make

    rows = points()[data]
    source = kd.open(rows["X"], y=rows["y"], weight=rows.get("weight"))
    settings = {"start": 0.0, "seed": None, "tolerance": None, "intercept": True}
    settings |= {"standardize": False, "ridge": 0.0, **options}
    run = descend_passes(source, make(loss), rule, rate, **settings)
    places = shown_steps(len(run.steps) - 1)
    theta_scale = float(max(np.abs(run.theta[0]).max(), np.abs(run.exact.theta).max()))
    loss_scale = float(max(run.loss[0], run.exact.loss))
    scales = {
        **dict.fromkeys(("first", "last", "lowest", "least"), loss_scale),
        "percent": 100 * loss_scale / run.exact.loss,
        "rate": abs(run.learning_rate or 0.0),
    }
    notes = [note for note in run.notes if note.code != "descent.passes"]
    # The page finds the corner of an absolute loss itself, where Python comes within 1e-6 of it.
    corner = loss == "absolute"
    said = [{"code": m.code} for m in run.messages] if corner else messages(run.messages, scales)
    return {
        "name": f"{data} {loss} {rule} {rate} {options}",
        "data": data,
        "loss": loss,
        "rule": rule,
        "learning_rate": rate,
        "options": options,
        "places": places,
        "lowest": measured(run.exact.loss, 1e6 if corner else loss_scale),
        "expect": {
            "records": exact(len(run.steps)),
            "stop": exact(run.stop),
            "outcome": exact(str(run.outcome)),
            "oscillating": exact(run.oscillating),
            "learning_rate": None
            if run.learning_rate is None
            else measured(run.learning_rate, abs(run.learning_rate)),
            "theta": measured(run.theta[places], [theta_scale] * len(places)),
            "loss": measured(run.loss[places], loss_scale),
            "gradient": measured(
                run.gradient[places], [float(np.abs(run.gradient[0]).max())] * len(places)
            ),
            "least": None if corner else measured(run.exact.loss, loss_scale),
            "messages": said,
            "notes": messages(tuple(notes), scales),
        },
    }
