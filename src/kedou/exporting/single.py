"""One chapter as one file: script, style and words in it, both languages, nothing asked for.

The file opens on its chapter. The others are in the same script, so its menu leads to them within
the same file (``?chapter=NAME``); so do share links.
"""

from __future__ import annotations

import os
from pathlib import Path

from kedou.exporting.places import require_free_file
from kedou.pages import chapter_named, page_alone, read_bundle
from kedou.saving import replacing
from kedou.texts import LANGUAGES, normalise_language

SOURCE_LANGUAGE = LANGUAGES[-1]


def export(
    chapter: str,
    path: str | os.PathLike[str] | None = None,
    *,
    lang: str | None = None,
    force: bool = False,
) -> Path:
    """Write a chapter of the lesson as one HTML file that works from disk, without any network.

    Parameters
    ----------
    chapter : str
        A chapter's fixed name (``"forward"``, ``"learning-rate"``), or ``"cover"``.
    path : path, optional
        The file, or a folder that is there; ``NAME.html`` in the current folder if not given.
    lang : str, optional
        The language it opens in, ``"en"`` or ``"zh-CN"``; else the reader's own browser decides.
        Both are in it.
    force : bool, default False
        Replace a file that is there.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    OptionError
        There is no such chapter; the nearest name is told.
    ExistsError
        The file is there already.
    UnreadableFileError
        It cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import kedou as kd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kd.export("forward", folder, lang="en").name
    'forward.html'
    """
    found = chapter_named(chapter)
    language = None if lang is None else normalise_language(lang)
    target = Path(f"{found.name}.html") if path is None else Path(path)
    if target.is_dir():
        target = target / f"{found.name}.html"
    if not force:
        require_free_file(target)
    page = page_alone(
        read_bundle(),
        title=found.title(language)
        if found.name == "cover"
        else f"{found.title(language)} · Kedou",
        language=language or SOURCE_LANGUAGE,
        description=found.lead(language),
        attributes={"data-home": found.name, **({"data-lang": language} if language else {})},
    )
    with replacing(target) as file:
        file.write(page.encode())
    return target
