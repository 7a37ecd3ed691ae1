"""check_gradient: is the learner's own loss, gradient or update right, and if not, why?

The function is called at several seeded points (w, b) and compared with

    L = mean(e^2),    dL/dw_j = -(2/n) sum x_ij e_i,    dL/db = -(2/n) sum e_i,
    e = y - (x w + b),    update: w - rate dL/dw, b - rate dL/db.

Where it differs, it is compared with what known mistakes would have given at the same points: one
that agrees at all of them is named. The table of mistakes comes from published student code
(``np.mean(y_hat - y) ** 2``, ``+ rate * gradient``, a gradient without its x, ...).

Nothing the function does becomes a traceback: exceptions, NaN, wrong shapes and a forgotten
``return`` are verdicts in words.
"""

from __future__ import annotations

import inspect
import linecache
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from kedou.block import Floats
from kedou.errors import DataError, OptionError, OptionTypeError
from kedou.texts import current_language, normalise_language, say, show

Kind = Literal["loss", "gradient", "update"]
_KINDS = ("loss", "gradient", "update")
_POINTS = 6
_SAME = 1e-6
_NEAR = 1e-2
_RATE_NAMES = {"learning_rate", "lr", "rate", "eta", "alpha", "step", "step_size"}


@dataclass(frozen=True)
class GradientCheck:
    """What ``check_gradient`` found. ``print(check)`` says it in words.

    Attributes
    ----------
    verdict : str
        ``"right"``, ``"wrong"``, ``"approximate"``, or what kept us from comparing:
        ``"raised"``, ``"returned-nothing"``, ``"not-numbers"``, ``"not-finite"``,
        ``"not-averaged"``, ``"wrong-count"``, ``"arguments"``, ``"argument-order"``.
    kind : {"loss", "gradient", "update"}
        What was checked.
    component : str or None
        The first wrong component: ``"w"`` (``"w1"``, ``"w2"`` ... with several features) or
        ``"b"``; None for a loss, and where all is right.
    expected, got : float or None
        The right number and the function's, at ``point``.
    point : tuple of float
        (w_1 ... w_k, b) at which they differ.
    mistakes : tuple of str
        Codes of the mistakes that explain the numbers, the main one first.
    rate : float or None
        For an update: the learning rate it used.
    """

    verdict: str
    kind: Kind
    component: str | None = None
    expected: float | None = None
    got: float | None = None
    point: tuple[float, ...] = ()
    mistakes: tuple[str, ...] = ()
    rate: float | None = None
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the function is right."""
        return self.verdict == "right"

    @property
    def mistake(self) -> str | None:
        """The code of the main mistake, None if it is right or could not be compared."""
        return self.mistakes[0] if self.mistakes else None

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str | None = None) -> str:
        """Return the verdict in a language of choice (``"en"`` or ``"zh-CN"``)."""
        language = normalise_language(language) if language else current_language()
        sentences = [f"{self.verdict}-{self.kind}" if self._compared() else self.verdict]
        sentences += [f"mistake-{mistake}" for mistake in self.mistakes]
        sentences += [str(note) for note in self.values.get("notes", ())]
        joint = " " if language == "en" else ""
        return joint.join(
            say(f"gradient_check.{key}", language, **self._fillings()) for key in sentences
        )

    def _compared(self) -> bool:
        return self.verdict in {"right", "wrong", "approximate"}

    def _fillings(self) -> dict[str, Any]:
        component = self.component or ""
        return {
            **self.values,
            "component": f"d{component}" if self.kind == "gradient" else component,
            "expected": self.expected,
            "got": self.got,
            "rate": self.rate,
            "points": _POINTS,
        }


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
    if kind not in _KINDS:
        raise OptionError("gradient_check.kind-unknown", got=repr(kind), known=list(_KINDS))
    if not callable(function):
        raise OptionTypeError("gradient_check.not-a-function", got=repr(function))
    x, target = _checked_data(X, y)
    rate = _checked_rate(learning_rate)
    form = _form_of(function, kind)
    if isinstance(form, GradientCheck):
        return form
    task = _Task(function, kind, x, target, form, rate, w, b)
    if x.ndim == 2 and x.shape[1] == 1:
        return _check_single_column(task, X=x)
    return _check(task)


def _check_single_column(task: _Task, X: Floats) -> GradientCheck:
    """Accept both ways of writing it for one feature: w * x with numbers, x @ w with a column."""
    flat = _check(task.with_x(X[:, 0]))
    if flat.ok:
        if _check(task).ok:
            return flat
        return GradientCheck(
            "right", task.kind, rate=flat.rate, point=flat.point, values={"notes": ("note-flat",)}
        )
    column = _check(task)
    return column if column.ok or not flat._compared() else flat


# Calling the learner's function.


@dataclass(frozen=True)
class _Form:
    """How the function wants to be called."""

    has_b: bool
    rate_argument: Literal["none", "last"] | str = "none"


@dataclass(frozen=True)
class _Task:
    """One function to check on one set of rows."""

    function: Callable[..., Any]
    kind: Kind
    x: Floats
    y: Floats
    form: _Form
    rate: float
    first_w: Any = None
    first_b: float | None = None

    def with_x(self, x: Floats) -> _Task:
        """Return the same task on x of another shape."""
        form, rate = self.form, self.rate
        return _Task(self.function, self.kind, x, self.y, form, rate, self.first_w, self.first_b)

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


def _form_of(function: Callable[..., Any], kind: Kind) -> _Form | GradientCheck:
    """Read from the signature whether there is a b and where the learning rate goes."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return _Form(has_b=True)
    placed = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    names = [p.name for p in placed]
    needed = sum(p.default is p.empty for p in placed)
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return _Form(has_b=len(placed) != 3)
    by_name = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.name in _RATE_NAMES]
    rate: str = by_name[0] if kind == "update" and by_name else "none"
    if sorted(names[:4]) == ["b", "w", "x", "y"] and names[:4] != ["w", "b", "x", "y"]:
        return GradientCheck("argument-order", kind, values={"arguments": names})
    takes_rate = kind == "update" and names[-1:] != [] and names[-1].lower() in _RATE_NAMES
    if takes_rate and len(names) == 4:
        return _Form(has_b=False, rate_argument="last")
    if kind == "update" and len(names) >= 5 and needed <= 5:
        return _Form(has_b=True, rate_argument="last")
    if needed <= 4 <= len(names):
        return _Form(has_b=True, rate_argument=rate)
    if needed == 3:
        return _Form(has_b=False, rate_argument=rate)
    return GradientCheck("arguments", kind, values={"arguments": names, "count": len(names)})


