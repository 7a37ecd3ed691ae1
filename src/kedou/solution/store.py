"""A solution as JSON-able content, for saved runs and models."""

from __future__ import annotations

from typing import Any

import numpy as np

from kedou.solution.solution import Solution
from kedou.texts import Message

_PLAIN = (
    "target_name", "intercept", "has_intercept", "loss", "ridge", "count", "weight_sum", "rank",
    "residual_std", "r2",
)  # fmt: skip


def to_content(solution: Solution) -> dict[str, Any]:
    """Return the content of a solution."""
    return {
        **{name: getattr(solution, name) for name in _PLAIN},
        "feature_names": list(solution.feature_names),
        "references": dict(solution.references),
        "dependent": {name: list(sources) for name, sources in solution.dependent.items()},
        "coefficients": solution.coefficients.tolist(),
        "standard_errors": solution.standard_errors.tolist(),
        "inverse_factor": solution.inverse_factor.tolist(),
        "mean": solution.mean.tolist(),
        "warnings": [message_to_content(message) for message in solution.warnings],
    }


def from_content(content: dict[str, Any]) -> Solution:
    """Build a solution from its content."""
    errors = content["standard_errors"]
    k = len(content["feature_names"])
    return Solution(
        **{name: content[name] for name in _PLAIN},
        feature_names=tuple(content["feature_names"]),
        references=dict(content["references"]),
        dependent={name: tuple(sources) for name, sources in content["dependent"].items()},
        coefficients=np.array(content["coefficients"], dtype=np.float64).reshape(k),
        standard_errors=np.array(errors, dtype=object if None in errors else np.float64),
        inverse_factor=np.array(content["inverse_factor"], dtype=np.float64).reshape(k, -1),
        mean=np.array(content["mean"], dtype=np.float64),
        warnings=tuple(message_from_content(message) for message in content["warnings"]),
    )


def message_to_content(message: Message) -> dict[str, Any]:
    """Return a message as a JSON object."""
    values = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in message.values.items()
    }
    return {"code": message.code, "values": values}


def message_from_content(content: dict[str, Any]) -> Message:
    """Build a message from its JSON object."""
    return Message(str(content["code"]), dict(content["values"]))
