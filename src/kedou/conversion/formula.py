"""Formula: what a model computes, told once for all formats.

    score = b + sum over the table's columns of the part each adds
    prediction = score, or the probability 1 / (1 + exp(-score))

A column of numbers adds w_1 x + ... + w_d x^d, a category the weight of its level, a date its trend
and the weights of its weekday and its month. What has no part has no prediction: a missing cell, a
level never seen, and a number beyond the column's limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kedou.block import Floats, level_order
from kedou.columns.dates import trend_column
from kedou.columns.plan import Feature, number_columns
from kedou.columns.refusals import model_levels
from kedou.errors import OptionError, OptionTypeError
from kedou.fitting import Model
from kedou.losses import from_json as loss_from_json
from kedou.losses.sigmoid import sigmoid

LARGEST_PART = 1e300
"""No part of a score is larger, so that no sum of parts can leave float64."""

_LARGEST = float(np.finfo(np.float64).max)
_PROBES = np.array([-800.0, -3.0, -1e-9, 0.0, 0.25, 40.0])


@dataclass(frozen=True, slots=True)
class Number:
    """A column of numbers.

    Attributes
    ----------
    column : str
        Name of the table column.
    weights : tuple of float
        w_1 ... w_d, of x^1 ... x^d.
    limit : float
        The largest |x| that has a prediction: beyond it a power would leave float64, or the part
        ``LARGEST_PART``.
    """

    column: str
    weights: tuple[float, ...]
    limit: float


@dataclass(frozen=True, slots=True)
class Category:
    """A column of names.

    Attributes
    ----------
    column : str
    weights : mapping of str to float
        Weight of each level the model knows; 0.0 for the reference level.
    """

    column: str
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Date:
    """A column of dates.

    Attributes
    ----------
    column : str
    trend : float
        Weight of the days since 1970-01-01, fractions included.
    weekdays : tuple of 7
        Weights of Monday to Sunday; None for a day the model has never seen.
    months : tuple of 12
        Weights of January to December; None for a month the model has never seen.
    """

    column: str
    trend: float
    weekdays: tuple[float | None, ...]
    months: tuple[float | None, ...]


Term = Number | Category | Date


@dataclass(frozen=True, slots=True)
class Formula:
    """All that a prediction needs.

    Attributes
    ----------
    target : str
        Name of what is predicted.
    terms : tuple of Term
        One for each table column, in the order of the model's plan.
    intercept : float
        b, 0.0 without one.
    is_probability : bool
        Whether the prediction is 1 / (1 + exp(-score)) instead of the score.
    """

    target: str
    terms: tuple[Term, ...]
    intercept: float
    is_probability: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the table columns, each once."""
        return tuple(term.column for term in self.terms)


def formula_of(model: Model) -> Formula:
    """Return what a model computes.

    Raises
    ------
    OptionTypeError
        It is not a model.
    OptionError
        Its loss turns scores into predictions in a way no format knows, or a weight is so large
        that sums would leave float64.

    Examples
    --------
    >>> import kedou as kd
    >>> model = kd.fit({"x": [0.0, 1.0, 2.0], "y": [1.0, 3.0, 5.0]}, target="y")
    >>> formula = formula_of(model)
    >>> formula.columns, round(formula.terms[0].weights[0], 9), round(formula.intercept, 9)
    (('x',), 2.0, 1.0)
    """
    if not isinstance(model, Model):
        raise OptionTypeError("conversion.not-a-model", got=type(model).__name__)
    largest = float(np.max(np.abs(model.theta), initial=0.0))
    if largest > LARGEST_PART:
        raise OptionError("conversion.weight-too-large", weight=largest, most=LARGEST_PART)
    weights = dict(zip(model.feature_names, model.coefficients.tolist(), strict=True))
    terms = tuple(_term(feature, model, weights) for feature in model.plan.features)
    return Formula(model.target_name, terms, model.intercept, _is_probability(model))


def _term(feature: Feature, model: Model, weights: Mapping[str, float]) -> Term:
    name = feature.column
    if feature.kind == "number":
        powers = tuple(weights[column.name] for column in number_columns(feature))
        return Number(name, powers, limit_of(powers))
    if feature.kind == "category":
        return Category(name, _levels(name, model, weights))
    weekdays = _levels(f"{name}:weekday", model, weights)
    months = _levels(f"{name}:month", model, weights)
    return Date(
        name,
        weights.get(trend_column(name).name, 0.0),
        tuple(weekdays.get(str(i)) for i in range(1, 8)),
        tuple(months.get(str(i)) for i in range(1, 13)),
    )


def _levels(source: str, model: Model, weights: Mapping[str, float]) -> dict[str, float]:
    known = {category: (level,) for category, level in model.references.items()}
    levels = sorted(model_levels(source, model.columns, known), key=level_order)
    return {level: weights.get(f"{source}={level}", 0.0) for level in levels}


def limit_of(weights: tuple[float, ...]) -> float:
    """Return the largest |x| whose powers and whose part of the score stay in range.

    >>> [f"{limit_of(weights):.3g}" for weights in [(0.0,), (1e10,), (1.0, 1.0), (1.0, 0.0)]]
    ['1.8e+308', '1e+290', '1e+150', '1.34e+154']
    """
    limit: float = _LARGEST ** (1.0 / len(weights))
    if len(weights) > 1:
        limit *= 1.0 - 1e-14  # so that rounding cannot bring the power out of range
    for i, weight in enumerate(weights, 1):
        if weight != 0.0:
            limit = min(limit, float((LARGEST_PART / abs(weight)) ** (1.0 / i)))
    return limit


def _is_probability(model: Model) -> bool:
    """Tell from its own values what a loss predicts."""
    predicted: Floats = loss_from_json(model.loss).predict(_PROBES)
    if np.array_equal(predicted, _PROBES):
        return False
    if np.array_equal(predicted, sigmoid(_PROBES)):
        return True
    raise OptionError("conversion.loss", loss=str(model.loss.get("name")))
