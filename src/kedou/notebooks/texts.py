"""From the text of a chapter to a notebook: the same cells, with the same names, every time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module, resources
from pathlib import Path
from typing import Any

from kedou.errors import MissingPackageError
from kedou.texts import normalise_language

EXTRA = "pip install 'kedou[jupyter]'"


@dataclass(frozen=True)
class Chapter:
    """One chapter's text.

    Attributes
    ----------
    name : str
        The chapter's fixed name, such as ``"learning-rate"``.
    language : {"en", "zh-CN"}
    path : Path
        Where the text is.
    """

    name: str
    language: str
    path: Path

    @property
    def file(self) -> str:
        """The name of its notebook, such as ``07-learning-rate.ipynb``."""
        return f"{self.path.stem}.ipynb"


def chapters(language: str) -> list[Chapter]:
    """Return the nine chapters in one language, in order.

    >>> [chapter.file for chapter in chapters("en")][6:8]
    ['07-learning-rate.ipynb', '08-gradient.ipynb']
    """
    tongue = normalise_language(language)
    folder = Path(str(resources.files("kedou"))) / "assets" / "notebooks" / tongue
    paths = sorted(folder.glob("*.md"))
    return [Chapter(path.stem.partition("-")[2], tongue, path) for path in paths]


def needed(name: str) -> Any:
    """Import a module of the extra ``jupyter``.

    Raises
    ------
    MissingPackageError
        If the extra is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as problem:
        missing = str(problem.name or name)
        raise MissingPackageError("notebooks.no-jupyter", missing=missing, command=EXTRA) from None


def notebook(chapter: Chapter) -> dict[str, Any]:
    """Return a chapter as a notebook, as it stands in an ``.ipynb`` file.

    Parameters
    ----------
    chapter : Chapter

    Returns
    -------
    dict
        In nbformat 4.5. Its metadata say under ``kedou`` which chapter it is, and hold a checksum
        of its cells, by which ``write`` sees whether somebody has worked in it.

    Raises
    ------
    MissingPackageError
        If the extra ``jupyter`` is not installed.
    """
    jupytext = needed("jupytext")
    read = jupytext.reads(chapter.path.read_text(encoding="utf-8"), fmt="md:myst")
    cells = [_cell(chapter, number, cell) for number, cell in enumerate(read.cells, 1)]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "kedou": {
            "chapter": chapter.name,
            "language": chapter.language,
            "checksum": checksum(cells),
        },
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def checksum(cells: Sequence[Any]) -> str:
    """Return a checksum of what is written in cells; outputs and run counts do not matter."""
    kept = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    return hashlib.sha256(json.dumps(kept, ensure_ascii=True).encode()).hexdigest()


def _cell(chapter: Chapter, number: int, cell: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": f"{chapter.name}-{number:02}",
        "metadata": dict(cell.metadata),
        "source": cell.source.splitlines(keepends=True),
    }
    if cell.cell_type == "code":
        made |= {"execution_count": None, "outputs": []}
    return made
