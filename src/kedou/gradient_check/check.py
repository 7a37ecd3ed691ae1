"""The function that users call; its own arguments, unlike the learner's function, may raise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.errors import DataError, OptionError, OptionTypeError
from kedou.gradient_check.calling import Task, form_of
from kedou.gradient_check.comparing import compare
from kedou.gradient_check.verdict import KINDS, GradientCheck, Kind


def check_gradient(
    function: Callable[..., Any],
    X: Any,
    y: Any,
    kind: Kind = "loss",
    *,
    w: Any = None,
    b: float | None = None,
    learning_rate: float = 0.01,
) -> GradientCheck:
    """Check a function that computes the mean squared error, its gradient, or one update.

    Parameters
    ----------
    function : callable
        ``function(w, b, x, y)``, or ``function(w, x, y)`` where there is no b. It returns the
        loss; (dw, db); or the new (w, b). An update may take the learning rate as its last
        argument; otherwise the rate it uses is found out, and any positive one is right.
    X : (n,) or (n, k) array
        Features. With (n,) ``w`` is a number, with (n, k) an array of shape (k,).
    y : (n,) array
        Target.
    kind : {"loss", "gradient", "update"}
        What the function returns.
    w, b : optional
        A point to look at first, for example the one the learner is at.
    learning_rate : float
        What is handed to an update that takes one.

    Returns
    -------
    GradientCheck
        True if right; ``print`` it to read what is wrong.

    Raises
    ------
    OptionError, OptionTypeError, DataError
        If ``kind``, ``X``, ``y``, ``w`` or ``learning_rate`` make no sense. Nothing that the
        function does raises.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.array([0.8, 1.7, 2.7]), np.array([1.0, 0.9, 2.4])
    >>> def loss(w, b, x, y):
    ...     return np.mean(w * x + b - y) ** 2
    >>> check = check_gradient(loss, x, y)
    >>> check.ok, check.mistake
    (False, 'mean-before-square')

    References
    ----------
    Comparing a hand-made gradient with an independent one at random points is standard practice;
    see Bengio (2012), Practical recommendations for gradient-based training, section 3.1.
    """
    if kind not in KINDS:
        raise OptionError("gradient_check.kind-unknown", got=repr(kind), known=list(KINDS))
    if not callable(function):
        raise OptionTypeError("gradient_check.not-a-function", got=repr(function))
    x, target = _checked_data(X, y)
    rate = _checked_rate(learning_rate)
    form = form_of(function, kind)
    if isinstance(form, GradientCheck):
        return form
    first = _first_point(w, b, 1 if x.ndim == 1 else x.shape[1])
    task = Task(function, kind, x, target, form, rate, first)
    if x.ndim == 2 and x.shape[1] == 1:
        return _check_single_column(task, X=x)
    return compare(task)


def _check_single_column(task: Task, X: Floats) -> GradientCheck:
    """Accept both ways of writing it for one feature: w * x with numbers, x @ w with a column."""
    flat = compare(task.with_x(X[:, 0]))
    if flat.ok:
        if compare(task).ok:
            return flat
        return GradientCheck(
            "right", task.kind, rate=flat.rate, point=flat.point, values={"notes": ("note-flat",)}
        )
    column = compare(task)
    return column if column.ok or not flat.compared() else flat


def _checked_data(X: Any, y: Any) -> tuple[Floats, Floats]:
    try:
        x, target = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError("gradient_check.data-not-numbers") from None
    if target.ndim == 2 and target.shape[1] == 1:
        target = target[:, 0]
    if x.ndim not in {1, 2} or target.ndim != 1 or len(x) != len(target) or x.size == 0:
        raise DataError("gradient_check.data-shapes", x=str(x.shape), y=str(target.shape))
    if not (np.isfinite(x).all() and np.isfinite(target).all()):
        raise DataError("gradient_check.data-not-finite")
    return x, target


def _checked_rate(rate: Any) -> float:
    try:
        number = float(rate)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or number == 0.0:
        raise OptionError("gradient_check.rate", got=repr(rate))
    return number


def _first_point(w: Any, b: Any, k: int) -> Floats | None:
    """Return (w_1 ... w_k, b) as the caller gave it, zeros where only one of them was given."""
    if w is None and b is None:
        return None
    try:
        weights = np.zeros(k) if w is None else np.atleast_1d(np.asarray(w, dtype=np.float64))
        point = np.append(weights, 0.0 if b is None else float(b))
    except (TypeError, ValueError):
        point = np.full(k + 1, np.nan)
    if point.shape != (k + 1,):
        raise OptionError("gradient_check.w-shape", got=str(np.shape(w)), needed=f"({k},)")
    if not np.isfinite(point).all():
        raise OptionError("gradient_check.point-not-finite", w=repr(w), b=repr(b))
    return point
