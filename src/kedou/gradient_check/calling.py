"""Calling the learner's function, so that whatever it does is an answer or a verdict."""

from __future__ import annotations

import inspect
import linecache
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Number
from typing import Any, Literal

import numpy as np

from kedou.block import Floats
from kedou.gradient_check.verdict import GradientCheck, Kind
from kedou.texts import show

_RATE_NAMES = {"learning_rate", "lr", "rate", "eta", "alpha", "step", "step_size"}


@dataclass(frozen=True)
class Form:
    """How the function wants to be called."""

    has_b: bool
    rate_argument: Literal["none", "last"] | str = "none"


@dataclass(frozen=True)
class Task:
    """One function to check on one set of rows."""

    function: Callable[..., Any]
    kind: Kind
    x: Floats
    y: Floats
    form: Form
    rate: float
    first: Floats | None = None

    def with_x(self, x: Floats) -> Task:
        """Return the same task on x of another shape."""
        return replace(self, x=x)

    @property
    def k(self) -> int:
        """Number of weights."""
        return 1 if self.x.ndim == 1 else self.x.shape[1]

    @property
    def names(self) -> list[str]:
        """Names of the components, b last."""
        weights = ["w"] if self.k == 1 else [f"w{j + 1}" for j in range(self.k)]
        return [*weights, "b"] if self.form.has_b else weights

    def call(self, theta: Floats) -> Any:
        """Call the function at one point, on copies, with NumPy's warnings off."""
        weights: Any = float(theta[0]) if self.x.ndim == 1 else theta[: self.k].copy()
        arguments = [weights, float(theta[self.k])] if self.form.has_b else [weights]
        arguments += [self.x.copy(), self.y.copy()]
        named = {}
        if self.form.rate_argument == "last":
            arguments.append(self.rate)
        elif self.form.rate_argument != "none":
            named[self.form.rate_argument] = self.rate
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return self.function(*arguments, **named)


def form_of(function: Callable[..., Any], kind: Kind) -> Form | GradientCheck:
    """Read from the signature whether there is a b and where the learning rate goes."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return Form(has_b=True)
    placed = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    names = [p.name for p in placed]
    needed = sum(p.default is p.empty for p in placed)
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return Form(has_b=len(placed) != 3)
    by_name = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.name in _RATE_NAMES]
    rate: str = by_name[0] if kind == "update" and by_name else "none"
    if sorted(names[:4]) == ["b", "w", "x", "y"] and names[:4] != ["w", "b", "x", "y"]:
        return GradientCheck("argument-order", kind, values={"arguments": names})
    takes_rate = kind == "update" and names[-1:] != [] and names[-1].lower() in _RATE_NAMES
    if takes_rate and len(names) == 4:
        return Form(has_b=False, rate_argument="last")
    if kind == "update" and len(names) >= 5 and needed <= 5:
        return Form(has_b=True, rate_argument="last")
    if needed <= 4 <= len(names):
        return Form(has_b=True, rate_argument=rate)
    if needed == 3:
        return Form(has_b=False, rate_argument=rate)
    return GradientCheck("arguments", kind, values={"arguments": names, "count": len(names)})


def answer_at(task: Task, theta: Floats) -> Floats | GradientCheck:
    """Return what the function gives at one point as an array, or the verdict that it is none."""
    try:
        answer = task.call(theta)
    except Exception as problem:
        return _raised(task, problem)
    if answer is None:
        return GradientCheck("returned-nothing", task.kind)
    parts = list(answer) if isinstance(answer, tuple | list) else [answer]
    try:
        arrays = [as_floats(part) for part in parts]
    except ValueError:
        arrays = [np.asarray(None)]
    if not arrays or any(a.dtype.kind not in "biuf" for a in arrays):
        return GradientCheck("not-numbers", task.kind, values={"type": type(answer).__name__})
    flat = np.concatenate([a.ravel() for a in arrays]).astype(np.float64)
    wanted = 1 if task.kind == "loss" else len(task.names)
    rows = len(task.y)
    if len(flat) != wanted:
        per_row = rows > 1 and (len(arrays) == rows or any(a.size == rows for a in arrays))
        values = {"count": len(flat), "wanted": wanted, "names": _result_names(task), "rows": rows}
        return GradientCheck("not-averaged" if per_row else "wrong-count", task.kind, values=values)
    if not np.isfinite(flat).all():
        bad = ["nan" if math.isnan(v) else str(v) for v in flat if not math.isfinite(v)]
        values = {"number": bad[0], **where(task, theta)}
        return GradientCheck("not-finite", task.kind, point=tuple(theta.tolist()), values=values)
    return flat


def as_floats(answer: Any) -> np.ndarray[Any, Any]:
    """Return an answer as an array; fractions and decimals of Python count as numbers.

    >>> from fractions import Fraction
    >>> as_floats([Fraction(1, 4), 2]).tolist()
    [0.25, 2.0]
    """
    array = np.asarray(answer)
    parts = array.ravel().tolist() if array.dtype == object else []
    if parts and all(isinstance(p, Number) and not isinstance(p, complex) for p in parts):
        return array.astype(np.float64)
    return array


def where(task: Task, theta: Floats) -> dict[str, str]:
    """Write a point as it stands in a sentence; b is 0 where there is none."""
    weights = show(theta[: task.k].tolist())
    b = show(float(theta[task.k])) if task.form.has_b else "0"
    return {"w": weights if task.k == 1 else f"({weights})", "b": b}


def _result_names(task: Task) -> str:
    if task.kind == "loss":
        return "loss"
    names = [f"d{name}" if task.kind == "gradient" else name for name in task.names]
    return ", ".join(names)


def mistook_caret(problem: Exception) -> bool:
    """Say whether ``^`` was written where a power was meant."""
    about = str(problem)
    return isinstance(problem, TypeError) and ("for ^" in about or "bitwise_xor" in about)


def _raised(task: Task, problem: Exception) -> GradientCheck:
    """Say where the function stopped, and remind of the shapes where they did not fit."""
    values: dict[str, Any] = {"error": type(problem).__name__, "reason": str(problem).rstrip(" .")}
    code = getattr(task.function, "__code__", None)
    frame = problem.__traceback__
    while frame is not None:
        if code is not None and frame.tb_frame.f_code is code:
            text = linecache.getline(code.co_filename, frame.tb_lineno).strip()
            values |= {"line": frame.tb_lineno - code.co_firstlineno + 1, "text": text}
        frame = frame.tb_next
    notes = ["note-line"] if values.get("text") else []
    notes += ["note-caret"] if mistook_caret(problem) else []
    if isinstance(problem, ValueError) and any(
        word in str(problem) for word in ("broadcast", "matmul", "shapes", "dimension")
    ):
        notes.append("note-shapes" if task.x.ndim == 2 else "note-shapes-flat")
        values |= {"x_shape": str(task.x.shape), "w_shape": f"({task.k},)"}
        values |= {"y_shape": str(task.y.shape)}
    return GradientCheck("raised", task.kind, values={**values, "notes": tuple(notes)})
