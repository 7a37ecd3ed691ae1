"""``kd.plot``: which pictures of a run, where, and in which language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kedou.descent import Trajectory
from kedou.errors import OptionError, OptionTypeError
from kedou.plotting import pictures
from kedou.plotting.style import Style, require_matplotlib, styled
from kedou.texts import normalise_language, speaking

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Draw = Callable[[Trajectory, "Axes", Style, Any], None]

KINDS: dict[str, Draw] = {
    "loss": pictures.loss,
    "gap": pictures.gap,
    "weights": pictures.weights,
    "path": pictures.path,
    "fit": pictures.fit,
    "rates": pictures.rates,
}


def plot(
    run: Any,
    kind: str | None = None,
    *,
    ax: Axes | None = None,
    data: Any = None,
    lang: str | None = None,
    **options: Any,
) -> Figure | Axes:
    """Draw a run with Matplotlib.

    No global state is touched: the figure belongs to you and to no window, and your settings of
    Matplotlib (``rcParams``) hold. A notebook shows it; ``figure.savefig("run.pdf")`` keeps it as
    lines and text.

    Parameters
    ----------
    run : Trajectory, or a fitted ``GradientDescentRegressor``
    kind : str, optional
        ``"loss"``: the loss against the step, with the smallest possible one. ``"gap"``: how far
        it is above that. ``"weights"``: each parameter against the step. ``"path"``: the way over
        the contours of the loss, for two parameters. ``"fit"``: the line and the points of
        ``data``, for one feature, its powers included. ``"rates"``: steps needed to within 1 %
        against the learning rate. Without a kind: all of ``loss``, ``weights``, ``path`` and
        ``fit`` that this run has.
    ax : matplotlib Axes, optional
        Draw here, one kind (``"loss"`` unless named), and return it.
    data : Source, or anything ``kd.open`` takes, optional
        The rows for ``"fit"``; of many, 2,000 are drawn.
    lang : {"en", "zh-CN"}, optional
        The language of the labels; that in force unless given. Where Matplotlib finds no Chinese
        font they are English.
    **options
        As for ``kd.open``, where ``data`` is not opened yet.

    Returns
    -------
    Figure, or the Axes that were given

    Raises
    ------
    OptionError
        Matplotlib is not installed (``pip install 'kedou[plot]'``); there is no such kind; or
        this run has no such picture.
    OptionTypeError
        This is no run.

    Examples
    --------
    >>> import kedou as kd
    >>> run = kd.descend(kd.data.tadpoles(), learning_rate=0.05, steps=30)
    >>> figure = kd.plot(run, "loss")
    >>> figure.axes[0].lines[0].get_ydata()[0].round(4).item()
    6.5071
    """
    require_matplotlib()
    run = _run_of(run)
    if kind is not None and kind not in KINDS:
        raise OptionError("plotting.no-kind", got=str(kind), known=list(KINDS))
    rows = pictures.rows_of(run, data, options) if data is not None else None
    style = styled(None if lang is None else normalise_language(lang))
    with speaking(style.language), style.context():
        if ax is not None:
            KINDS[kind or "loss"](run, ax, style, rows)
            style.adopt(ax)
            return ax
        kinds = [kind] if kind is not None else _kinds_of(run, rows)
        figure, places = style.figure(len(kinds))
        for each, place in zip(kinds, places, strict=True):
            KINDS[each](run, place, style, rows)
        return figure


def _kinds_of(run: Trajectory, rows: Any) -> list[str]:
    kinds = ["loss", "weights"]
    if pictures.has_path(run):
        kinds.append("path")
    if rows is not None and pictures.has_fit(run):
        kinds.append("fit")
    return kinds


def _run_of(given: Any) -> Trajectory:
    run = getattr(given, "trajectory_", given)
    if isinstance(run, tuple):
        raise OptionError("plotting.several-targets", count=len(run))
    if not isinstance(run, Trajectory):
        raise OptionTypeError("plotting.no-run", got=type(given).__name__)
    return run