def _answer(task: _Task, theta: Floats) -> Floats | GradientCheck:
    """Return what the function gives at one point as an array, or the verdict that it is none."""
    try:
        answer = task.call(theta)
    except Exception as problem:
        return _raised(task, problem)
    if answer is None:
        return GradientCheck("returned-nothing", task.kind)
    parts = list(answer) if isinstance(answer, tuple | list) else [answer]
    try:
        arrays = [np.asarray(part) for part in parts]
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
        values = {"number": bad[0], **_where(task, theta)}
        return GradientCheck("not-finite", task.kind, point=tuple(theta.tolist()), values=values)
    return flat


def _where(task: _Task, theta: Floats) -> dict[str, str]:
    """Write a point as it stands in a sentence; b is 0 where there is none."""
    weights = show(theta[: task.k].tolist())
    b = show(float(theta[task.k])) if task.form.has_b else "0"
    return {"w": weights if task.k == 1 else f"({weights})", "b": b}


def _result_names(task: _Task) -> str:
    if task.kind == "loss":
        return "loss"
    names = [f"d{name}" if task.kind == "gradient" else name for name in task.names]
    return ", ".join(names)


def _raised(task: _Task, problem: Exception) -> GradientCheck:
    """Say where the function stopped, and remind of the shapes where they did not fit."""
    values: dict[str, Any] = {"error": type(problem).__name__, "reason": str(problem)}
    code = getattr(task.function, "__code__", None)
    frame = problem.__traceback__
    while frame is not None:
        if code is not None and frame.tb_frame.f_code is code:
            text = linecache.getline(code.co_filename, frame.tb_lineno).strip()
            values |= {"line": frame.tb_lineno - code.co_firstlineno + 1, "text": text}
        frame = frame.tb_next
    notes = ["note-line"] if values.get("text") else []
    if isinstance(problem, ValueError) and any(
        word in str(problem) for word in ("broadcast", "matmul", "shapes", "dimension")
    ):
        notes.append("note-shapes" if task.x.ndim == 2 else "note-shapes-flat")
        values |= {"x_shape": str(task.x.shape), "w_shape": f"({task.k},)"}
        values |= {"y_shape": str(task.y.shape)}
    return GradientCheck("raised", task.kind, values={**values, "notes": tuple(notes)})


