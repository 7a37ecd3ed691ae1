"""What a report holds: one run, how far to trust it, and the moments to retrain it from.

Moments are sums over rows, but of very few rows they are those rows. So a level of a category that
fewer than ``LEAST_ROWS`` rows have keeps all moments out of the report, and so do folds that are
smaller than that; what is left out is said. Residuals are shown by groups of at least so many rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.columns.plan import ColumnPlan
from kedou.descent import Trajectory
from kedou.fitting.hold_out import HoldOut, has_rate_of_its_own
from kedou.fitting.validation import validate
from kedou.moments import Moments
from kedou.moments.merging import as_fast
from kedou.moments.store import to_content
from kedou.plain import plain
from kedou.reporting.warnings import warnings_of
from kedou.solution import Solution, make_design
from kedou.sources import LeftOut
from kedou.texts import Message, current_language, say
from kedou.version import version

LEAST_ROWS = 10
MOST_RECORDS = 400
MOST_GROUPS = 20


@dataclass(frozen=True, eq=False)
class Report:
    """A finished run and what is told of it.

    Attributes
    ----------
    run : Trajectory
    moments : Moments
        Of all rows, with their folds.
    plan : ColumnPlan
        Which table column became what.
    name : str
        What was read, in words: a file's name.
    path : str or None
        What to open again; None where it was an array or a frame.
    held : HoldOut or None
        The error on rows left out.
    sample : (X, y) or None
        Some rows in the columns of the moments, for the residuals.
    with_moments : bool
        Whether the report may hold moments.
    command : str or None
        The command that makes the report again.
    notes : tuple of Message
        What was said while reading.
    left_out : sequence of LeftOut
        Columns that were not used, and why.
    questions : sequence of Message
        What to ask about columns that were.
    """

    run: Trajectory
    moments: Moments
    plan: ColumnPlan
    name: str
    path: str | None = None
    held: HoldOut | None = None
    sample: tuple[Floats, Floats] | None = None
    with_moments: bool = True
    command: str | None = None
    notes: tuple[Message, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    left_out: Sequence[LeftOut] = ()
    questions: Sequence[Message] = ()


def report_content(report: Report) -> dict[str, Any]:
    """Return a report as plain JSON values, in the language in force."""
    run, moments, held = report.run, report.moments, report.held
    language = current_language()
    why = _why_no_moments(report)
    whole = {
        "version": 1,
        "kedou": version(),
        "language": language,
        "title": say("reporting.title", name=report.name),
        "target": run.target_name,
        "source": {"path": report.path or report.name},
        "options": _options(report.plan),
        "settings": _settings(run),
        "loss": _loss_name(run),
        "run": _thinned(run),
        "held": None if held is None else _held(held),
        "validation": _validation(report),
        "parameters": _parameters(run, moments),
        "least": None if run.exact is None else run.exact.loss,
        "moments": None if why else _moments(moments),
        "only_last": held is not None and held.kind == "split",
        "without": None if why is None else _said(why),
        "warnings": [
            _said(message)
            for message in warnings_of(run, moments, held, report.left_out, report.questions)
        ],
        "data": _data(report),
        "residuals": residual_groups(run, moments, report.sample),
        "command": report.command,
    }
    made: dict[str, Any] = plain(whole)
    return made


def residual_groups(
    run: Trajectory, moments: Moments, sample: tuple[Floats, Floats] | None
) -> list[dict[str, float]] | None:
    """Return the residuals of a sample by what was predicted, in groups of at least ten rows.

    Parameters
    ----------
    sample : (X, y), shapes (rows, columns of the moments) and (rows,)

    Returns
    -------
    list of {"predicted", "mean", "spread", "rows"}, or None where the sample is too small
    """
    if sample is None or len(sample[1]) < 2 * LEAST_ROWS:
        return None
    X, y = sample
    place = {column: number for number, column in enumerate(moments.columns)}
    used = X[:, [place[column] for column in run.columns]]
    predicted = used @ run.weights[-1] + run.intercept[-1]
    if not np.isfinite(predicted).all():
        return None
    order = np.argsort(predicted, kind="stable")
    count = min(MOST_GROUPS, len(y) // LEAST_ROWS)
    residuals = y - predicted
    return [
        {
            "predicted": float(predicted[group].mean()),
            "mean": float(residuals[group].mean()),
            "spread": float(residuals[group].std()),
            "rows": len(group),
        }
        for group in np.array_split(order, count)
    ]


def _why_no_moments(report: Report) -> Message | None:
    moments = report.moments
    if not report.with_moments:
        return Message("reporting.no-moments")
    loss = _loss_name(report.run)
    if loss != "squared":
        return Message("reporting.no-moments-loss", {"loss": loss})
    if report.run.rule.get("name") is None:
        return Message("reporting.no-moments-rule")
    if any(isinstance(value, Mapping) for value in report.run.rule.values()):
        return Message("reporting.no-moments-schedule")
    if "batch_size" in report.run.settings:
        return Message("reporting.no-moments-batches")
    rows = moments.mean[:-1] * moments.weight_sum
    rare = [
        column.name
        for column, count in zip(moments.columns, rows, strict=True)
        if column.kind == "level" and count < LEAST_ROWS - 1e-6
    ]
    if rare:
        return Message("reporting.rare-levels", {"levels": rare[:8], "least": LEAST_ROWS})
    return None


def _loss_name(run: Trajectory) -> str:
    loss = run.settings["loss"]
    return loss if isinstance(loss, str) else str(loss.get("name"))


def _moments(moments: Moments) -> dict[str, Any]:
    content = to_content(as_fast(moments))  # the page retrains in float64
    folds = content.pop("folds")
    large = all(fold.count >= LEAST_ROWS for fold in moments.folds)
    return {"whole": {**content, "folds": []}, "folds": folds if large else []}


def _settings(run: Trajectory) -> dict[str, Any]:
    start = run.theta[0]
    return {
        "rule": str(run.rule.get("name")),
        "rate": None if has_rate_of_its_own(run) else run.learning_rate,
        "steps": int(run.settings["steps"]),
        "start": float(start[0]) if len(start) and (start == start[0]).all() else 0.0,
        "standardize": bool(run.settings["standardize"]),
        "ridge": float(run.settings["ridge"]),
        "hasIntercept": run.has_intercept,
        "off": [],
    }


def _options(plan: ColumnPlan) -> dict[str, Any]:
    having = {
        kind: [f.column for f in plan.features if f.kind == kind] for kind in ("category", "date")
    }
    options: dict[str, Any] = {
        "target": plan.target,
        "features": [feature.column for feature in plan.features],
    }
    if having["category"]:
        options["categorical"] = having["category"]
    if having["date"]:
        options["dates"] = having["date"]
    if plan.degrees:
        options["polynomial"] = plan.degrees
    if plan.weight is not None:
        options["weight"] = plan.weight
    return options


def _records(count: int) -> list[int]:
    """Return at most ``MOST_RECORDS`` places: each of the first, ever fewer later, the last."""
    if count <= MOST_RECORDS:
        return list(range(count))
    even = MOST_RECORDS // 4
    later = np.geomspace(even, count - 1, MOST_RECORDS - even)
    return sorted({*range(even), *(int(place) for place in later), count - 1})


def _thinned(run: Trajectory) -> dict[str, Any]:
    places = _records(len(run.steps))
    return {
        "steps": run.steps[places],
        "theta": run.theta[places],
        "loss": run.loss[places],
        "gap": None if run.gap is None else run.gap[places],
        "outcome": str(run.outcome),
        "learning_rate": run.learning_rate,
        "messages": [_said(message) for message in run.messages],
        "held": None,
    }


def _held(held: HoldOut) -> dict[str, Any]:
    return {
        "rmse": held.rmse,
        "spread": held.spread,
        "mae": None if held.absolute is None else held.absolute.mae,
        "mae_spread": None if held.absolute is None else held.absolute.spread,
        "baseline_rmse": held.baseline_rmse,
        "folds": held.folds,
    }


def _validation(report: Report) -> dict[str, Any] | None:
    run, moments = report.run, report.moments
    if (
        _loss_name(run) != "squared"
        or len(moments.folds) < 2
        or run.learning_rate is None
        or run.rule.get("name") is None
        or "batch_size" in run.settings
    ):
        return None
    settings = run.settings
    seen = validate(
        moments,
        rule=str(run.rule["name"]),
        learning_rate="auto" if has_rate_of_its_own(run) else run.learning_rate,
        steps=int(settings["steps"]),
        start=run.theta[0].tolist(),
        intercept=run.has_intercept,
        standardize=bool(settings["standardize"]),
        ridge=float(settings["ridge"]),
        only_last=report.held is not None and report.held.kind == "split",
    )
    places = _records(len(seen.steps))
    return {
        "steps": seen.steps[places],
        "left_out": seen.left_out[places],
        "baseline": seen.baseline,
    }


def _parameters(run: Trajectory, moments: Moments) -> dict[str, Any]:
    exact = run.exact
    p = len(run.parameter_names)
    solution = exact if isinstance(exact, Solution) else None
    ranges: Sequence[Any] = [None] * p
    errors: Sequence[Any] = [None] * p
    if solution is not None:
        errors = solution.standard_errors.tolist()
        if any(error is not None for error in errors):
            ranges = solution.confidence_intervals.tolist()
    return {
        "names": run.parameter_names,
        "features": len(run.feature_names),
        "exact": run.theta[-1] if exact is None else exact.theta,
        "errors": errors,
        "ranges": [r if r is not None and None not in r else None for r in ranges],
        "spread": make_design(moments, run.has_intercept).spread,
    }


def _data(report: Report) -> dict[str, Any]:
    moments, plan = report.moments, report.plan
    names = {feature.column: feature.kind for feature in plan.features}
    roles = {"number": "feature", "category": "categorical", "date": "date"}
    columns = []
    spread = np.sqrt(np.diag(moments.scatter) / moments.weight_sum)
    numbers = {
        column.source: number
        for number, column in enumerate(moments.columns)
        if column.kind == "number"
    }

    def told(name: str, role: str, kind: str, number: int | None) -> dict[str, Any]:
        return {
            "name": name,
            "role": role,
            "kind": kind,
            "mean": None if number is None else moments.mean[number],
            "spread": None if number is None else spread[number],
            "skipped": moments.skipped.get(name, 0),
        }

    columns.append(told(moments.target_name, "target", "number", len(moments.columns)))
    columns += [told(name, roles[kind], kind, numbers.get(name)) for name, kind in names.items()]
    if plan.weight is not None:
        columns.append(told(plan.weight, "weight", "number", None))
    return {
        "read": moments.rows_read,
        "used": moments.count,
        "columns": columns,
        "notes": [_said(note) for note in report.notes],
    }


def _said(message: Message) -> dict[str, str]:
    return {"code": message.code, "text": str(message)}
