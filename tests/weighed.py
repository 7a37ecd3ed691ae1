"""Models with given weights, and how predictions made elsewhere are compared with their own."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

import kedou as kd
from elsewhere import Found, Row
from kedou.block import Column
from kedou.columns import ColumnPlan, Feature
from kedou.columns.batch import TableBatch
from kedou.columns.encode import encode
from kedou.errors import DataError


def model_of(
    features: Sequence[Feature],
    columns: Sequence[Column],
    theta: Sequence[float],
    *,
    references: dict[str, str] | None = None,
    intercept: bool = True,
    loss: str = "squared",
) -> kd.Model:
    """Return a model with given weights, the intercept last."""
    return kd.Model(
        plan=ColumnPlan(tuple(features), target="y"),
        columns=tuple(columns),
        references=references or {},
        target_name="y",
        has_intercept=intercept,
        theta=np.array(theta, dtype=np.float64),
        loss={"name": loss},
        mean=np.zeros(len(columns)),
        weight_sum=0.0,
        degrees_of_freedom=0.0,
        residual_std=None,
        spread=None,
    )


def weights(count: int, seed: int = 0, size: float = 3.0) -> list[float]:
    """Return weights with all their 17 digits, of several orders of magnitude."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=count) * 10.0 ** rng.uniform(-size, size, count)).tolist()


def level(source: str, name: str) -> Column:
    return Column(f"{source}={name}", source, "level", level=name)


def expected(model: kd.Model, rows: Sequence[Row]) -> tuple[Found, list[float]]:
    """Return what the model predicts for each row, and the sum of the sizes of its parts."""
    found: Found = []
    sizes: list[float] = []
    for row in rows:
        value, size = None, 0.0
        try:
            (stretch,) = model.predict_rows(table_of([row]), unseen="skip")
            if len(stretch.value):
                known = {source: (name,) for source, name in model.references.items()}
                X = encode(
                    TableBatch(stretch.batch.table), model.plan, columns=model.columns,
                    known_levels=known, features_only=True,
                ).X  # fmt: skip
                value = float(stretch.value[0])
                size = float((abs(X) @ abs(model.coefficients)).item() + abs(model.intercept))
        except DataError:
            pass
        found.append(value)
        sizes.append(size)
    return found, sizes


def table_of(rows: Sequence[Row]) -> Any:
    import pyarrow as pa

    types = {float: pa.float64(), int: pa.int64(), datetime: pa.timestamp("us"), date: pa.date32()}
    columns = {}
    for name in rows[0]:
        cells = [row[name] for row in rows]
        kind = next((type(cell) for cell in cells if cell is not None), str)
        columns[name] = pa.array(cells, types.get(kind, pa.string()))
    return pa.table(columns)


def agree(model: kd.Model, rows: Sequence[Row], found: Found) -> None:
    """Compare with the model's own predictions, to 1e-12 of their scale."""
    wanted, sizes = expected(model, rows)
    assert len(found) == len(rows)
    for row, mine, other, size in zip(rows, wanted, found, sizes, strict=True):
        if mine is None or other is None:
            assert mine is None, (row, mine, other)
            assert other is None, (row, mine, other)
            continue
        is_probability = model.loss["name"] in ("log", "brier")
        scale = mine * max(size, 1.0) + 1e-300 if is_probability else max(size, abs(mine))
        assert abs(mine - other) <= 1e-12 * scale, (row, mine, other)


def agree_or_give_nothing(model: kd.Model, rows: Sequence[Row], found: Found) -> None:
    """Compare where there is a prediction; there may be none where the model has one."""
    kept = [pair for pair in zip(rows, found, strict=True) if pair[1] is not None]
    agree(model, [row for row, _ in kept], [value for _, value in kept])
