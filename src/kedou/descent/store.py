"""A run as a file: documented, versioned, checksummed JSON; reading it runs no code.

Long arrays (``theta``, ``loss``, ``gap``, ``gradient``, ``steps``) are stored as
``{"shape": [...], "type": "float64", "base64": "..."}``, little-endian, row by row, so that
they read back bit for bit; everything else is plain JSON.
"""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

import numpy as np

from kedou.descent.minimum import Minimum
from kedou.descent.outcome import Outcome
from kedou.descent.trajectory import Exact, Rates, Trajectory
from kedou.moments.store import column_from_content, column_to_content
from kedou.saving import load_document, reading_content, save_document
from kedou.solution import Solution
from kedou.solution.store import (
    from_content as solution_from_content,
)
from kedou.solution.store import (
    message_from_content,
    message_to_content,
)
from kedou.solution.store import (
    to_content as solution_to_content,
)

VERSION = 1


def save(run: Trajectory, path: Any) -> None:
    """Write a run to ``path``, whole or not at all."""
    save_document(path, "trajectory", VERSION, to_content(run))


def load(path: Any) -> Trajectory:
    """Read a run from ``path``.

    Raises
    ------
    SavedFileError
        Damaged, foreign, or written by a newer version.
    """
    content = load_document(path, "trajectory", VERSION)
    with reading_content(path):
        return from_content(content)


def to_content(run: Trajectory) -> dict[str, Any]:
    """Return the JSON-able content of a run."""
    return {
        "columns": [column_to_content(column) for column in run.columns],
        "references": dict(run.references),
        "target_name": run.target_name,
        "has_intercept": run.has_intercept,
        "theta": _pack(run.theta),
        "loss": _pack(run.loss),
        "gap": None if run.gap is None else _pack(run.gap),
        "gradient": _pack(run.gradient),
        "steps": _pack(run.steps),
        "outcome": str(run.outcome),
        "oscillating": run.oscillating,
        "exact": _exact_to_content(run.exact),
        "rule": dict(run.rule),
        "learning_rate": run.learning_rate,
        "rates": None if run.rates is None else asdict(run.rates),
        "settings": dict(run.settings),
        "seed": run.seed,
        "stop": run.stop,
        "messages": [message_to_content(message) for message in run.messages],
        "notes": [message_to_content(message) for message in run.notes],
    }


def from_content(content: dict[str, Any]) -> Trajectory:
    """Build a run from its content."""
    rates = content["rates"]
    return Trajectory(
        columns=tuple(column_from_content(column) for column in content["columns"]),
        references=dict(content["references"]),
        target_name=content["target_name"],
        has_intercept=bool(content["has_intercept"]),
        theta=_unpack(content["theta"]),
        loss=_unpack(content["loss"]),
        gap=None if content["gap"] is None else _unpack(content["gap"]),
        gradient=_unpack(content["gradient"]),
        steps=_unpack(content["steps"]),
        outcome=Outcome(content["outcome"]),
        oscillating=bool(content["oscillating"]),
        exact=_exact_from_content(content["exact"]),
        rule=dict(content["rule"]),
        learning_rate=content["learning_rate"],
        rates=None if rates is None else Rates(**rates),
        settings=dict(content["settings"]),
        seed=content["seed"],
        stop=content["stop"],
        messages=tuple(message_from_content(message) for message in content["messages"]),
        notes=tuple(message_from_content(message) for message in content["notes"]),
    )


def _pack(array: np.ndarray[Any, Any]) -> dict[str, Any]:
    kind = "int64" if array.dtype.kind == "i" else "float64"
    data = np.ascontiguousarray(array, dtype=np.dtype(kind).newbyteorder("<")).tobytes()
    return {
        "shape": list(array.shape),
        "type": kind,
        "base64": base64.b64encode(data).decode("ascii"),
    }


def _unpack(content: dict[str, Any]) -> np.ndarray[Any, Any]:
    kind = content["type"]
    if kind not in ("int64", "float64"):
        raise ValueError(f"unknown type {kind!r}")
    data = base64.b64decode(content["base64"], validate=True)
    flat = np.frombuffer(data, dtype=np.dtype(kind).newbyteorder("<"))
    return flat.astype(kind).reshape(content["shape"])


def _exact_to_content(exact: Exact | None) -> dict[str, Any] | None:
    if exact is None:
        return None
    if isinstance(exact, Solution):
        return {"kind": "solution", **solution_to_content(exact)}
    return {
        "kind": "minimum",
        "theta": exact.theta.tolist(),
        "loss": exact.loss,
        "k": len(exact.coefficients),
    }


def _exact_from_content(content: dict[str, Any] | None) -> Exact | None:
    if content is None:
        return None
    content = dict(content)
    if content.pop("kind") == "solution":
        return solution_from_content(content)
    return Minimum(np.array(content["theta"], dtype=np.float64), content["loss"], content["k"])
