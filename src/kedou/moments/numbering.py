"""Which columns may only number the rows: row numbers, identity numbers.

n different whole numbers are spread least where they follow each other, in whatever order:

    S_xx >= n (n^2 - 1) / 12,        equal for  a, a + 1, ..., a + n - 1  alone,

with mean a + (n - 1) / 2. So the moments tell a column that counts 1 to n, shuffled or not, without
another look at the rows. Where rows were skipped, N read and n left, the numbers of those left are
n drawn from N: S_xx / n strays from (N^2 - 1) / 12 by the share sqrt(0.8 (1 - n/N) / n) (the
kurtosis of a uniform distribution is 1.8), and the mean by N sqrt((1 - n/N) / 12 n).

Identity numbers with gaps cannot be told from any other whole numbers by what they are, only by
what they are called; the sums of whole numbers being whole keeps a measured quantity out.

A trend over time looks the same as row numbers, so what is found is a question. Consecutive years
are not asked about.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kedou.moments.moments import Moments
from kedou.texts import Message

FEW_ROWS = 10
"""Of so few rows or fewer any column may count them by chance."""
YEARS = (1500, 2100)
MOST_NAMED = 8
"""Other columns that an advice names."""
SAME = 1e-9
"""What rounding may take from a scatter: less than one number twice does, for a billion rows."""
STRAYS = 4.0
"""Standard deviations by which the numbers of the rows that are left may stray."""
FEW_LEFT = 200
MOST_SKIPPED = 0.5
EXACT = 2.0**50
"""Below this size it can be seen whether a sum is whole."""
WORDS = frozenset({"id", "ids", "uid", "uuid", "guid", "rowid"})
CHINESE = ("编号", "序号", "行号", "学号", "工号", "单号", "流水号")

HOW = "moments.numbering-how"
"""The code of how to leave columns out; whoever says it says it with options of its own."""

How = Literal["consecutive", "spread", "named"]


@dataclass(frozen=True, slots=True)
class Numbering:
    """A column that may only number the rows.

    Attributes
    ----------
    name : str
        The column.
    how : {"consecutive", "spread", "named"}
        Each whole number from ``first`` to ``last`` once; spread like the numbers of the rows
        read, of which some were skipped; called like an identity number.
    first, last : int or None
        Of consecutive numbers; of spread ones 1 and the rows read.
    """

    name: str
    how: How
    first: int | None = None
    last: int | None = None

    @property
    def question(self) -> Message:
        """What to ask about the column."""
        values = {"name": self.name, "first": self.first, "last": self.last}
        told = {name: value for name, value in values.items() if value is not None}
        return Message(f"moments.numbering-{self.how}", told)


def numberings(moments: Moments) -> list[Numbering]:
    """Return the columns that may only number the rows.

    Of weighted rows nothing is told, and nothing of ten rows or fewer.

    Examples
    --------
    >>> import kedou as kd
    >>> table = {"nr": range(12, 0, -1), "size": [3.0, 1.0, 4.0] * 4, "y": [1.0, 2.0, 4.0] * 4}
    >>> numberings(kd.scan(table, target="y"))
    [Numbering(name='nr', how='consecutive', first=1, last=12)]
    """
    n = moments.count
    if n <= FEW_ROWS or moments.weight_sum != n:
        return []
    found = []
    for number, column in enumerate(moments.columns):
        if column.kind != "number":
            continue
        mean = float(moments.mean[number]), float(moments.mean_low[number])
        scatter = float(moments.scatter[number, number])
        told = _consecutive(n, mean, scatter) or _spread(n, moments.rows_read, mean, scatter)
        if told is not None:
            found.append(Numbering(column.name, *told))
        elif _is_named(column.name) and scatter > 0 and _whole(n, mean, scatter):
            found.append(Numbering(column.name, "named"))
    return found


def questions(moments: Moments) -> list[Message]:
    """Return what to ask about columns that may only number the rows, and how to leave them out.

    Examples
    --------
    >>> import kedou as kd
    >>> table = {"nr": range(12), "size": [3.0, 1.0, 4.0] * 4, "y": [1.0, 2.0, 4.0] * 4}
    >>> print(questions(kd.scan(table, target="y"))[1])
    To leave it out, name the columns to use: features=['size'].
    """
    found = numberings(moments)
    if not found:
        return []
    asked = {each.name for each in found}
    others = [c.name for c in moments.columns if c.kind == "number" and c.name not in asked]
    if not others:
        return [each.question for each in found]
    return [*(each.question for each in found), Message(HOW, _typed(others))]


def _typed(names: list[str]) -> dict[str, str]:
    """Return names as a list of Python and as an option of the command line, ready to be typed."""
    few, more = names[:MOST_NAMED], ["..."] if len(names) > MOST_NAMED else []
    option = ",".join([*(f'"{name}"' if "," in name else name for name in few), *more])
    return {"list": f"[{', '.join([*map(repr, few), *more])}]", "option": shlex.quote(option)}


def _consecutive(n: int, mean: tuple[float, float], scatter: float) -> tuple[How, int, int] | None:
    least = n * (float(n) * n - 1.0) / 12.0
    if not abs(scatter - least) <= SAME * least:
        return None
    begin = (mean[0] - (n - 1) / 2) + mean[1]
    first = round(begin)
    if abs(begin - first) > SAME * max(n, abs(mean[0])) or abs(first) > EXACT:
        return None
    if first >= YEARS[0] and first + n - 1 <= YEARS[1]:
        return None
    return "consecutive", first, first + n - 1


def _spread(
    n: int, read: int, mean: tuple[float, float], scatter: float
) -> tuple[How, int, int] | None:
    missed = 1.0 - n / read
    if n < FEW_LEFT or not 0.0 < missed <= MOST_SKIPPED or not _whole(n, mean, scatter):
        return None
    strays = float(np.sqrt(missed / n))
    wide = scatter / n / ((float(read) * read - 1.0) / 12.0) - 1.0
    off = abs(mean[0] - read / 2.0) - 0.5  # from row numbers that begin with 0, or with 1
    if abs(wide) > STRAYS * np.sqrt(0.8) * strays or off > STRAYS * read / np.sqrt(12.0) * strays:
        return None
    return "spread", 1, read


def _is_named(name: str) -> bool:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    as_text = name.strip()
    written = as_text.casefold() == "unnamed: 0" or as_text.endswith(CHINESE)
    return written or not WORDS.isdisjoint(part.casefold() for part in parts)


def _whole(n: int, mean: tuple[float, float], scatter: float) -> bool:
    """Say whether the sums of a column and of its squares are whole, as far as can be seen."""
    total = mean[0] * n
    squares = scatter + mean[0] * total
    for value, low in ((total, mean[1] * n), (squares, 2 * mean[1] * total)):
        if abs(value) < EXACT:
            off = (value - round(value)) + low
            if abs(off) > 1e-6 + 1e-13 * abs(value):
                return False
    return True
