"""A fit as the command line makes it: read, descend, and leave rows out to measure the error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedou.cli.asked import Check, Scanning
from kedou.cli.fitted import Fitted
from kedou.texts import Message

if TYPE_CHECKING:
    from kedou.descent import Trajectory
    from kedou.fitting.hold_out import HoldOut, Kind
    from kedou.fitting.sample import Sample, Sampler
    from kedou.fitting.split import Split
    from kedou.moments import Moments


def fitted_of(
    files: str | list[str],
    reading: dict[str, Any],
    settings: dict[str, Any],
    loss: str,
    batches: dict[str, Any],
    check: Check,
    quiet: bool,
    how: Scanning,
) -> Fitted:
    """Read the files, descend, and measure the error on rows left out as ``check`` says."""
    from dataclasses import replace
    from time import perf_counter

    from kedou.cli.progress import Reading
    from kedou.fitting import descend, scan
    from kedou.fitting.dask_cluster import connected
    from kedou.fitting.hold_out import hold_out, settings_again
    from kedou.fitting.leave_one_out import SMALL, leave_one_out
    from kedou.fitting.split import split_last
    from kedou.losses import SquaredError, make
    from kedou.sources import open as open_source

    began = perf_counter()
    squared = isinstance(make(loss), SquaredError)
    source = open_source(files, key=check.key, **reading)
    split: Split | None = None
    keeps = how.keeps_sample(squared and check.folds != 0)
    sampler = _sampler(settings["seed"] or 0) if keeps else None
    with Reading(source, quiet, times=2 if check.split_by else 1) as progress:
        if check.split_by is not None and squared:
            moments, split = split_last(
                source, progress=progress, observe=sampler, precision=how.precision
            )
        else:
            seed = settings["seed"] or 0
            folds = check.at_first(squared)
            told: dict[str, Any] = {"progress": progress, "observe": sampler}
            told["precision"] = (
                how.precision if squared else "fast"
            )  # else steps read rows themselves
            with connected(how.cluster) as client:
                told["client"] = client
                moments = scan(source, folds=folds, seed=seed, checkpoint=how.checkpoint, **told)
    if not squared:
        if not quiet and not batches:
            from kedou.cli.progress import tell_passes

            tell_passes(loss)
        run = descend(source, loss=loss, **settings, **batches)
        message = Message("cli.not-held-loss", {"loss": loss})
        fitted = Fitted(source, moments, run, perf_counter() - began, not_held=message)
        return replace(fitted, sample=_sample(sampler, moments))
    if batches:
        run = descend(source, **settings, **batches)
        fitted = Fitted(
            source, moments, run, perf_counter() - began,
            not_held=Message("cli.not-held-batches"), r2=_r2(moments, run),
        )  # fmt: skip
        return replace(fitted, sample=_sample(sampler, moments), folded=moments)
    run = descend(moments, **settings)
    again = settings_again(settings, run)
    held: HoldOut | None = None
    not_held: Message | None = None
    not_absolute: Message | None = None
    folded = moments
    if split is not None:
        held = hold_out(moments, "split", sample=_sample(sampler, moments), **again)
    elif check.folds == 0:
        not_held = Message("cli.not-held-folds")
    elif check.key is None and check.folds is None and moments.count < SMALL:
        if moments.count < 2:
            not_held = Message("cli.not-held-one-row")
        else:
            single = _sampler(settings["seed"] or 0)
            folded = leave_one_out(source, single, exact=moments.precision == "exact")
            held = hold_out(folded, "leave-one-out", sample=_sample(single, folded), **again)
    else:
        kind: Kind = "group" if check.group_by else "folds"
        held = hold_out(moments, kind, sample=_sample(sampler, moments), **again)
        not_absolute = how.not_absolute
    fitted = Fitted(
        source, moments, run, perf_counter() - began, held, split, not_held, _r2(moments, run)
    )
    sample = _sample(sampler, moments)
    return replace(fitted, sample=sample, folded=folded, not_absolute=not_absolute)


def _sampler(seed: int) -> Sampler:
    from kedou.fitting.sample import Sampler

    return Sampler(seed=seed)


def _sample(sampler: Sampler | None, moments: Moments) -> Sample | None:
    return None if sampler is None else sampler.sample(moments.columns)


def _r2(moments: Moments, run: Trajectory) -> float | None:
    """Return R2 of the run's last point; None where that of the exact answer is."""
    from kedou.fitting.fold_parts import mean_squared_error
    from kedou.solution import Solution, make_design

    if not isinstance(run.exact, Solution) or run.exact.r2 is None:
        return None
    null = make_design(moments, run.has_intercept).null_loss
    error = mean_squared_error(moments, run.columns, run.theta[-1], run.has_intercept)
    return 1.0 - error / null
