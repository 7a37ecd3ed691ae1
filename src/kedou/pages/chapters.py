"""The chapters of the page by their fixed names, in the order in which they are learnt."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from kedou.errors import OptionError
from kedou.texts import LANGUAGES, say


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter, or the cover.

    Attributes
    ----------
    name : str
        Its fixed name: in addresses, files, notebooks.
    title_code, lead_code : str
        Its title and its first sentence, in the text catalogue.
    """

    name: str
    title_code: str
    lead_code: str

    def title(self, language: str | None = None) -> str:
        """Return its title; in all languages, the lesson's own first, where none is named."""
        return _said(self.title_code, language)

    def page_title(self, language: str | None = None) -> str:
        """Return what a browser's tab says."""
        title = self.title(language)
        return title if self.name == "cover" else f"{title} · Kedou"

    def lead(self, language: str | None = None) -> str:
        """Return its first sentence, in one language or in all."""
        return _said(self.lead_code, language)


def _said(code: str, language: str | None) -> str:
    tongues = tuple(reversed(LANGUAGES)) if language is None else (language,)
    return " · ".join(say(code, tongue) for tongue in tongues)


def _chapter(name: str, prefix: str | None = None) -> Chapter:
    words = f"page_{name.replace('-', '_')}.{prefix or name}"
    return Chapter(name, f"{words}-title", f"{words}-lead")


COVER = Chapter("cover", "page.page-title", "page_cover.cover-turn")
CHAPTERS = (
    _chapter("derivative"),
    _chapter("forward"),
    _chapter("loss"),
    _chapter("layers"),
    _chapter("backward"),
    _chapter("rules"),
    _chapter("learning-rate", "rate"),
    _chapter("gradient"),
    _chapter("train"),
    _chapter("own-data", "own"),
)


WHOLE = ("all", "everything", "lesson", "site", "*", "全部", "所有")
"""What is said for all chapters at once, by who looks for the other way to export."""


def chapter_named(name: str) -> Chapter:
    """Return the chapter of that name; ``cover`` is one too.

    Raises
    ------
    OptionError
        There is none; all names are told, and the nearest one.

    Examples
    --------
    >>> chapter_named("forward").title("en")
    'Forward pass'
    """
    known = {chapter.name: chapter for chapter in (COVER, *CHAPTERS)}
    asked = str(name).strip().lower().replace("_", "-").replace(" ", "-")
    if asked in known:
        return known[asked]
    titles = {
        chapter.title(language).lower(): chapter.name
        for chapter in CHAPTERS
        for language in LANGUAGES
    }
    if asked in WHOLE:
        raise OptionError("chapters.no-chapter-all", name=name)
    near = get_close_matches(asked, [*known, *titles], n=1)
    if near:
        nearest = titles.get(near[0], near[0])
        raise OptionError("chapters.no-chapter-near", name=name, near=nearest, known=list(known))
    raise OptionError("chapters.no-chapter", name=name, known=list(known))
