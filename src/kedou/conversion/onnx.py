"""ONNX: a graph in double precision, for onnxruntime and whatever else reads ONNX.

Each table column is an input of its own name and of shape (rows,): numbers as doubles, dates as
doubles too, in days since 1970-01-01, and categories as strings. The one output, also of shape
(rows,), is called ``prediction``; where a column is called so, it has an underscore after it.

Differences from ``Model.predict``
----------------------------------
1. NaN where it raises: a missing or unusable cell, a level or weekday or month never seen.
2. A category's cell is compared as it is, blanks and all.
3. ONNX has no dates.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kedou.conversion.formula import Category, Date, Formula, Number, Term
from kedou.conversion.spelling import spellings
from kedou.errors import OptionError

OPSET, OPSET_ML, IR = 13, 2, 8
FARTHEST_DAY = 1e9
"""Beyond it, days and their remainders would not be exact for long."""


def write(formula: Formula) -> bytes:
    """Return the model as serialized ONNX.

    Raises
    ------
    OptionError
        The package onnx is not there, or a column has no name or one with the character NUL.
    """
    onnx = _package()
    for column in formula.columns:
        if "\0" in column or not column:
            raise OptionError("conversion.nul", name=repr(column), to="onnx")
    graph = _Graph(onnx, set(formula.columns))
    parts = [graph.constant(formula.intercept)]
    parts += [part for term in formula.terms for part in _parts(graph, term)]
    score = parts[0]
    for part in parts[1:]:
        score = graph.node("Add", score, part)
    output = graph.unused("prediction")
    graph.node(
        "Identity", _probability(graph, score) if formula.is_probability else score, output=output
    )
    return _serialized(onnx, graph, formula, output)


def _package() -> Any:
    try:
        import onnx
    except ImportError:
        raise OptionError("conversion.needs-package", package="onnx", extra="kedou[onnx]") from None
    return onnx


@dataclass
class _Graph:
    """Nodes and constants as they are put together; names never meet those of columns."""

    onnx: Any
    taken: set[str]
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def unused(self, name: str) -> str:
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def node(self, operation: str, *inputs: str, output: str | None = None, **settings: Any) -> str:
        output = output or self.unused(f"{operation.lower()} {len(self.nodes)}")
        made = self.onnx.helper.make_node(operation, list(inputs), [output], **settings)
        self.nodes.append(made)
        return output

    def sum(self, *terms: tuple[float, str], offset: float = 0.0) -> str:
        """Add factor times tensor, and a number."""
        total = self.constant(offset)
        for factor, tensor in terms:
            total = self.node("Add", total, self.node("Mul", tensor, self.constant(factor)))
        return total

    def quotient(self, tensor: str, divisor: float) -> str:
        """Divide, and round down."""
        return self.node("Floor", self.node("Div", tensor, self.constant(divisor)))

    def remainder(self, tensor: str, divisor: float) -> str:
        """Return what rounding down left over."""
        return self.sum((1.0, tensor), (-divisor, self.quotient(tensor, divisor)))

    def index(self, tensor: str) -> str:
        """Turn whole numbers into indices."""
        return self.node("Cast", tensor, **{"to": self.onnx.TensorProto.INT64})

    def constant(self, value: Any) -> str:
        name = self.unused(f"constant {len(self.constants)}")
        array = np.asarray(value)
        self.constants.append(self.onnx.numpy_helper.from_array(array, name))
        return name


def _parts(graph: _Graph, term: Term) -> list[str]:
    if isinstance(term, Number):
        return [_powers(graph, term)]
    if isinstance(term, Category):
        return [_level(graph, term)]
    return _date(graph, term)


def _powers(graph: _Graph, term: Number) -> str:
    """Horner's scheme; NaN where |x| is beyond the limit, and x itself NaN."""
    x = term.column
    *rest, last = term.weights
    part = graph.node("Mul", graph.constant(last), x)
    for weight in reversed(rest):
        part = graph.node("Mul", graph.node("Add", part, graph.constant(weight)), x)
    fine = graph.node("LessOrEqual", graph.node("Abs", x), graph.constant(term.limit))
    return graph.node("Where", fine, part, graph.constant(np.nan))


