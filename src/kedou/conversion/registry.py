"""The table of formats, and ``convert``.

A new format is one file with a function ``write(formula)`` and one line in ``NAMED``.
"""

from __future__ import annotations

import difflib
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from kedou.conversion.formula import Formula, formula_of
from kedou.errors import OptionError
from kedou.fitting import Model


@dataclass(frozen=True, slots=True)
class Format:
    """One way of taking a model elsewhere.

    Attributes
    ----------
    module : str
        Where its function ``write`` is.
    is_text : bool
        Whether it can be printed.
    """

    module: str
    is_text: bool = True

    def write(self, formula: Formula) -> Any:
        """Return a formula in this format: str, bytes, or an object."""
        write: Callable[[Formula], Any] = import_module(self.module).write
        return write(formula)


NAMED: dict[str, Format] = {
    "sql": Format("kedou.conversion.sql"),
    "spreadsheet": Format("kedou.conversion.spreadsheet"),
    "python": Format("kedou.conversion.python"),
    "javascript": Format("kedou.conversion.javascript"),
    "onnx": Format("kedou.conversion.onnx", is_text=False),
    "sklearn": Format("kedou.conversion.sklearn", is_text=False),
}


def convert(model: Model, to: str) -> Any:
    """Write a model in the language of another program.

    Predictions there agree with ``model.predict`` to rounding. A row that has none (a missing cell,
    a level never seen, a number that is none) gives NULL, an error or NaN, never a number.

    Parameters
    ----------
    model : Model
    to : {"sql", "spreadsheet", "python", "javascript", "onnx", "sklearn"}
        - ``"sql"``: one expression over the columns of a table (str)
        - ``"spreadsheet"``: which cell is which column, and a formula (str)
        - ``"python"``, ``"javascript"``: a function ``predict`` of one row (str)
        - ``"onnx"``: a graph in double precision (bytes); needs the package onnx
        - ``"sklearn"``: a fitted pipeline, whose pickle needs no Kedou

    Returns
    -------
    str, bytes or object

    Raises
    ------
    OptionError
        The format is unknown, or cannot hold this model.
    OptionTypeError
        ``model`` is not a model.

    Examples
    --------
    >>> import kedou as kd
    >>> model = kd.fit({"x": [0.0, 1.0, 2.0], "y": [2.0, 2.5, 3.0]}, target="y")
    >>> print(kd.convert(model, to="spreadsheet").rstrip())
    # A2: "x"
    =IF(COUNT(A2)=1,...*A2,NA())
    """
    return format_named(to).write(formula_of(model))


def format_named(name: str) -> Format:
    """Return the format of a name.

    Raises
    ------
    OptionError
        There is none.
    """
    if name in NAMED:
        return NAMED[name]
    close = difflib.get_close_matches(str(name).strip().lower(), NAMED, n=1, cutoff=0.5)
    if close:
        raise OptionError("conversion.unknown-close", got=str(name), close=close[0])
    raise OptionError("conversion.unknown", got=str(name), known=list(NAMED))


def to_bytes(made: Any) -> bytes:
    """Return what ``convert`` made as the content of a file; an object is pickled."""
    if isinstance(made, bytes):
        return made
    return made.encode("utf-8") if isinstance(made, str) else pickle.dumps(made)
