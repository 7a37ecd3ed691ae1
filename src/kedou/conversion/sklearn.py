"""scikit-learn: a fitted pipeline, made of parts of scikit-learn, NumPy and Python alone.

Its pickle needs no Kedou: FunctionTransformer around a function that can be named is pickled by
that name. It takes a data frame, whose columns its first step picks by name; its last step,
``made[-1]``, takes an array of raw cells in the order of the model's plan. ``predict`` returns what
``Model.predict`` returns: for log and Brier loss the probability, through
TransformedTargetRegressor (a classifier's would say 0 or 1).

Differences from ``Model.predict``
----------------------------------
1. What it raises is the error of scikit-learn, NumPy or Python: a ValueError for a cell, a KeyError
   or the like for a column.
2. Numbers in text are read by Python, dates in text by ``datetime.fromisoformat``.
3. A score beyond float64 is infinite, not an error.
"""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter, itemgetter, methodcaller
from typing import Any

import numpy as np

from kedou.conversion.formula import Category, Formula, Number, Term
from kedou.conversion.spelling import spellings

_DAY = 86_400_000_000.0
"""Microseconds."""


def write(formula: Formula) -> Any:
    """Return the fitted pipeline."""
    from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    parts = [
        (f"part {group[0]}", _part(formula.terms[group[0]]), group) for group in _groups(formula)
    ]
    columns = ColumnTransformer(parts, sparse_threshold=0.0).set_output(transform="default")
    regressor = make_pipeline(columns, LinearRegression())
    if formula.is_probability:
        from scipy.special import expit, logit

        regressor = TransformedTargetRegressor(
            regressor, func=logit, inverse_func=expit, check_inverse=False
        )
    example = np.array([[_example(term) for term in formula.terms]], dtype=object)
    regressor.fit(example, np.array([0.5]))  # so that every part is fitted; the weights come now
    linear = (regressor.regressor_ if formula.is_probability else regressor)[-1]
    linear.coef_ = np.array([w for term in formula.terms for w in _weights(term)])
    linear.intercept_ = formula.intercept
    by_name = FunctionTransformer(itemgetter(list(formula.columns)))
    return make_pipeline(by_name, regressor)


def _groups(formula: Formula) -> list[list[int]]:
    """Return the columns that are turned together: neighbours that are numbers without powers."""
    groups: list[list[int]] = []
    plain_before = False
    for j, term in enumerate(formula.terms):
        plain = isinstance(term, Number) and len(term.weights) == 1
        if plain and plain_before:
            groups[-1].append(j)
        else:
            groups.append([j])
        plain_before = plain
    return groups


def _part(term: Term) -> Any:
    """Return what turns the raw cells of a column, or of several alike, into what is weighted."""
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, PolynomialFeatures

    def call(function: Any, **settings: Any) -> Any:
        return FunctionTransformer(function, kw_args=settings)

    def each(function: Any, kind: type = object) -> Any:
        return call(np.vectorize(function, otypes=[kind], signature="()->()"))

    if isinstance(term, Number):
        numbers = call(np.asarray, dtype=np.float64)
        if len(term.weights) == 1:
            return numbers
        return make_pipeline(numbers, PolynomialFeatures(len(term.weights), include_bias=False))
    texts = (each(str), each(str.strip))
    if isinstance(term, Category):
        known = OneHotEncoder(categories=[list(_ways(term))], sparse_output=False)
        return make_pipeline(*texts, known)
    ticks = (call(np.asarray, dtype="datetime64[us]"), call(np.asarray, dtype=np.float64))
    weekdays = call(np.choose, choices=_numbers(term.weekdays))
    months = call(np.choose, choices=_numbers((None, *term.months)))
    return make_pipeline(
        *texts,
        each(datetime.fromisoformat),
        each(methodcaller("replace", tzinfo=None)),
        make_union(
            make_pipeline(*ticks),
            make_pipeline(each(datetime.weekday, int), weekdays),
            make_pipeline(each(attrgetter("month"), int), months),
        ),
    )


def _weights(term: Term) -> list[float]:
    if isinstance(term, Number):
        return list(term.weights)
    if isinstance(term, Category):
        return list(_ways(term).values())
    return [term.trend / _DAY, 1.0, 1.0]


def _ways(term: Category) -> dict[str, float]:
    return {way: w for level, w in term.weights.items() for way in spellings(level)}


def _numbers(weights: tuple[float | None, ...]) -> list[float]:
    """Write NaN for what was never seen; LinearRegression refuses it."""
    return [np.nan if weight is None else weight for weight in weights]


def _example(term: Term) -> Any:
    """Return a cell that can be fitted to."""
    if isinstance(term, Number):
        return 0.0
    if isinstance(term, Category):
        return next(iter(term.weights))
    weekday, month = (
        next(i for i, weight in enumerate(weights) if weight is not None)
        for weights in (term.weekdays, term.months)
    )
    days = (datetime(2001, month + 1, day) for day in range(1, 29))
    return next(day for day in days if day.weekday() == weekday)
