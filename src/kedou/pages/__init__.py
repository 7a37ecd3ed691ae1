"""The built page of the lesson: its files, and how they become pages that need no server."""

from kedou.pages.chapters import CHAPTERS, COVER, Chapter, chapter_named
from kedou.pages.files import FOLDER, Bundle, read_bundle
from kedou.pages.html import ordinary_script, page_alone, page_beside

__all__ = [
    "CHAPTERS",
    "COVER",
    "FOLDER",
    "Bundle",
    "Chapter",
    "chapter_named",
    "ordinary_script",
    "page_alone",
    "page_beside",
    "read_bundle",
]
