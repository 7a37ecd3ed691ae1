"""One function for each picture of a run: it draws on axes, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kedou.block import Floats
from kedou.descent import Trajectory
from kedou.errors import OptionError
from kedou.plotting.style import COLOURS, Style, bare
from kedou.spectrum import diagnose, make_quadratic
from kedou.texts import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kedou.fitting.sample import Sample

LEVELS = 9
GRID = 161
MOST_LABELS = 8
WIDE = 100.0
"""A loss that spans more than this is drawn on a logarithmic scale."""


def loss(run: Trajectory, ax: Axes, style: Style, rows: Any = None) -> None:
    """Draw the loss against the step, and the smallest possible one."""
    values = _finite(run.loss)
    ax.plot(run.steps, values, **style.line(0), label=say("plotting.loss"))
    least = None if run.exact is None else run.exact.loss
    positive = values[np.isfinite(values) & (values > 0)]
    if len(positive) and positive.max() > WIDE * positive.min():
        ax.set_yscale("log")
    if least is not None and (least > 0 or ax.get_yscale() == "linear"):
        label = say("plotting.least")
        ax.axhline(least, color=COLOURS[1], linewidth=1, linestyle="--", label=label)
        ax.legend(frameon=False)
    _steps(ax, run, say("plotting.loss"))


def gap(run: Trajectory, ax: Axes, style: Style, rows: Any = None) -> None:
    """Draw how far the loss is above the smallest possible one, on a logarithmic scale."""
    if run.gap is None:
        raise OptionError("plotting.no-gap")
    values = _finite(run.gap)
    ax.plot(run.steps, np.where(values > 0, values, np.nan), **style.line(0))
    ax.set_yscale("log")
    _steps(ax, run, say("plotting.gap"))


def weights(run: Trajectory, ax: Axes, style: Style, rows: Any = None) -> None:
    """Draw each parameter against the step, and the exact one."""
    names = _parameter_names(run)
    for number, name in enumerate(names):
        line = style.line(number)
        label = _plain(name) if number < MOST_LABELS else f"_{number}"
        ax.plot(run.steps, _finite(run.theta[:, number]), **line, label=label)
        if run.exact is not None:
            value = float(run.exact.theta[number])
            ax.axhline(value, color=line["color"], linewidth=0.8, linestyle=":", zorder=1)
    if names:
        ax.legend(frameon=False)
    _steps(ax, run, say("plotting.value"))


def path(run: Trajectory, ax: Axes, style: Style, rows: Any = None) -> None:
    """Draw the way over the contours of the loss, for two parameters."""
    if not has_path(run):
        raise OptionError("plotting.no-path", count=len(run.parameter_names))
    assert run.moments is not None
    settings = run.settings
    bowl = make_quadratic(
        run.moments, run.has_intercept, settings["standardize"], settings["ridge"]
    )
    exact = bowl.coordinates.outward(bowl.best[None, :])[0]
    walked = run.theta[np.isfinite(run.theta).all(axis=1)]
    near = walked[_inside(walked, exact)]
    across, up = (_span(np.append(near[:, n], exact[n])) for n in (0, 1))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    inner = np.array([bowl.coordinates.inward(theta) for theta in grid])
    heights = bowl.gaps(inner).reshape(GRID, GRID)
    top = float(heights.max())
    if top > 0:
        levels = top * np.geomspace(1e-4, 1.0, LEVELS)
        ax.contour(across, up, heights, levels=levels, colors="#8a9499", linewidths=0.6, zorder=1)
    ax.plot(*walked.T, color=COLOURS[0], linewidth=1, marker=".", markersize=4, zorder=3)
    ax.plot(*exact, color=COLOURS[1], marker="x", linestyle="none", zorder=4, label=_exact())
    ax.set_xlim(across[0], across[-1])
    ax.set_ylim(up[0], up[-1])
    labels = [say("plotting.weight", name=_plain(name)) for name in run.feature_names]
    labels += [say("plotting.intercept")] if run.has_intercept else []
    ax.set_xlabel(labels[0])
    ax.set_ylabel(labels[1])
    ax.legend(frameon=False)
    bare(ax)


def fit(run: Trajectory, ax: Axes, style: Style, rows: Sample | None = None) -> None:
    """Draw the points and what the run has found, for one feature."""
    if not has_fit(run):
        raise OptionError("plotting.no-fit")
    if rows is None:
        raise OptionError("plotting.fit-needs-data")
    place = {column: number for number, column in enumerate(rows.columns)}
    x = rows.X[:, place[run.columns[0]]]
    ax.plot(x, rows.y, color="#8a9499", marker="o", markersize=3.5, linestyle="none")
    across = np.linspace(x.min(), x.max(), 2 if len(run.columns) == 1 else 200)
    powers = np.stack([across**column.power for column in run.columns], axis=1)
    found = powers @ run.weights[-1] + run.intercept[-1]
    ax.plot(across, _finite(found), **style.line(0), label=say("plotting.found"))
    if run.exact is not None:
        best = powers @ run.exact.coefficients + run.exact.intercept
        ax.plot(across, best, color=COLOURS[1], linewidth=1, linestyle="--", label=_exact())
    ax.set_xlabel(_plain(run.columns[0].source))
    ax.set_ylabel(_plain(run.target_name))
    ax.legend(frameon=False)
    bare(ax)


def rates(run: Trajectory, ax: Axes, style: Style, rows: Any = None) -> None:
    """Draw how many steps each learning rate needs to within 1 % of the exact loss."""
    if run.moments is None or run.settings["loss"] != "squared":
        raise OptionError("plotting.no-moments")
    settings = run.settings
    judged = diagnose(
        run.moments, run.has_intercept, settings["standardize"], settings["ridge"], run.theta[0]
    )
    limit = judged.learning_rate_limit
    if limit is None:
        raise OptionError("plotting.no-slope")
    tried = limit * np.concatenate(
        [np.geomspace(1e-3, 0.5, 120), 1.0 - np.geomspace(0.5, 1e-3, 120)[1:]]
    )
    needed = [judged.steps_to(judged.within, rate) for rate in tried]
    steps = np.array([np.nan if each is None else float(each) for each in needed])
    ax.plot(tried, np.maximum(steps, 1), **style.line(0), label=say("plotting.needed"))
    ax.axvline(limit, color=COLOURS[1], linewidth=1, linestyle="--", label=say("plotting.limit"))
    own = run.learning_rate
    if own is not None and run.rule.get("name") == "gradient-descent":
        ax.axvline(own, color=COLOURS[2], linewidth=1, linestyle=":", label=say("plotting.own"))
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel(say("plotting.rate"))
    ax.set_ylabel(say("plotting.needed"))
    ax.legend(frameon=False)
    bare(ax)


def has_path(run: Trajectory) -> bool:
    """Say whether the loss of a run can be drawn as contours: two parameters, and moments."""
    return len(run.parameter_names) == 2 and run.moments is not None


def has_fit(run: Trajectory) -> bool:
    """Say whether a run has one feature of numbers, with or without its powers."""
    kinds = {column.kind for column in run.columns}
    sources = {column.source for column in run.columns}
    return len(sources) == 1 and kinds <= {"number", "power"} and run.columns[0].power == 1


def rows_of(run: Trajectory, data: Any, options: dict[str, Any]) -> Sample:
    """Return some rows of data that belong to a run.

    Raises
    ------
    OptionError
        They lack a column of the run.
    """
    from kedou.fitting import scan
    from kedou.fitting.sample import Sampler
    from kedou.fitting.scanner import as_source

    source = as_source(data, **options)
    sampler = Sampler()
    moments = scan(source, observe=sampler)
    if moments.target_name != run.target_name or not set(run.columns) <= set(moments.columns):
        raise OptionError(
            "plotting.other-data",
            got=[*moments.feature_names, moments.target_name],
            needed=[*run.feature_names, run.target_name],
        )
    return sampler.sample(moments.columns)


def _parameter_names(run: Trajectory) -> list[str]:
    intercept = [say("plotting.intercept")] if run.has_intercept else []
    return [*run.feature_names, *intercept]


def _steps(ax: Axes, run: Trajectory, label: str) -> None:
    ax.set_xlabel(say("plotting.step"))
    ax.set_ylabel(label)
    ax.margins(x=0.02)
    bare(ax)


def _exact() -> str:
    return say("plotting.exact")


def _finite(values: Floats) -> Floats:
    """Return values with nothing where they have left all bounds; a line ends there."""
    return np.where(np.isfinite(values) & (np.abs(values) < 1e200), values, np.nan)


def _plain(name: str) -> str:
    """Return a name as it stands: dollar signs are no formula, and a first underscore is shown."""
    text = name.replace("$", r"\$")
    return f"\u200b{text}" if text.startswith("_") else text


def _inside(walked: Floats, exact: Floats) -> Any:
    """Return which points are near enough to be shown: all, unless the run has left."""
    reach = 4 * np.abs(walked[0] - exact) + 1e-300
    return (np.abs(walked - exact) <= reach.max(initial=0.0) + reach).all(axis=1)


def _span(values: Floats) -> Floats:
    low, high = float(values.min()), float(values.max())
    room = 0.12 * (high - low) or max(abs(low), 1.0) * 0.1
    return np.linspace(low - room, high + room, GRID)
