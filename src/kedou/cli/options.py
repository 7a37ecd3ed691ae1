"""Options that commands share, and how their values are read.

Numbers arrive as text and are read here, so that a mistake is explained in either language.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from kedou.errors import OptionError

Names = list[str] | None

Files = Annotated[list[str], typer.Argument(metavar="FILES...", show_default=False)]
Target = Annotated[
    str | None, typer.Option("--target", "-t", metavar="COLUMN", rich_help_panel="data")
]
Features = Annotated[Names, typer.Option("--features", "-f", metavar="A,B", rich_help_panel="data")]
Categorical = Annotated[
    Names, typer.Option("--categorical", "-c", metavar="A,B", rich_help_panel="data")
]
Polynomial = Annotated[
    Names, typer.Option("--polynomial", "-p", metavar="X=DEGREE", rich_help_panel="data")
]
Dates = Annotated[Names, typer.Option("--dates", "-d", metavar="A,B", rich_help_panel="data")]
Weight = Annotated[
    str | None, typer.Option("--weight", "-w", metavar="COLUMN", rich_help_panel="data")
]
Missing = Annotated[str, typer.Option("--missing", metavar="skip|error", rich_help_panel="reading")]
SkipBadRows = Annotated[bool, typer.Option("--skip-bad-rows", rich_help_panel="reading")]
Encoding = Annotated[
    str | None, typer.Option("--encoding", metavar="NAME", rich_help_panel="reading")
]
Delimiter = Annotated[
    str | None, typer.Option("--delimiter", metavar="CHARACTER", rich_help_panel="reading")
]
Decimal = Annotated[str | None, typer.Option("--decimal", metavar=".|,", rich_help_panel="reading")]
Precision = Annotated[
    str, typer.Option("--precision", metavar="auto|fast|exact", rich_help_panel="reading")
]
NoIntercept = Annotated[bool, typer.Option("--no-intercept", rich_help_panel="descent")]
Ridge = Annotated[str, typer.Option("--ridge", metavar="NUMBER", rich_help_panel="descent")]
Start = Annotated[
    str, typer.Option("--start", metavar="NUMBER|random|A,B", rich_help_panel="descent")
]
Checkpoint = Annotated[
    str | None, typer.Option("--checkpoint", metavar="FILE", rich_help_panel="reading")
]
Cluster = Annotated[
    str | None, typer.Option("--cluster", metavar="ADDRESS", rich_help_panel="reading")
]
Json = Annotated[bool, typer.Option("--json", rich_help_panel="output")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", rich_help_panel="output")]


def source_options(
    target: str | None,
    features: Names,
    categorical: Names,
    polynomial: Names,
    dates: Names,
    weight: str | None,
    missing: str,
    skip_bad_rows: bool,
    encoding: str | None,
    delimiter: str | None,
    decimal: str | None,
) -> dict[str, Any]:
    """Return what ``kd.open`` takes."""
    return {
        "target": target,
        "features": names(features) or None,
        "categorical": names(categorical),
        "polynomial": degrees(polynomial),
        "dates": names(dates),
        "weight": weight,
        "missing": missing,
        "bad_cells": "skip" if skip_bad_rows else "error",
        **dialect(encoding, delimiter, decimal),
    }


def dialect(
    encoding: str | None, delimiter: str | None, decimal: str | None
) -> dict[str, str | None]:
    r"""Return how a text file is written, where that was said (``\t`` and ``tab`` are a tab)."""
    if delimiter in ("\\t", "tab", "TAB"):
        delimiter = "\t"
    return {"encoding": encoding, "delimiter": delimiter, "decimal": decimal}


def one_or_all(files: Sequence[str]) -> str | list[str]:
    """Return one path as itself, so that it may be a folder's or a pattern's."""
    if not all(file.strip() for file in files):
        raise OptionError("cli.usage-missing", what="FILES")
    return files[0] if len(files) == 1 else list(files)


def names(values: Names) -> list[str]:
    """Read names given once or several times, with commas between; quotes keep a comma.

    >>> names(["a,b", '"c,d"'])
    ['a', 'b', 'c,d']
    """
    found: list[str] = []
    for value in values or ():
        for row in csv.reader([value], skipinitialspace=True):
            found += [cell.strip() for cell in row if cell.strip()]
    return list(dict.fromkeys(found))


def degrees(values: Names) -> dict[str, int]:
    """Read ``x=3`` and the like.

    >>> degrees(["x=3,y=2"])
    {'x': 3, 'y': 2}
    """
    found: dict[str, int] = {}
    for item in names(values):
        name, mark, degree = item.rpartition("=")
        if not mark or not name.strip():
            raise OptionError("cli.polynomial", got=item)
        found[name.strip()] = whole("--polynomial", degree)
    return found


def whole(option: str, text: str) -> int:
    """Read a whole number; ``1e6`` and ``1_000`` are some."""
    try:
        return int(text)
    except ValueError:
        value = _float(text)
    if value is None or not math.isfinite(value) or value != int(value):
        raise OptionError("cli.not-whole", option=option, got=text)
    return int(value)


def decimal(option: str, text: str) -> float:
    """Read a finite number."""
    value = _float(text)
    if value is None or not math.isfinite(value):
        raise OptionError("cli.not-a-number", option=option, got=text)
    return value


def rate(text: str) -> float | str:
    """Read ``auto`` or a number."""
    return "auto" if text.strip().lower() == "auto" else decimal("--learning-rate", text)


def start(text: str) -> float | list[float] | str:
    """Read a number, ``random``, or one number for each parameter."""
    if text.strip().lower() == "random":
        return "random"
    parts = text.split(",")
    values = [decimal("--start", part) for part in parts]
    return values if len(values) > 1 else values[0]


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
