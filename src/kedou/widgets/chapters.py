"""The chapters as Python knows them, by name, in the order in which they are learnt.

The states are the page's own (``web/view/chapters``); a test holds both to the same first states
and to the same yes and no for thousands of others.
"""

from __future__ import annotations

from collections.abc import Mapping

from kedou.widgets.chapter import Chapter
from kedou.widgets.cost_chapters import COST_CHAPTERS
from kedou.widgets.descent_chapters import DESCENT_CHAPTERS

CHAPTERS: Mapping[str, Chapter] = {
    chapter.name: chapter for chapter in (*COST_CHAPTERS, *DESCENT_CHAPTERS)
}
