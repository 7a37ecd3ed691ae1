"""The report of a run that is in memory: shown in a notebook, or written to a file.

A run on moments knows them. One that went over the rows, or was read from a file, is given them,
or the data to read once more; with the data come the error on rows left out and the residuals.
"""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from kedou import rules
from kedou.columns.plan import ColumnPlan, Feature
from kedou.descent import Trajectory
from kedou.errors import OptionError, OptionTypeError
from kedou.fitting import scan
from kedou.fitting.asking import asked, is_question
from kedou.fitting.hold_out import HoldOut, has_rate_of_its_own, hold_out
from kedou.fitting.leave_one_out import SMALL, leave_one_out
from kedou.fitting.sample import Sampler
from kedou.fitting.scanner import as_source
from kedou.moments import Moments
from kedou.reporting.content import Report, report_content
from kedou.reporting.page import report_page
from kedou.saving import replacing
from kedou.solution import make_design
from kedou.sources import LeftOut
from kedou.texts import Message, normalise_language, speaking

FOLDS = 5
HEIGHT = 760
"""Pixels that a report takes in a notebook; it scrolls."""

_FRAME = "iframe.kedou-report"
_SAYS_LIGHT = (
    'body[data-jp-theme-light="true"]',
    'body[data-vscode-theme-kind$="light"]',
    'html[theme="light"]',
)
_SAYS_DARK = (
    'body[data-jp-theme-light="false"]',
    'body[data-vscode-theme-kind$="dark"]',
    'body[data-vscode-theme-kind$="contrast"]',
    'html[theme="dark"]',
)
"""JupyterLab, VS Code, Colab. Elsewhere what is around the frame, or the system, decides."""


