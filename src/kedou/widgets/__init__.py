"""The lesson in a notebook: JupyterLab, Notebook, VS Code, Colab, marimo.

A second host of the one front end (``kedou.lab`` has the first). ``kedou.lab.forward()`` and its
sisters live here; ``kedou.lab`` only passes them on, so that neither ``import kedou`` nor the
command ``kedou lab`` loads anywidget.

Every chapter function takes

- ``lang``: ``"en"`` or ``"zh-CN"``; left out, the language in force (``kd.set_language``,
  ``KEDOU_LANG``);
- ``data``, where the chapter has points: a data frame of two columns (or with columns x and y), a
  mapping, (x, y), an (n, 2) array, or a ``Dataset`` of one feature; 2 to 40 points with x from 0 to
  5 and y from 0 to 7, as far as the pictures reach;
- any part of the chapter's state by its name: ``kd.lab.forward(w=0.5)``;

and returns an ``anywidget.AnyWidget``. Its attributes follow what is on screen, and setting them
changes it: ``lab.w``, ``lab.learning_rate``, ``lab.state``, ``lab.points`` (a data frame);
``lab.run`` is the run of the state on screen, computed by Python. ``lab.observe`` works on all of
them. Names and values that are none of the chapter's are an ``OptionError`` that says which are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kedou.errors import MissingPackageError

CHAPTER_FUNCTIONS = (
    "cover",
    "derivative",
    "forward",
    "loss",
    "layers",
    "backward",
    "rules",
    "learning_rate",
    "gradient",
    "train",
)


def cover(*, lang: str | None = None, **state: Any) -> Any:
    """Show the first minute: turn the line into the tadpoles.

    Arguments and attributes are those of every chapter: see ``kedou.widgets``.

    Examples
    --------
    >>> lab = kd.lab.cover()  # doctest: +SKIP
    """
    return _open("cover", lang=lang, **state)


def derivative(*, lang: str | None = None, **state: Any) -> Any:
    """Show chapter 1: height says where you are; slope says what the next small step does.

    Arguments and attributes are those of every chapter: see ``kedou.widgets``.

    Examples
    --------
    >>> lab = kd.lab.derivative(curve="sine", x=0.5)  # doctest: +SKIP
    """
    return _open("derivative", lang=lang, **state)


def forward(*, lang: str | None = None, data: Any = None, **state: Any) -> Any:
    """Show chapter 2: x becomes a prediction, predictions become errors, errors become one number.

    Arguments and attributes are those of every chapter: see ``kedou.widgets``.

    Examples
    --------
    >>> lab = kd.lab.forward(w=0.5)  # doctest: +SKIP
    """
    return _open("forward", lang=lang, data=data, **state)


def loss(*, lang: str | None = None, data: Any = None, **state: Any) -> Any:
    """Show chapter 3: a loss decides whose voice counts.

    Arguments and attributes are those of every chapter: see ``kedou.widgets``.

    Examples
    --------
    >>> lab = kd.lab.loss(looked="huber")  # doctest: +SKIP
    """
    return _open("loss", lang=lang, data=data, **state)


def layers(*, lang: str | None = None, **state: Any) -> Any:
    """Show chapter 4: a small network forward, and its slopes backward.

    Arguments and attributes are those of every chapter: see ``kedou.widgets``.

    Examples
    --------
    >>> lab = kd.lab.layers(tadpole=0)  # doctest: +SKIP
    """
    return _open("layers", lang=lang, **state)


def backward(*, lang: str | None = None, data: Any = None, **state: Any) -> Any:
    """Show chapter 5: the slope lights, then the step.

    Arguments and attributes are those of every chapter: see ``kedou.widgets``.

    Examples
    --------
    >>> lab = kd.lab.backward(learning_rate=0.02)  # doctest: +SKIP
    """
    return _open("backward", lang=lang, data=data, **state)


def rules(
    *,
    mine: Callable[[float, float], float] | None = None,
    lang: str | None = None,
    data: Any = None,
    **state: Any,
) -> Any:
    """Show chapter 6: the race of the update rules, and a rule of your own in it.

    Parameters
    ----------
    mine : callable, optional
        ``mine(w, slope)`` returns the new w. Python runs it for twenty steps and at most two
        seconds; what it raises, and what the gradient checker says of it, stands in the widget.
    lang, data, **state
        As for every chapter: see ``kedou.widgets``.

    Examples
    --------
    >>> lab = kd.lab.rules(mine=lambda w, slope: w - 0.05 * slope)  # doctest: +SKIP
    """
    return _open("rules", lang=lang, data=data, mine=mine, **state)


def learning_rate(*, lang: str | None = None, data: Any = None, **state: Any) -> Any:
    """Show chapter 7: too big is as slow as too small; bigger still blows up.

    Arguments and attributes are those of every chapter: see ``kedou.widgets``.

    Examples
    --------
    >>> lab = kd.lab.learning_rate(learning_rate=0.09)  # doctest: +SKIP
    """
    return _open("learning-rate", lang=lang, data=data, **state)


def gradient(*, lang: str | None = None, data: Any = None, **state: Any) -> Any:
    """Show chapter 8: two parameters; the gradient shows the steepest ground here, not the goal.

    Arguments and attributes are those of every chapter: see ``kedou.widgets``.

    Examples
    --------
    >>> lab = kd.lab.gradient(start=(0, 0))  # doctest: +SKIP
    """
    return _open("gradient", lang=lang, data=data, **state)


def train(*, lang: str | None = None, data: Any = None, **state: Any) -> Any:
    """Show chapter 9: the powers of the tadpoles, and each tadpole hidden in turn.

    Arguments and attributes are those of every chapter: see ``kedou.widgets``.

    Examples
    --------
    >>> lab = kd.lab.train(power=3)  # doctest: +SKIP
    """
    return _open("train", lang=lang, data=data, **state)


def _need_anywidget() -> None:
    try:
        import anywidget  # noqa: F401
    except ImportError:
        raise MissingPackageError(
            "widgets.needs-package", package="anywidget", extra="kedou[jupyter]"
        ) from None


def _open(name: str, **given: Any) -> Any:
    _need_anywidget()
    from kedou.widgets.widget import widget_class

    return widget_class(name)(**given)


def show(run: Any, *, lang: str | None = None) -> Any:
    """Show a finished run as a widget: its loss and its parameters against step, to be played.

    Parameters
    ----------
    run : Trajectory
        What ``kd.descend`` returns. At most 400 of its records are drawn: all of the first
        hundred, ever fewer later, and the last.
    lang : {"en", "zh-CN"}, optional

    Returns
    -------
    anywidget.AnyWidget
        ``.step`` is the step on screen (None: the last), ``.run`` the run.

    Raises
    ------
    OptionTypeError
        ``run`` is no Trajectory.
    MissingPackageError
        anywidget is not installed.

    Examples
    --------
    >>> import kedou as kd
    >>> run = kd.descend(kd.data.tadpoles(), learning_rate=0.05)
    >>> kd.show(run)  # doctest: +SKIP
    """
    _need_anywidget()
    from kedou.widgets.finished import RunWidget

    return RunWidget(run, lang=lang)