# The right formulas, and the wrong ones.


def _predict(task: _Task, theta: Floats) -> Floats:
    Z = task.x.reshape(len(task.y), -1)
    b = theta[task.k] if task.form.has_b else 0.0
    score: Floats = Z @ theta[: task.k] + b
    return score


def _loss(task: _Task, theta: Floats) -> float:
    return float(np.mean((task.y - _predict(task, theta)) ** 2))


def _gradient_of(task: _Task, r: Floats) -> Floats:
    """Return the mean of r x_j for each weight and of r for b; r = -2 e gives the gradient."""
    Z = task.x.reshape(len(task.y), -1)
    by_weight: Floats = Z.T @ r / len(r)
    return np.append(by_weight, np.mean(r)) if task.form.has_b else by_weight


def _gradient(task: _Task, theta: Floats) -> Floats:
    return _gradient_of(task, -2.0 * (task.y - _predict(task, theta)))


def _wrong_losses(task: _Task, theta: Floats) -> Iterator[tuple[str, float]]:
    """Yield (mistake, the loss it would give)."""
    y, y_hat = task.y, _predict(task, theta)
    e = y - y_hat
    mse = float(np.mean(e**2))
    yield "mean-before-square", float(np.mean(e)) ** 2
    yield "root", math.sqrt(mse)
    yield "absolute", float(np.mean(np.abs(e)))
    if task.form.has_b:
        b = theta[task.k]
        yield "forgot-b", float(np.mean((e + b) ** 2))
        yield "minus-b", float(np.mean((e + 2 * b) ** 2))
    yield "forgot-square", float(np.mean(e))
    yield "plus-y", float(np.mean((y + y_hat) ** 2))
    yield "squares-apart", float(np.mean(y_hat**2 - y**2))
    yield "forgot-y", float(np.mean(y_hat**2))
    yield "first-row", float(e[0] ** 2)
    yield "last-row", float(e[-1] ** 2)
    if task.k == 1:
        b = theta[task.k] if task.form.has_b else 0.0
        x = task.x.reshape(-1)
        yield "swapped-x-y", float(np.mean((x - theta[0] * y - b) ** 2))


