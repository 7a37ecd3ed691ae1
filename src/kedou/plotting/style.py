"""How pictures look: few lines, colours that differ without colour, fonts that know Chinese."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from kedou.errors import OptionError
from kedou.texts import current_language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP",
    "Arial Unicode MS",
)  # fmt: skip
COLOURS = ("#0c7d94", "#b4552d", "#5b5ea6", "#6b7d1f", "#a63d73", "#3f6f52", "#8a6d00", "#555555")
DASHES = ("-", "--", "-.", ":")
WIDTH, HEIGHT = 3.6, 2.8
"""Inches of one picture."""


@dataclass(frozen=True)
class Style:
    """Language and settings of one drawing.

    Attributes
    ----------
    language : {"en", "zh-CN"}
        Of the labels.
    fonts : tuple of str
        Those that know Chinese, of the ones there are.
    """

    language: str
    fonts: tuple[str, ...]

    def context(self) -> AbstractContextManager[None]:
        """Return Matplotlib's settings while it draws; the user's own come back afterwards."""
        import matplotlib as mpl

        families = mpl.rcParams["font.family"]
        own = [families] if isinstance(families, str) else list(families)
        return mpl.rc_context({"font.family": [*own, *self.fonts]})

    def adopt(self, ax: Axes) -> None:
        """Let the labels of axes made elsewhere fall back on a font that knows Chinese."""
        for label in (ax.xaxis.label, ax.yaxis.label):
            label.set_fontfamily([*label.get_fontfamily(), *self.fonts])

    def figure(self, count: int) -> tuple[Figure, Sequence[Axes]]:
        """Return a figure of so many pictures side by side, two in a row where there are four."""
        columns = 2 if count == 4 else count
        rows = -(-count // columns)
        made = _figure_class()(figsize=(WIDTH * columns, HEIGHT * rows), layout="constrained")
        places = made.subplots(rows, columns, squeeze=False)
        return made, list(places.flat)

    def line(self, number: int) -> dict[str, Any]:
        """Return colour and dashes of the line of that number."""
        return {
            "color": COLOURS[number % len(COLOURS)],
            "linestyle": DASHES[number // len(COLOURS) % len(DASHES)],
            "linewidth": 1.4,
        }


def styled(language: str | None) -> Style:
    """Return the style for a language; English where no font could write the other."""
    fonts = chinese_fonts()
    wanted = language or current_language()
    return Style("en" if wanted == "zh-CN" and not fonts else wanted, fonts)


@cache
def chinese_fonts() -> tuple[str, ...]:
    """Return the fonts that know Chinese and that Matplotlib finds."""
    from matplotlib import font_manager

    there = set(font_manager.get_font_names())
    return tuple(name for name in CHINESE_FONTS if name in there)[:1]


def require_matplotlib() -> None:
    """Refuse in words where Matplotlib is not there.

    Raises
    ------
    OptionError
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise OptionError(
            "plotting.needs-package", package="matplotlib", extra="kedou[plot]"
        ) from None


@cache
def _figure_class() -> type[Figure]:
    from matplotlib.figure import Figure as Base

    class RunFigure(Base):
        """A figure of no window, which a notebook shows as it would any other."""

        def _repr_svg_(self) -> str:
            text = io.StringIO()
            self.savefig(text, format="svg")
            return text.getvalue()

    return RunFigure


def bare(ax: Axes) -> None:
    """Leave out the two lines of the frame that say nothing."""
    ax.spines[["top", "right"]].set_visible(False)
