"""A fit as one JSON object, for programs: never NaN or infinity, null where nothing is known."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from kedou.cli import console, words
from kedou.cli.equation import equation
from kedou.texts import Message, say

if TYPE_CHECKING:
    from kedou.cli.fitted import Fitted
    from kedou.descent import Trajectory

PROBABILITIES = ("log", "brier")


def answer(fitted: Fitted) -> dict[str, Any]:
    """Return what ``kedou fit --json`` prints.

    ``coefficients`` and ``intercept`` are where descent ended, in the user's units; the exact
    answer stands under ``exact``. ``learning_rate`` and ``learning_rate_limit`` are in the
    coordinates that descent moved in; ``rates`` holds the limit in the user's units and scaled.
    """
    from dataclasses import asdict

    run, moments = fitted.run, fitted.moments
    exact = run.exact
    names = run.feature_names
    notes, warnings = sorted_out(fitted)
    if fitted.not_absolute is not None:
        notes.append(words.of(fitted.not_absolute))
    result = {
        "target": run.target_name,
        "equation": equation_of(run),
        "coefficients": dict(zip(names, run.weights[-1].tolist(), strict=True)),
        "intercept": float(run.intercept[-1]),
        "standard_errors": standard_errors(run),
        "r2": fitted.r2,
        "rows": {
            "read": moments.rows_read,
            "used": moments.count,
            "skipped": moments.rows_skipped,
            "cells": dict(moments.skipped),
        },
        "precision": moments.precision,
        "outcome": str(run.outcome),
        "oscillating": run.oscillating,
        "advice": [words.of(message) for message in run.messages],
        "rule": dict(run.rule),
        "steps": int(run.steps[-1]),
        "learning_rate": run.learning_rate,
        "learning_rate_limit": None if run.rates is None else run.rates.limit,
        "rates": None if run.rates is None else asdict(run.rates),
        "settings": dict(run.settings),
        "start": run.theta[0].tolist(),
        "seed": run.seed,
        "loss": {
            "name": loss_name(run),
            "first": float(run.loss[0]),
            "last": float(run.loss[-1]),
            "exact": None if exact is None else exact.loss,
        },
        "gap": None if run.gap is None else float(run.gap[-1]),
        "exact": None
        if exact is None
        else {
            "coefficients": dict(zip(names, exact.coefficients.tolist(), strict=True)),
            "intercept": exact.intercept,
            "loss": exact.loss,
            "r2": getattr(exact, "r2", None),
            "residual_std": getattr(exact, "residual_std", None),
        },
        "references": dict(run.references),
        "hold_out": _held(fitted),
        "left_out": [
            {"column": left.column, "reason": words.words(left.reason, {"column": left.column})}
            for left in fitted.source.left_out
        ],
        "warnings": warnings,
        "notes": notes,
        "seconds": round(fitted.seconds, 3),
    }
    clean: dict[str, Any] = finite(result)
    return clean


def to_text(content: dict[str, Any]) -> str:
    """Write the object; plain ASCII unless standard output is Unicode."""
    return json.dumps(content, ensure_ascii=not console.is_unicode(), allow_nan=False, indent=1)


def equation_of(run: Trajectory, most: int | None = None) -> str:
    """Return the line that descent found."""
    intercept = float(run.intercept[-1]) if run.has_intercept else None
    probability = loss_name(run) in PROBABILITIES
    return equation(
        run.target_name,
        run.feature_names,
        run.weights[-1].tolist(),
        intercept,
        probability,
        most=most,
    )


def loss_name(run: Trajectory) -> str:
    """Return the registry name of the loss that was descended."""
    loss = run.settings["loss"]
    return loss if isinstance(loss, str) else str(loss["name"])


def standard_errors(run: Trajectory) -> dict[str, float | None]:
    """Return the standard errors of the exact answer by parameter; None where unknown."""
    errors = getattr(run.exact, "standard_errors", None)
    values = [None] * len(run.parameter_names) if errors is None else errors.tolist()
    names = list(run.parameter_names)
    if run.has_intercept and "intercept" in run.feature_names:
        names[-1] = "(intercept)"
    return dict(zip(names, values, strict=True))


def sorted_out(fitted: Fitted) -> tuple[list[str], list[str]]:
    """Return the automatic choices, and what should give one pause."""
    from kedou.fitting.asking import asked, leaks
    from kedou.moments.numbering import HOW

    notes: list[str] = list(fitted.source.notes)
    warnings: list[str] = []
    warnings += [words.of(message) for message in leaks(fitted.moments)]
    questions = asked(fitted.source, fitted.moments)
    warnings += [
        say("cli.numbering-how", **message.values) if message.code == HOW else words.of(message)
        for message in questions
    ]
    for message in fitted.run.notes:
        if message not in questions:
            (warnings if _is_warning(message) else notes).append(words.of(message))
    if fitted.held is not None:
        warnings += [words.of(message) for message in fitted.held.notes]
    return notes, warnings


def _is_warning(message: Message) -> bool:
    area = message.code.partition(".")[0]
    return area == "solution" or message.code == "descent.no-minimum"


def _held(fitted: Fitted) -> dict[str, Any] | None:
    held, split = fitted.held, fitted.split
    if held is None:
        return None
    absolute = held.absolute
    return {
        "kind": held.kind,
        "folds": held.folds,
        "rows": list(held.rows),
        "training_rows": list(held.training_rows),
        "mse": held.mse,
        "rmse": held.rmse,
        "spread": held.spread,
        "baseline_rmse": held.baseline_rmse,
        "skill": held.skill,
        "exact_mse": held.exact_mse,
        "mae": None if absolute is None else absolute.mae,
        "mae_spread": None if absolute is None else absolute.spread,
        "baseline_mae": None if absolute is None else absolute.baseline,
        "mae_rows": None if absolute is None else absolute.rows,
        "column": None if split is None else split.column,
        "cut": None if split is None else split.cut,
    }


def finite(value: Any) -> Any:
    """Replace what JSON has no word for by null."""
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    return finite(value.item()) if hasattr(value, "item") else str(value)