def _wrong_gradients(task: _Task, theta: Floats) -> Iterator[tuple[str, Floats]]:
    """Yield (mistake, the gradient it would give); nan where it says nothing of a component."""
    y, y_hat = task.y, _predict(task, theta)
    e = y - y_hat
    Z = task.x.reshape(len(y), -1)
    right = _gradient_of(task, -2.0 * e)
    weights = np.arange(len(right)) < task.k

    def only_weights(values: Any) -> Floats:
        return np.where(weights, values, np.nan)

    def one_row(i: int) -> Floats:
        z = np.append(Z[i], 1.0) if task.form.has_b else Z[i]
        product: Floats = -2.0 * float(e[i]) * z
        return product

    yield "forgot-x", only_weights(-2.0 * np.mean(e))
    if task.form.has_b:
        yield "forgot-b", _gradient_of(task, -2.0 * (e + theta[task.k]))
        for j in range(task.k):
            yield "extra-x", np.where(weights, np.nan, right[j])
    yield "squared-error", _gradient_of(task, -2.0 * e**2)
    means = np.append(Z.mean(axis=0), 1.0) if task.form.has_b else Z.mean(axis=0)
    yield "mean-too-early", only_weights(-2.0 * means * np.mean(e))
    yield "forgot-y", _gradient_of(task, 2.0 * y_hat)
    yield "absolute", _gradient_of(task, -np.sign(e))
    yield "root", right / (2.0 * math.sqrt(float(np.mean(e**2))) or 1.0)
    squared = np.append((Z**2).T @ e, np.nan) if task.form.has_b else (Z**2).T @ e
    yield "x-squared", -2.0 * squared / len(y)
    yield "first-row", one_row(0)
    yield "last-row", one_row(-1)
    yield "plus-y", _gradient_of(task, 2.0 * (y + y_hat))


def _factors(task: _Task, rate: float | None = None) -> dict[float, tuple[str, ...]]:
    """Return the constant factors that have a name, and the mistakes that they betray."""
    n = len(task.y)
    negative = {"loss": "negative", "gradient": "flipped", "update": "plus"}[task.kind]
    half = "half" if task.kind == "loss" else "forgot-2"
    plain: dict[float, tuple[str, ...]] = {0.5: (half,), n: ("sum",), n / 2: ("sum", half)}
    plain |= {1 / n: ("divided-twice",), 0.5 / n: ("divided-twice", half)}
    if task.kind == "loss":
        plain |= {float(n * n): ("sum",)}  # summed before squaring
    else:
        plain |= {2.0: ("two-twice",), 4.0: ("two-twice",)}
    if rate is not None:
        plain |= {1 / rate: ("forgot-rate",), 0.5 / rate: ("forgot-rate", half)}
        plain |= {rate: ("rate-twice",)}
    for off in (1, 2):
        if n > off:
            plain.setdefault(n / (n - off), ("n-1",))
    factors: dict[float, tuple[str, ...]] = {1.0: (), -1.0: (negative,)}
    for factor, names in plain.items():
        factors.setdefault(factor, names)
        factors.setdefault(-factor, (negative, *names))
    return factors


# Comparing.


def _check(task: _Task) -> GradientCheck:
    points = _points(task)
    answers = []
    for theta in points:
        answer = _answer(task, theta)
        if isinstance(answer, GradientCheck):
            return answer
        answers.append(answer)
    got = np.array(answers)
    if task.kind == "loss":
        expected = np.array([[_loss(task, theta)] for theta in points])
        tables = [dict(_wrong_losses(task, theta)) for theta in points]
        wrong = [(code, np.array([[table[code]] for table in tables])) for code in tables[0]]
        return _judge(task, points, got, expected, wrong, _factors(task))
    right = np.array([_gradient(task, theta) for theta in points])
    lists = [list(_wrong_gradients(task, theta)) for theta in points]
    wrong = [
        (code, np.array([each[i][1] for each in lists])) for i, (code, _) in enumerate(lists[0])
    ]
    if task.kind == "gradient":
        two = task.k == 1 and task.form.has_b
        if two and _same(got, right[:, ::-1]) and not _same(got, right):
            return _verdict(task, points, got, right, 0, ("swapped",))
        return _judge(task, points, got, right, wrong, _factors(task))
    return _judge_update(task, points, got, right, wrong)


def _judge(
    task: _Task,
    points: Floats,
    got: Floats,
    right: Floats,
    wrong: list[tuple[str, Floats]],
    factors: Mapping[float, tuple[str, ...]],
) -> GradientCheck:
    """Find the first wrong component and the mistake that explains it."""
    for j in range(got.shape[1]):
        if _same(got[:, j], right[:, j]):
            continue
        columns = [(code, table[:, j]) for code, table in wrong]
        mistakes, factor = _explain(got[:, j], right[:, j], columns, factors)
        return _verdict(task, points, got, right, j, mistakes, factor)
    return GradientCheck("right", task.kind, point=tuple(points[0].tolist()))


