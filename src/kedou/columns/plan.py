"""ColumnPlan: which column of a table becomes what. Saved with moments and model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kedou.block import Column
from kedou.errors import SavedFileError

FeatureKind = Literal["number", "category", "date"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One table column and what it becomes.

    Attributes
    ----------
    column : str
        Name of the table column.
    kind : {"number", "category", "date"}
        ``number``: itself, then its powers. ``category``: one indicator for each level.
        ``date``: a trend in days and indicators for weekday and month.
    degree : int
        Highest power of a number, 1 if there are none but itself.
    """

    column: str
    kind: FeatureKind = "number"
    degree: int = 1


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """What is made of each table column, in the order of the columns of X.

    Attributes
    ----------
    features : tuple of Feature
    target, weight, key : str or None
        Names of the table columns that hold the target, the weight and the key.
    key_kind : {"number", "text"}
        Whether the key's values are numbers.

    Examples
    --------
    >>> plan = ColumnPlan((Feature("age", degree=2),), target="price")
    >>> [column.name for column in plan.columns]
    ['age', 'age^2']
    >>> ColumnPlan.from_json(plan.to_json()) == plan
    True
    """

    features: tuple[Feature, ...]
    target: str | None = None
    weight: str | None = None
    key: str | None = None
    key_kind: Literal["number", "text"] = "text"

    @property
    def columns(self) -> tuple[Column, ...] | None:
        """Columns of X, or None where they depend on the levels that the rows hold."""
        if any(feature.kind != "number" for feature in self.features):
            return None
        return tuple(column for feature in self.features for column in number_columns(feature))

    @property
    def table_columns(self) -> tuple[str, ...]:
        """Names of all table columns that are read, each once."""
        names = [feature.column for feature in self.features]
        names += [name for name in (self.target, self.weight, self.key) if name is not None]
        return tuple(dict.fromkeys(names))

    @property
    def degrees(self) -> dict[str, int]:
        """Degree of each feature that has powers."""
        return {f.column: f.degree for f in self.features if f.degree > 1}

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain dictionaries, lists, strings and numbers."""
        return {
            "features": [
                {"column": f.column, "kind": f.kind, "degree": f.degree} for f in self.features
            ],
            "target": self.target,
            "weight": self.weight,
            "key": self.key,
            "key_kind": self.key_kind,
        }

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> ColumnPlan:
        """Rebuild a plan from what ``to_json`` returned.

        Raises
        ------
        SavedFileError
            If a part of it is missing or of the wrong kind.
        """
        try:
            features = tuple(
                Feature(str(f["column"]), f["kind"], int(f["degree"])) for f in saved["features"]
            )
            names = {role: saved[role] for role in ("target", "weight", "key", "key_kind")}
            if not all(f.kind in ("number", "category", "date") for f in features):
                raise ValueError
            if not all(name is None or isinstance(name, str) for name in names.values()):
                raise ValueError
        except (KeyError, TypeError, ValueError) as error:
            raise SavedFileError("columns.plan-damaged", reason=repr(error)) from None
        return cls(features, **names)


def some(names: Sequence[str], most: int = 30) -> list[str]:
    """Shorten a list of names for a sentence."""
    return [*names] if len(names) <= most else [*names[:most], "..."]


def number_columns(feature: Feature) -> tuple[Column, ...]:
    """Columns of X that a number and its powers become, the powers ascending."""
    name = feature.column
    powers = (Column(f"{name}^{i}", name, "power", i) for i in range(2, feature.degree + 1))
    return (Column(name, name), *powers)