@dataclass(frozen=True)
class ReportPage:
    """A report as a page: shown where it is the last value of a notebook's cell.

    Attributes
    ----------
    title : str
    html : str
        The whole page; it needs no other file and no network.
    """

    title: str
    html: str = field(repr=False)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file, whole or not at all.

        Raises
        ------
        UnreadableFileError
            The file cannot be written.
        """
        with replacing(path) as file:
            file.write(self.html.encode())
        return Path(path)

    def _repr_html_(self) -> str:
        # A frame of its own: neither can reach into the other. It is told light or dark as any
        # frame is, by the colour scheme that its element has.
        return (
            f"<style>{_scheme('light', _SAYS_LIGHT)}{_scheme('dark', _SAYS_DARK)}</style>"
            f'<iframe class="kedou-report" title="{html.escape(self.title)}"'
            f' srcdoc="{html.escape(self.html)}"'
            ' sandbox="allow-scripts allow-downloads allow-modals"'
            f' style="width:100%;height:{HEIGHT}px;border:0"></iframe>'
        )


def _scheme(scheme: str, notebooks: tuple[str, ...]) -> str:
    where = ",".join(f"{notebook} {_FRAME}" for notebook in notebooks)
    return f"{where}{{color-scheme:{scheme}}}"


@overload
def report(run: Any, path: None = None, **options: Any) -> ReportPage: ...
@overload
def report(run: Any, path: str | os.PathLike[str], **options: Any) -> Path: ...
def report(
    run: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    data: Any = None,
    moments: Moments | None = None,
    name: str | None = None,
    lang: str | None = None,
    with_moments: bool = True,
    **options: Any,
) -> ReportPage | Path:
    """Tell a finished run on one self-contained page, which can retrain.

    Parameters
    ----------
    run : Trajectory, or a fitted ``GradientDescentRegressor``
    path : path, optional
        Write it to this file, and return that. Without it the page comes back, and a notebook
        shows it.
    data : Source, or anything ``kd.open`` takes, optional
        What was descended on. It is read once more, for the error on rows left out and for the
        residuals.
    moments : Moments, optional
        In place of data, for a run that does not know its own; with folds, the error on rows left
        out is told.
    name : str, optional
        What the report is called; else after the file, or the target.
    lang : {"en", "zh-CN"}, optional
        The language in force unless given.
    with_moments : bool, default True
        Whether the moments may be in it. Of rare categories they never are.
    **options
        As for ``kd.open``, where ``data`` is not opened yet.

    Returns
    -------
    ReportPage or Path

    Raises
    ------
    OptionTypeError
        This is no run.
    OptionError
        The run does not know its moments, and none were given; or they are of other columns.

    Examples
    --------
    >>> import kedou as kd
    >>> run = kd.descend(kd.data.tadpoles(), standardize=True)
    >>> kd.report(run, data=kd.data.tadpoles(), lang="en")
    ReportPage(title='Report: volume')
    """
    language = None if lang is None else normalise_language(lang)
    gathered = _gathered(_run_of(run), data, moments, name, with_moments, options)
    with speaking(language):
        content = report_content(gathered)
    page = ReportPage(str(content["title"]), report_page(content))
    return page if path is None else page.save(path)


def to_html(run: Any, **options: Any) -> str:
    """Return the report of a run as the text of a page; the options are those of ``report``."""
    page: ReportPage = report(run, None, **options)
    return page.html


def _run_of(given: Any) -> Trajectory:
    run = getattr(given, "trajectory_", given)
    if isinstance(run, tuple):
        raise OptionError("reporting.several-targets", count=len(run))
    if not isinstance(run, Trajectory):
        raise OptionTypeError("reporting.no-run", got=type(given).__name__)
    return run


def _gathered(
    run: Trajectory,
    data: Any,
    moments: Moments | None,
    name: str | None,
    with_moments: bool,
    options: dict[str, Any],
) -> Report:
    sample = plan = path = None
    left_out: Sequence[LeftOut] = ()
    questions: Sequence[Message] = [note for note in run.notes if is_question(note)]
    if data is not None:
        source = as_source(data, **options)
        sampler = Sampler()
        folds = FOLDS if (source.rows or SMALL) >= SMALL else 0
        moments = scan(source, folds=folds, observe=sampler)
        _require_same_columns(run, moments)
        drawn = sampler.sample(moments.columns)
        sample, plan, path = (drawn.X, drawn.y), source.plan, _file_of(source)
        left_out, questions = source.left_out, asked(source, moments)
        if 2 <= moments.count < SMALL:
            moments = leave_one_out(source)
    moments = moments or run.moments
    if moments is None:
        raise OptionError("reporting.needs-moments")
    _require_same_columns(run, moments)
    return Report(
        run=run,
        moments=moments,
        plan=plan or _plan_of(moments),
        name=name or (Path(path).name if path else run.target_name),
        path=path or "rows.csv",
        held=_held(run, moments),
        sample=sample,
        with_moments=with_moments,
        left_out=left_out,
        questions=questions,
    )


def _file_of(source: Any) -> str | None:
    parts = source.parts()
    origin = parts[0].origin if parts else "memory"
    return None if origin == "memory" else str(origin)


def _require_same_columns(run: Trajectory, moments: Moments) -> None:
    names = make_design(moments, run.has_intercept).columns
    if names != run.columns or moments.target_name != run.target_name:
        raise OptionError(
            "reporting.other-data",
            got=[*(column.name for column in names), moments.target_name],
            needed=[*run.feature_names, run.target_name],
        )


def _held(run: Trajectory, moments: Moments) -> HoldOut | None:
    settings = run.settings
    known = settings["loss"] == "squared" and rules.can_be_made_again(run.rule)
    if len(moments.folds) < 2 or not known or "batch_size" in settings:
        return None
    same = ("steps", "tolerance", "intercept", "standardize", "ridge")
    own = has_rate_of_its_own(run)
    return hold_out(
        moments,
        rule=str(run.rule["name"]) if own else rules.from_json(run.rule),
        start=run.theta[0].tolist(),
        seed=run.seed,
        **{name: settings[name] for name in same},
    )


def _plan_of(moments: Moments) -> ColumnPlan:
    """Return what each table column became, as the columns of the moments tell it."""
    dates = {column.source for column in moments.columns if column.kind == "date"}
    made_of_dates = {f"{name}:{part}" for name in dates for part in ("weekday", "month")}
    features: dict[str, Feature] = {}
    for column in moments.columns:
        name = column.source
        if name in made_of_dates:
            continue
        if name in dates:
            features[name] = Feature(name, "date")
        elif column.kind == "level":
            features[name] = Feature(name, "category")
        else:
            before = features.get(name)
            degree = max(column.power, 1 if before is None else before.degree)
            features[name] = Feature(name, "number", degree)
    return ColumnPlan(tuple(features.values()), moments.target_name, moments.weight_name)
