"""What a page may say on the socket: every type of message with its fields and their checks.

=========  ====================================================================================
type       fields (those with * are needed)
=========  ====================================================================================
hello      ``language``
describe   ``data``: one data set with its columns; without it, a list of all
descend    ``data`` or ``points`` *; ``rule``, ``learning_rate``, ``steps``, ``start``, ``seed``,
           ``tolerance``, ``loss``, ``intercept``, ``standardize``, ``ridge`` as ``kd.descend``
places     (none): which files there are in the folders that may be read
open       ``source`` *, one of ``{"data": NAME}``, ``{"upload": "u1"}``, ``{"path": TEXT}``,
           ``{"table": "t1"}``; ``encoding``, ``delimiter``, ``decimal``
look       ``table`` *, ``target``
scan       ``table`` *, ``target`` *, ``features``, ``categorical``, ``polynomial``, ``dates``,
           ``weight``, ``missing``, ``skip_bad_rows``, ``folds``, ``seed``, ``split_by``,
           ``group_by``
cancel     ``job`` *: the id of a question that is still being worked on
run        ``scan`` *, settings as in descend, ``features``
passes     ``scan`` *, ``loss`` *, settings, ``features``, ``batch_size``, ``epochs``
predict    ``scan`` *, ``row`` *, settings, ``features``, ``loss``, ``batch_size``, ``epochs``,
           ``interval``
save       ``scan`` *, ``kind`` *, ``settings`` (settings, ``features``, ``loss``,
           ``batch_size`` and ``epochs``), ``interval``
=========  ====================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kedou.lab import checks
from kedou.lab.checks import Check

Type = Literal[
    "hello", "describe", "descend", "places", "open", "look", "scan", "cancel", "run", "passes",
    "predict", "save",
]  # fmt: skip

CONVERSIONS = {
    "sql": "sql",
    "spreadsheet": "spreadsheet",
    "python-function": "python",
    "javascript": "javascript",
    "onnx": "onnx",
    "sklearn": "sklearn",
}
"""Other languages a model can be saved in, by their names here, as ``kd.convert`` calls them."""
KINDS = (
    "model", "history-csv", "history-parquet", "moments", "python", "report", "predictions",
    *CONVERSIONS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """What a message of one type may hold.

    Attributes
    ----------
    fields : mapping of str to Check
    needed : tuple of str
        Fields that must be there.
    """

    fields: Mapping[str, Check] = field(default_factory=dict)
    needed: tuple[str, ...] = ()


def _settings(most_parameters: int) -> dict[str, Check]:
    return {
        "rule": checks.NAMED,
        "learning_rate": checks.RATE,
        "steps": checks.steps_to(checks.MOST_STEPS),
        "start": checks.start_of(most_parameters),
        "seed": checks.SEED,
        "tolerance": checks.NUMBER,
        "intercept": checks.FLAG,
        "standardize": checks.FLAG,
        "ridge": checks.NUMBER,
    }


_BATCHES: dict[str, Check] = {
    "batch_size": (lambda v: checks.is_whole(v, 1, checks.MOST_ID), "1 ..."),
    "epochs": (lambda v: checks.is_whole(v, 1, checks.MOST_EPOCHS), f"1 ... {checks.MOST_EPOCHS}"),
}
"""With these ``steps`` counts for nothing: it is epochs that says how far."""
_RUN = {**_settings(checks.MOST_NAMES), "features": checks.NAMES}
_INTERVAL: Check = (
    lambda v: v is None or (checks.is_number(v) and 0 < v < 1),
    "0 < ... < 1, null",
)


def _are_settings(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    known = {**_RUN, **_BATCHES, "loss": checks.NAMED}
    return all(name in known and known[name][0](one) for name, one in value.items())


FORMS: dict[str, Form] = {
    "hello": Form({"language": checks.TEXT}),
    "describe": Form({"data": checks.TEXT}),
    "descend": Form(
        {
            "data": checks.TEXT,
            "points": (
                checks.is_points,
                f"[[x, y], ...], 1 ... {checks.MOST_POINTS}, x: 1 ... {checks.MOST_FEATURES}",
            ),
            "loss": checks.NAMED,
            **_settings(checks.MOST_FEATURES + 1),
        }
    ),
    "places": Form(),
    "open": Form(
        {
            "source": (
                checks.is_source,
                '{"data": "..."}, {"upload": "u1"}, {"path": "..."}, {"table": "t1"}',
            ),
            "encoding": checks.TEXT,
            "delimiter": (lambda v: checks.is_text(v, 1), '",", ";", "|"'),
            "decimal": checks.one_of(".", ","),
        },
        ("source",),
    ),
    "look": Form({"table": checks.TABLE, "target": checks.NAME}, ("table",)),
    "scan": Form(
        {
            "table": checks.TABLE,
            "target": checks.NAME,
            "features": checks.NAMES,
            "categorical": checks.NAMES,
            "polynomial": (checks.is_degrees, '{"...": 1 ... 50}'),
            "dates": checks.NAMES,
            "weight": checks.NAME,
            "missing": checks.one_of("skip", "error"),
            "skip_bad_rows": checks.FLAG,
            "folds": (lambda v: checks.is_whole(v, 0, 100), "0, 2 ... 100"),
            "seed": checks.SEED,
            "split_by": checks.NAME,
            "group_by": checks.NAME,
        },
        ("table", "target"),
    ),
    "cancel": Form(
        {"job": (lambda v: checks.is_whole(v, 0, checks.MOST_ID), f"0 ... {checks.MOST_ID}")},
        ("job",),
    ),
    "run": Form({"scan": checks.SCAN, **_RUN}, ("scan",)),
    "passes": Form(
        {
            "scan": checks.SCAN,
            "loss": checks.NAMED,
            **_BATCHES,
            **_RUN,
        },
        ("scan", "loss"),
    ),
    "predict": Form(
        {
            "scan": checks.SCAN,
            "row": (checks.is_row, '{"...": 1.5, "...": "..."}'),
            "loss": checks.NAMED,
            "interval": _INTERVAL,
            **_BATCHES,
            **_RUN,
        },
        ("scan", "row"),
    ),
    "save": Form(
        {
            "scan": checks.SCAN,
            "settings": (_are_settings, '{"rule": "...", "learning_rate": 0.05, ...}'),
            "kind": checks.one_of(*KINDS),
            "interval": _INTERVAL,
        },
        ("scan", "kind"),
    ),
}