def _level(graph: _Graph, term: Category) -> str:
    """The number of the level, then the weight of that number; the last is for all others."""
    keys = {way: i for i, level in enumerate(term.weights) for way in spellings(level)}
    number = graph.node(
        "LabelEncoder",
        term.column,
        domain="ai.onnx.ml",
        keys_strings=list(keys),
        values_int64s=list(keys.values()),
        default_int64=len(term.weights),
    )
    return _picked(graph, [*term.weights.values(), None], number)


def _picked(graph: _Graph, weights: Sequence[float | None], number: str) -> str:
    values = np.array([np.nan if weight is None else weight for weight in weights])
    return graph.node("Gather", graph.constant(values), number)


def _date(graph: _Graph, term: Date) -> list[str]:
    """Return the parts of the trend, the weekday and the month; days too far off give NaN."""
    days = term.column
    fine = graph.node("LessOrEqual", graph.node("Abs", days), graph.constant(FARTHEST_DAY))
    day = graph.node("Floor", graph.node("Where", fine, days, graph.constant(0.0)))
    weekday = graph.remainder(graph.sum((1.0, day), offset=3.0), 7.0)  # day 0 was a Thursday
    trend = graph.node("Mul", days, graph.constant(term.trend))
    return [
        graph.node("Where", fine, trend, graph.constant(np.nan)),
        _picked(graph, term.weekdays, graph.index(weekday)),
        _picked(graph, term.months, graph.index(_month(graph, day))),
    ]


def _month(graph: _Graph, day: str) -> str:
    """Return the month, January 0, of days since 1970-01-01, in whole numbers kept as doubles.

    Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days, where
    a year begins in March and 400 of them are an era.
    """
    of_era = graph.remainder(graph.sum((1.0, day), offset=719468.0), 146097.0)
    leaps = [graph.quotient(of_era, divisor) for divisor in (1460.0, 36524.0, 146096.0)]
    since = graph.sum((1.0, of_era), (-1.0, leaps[0]), (1.0, leaps[1]), (-1.0, leaps[2]))
    year = graph.quotient(since, 365.0)
    fourth, hundredth = graph.quotient(year, 4.0), graph.quotient(year, 100.0)
    of_year = graph.sum((1.0, of_era), (-365.0, year), (-1.0, fourth), (1.0, hundredth))
    from_march = graph.quotient(graph.sum((5.0, of_year), offset=2.0), 153.0)
    return graph.remainder(graph.sum((1.0, from_march), offset=2.0), 12.0)


def _probability(graph: _Graph, score: str) -> str:
    """From exp(-|score|), which cannot overflow; NaN stays NaN."""
    small = graph.node("Exp", graph.node("Neg", graph.node("Abs", score)))
    one, zero = graph.constant(1.0), graph.constant(0.0)
    above = graph.node("Where", graph.node("GreaterOrEqual", score, zero), one, small)
    return graph.node("Div", above, graph.node("Add", one, small))


def _serialized(onnx: Any, graph: _Graph, formula: Formula, output: str) -> bytes:
    helper, double, string = onnx.helper, onnx.TensorProto.DOUBLE, onnx.TensorProto.STRING
    inputs = [
        helper.make_tensor_value_info(
            term.column, string if isinstance(term, Category) else double, ["rows"]
        )
        for term in formula.terms
    ]
    result = helper.make_tensor_value_info(output, double, ["rows"])
    made = helper.make_graph(graph.nodes, "kedou", inputs, [result], graph.constants)
    sets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", OPSET_ML)]
    model = helper.make_model(made, opset_imports=sets, ir_version=IR, producer_name="kedou")
    kinds = {term.column: type(term).__name__.lower() for term in formula.terms}
    about = {"columns": kinds, "target": formula.target}
    helper.set_model_props(model, {"kedou": json.dumps(about, ensure_ascii=False)})
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data