def _judge_update(
    task: _Task,
    points: Floats,
    new: Floats,
    right: Floats,
    wrong: list[tuple[str, Floats]],
) -> GradientCheck:
    """Judge an update by the gradient that its step stands for."""
    step = points - new
    told = task.form.rate_argument != "none"
    rate = task.rate if told else _rate_used(step, right)
    size = task.rate if rate is None or told else abs(rate)
    expected = points - size * right
    if _same_but_rounding(new, expected):
        return GradientCheck("right", "update", point=tuple(points[0].tolist()), rate=size)
    wrong = [*wrong, *_in_turn(task, points, right, size)]
    factors = _factors(task, task.rate if told else None)
    found = _judge(task, points, step / size, right, wrong, factors)
    if found.ok and rate is not None:
        return GradientCheck("right", "update", point=found.point, rate=size)
    if np.array_equal(new, points):
        return _verdict(task, points, new, expected, 0, ("unchanged",))
    alone = _rate_used(new, right)
    if alone is not None and _same(new, alone * right):
        expected = expected if told else points - abs(alone) * right
        return _verdict(task, points, new, expected, 0, ("only-step",))
    if rate is None:
        return _formula_of_step(task, points, new, right, wrong)
    mistakes = found.mistakes or (found.verdict,)
    j = task.names.index(str(found.component))
    factor = found.values.get("factor")
    return _verdict(task, points, new, expected, j, mistakes, factor, size)


def _formula_of_step(
    task: _Task,
    points: Floats,
    new: Floats,
    right: Floats,
    wrong: list[tuple[str, Floats]],
) -> GradientCheck:
    """Name the wrong formula of an update none of whose steps is right, whatever its rate."""
    for j in range(new.shape[1]):
        for code, table in wrong:
            factor = _ratio(points[:, j] - new[:, j], table[:, j])
            if factor is not None:
                plus = () if factor > 0 else ("plus",)
                expected = points - abs(factor) * right
                return _verdict(task, points, new, expected, j, (code, *plus))
    return _verdict(task, points, new, points - task.rate * right, 0, ("unknown",))


def _rate_used(step: Floats, right: Floats) -> float | None:
    """Return the rate for which some component's step is rate times its gradient."""
    ratios = [_ratio(step[:, j], right[:, j]) for j in range(step.shape[1])]
    known = [ratio for ratio in ratios if ratio is not None]
    return known[0] if known else None


def _in_turn(
    task: _Task, points: Floats, right: Floats, rate: float
) -> Iterator[tuple[str, Floats]]:
    """Yield the gradients of an update that uses one new value to compute the next one."""
    if not task.form.has_b:
        return
    k = task.k
    first_w, first_b = points.copy(), points.copy()
    first_w[:, :k] -= rate * right[:, :k]
    first_b[:, k] -= rate * right[:, k]
    after_w = np.array([_gradient(task, theta) for theta in first_w])
    after_b = np.array([_gradient(task, theta) for theta in first_b])
    after_w[:, :k] = np.nan
    after_b[:, k] = np.nan
    yield "new-w-for-b", after_w
    yield "new-b-for-w", after_b


def _explain(
    got: Floats,
    right: Floats,
    wrong: list[tuple[str, Floats]],
    factors: Mapping[float, tuple[str, ...]],
) -> tuple[tuple[str, ...], float | None]:
    """Return the mistakes that give these numbers at every point, and the factor if it is odd."""
    if not np.any(got):
        return ("zero",), None
    ratio = _ratio(got, right)
    named = _named(ratio, factors)
    if named:
        return named, None
    found = []
    for code, column in wrong:
        extra = _named(_ratio(got, column), factors)
        if extra is not None:
            found.append((len(extra), code, extra))
    if found:
        _, code, extra = min(found, key=lambda each: each[0])
        return (code, *extra), None
    scale = float(np.max(np.abs(right)))
    if float(np.max(np.abs(got - right))) <= _NEAR * scale:
        return ("approximate",), None
    if ratio is not None:
        return ("factor",), ratio
    return ("unknown",), None


