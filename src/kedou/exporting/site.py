"""The whole lesson as a folder for any plain web server, or to be opened from disk.

A page for each chapter and ``index.html`` for the cover; script and style lie beside them, once.
All addresses are relative, so the folder works below any path. The names of script and style hold
a digest of what is in them: a browser that kept an older one asks for the new one by another name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path

from kedou.errors import ExistsError, UnreadableFileError
from kedou.exporting.places import require_free_folder
from kedou.exporting.single import SOURCE_LANGUAGE
from kedou.pages import (
    CHAPTERS,
    COVER,
    Bundle,
    Chapter,
    ordinary_script,
    page_beside,
    read_bundle,
)
from kedou.saving import replacing
from kedou.texts import normalise_language

_OLDER = re.compile(r"kedou-[0-9a-f]{12}\.(?:js|css)")


def export_all(
    folder: str | os.PathLike[str], *, lang: str | None = None, force: bool = False
) -> Path:
    """Write the whole lesson into a folder: ``index.html``, a page for each chapter, one script.

    Parameters
    ----------
    folder : path
        It is made where it is not there.
    lang : str, optional
        The language the pages open in, ``"en"`` or ``"zh-CN"``; else each reader's own browser
        decides. Both are in them.
    force : bool, default False
        Write into a folder that holds files. Those of an earlier export are replaced, all others
        stay.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ExistsError
        Something lies in the folder, or a file has its name.
    UnreadableFileError
        It cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import kedou as kd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(path.name for path in kd.export_all(folder).iterdir())[:3]
    ['THIRD-PARTY-NOTICES.txt', 'backward.html', 'derivative.html']
    """
    target = Path(folder)
    if not force:
        require_free_folder(target)
    elif target.exists() and not target.is_dir():
        raise ExistsError("exporting.not-a-folder", path=str(target))
    language = None if lang is None else normalise_language(lang)
    files = _files(read_bundle(), language)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UnreadableFileError(
            "saving.cannot-write", path=str(target), reason=problem.strerror or str(problem)
        ) from problem
    # Script and style come first and the cover last: no page ever lacks what it needs.
    for name, text in files.items():
        with replacing(target / name) as file:
            file.write(text.encode())
    for path in target.iterdir():
        if _OLDER.fullmatch(path.name) and path.name not in files:
            with contextlib.suppress(OSError):
                path.unlink()
    return target


def _files(bundle: Bundle, language: str | None) -> dict[str, str]:
    script = ordinary_script(bundle)
    names = {"script": _named(script, "js"), "style": _named(bundle.style, "css")}
    return {
        names["script"]: script,
        names["style"]: bundle.style,
        "THIRD-PARTY-NOTICES.txt": bundle.notices + "\n",
        **{f"{each.name}.html": _page(bundle, each, language, names) for each in CHAPTERS},
        "index.html": _page(bundle, COVER, language, names),
    }


def _page(bundle: Bundle, chapter: Chapter, language: str | None, names: dict[str, str]) -> str:
    return page_beside(
        bundle,
        **names,
        title=chapter.page_title(language),
        language=language or SOURCE_LANGUAGE,
        description=chapter.lead(language),
        attributes={
            "data-home": chapter.name,
            "data-site": "",
            **({"data-lang": language} if language else {}),
        },
    )


def _named(text: str, ending: str) -> str:
    return f"kedou-{hashlib.sha256(text.encode()).hexdigest()[:12]}.{ending}"
