"""Ways in which the name of a level may stand in a cell."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)", re.A)


def spellings(level: str) -> tuple[str, ...]:
    """Return what a format that compares texts must take for a level.

    ``level_name`` makes one name of ``3`` and ``3.0``, of ``True`` and ``TRUE``. Formats that
    cannot do that compare with the ways other programs write such a value.

    >>> spellings("Beijing"), spellings("3"), spellings("true")
    (('Beijing',), ('3', '3.0'), ('true', 'True', 'TRUE'))
    """
    if _WHOLE.fullmatch(level):
        return (level, f"{level}.0")
    if level in ("true", "false"):
        return (level, level.capitalize(), level.upper())
    return (level,)
