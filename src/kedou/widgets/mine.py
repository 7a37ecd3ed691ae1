"""A learner's own rule in the race: run, judged and checked by Python, told in plain values.

Formula: w(t+1) = mine(w(t), L'(w(t))), L'(w) = -(2/n) sum x_i (y_i - w x_i).
"""

from __future__ import annotations

import inspect
import linecache
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kedou.errors import KedouError, OptionTypeError
from kedou.fitting import descend
from kedou.gradient_check import check_gradient
from kedou.rules import FunctionRule
from kedou.texts import say
from kedou.time_limit import TookTooLongError, call_within
from kedou.widgets.runs import moments_of

STEPS = 20
SECONDS = 2.0
Mine = Callable[[float, float], float]


def checked(mine: Any) -> Mine:
    """Return a learner's function, or say why it is none.

    Raises
    ------
    OptionTypeError
        It cannot be called with two numbers, w and the slope there.
    """
    if not callable(mine):
        raise OptionTypeError("widgets.mine-not-a-function", got=repr(mine))
    try:
        inspect.signature(mine).bind(None, None)
    except TypeError:
        names = ", ".join(inspect.signature(mine).parameters)
        raise OptionTypeError("widgets.mine-arguments", got=f"({names})") from None
    except ValueError:  # some built-in functions do not tell their arguments
        pass
    function: Mine = mine
    return function


def name_of(mine: Mine) -> str:
    """Return what a learner calls the function: its name, or the lambda as it is written."""
    name = str(getattr(mine, "__name__", type(mine).__name__))
    if name != "<lambda>":
        return name
    return _lambda_text(mine) or "lambda w, slope: …"


def race(
    mine: Mine, points: Sequence[Sequence[float]], start: float, language: str
) -> dict[str, Any]:
    """Run a learner's function from a start and say how it did, in values that JSON knows.

    Returns
    -------
    dict
        ``weights`` of steps 0 to 20, or to where it stopped; ``stopped``, why it did, in words;
        ``outcome`` and ``advice`` of the run; ``verdict``, what the checker says of it as an
        update, and ``right``, None for a way of its own. ``points`` and ``start`` say what it was
        run for.
    """
    found: dict[str, Any] = {
        "points": [list(point) for point in points],
        "start": start,
        "weights": [start],
        "stopped": None,
        "outcome": None,
        "advice": "",
        "verdict": "",
        "right": None,
        "hung": False,
    }
    try:
        call_within(SECONDS, lambda: _fill(found, mine, points, start, language))
    except TookTooLongError:
        return {
            **found,
            "stopped": say("widgets.mine-too-long", language, seconds=SECONDS),
            "outcome": None,
            "hung": True,
        }
    return found


def _fill(
    found: dict[str, Any],
    mine: Mine,
    points: Sequence[Sequence[float]],
    start: float,
    language: str,
) -> None:
    x, y = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    weights = [start]
    try:
        for _ in range(STEPS):
            w = weights[-1]
            slope = float(-2.0 * np.mean(x * (y - w * x)))
            answer: Any = mine(w, slope)
            if answer is None:
                found["stopped"] = say("widgets.mine-returned-nothing", language)
                break
            new = float(answer)
            if not math.isfinite(new):
                code = "widgets.mine-not-finite"
                found["stopped"] = say(code, language, got=str(new), step=len(weights))
                break
            weights.append(new)
    except Exception as problem:
        found["stopped"] = _told(mine, problem, len(weights), language)
    found["weights"] = weights
    if found["stopped"] is None:
        _judge(found, mine, points, start, language)
    _check(found, mine, x, y, language)


def _judge(
    found: dict[str, Any],
    mine: Mine,
    points: Sequence[Sequence[float]],
    start: float,
    language: str,
) -> None:
    try:
        run = run_of(mine, points, start)
    except KedouError as problem:
        found["stopped"] = problem.text(language)
        return
    found["outcome"] = str(run.outcome)
    joint = " " if language == "en" else ""
    found["advice"] = joint.join(message.text(language) for message in run.messages)


def run_of(mine: Mine, points: Sequence[Sequence[float]], start: float) -> Any:
    """Return the run of a learner's function as a trajectory."""

    def rule(theta: Any, gradient: Any) -> Any:
        return np.array([float(mine(float(theta[0]), float(gradient[0])))])

    rule.__name__ = name_of(mine)
    moments = moments_of(points)
    return descend(moments, FunctionRule(rule), start=start, steps=STEPS, intercept=False)


def _check(found: dict[str, Any], mine: Mine, x: Any, y: Any, language: str) -> None:
    """Ask the gradient checker whether the function is a step of gradient descent."""
    if found["stopped"] is not None:
        return

    def update(w: Any, x: Any, y: Any) -> Any:
        return mine(float(w), float(-2.0 * np.mean(x * (y - w * x))))

    verdict = check_gradient(update, x, y, kind="update", w=found["start"])
    if verdict.mistake == "unknown":  # a rule of one's own is asked for: that is no mistake
        found["verdict"] = say("widgets.mine-own-way", language)
        return
    found["verdict"] = verdict.text(language)
    found["right"] = verdict.ok


def _told(mine: Mine, problem: Exception, step: int, language: str) -> str:
    """Say in words what an exception was, at which step, and at which line."""
    values = {"error": type(problem).__name__, "reason": str(problem), "step": step}
    code, line = getattr(mine, "__code__", None), ""
    frame = problem.__traceback__
    while frame is not None:
        if code is not None and frame.tb_frame.f_code is code:
            line = linecache.getline(code.co_filename, frame.tb_lineno).strip()
        frame = frame.tb_next
    sentence = say("widgets.mine-raised", language, **values)
    return f"{sentence} ({line})" if line else sentence


def _lambda_text(mine: Mine) -> str | None:
    """Return a lambda as it stands in the source, where that can be read."""
    import ast

    try:
        source = inspect.getsource(mine).strip()
    except (OSError, TypeError):
        return None
    for text in (source, f"({source}"):
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        found = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
        if len(found) == 1:
            return ast.unparse(found[0])
    return None
