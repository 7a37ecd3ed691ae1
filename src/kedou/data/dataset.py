"""Dataset: a small real table, ready to be fitted, that says where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.block import Floats
from kedou.texts import current_language


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """One of the data sets that come with Kedou.

    Attributes
    ----------
    name : str
        Its name in ``kedou.data.names()``.
    X : (rows, k) float64
        The suggested features; text columns (categories) are in ``table`` only.
    y : (rows,) float64
        The suggested target.
    feature_names : tuple of str
        Columns of X.
    target_name : str
        Column of y.
    table : dict of str to array or list of str
        Every column of the file: float64 arrays, or lists of text.
    units : dict of str to str
        The unit of each column, ``""`` where it has none.
    source : str
        Who measured it, and where it was published.
    """

    name: str
    X: Floats
    y: Floats
    feature_names: tuple[str, ...]
    target_name: str
    table: Mapping[str, NDArray[np.float64] | list[str]]
    units: Mapping[str, str]
    source: str
    file: Path
    words: Mapping[str, Any]

    @property
    def title(self) -> str:
        """A short title, in the language in force."""
        return self._say(self.words["title"])

    @property
    def description(self) -> str:
        """What was measured and what to look for, in the language in force."""
        return self._say(self.words["description"])

    @property
    def licence(self) -> str:
        """On what terms the numbers may be passed on, in the language in force."""
        return self._say(self.words["licence"])

    @property
    def column_descriptions(self) -> dict[str, str]:
        """What each column is, in the language in force."""
        return {name: self._say(column) for name, column in self.words["columns"].items()}

    def path(self) -> Path:
        """Return the path of the CSV file itself, to be read like any other file."""
        return self.file

    def __repr__(self) -> str:
        features = ", ".join(self.feature_names)
        return f"<Dataset {self.name}: {len(self.y)} rows, {self.target_name} from {features}>"

    @staticmethod
    def _say(texts: Mapping[str, str]) -> str:
        return texts[current_language()]
