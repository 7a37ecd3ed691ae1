"""The files that ``web/`` is built into, as they lie in the package."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

from kedou.errors import UnreadableFileError

FOLDER = Path(str(resources.files("kedou"))) / "assets" / "lab"
_ICON = re.compile(r'<link\s+rel="icon".*?>', re.DOTALL)


@dataclass(frozen=True)
class Bundle:
    """The built page, ready to stand inside another.

    Attributes
    ----------
    script, style : str
        A module without imports, and a style sheet.
    icon : str
        The element that names the page's icon, which is written out in it.
    notices : str
        The licences of what the script contains: they go wherever it goes.
    """

    script: str = field(repr=False)
    style: str = field(repr=False)
    icon: str = field(repr=False)
    notices: str = field(repr=False)


@cache
def read_bundle(folder: Path = FOLDER) -> Bundle:
    """Read the built page.

    Raises
    ------
    UnreadableFileError
        It is not built: the package is incomplete.
    """
    try:
        script, style, index, notices = (
            (folder / name).read_text(encoding="utf-8").strip()
            for name in ("bundle.js", "bundle.css", "index.html", "THIRD-PARTY-NOTICES.txt")
        )
    except OSError as problem:
        values = {"folder": str(folder), "reason": problem.strerror or str(problem)}
        raise UnreadableFileError("chapters.lacking", **values) from problem
    icon = _ICON.search(index)
    return Bundle(script, style, " ".join(icon[0].split()) if icon else "", notices)