def _named(ratio: float | None, factors: Mapping[float, tuple[str, ...]]) -> tuple[str, ...] | None:
    if ratio is None:
        return None
    for factor, names in factors.items():
        if abs(ratio - factor) <= _SAME * abs(factor):
            return names
    return None


def _ratio(got: Floats, base: Floats) -> float | None:
    """Return c where got = c base at every point, else None."""
    if not np.isfinite(base).all() or not np.any(base) or not np.any(got):
        return None
    size = float(np.max(np.abs(base)))
    unit = base / size
    c = float(unit @ got) / float(unit @ unit)
    if float(np.max(np.abs(got - c * unit))) > _SAME * float(np.max(np.abs(got))):
        return None
    return c / size


def _same(got: Floats, right: Floats) -> bool:
    """Say whether each component agrees, measured by its own largest value."""
    scale = np.max(np.abs(right), axis=0)
    return bool(np.all(np.max(np.abs(got - right), axis=0) <= _SAME * scale))


def _same_but_rounding(got: Floats, right: Floats) -> bool:
    epsilon = 4 * np.finfo(np.float64).eps
    return bool(np.all(np.abs(got - right) <= epsilon * np.maximum(np.abs(got), np.abs(right))))


def _verdict(
    task: _Task,
    points: Floats,
    got: Floats,
    right: Floats,
    j: int,
    mistakes: tuple[str, ...],
    factor: float | None = None,
    rate: float | None = None,
) -> GradientCheck:
    """Report component j at the first point where the difference shows."""
    gaps = np.abs(got[:, j] - right[:, j])
    i = int(np.argmax(gaps > 0.5 * _SAME * np.max(np.abs(right[:, j]))))
    values: dict[str, Any] = {"rows": len(task.y), **_where(task, points[i])}
    if factor is not None:
        values["factor"] = factor
    approximate = mistakes == ("approximate",)
    return GradientCheck(
        "approximate" if approximate else "wrong",
        task.kind,
        component=None if task.kind == "loss" else task.names[j],
        expected=float(right[i, j]),
        got=float(got[i, j]),
        point=tuple(points[i].tolist()),
        mistakes=() if approximate else mistakes,
        rate=rate,
        values=values,
    )


def _points(task: _Task) -> Floats:
    """Return the points to look at: the caller's first, then seeded ones of the data's size."""
    Z = task.x.reshape(len(task.y), -1)
    size_y = float(np.sqrt(np.mean(task.y**2))) or 1.0
    size_x = np.sqrt(np.mean(Z**2, axis=0))
    scale = np.append(size_y / np.where(size_x > 0, size_x, 1.0), size_y)
    random, shape = np.random.default_rng(7), (_POINTS, task.k + 1)
    drawn = random.choice([-1.0, 1.0], shape) * random.uniform(0.4, 2.0, shape) * scale
    drawn = np.array([[float(f"{v:.2g}") for v in point] for point in drawn])  # easy to retype
    if task.first_w is not None or task.first_b is not None:
        weights = np.zeros(task.k) if task.first_w is None else _checked_w(task.first_w, task.k)
        drawn[0] = np.append(weights, 0.0 if task.first_b is None else float(task.first_b))
    points: Floats = drawn if task.form.has_b else drawn[:, :-1]
    return points


# Checking our own arguments: these are the caller's, so they raise.


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


def _checked_w(w: Any, k: int) -> Floats:
    try:
        weights = np.atleast_1d(np.asarray(w, dtype=np.float64))
    except (TypeError, ValueError):
        weights = np.zeros(0)
    if weights.shape != (k,):
        raise OptionError("gradient_check.w-shape", got=str(np.shape(w)), needed=f"({k},)")
    return weights
