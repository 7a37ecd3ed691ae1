"""What the engine says to a page: descriptions of data, and runs, as plain JSON values.

Python is the authority: a run here has the very bits of ``kd.descend``. The engine is imported when
it is first asked, so that the page is there at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

from kedou.errors import KedouError
from kedou.lab.checks import MOST_POINTS, MOST_STEPS
from kedou.lab.frames import written
from kedou.lab.messages import MOST_BYTES, MOST_STEPS_OVER_ROWS, Ask
from kedou.lab.refusal import RefusalError
from kedou.lab.workers import StoppedError
from kedou.plain import plain
from kedou.texts import Message

if TYPE_CHECKING:
    from kedou.data import Dataset
    from kedou.descent import Trajectory
    from kedou.fitting.hold_out import HoldOut
    from kedou.lab.learned import Learned
    from kedou.lab.own import Found
    from kedou.sources.source import Source

MOST_TOLD = 100_000
"""Numbers in the parameters of a run that is told, about."""
LIMITS = {
    "bytes": MOST_BYTES,
    "points": MOST_POINTS,
    "steps": MOST_STEPS,
    "steps_over_rows": MOST_STEPS_OVER_ROWS,
}


def describe(ask: Ask, language: str) -> dict[str, Any]:
    """Return all data sets, or one with its columns."""
    from kedou import data

    if "data" in ask.fields:
        return {"data": _described(data.load(ask.fields["data"]), language, with_rows=True)}
    return {"data": [_described(data.load(name), language) for name in data.names()]}


def descend(ask: Ask, language: str, stop: Event) -> dict[str, Any]:
    """Return a run of the engine.

    Raises
    ------
    KedouError
        The engine's own, in its own words.
    StoppedError
        ``stop`` was set meanwhile.
    """
    from kedou import losses, rules
    from kedou.fitting import descend as run_down
    from kedou.sources.mapped import watched

    settings = dict(ask.fields)
    source = watched(_source(settings), partial(_check, stop))
    if isinstance(settings.get("rule"), dict):
        settings["rule"] = rules.from_json(settings["rule"])
    if isinstance(settings.get("loss"), dict):
        settings["loss"] = losses.from_json(settings["loss"])
    loss = losses.make(settings.get("loss", "squared"))
    most = MOST_STEPS_OVER_ROWS
    if not isinstance(loss, losses.SquaredError) and settings.get("steps", 0) > most:
        raise RefusalError("lab.steps-over-rows", most=most, loss=loss.name)
    return {"run": told(run_down(source, **settings), language)}


def run_scan(found: Found, ask: Ask, language: str, stop: Event) -> str:
    """Return a run on the moments of a scan, and its error on the rows left out, as JSON.

    Raises
    ------
    KedouError
        The engine's own, in its own words.
    StoppedError
        ``stop`` was set meanwhile.
    """
    settings = {name: value for name, value in ask.fields.items() if name != "scan"}
    question = json.dumps([language, settings], sort_keys=True)
    if question in found.runs and not is_drawn(settings):
        return found.runs[question]
    learned: Learned = found.learned()
    run = learned.run(settings)

    def check(done: int, folds: int) -> None:
        _check(stop)

    _check(stop)
    held = None if run.outcome == "diverged" else learned.held(settings, run, check)
    whole = {
        "run": told(run, language, gradient=False),
        "held": None if held is None else _held(held, language),
    }
    answer = written(whole)
    found.remember(question, answer)
    return answer


def _check(stop: Event) -> None:
    """End a run that nobody waits for."""
    if stop.is_set():
        raise StoppedError


def is_drawn(settings: Mapping[str, Any]) -> bool:
    """Say whether a run starts anew somewhere else each time."""
    return settings.get("start") == "random" and settings.get("seed") is None


def predict(found: Found, run: bytes | None, ask: Ask) -> dict[str, Any]:
    """Return what a run predicts for one row, with an interval where there is one.

    Parameters
    ----------
    found : Found
    run : bytes or None
        A run over rows that was kept; None where one on moments is made.
    ask : Ask
    """
    from kedou.errors import DivergenceError
    from kedou.fitting import Prediction

    learned: Learned = found.learned()
    if run is None:
        apart = ("scan", "row", "interval")
        made = learned.run({name: v for name, v in ask.fields.items() if name not in apart})
    else:
        from kedou.descent.store import from_content

        made = from_content(json.loads(run))
    if made.outcome == "diverged":
        raise DivergenceError("fitting.diverged", advice=made.messages)
    model = learned.model(made)
    row = {name: [_cell(value)] for name, value in ask.fields["row"].items()}
    level = ask.fields.get("interval", 0.95)
    if level is None or model.spread is None or model.residual_std is None:
        value = model.predict(row)
        return plain({"value": value[0], "lower": None, "upper": None})  # type: ignore[no-any-return]
    predicted: Prediction = model.predict(row, interval=level)
    return plain({name: getattr(predicted, name)[0] for name in predicted._fields})  # type: ignore[no-any-return]


def told(run: Trajectory, language: str, gradient: bool = True) -> dict[str, Any]:
    """Return a run as plain JSON values; numbers that are not finite become null.

    Of a long run with many parameters only every s-th step is told, and the last one: ``steps``
    says which. Without ``gradient`` that is left out, which no picture of one's own data shows.

    Examples
    --------
    >>> import kedou as kd
    >>> run = kd.descend(kd.scan(kd.data.tadpoles()), learning_rate=0.05, steps=2)
    >>> told(run, "en")["outcome"], told(run, "en")["steps"]
    ('converged', [0, 1, 2])
    """
    exact = None if run.exact is None else {"theta": run.exact.theta, "loss": run.exact.loss}
    rates = run.rates
    kept = _kept(len(run.steps), len(run.parameter_names))
    whole = {
        "parameters": run.parameter_names,
        "target": run.target_name,
        "has_intercept": run.has_intercept,
        "steps": run.steps[kept],
        "theta": run.theta[kept],
        "loss": run.loss[kept],
        "gap": None if run.gap is None else run.gap[kept],
        "outcome": str(run.outcome),
        "oscillating": run.oscillating,
        "stop": run.stop,
        "rule": run.rule,
        "learning_rate": run.learning_rate,
        "rates": None if rates is None else {n: getattr(rates, n) for n in rates.__slots__},
        "settings": run.settings,
        "seed": run.seed,
        "exact": exact,
        "messages": [said(message, language) for message in run.messages],
        "notes": [said(message, language) for message in run.notes],
    }
    if gradient:
        whole["gradient"] = run.gradient[kept]
    made: dict[str, Any] = plain(whole)
    return made


def said(message: Message | KedouError, language: str) -> dict[str, Any]:
    """Return a message or an error as code, values and text."""
    return {
        "code": message.code,
        "values": plain(message.values),
        "text": message.text(language),
    }


def _kept(records: int, parameters: int) -> Any:
    """Return which records of a run are told: a slice, or their places where some are left out."""
    import numpy as np

    stride = 1
    while records * parameters / stride > MOST_TOLD:
        stride *= 2
    places = np.arange(0, records, stride)
    return slice(None) if stride == 1 else np.union1d(places, [records - 1])


def _held(held: HoldOut, language: str) -> dict[str, Any]:
    absolute = held.absolute
    whole = {
        "kind": held.kind,
        "folds": held.folds,
        "rows": held.rows,
        "training_rows": held.training_rows,
        "rmse": held.rmse,
        "spread": held.spread,
        "skill": held.skill,
        "baseline_rmse": held.baseline_rmse,
        "exact_mse": held.exact_mse,
        "fold_rmse": held.fold_rmse,
        "mae": None if absolute is None else absolute.mae,
        "mae_spread": None if absolute is None else absolute.spread,
        "baseline_mae": None if absolute is None else absolute.baseline,
        "mae_rows": None if absolute is None else absolute.rows,
        "notes": [said(note, language) for note in held.notes],
    }
    made: dict[str, Any] = plain(whole)
    return made


def _cell(value: Any) -> Any:
    """Return a cell of a message as a table holds it."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _described(found: Dataset, language: str, with_rows: bool = False) -> dict[str, Any]:
    words = found.words
    whole: dict[str, Any] = {
        "name": found.name,
        "title": words["title"][language],
        "description": words["description"][language],
        "licence": words["licence"][language],
        "source": found.source,
        "rows": len(found.y),
        "features": found.feature_names,
        "target": found.target_name,
        "columns": [
            {"name": name, "unit": found.units[name], "description": text[language]}
            for name, text in words["columns"].items()
        ],
    }
    if with_rows:
        whole["table"] = found.table
    made: dict[str, Any] = plain(whole)
    return made


def _source(settings: dict[str, Any]) -> Source:
    """Open what a message asks to descend on, and take it out of the settings."""
    import numpy as np

    from kedou import data
    from kedou.fitting.scanner import as_source

    if "data" in settings:
        return as_source(data.load(settings.pop("data")))
    points = np.array(settings.pop("points"), dtype=np.float64)
    names = ["x"] if points.shape[1] == 2 else None
    return as_source(points[:, :-1], points[:, -1], features=names)
