"""The Python code of one run: it gives the same numbers, to the last bit.

Names and paths come from elsewhere; they stand in the code as literals that Python wrote itself,
and nowhere else, so none of them can be more than a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kedou.descent import Trajectory

OPENING = ("features", "categorical", "polynomial", "dates", "weight", "missing")
DIALECT = ("encoding", "delimiter", "decimal")


def python_code(
    table: Mapping[str, Any],
    ask: Mapping[str, Any],
    settings: Mapping[str, Any],
    run: Trajectory,
) -> str:
    """Return a script.

    Parameters
    ----------
    table : mapping
        As a worker is told of it.
    ask : mapping
        The scan's question.
    settings : mapping
        Those of the run.
    run : Trajectory
        What came of them: an automatic rate, or a random start, is written down as it was.
    """
    loss = settings.get("loss", "squared")
    lines = ["import kedou as kd", ""]
    lines += _call("source = kd.open", [_place(table)], _opening(table, ask))
    data = "source"
    features = settings.get("features")
    if loss == "squared" and "batch_size" not in settings:
        lines += _scan(ask)
        data = "moments" if features is None else f"moments.select({list(features)!r})"
    elif features is not None:
        lines.append("from kedou.sources.mapped import chosen")
        data = f"chosen(source, {list(features)!r})"
    lines += _call("run = kd.descend", [data], _descent(settings, run))
    lines += [
        "",
        "print(run)",
        "for name, value in zip(run.parameter_names, run.theta[-1], strict=True):",
        "    print(name, value)",
        "",
    ]
    return "\n".join(lines)


def _place(table: Mapping[str, Any]) -> str:
    source = table["source"]
    if "data" in source:
        return f"kd.data.load({source['data']!r}).path()"
    if "path" in source:
        return repr(source["path"])
    if "files" in source:
        files = list(source["files"])
        return repr(files[0] if len(files) == 1 else files)
    return repr(table["name"])


def _opening(table: Mapping[str, Any], ask: Mapping[str, Any]) -> dict[str, str]:
    given = {"target": repr(ask["target"])}
    given |= {name: repr(ask[name]) for name in OPENING if ask.get(name) not in (None, [], {})}
    if ask.get("skip_bad_rows"):
        given["bad_cells"] = repr("skip")
    key = ask.get("split_by") or ask.get("group_by")
    if key:
        given["key"] = repr(key)
    return given | {name: repr(table[name]) for name in DIALECT if table.get(name) is not None}


def _scan(ask: Mapping[str, Any]) -> list[str]:
    if ask.get("split_by"):
        return [
            "from kedou.fitting.split import split_last",
            'moments, split = split_last(source, precision="fast")',  # as the lab scans
        ]
    folds = ask.get("scanned_folds", 0)
    given = {"folds": repr(folds), "seed": repr(ask.get("seed", 0))} if folds else {}
    return _call("moments = kd.scan", ["source"], {**given, "precision": '"fast"'})


def _descent(settings: Mapping[str, Any], run: Trajectory) -> dict[str, str]:
    rule = dict(run.rule)
    rate = rule.get("learning_rate")
    given: dict[str, str] = {}
    if set(rule) == {"name", "learning_rate"} and isinstance(rate, float):
        given = {"rule": repr(rule["name"]), "learning_rate": repr(rate)}
    else:
        given = {"rule": f"kd.rules.from_json({rule!r})"}
    loss = settings.get("loss", "squared")
    if loss != "squared":
        given["loss"] = f"kd.losses.from_json({loss!r})" if isinstance(loss, dict) else repr(loss)
    start = settings.get("start", 0.0)
    start = run.theta[0].tolist() if start == "random" else start
    for name, value in {**_PLAIN, **settings, "start": start}.items():
        if name in _PLAIN and value != _PLAIN[name]:
            given[name] = repr(value)
    if "batch_size" in settings:
        given.pop("steps", None)
        given |= {name: repr(run.settings[name]) for name in ("batch_size", "epochs")}
        given["seed"] = repr(run.seed)
    return given


_PLAIN: dict[str, Any] = {
    "steps": 1000, "start": 0.0, "tolerance": None, "intercept": True, "standardize": False,
    "ridge": 0.0,
}  # fmt: skip


def _call(name: str, first: list[str], given: Mapping[str, str]) -> list[str]:
    """Return a call, on one line where it fits."""
    arguments = [*first, *(f"{key}={value}" for key, value in given.items())]
    line = f"{name}({', '.join(arguments)})"
    if len(line) <= 88:
        return [line]
    return [f"{name}(", *(f"    {argument}," for argument in arguments), ")"]
