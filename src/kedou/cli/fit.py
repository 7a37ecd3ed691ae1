"""``kedou fit``: read a table, descend, say what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kedou.cli import console, options
from kedou.cli.exits import OF_OUTCOME, Exit
from kedou.cli.fitted import Fitted
from kedou.errors import OptionError
from kedou.texts import Message

if TYPE_CHECKING:
    from kedou.descent import Trajectory
    from kedou.fitting.hold_out import HoldOut, Kind
    from kedou.fitting.sample import Sample, Sampler
    from kedou.fitting.split import Split
    from kedou.moments import Moments
    from kedou.reporting import Report

DEFAULT_FOLDS = 5


def fit(
    files: options.Files,
    target: options.Target = None,
    features: options.Features = None,
    categorical: options.Categorical = None,
    polynomial: options.Polynomial = None,
    dates: options.Dates = None,
    weight: options.Weight = None,
    missing: options.Missing = "skip",
    skip_bad_rows: options.SkipBadRows = False,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    decimal: options.Decimal = None,
    precision: options.Precision = "auto",
    checkpoint: options.Checkpoint = None,
    cluster: options.Cluster = None,
    loss: Annotated[
        str, typer.Option("--loss", metavar="NAME", rich_help_panel="descent")
    ] = "squared",
    rule: Annotated[
        str, typer.Option("--rule", metavar="NAME", rich_help_panel="descent")
    ] = "gradient-descent",
    learning_rate: Annotated[
        str, typer.Option("--learning-rate", metavar="auto|NUMBER", rich_help_panel="descent")
    ] = "auto",
    steps: Annotated[
        str | None, typer.Option("--steps", metavar="NUMBER", rich_help_panel="descent")
    ] = None,
    tolerance: Annotated[
        str | None, typer.Option("--tolerance", metavar="NUMBER", rich_help_panel="descent")
    ] = None,
    start: options.Start = "0",
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="NUMBER", rich_help_panel="descent")
    ] = None,
    batch_size: Annotated[
        str | None, typer.Option("--batch-size", metavar="NUMBER", rich_help_panel="descent")
    ] = None,
    epochs: Annotated[
        str | None, typer.Option("--epochs", metavar="NUMBER", rich_help_panel="descent")
    ] = None,
    no_shuffle: Annotated[bool, typer.Option("--no-shuffle", rich_help_panel="descent")] = False,
    average: Annotated[bool, typer.Option("--average", rich_help_panel="descent")] = False,
    ridge: options.Ridge = "0",
    no_intercept: options.NoIntercept = False,
    no_standardize: Annotated[
        bool, typer.Option("--no-standardize", rich_help_panel="descent")
    ] = False,
    folds: Annotated[
        str | None, typer.Option("--folds", metavar="NUMBER", rich_help_panel="check")
    ] = None,
    split_by: Annotated[
        str | None, typer.Option("--split-by", metavar="COLUMN", rich_help_panel="check")
    ] = None,
    group_by: Annotated[
        str | None, typer.Option("--group-by", metavar="COLUMN", rich_help_panel="check")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-o", metavar="FILE", rich_help_panel="output")
    ] = None,
    history: Annotated[
        str | None, typer.Option("--history", metavar="FILE", rich_help_panel="output")
    ] = None,
    moments: Annotated[
        str | None, typer.Option("--moments", metavar="FILE", rich_help_panel="output")
    ] = None,
    report: Annotated[
        str | None, typer.Option("--report", metavar="FILE", rich_help_panel="output")
    ] = None,
    no_moments: Annotated[bool, typer.Option("--no-moments", rich_help_panel="output")] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Fit a line."""
    from kedou.fitting.precision import check_precision

    settings: dict[str, Any] = {
        "rule": rule,
        "learning_rate": options.rate(learning_rate),
        "steps": options.whole("--steps", steps or "1000"),
        "start": options.start(start),
        "seed": None if seed is None else options.whole("--seed", seed),
        "tolerance": None if tolerance is None else options.decimal("--tolerance", tolerance),
        "intercept": not no_intercept,
        "standardize": not no_standardize,
        "ridge": options.decimal("--ridge", ridge),
    }
    batches = _batches(batch_size, epochs, no_shuffle, average, steps)
    check = _Check(None if folds is None else options.whole("--folds", folds), split_by, group_by)
    reading = options.source_options(
        *(target, features, categorical, polynomial, dates, weight, missing, skip_bad_rows),
        *(encoding, delimiter, decimal),
    )
    check_precision(precision)
    _check_settings(settings, loss)
    _check_reading(checkpoint, cluster, loss, check, report, batched=bool(batches))
    outputs = _Outputs(model, history, moments, report, not no_moments)
    outputs.check()
    given = options.one_or_all(files)
    how = _Scanning(precision, checkpoint, cluster, sampled=report is not None)
    fitted = _fitted(given, reading, settings, loss, batches, check, quiet, how)
    fitted = outputs.write(fitted, given)
    if as_json:
        from kedou.cli.answer import answer, to_text

        console.out(to_text(answer(fitted)))
    elif not quiet:
        from kedou.cli.summary import summary

        console.out(summary(fitted))
    if str(fitted.run.outcome) != "converged" and model is not None:
        outputs.refuse(fitted)
    return OF_OUTCOME[str(fitted.run.outcome)]


def _batches(
    batch_size: str | None, epochs: str | None, no_shuffle: bool, average: bool, steps: str | None
) -> dict[str, Any]:
    """Return what ``descend`` takes for mini-batches, checked; empty for full-batch descent."""
    from kedou.fitting.batches import check_batching

    if batch_size is None:
        if epochs is not None or no_shuffle or average:
            raise OptionError("fitting.batch-size-missing")
        return {}
    if steps is not None:
        raise OptionError("fitting.steps-with-batches", got=steps)
    made = check_batching(
        options.whole("--batch-size", batch_size),
        None if epochs is None else options.whole("--epochs", epochs),
        not no_shuffle,
        average,
    )
    return {
        "batch_size": made.batch_size,
        "epochs": made.epochs,
        "shuffle": made.shuffle,
        "average": made.average,
    }


def _check_settings(settings: dict[str, Any], loss: str) -> None:
    """Refuse what cannot work before any row is read."""
    from kedou import rules
    from kedou.descent.descend import check_settings
    from kedou.losses import SquaredError, make

    check_settings(settings["steps"], settings["tolerance"], settings["seed"])
    if not settings["ridge"] >= 0:
        raise OptionError("solution.ridge-negative", got=settings["ridge"])
    if settings["ridge"] > 0 and not isinstance(make(loss), SquaredError):
        raise OptionError("fitting.passes-ridge", got=settings["ridge"], loss=loss)
    if settings["learning_rate"] == "auto":
        rules.has_rate(settings["rule"])
    else:
        rules.make(settings["rule"], settings["learning_rate"])


def _check_reading(
    checkpoint: str | None,
    cluster: str | None,
    loss: str,
    check: _Check,
    report: str | None,
    batched: bool,
) -> None:
    """Refuse what reads rows in a way that a checkpoint does not keep, or a cluster not do."""
    from kedou.cli.tables import check_place
    from kedou.losses import SquaredError, make

    for given, name in ((checkpoint, "checkpoint"), (cluster, "cluster")):
        if given is None:
            continue
        if not isinstance(make(loss), SquaredError):
            raise OptionError(f"cli.{name}-loss", loss=loss)
        if batched:
            raise OptionError(f"cli.{name}-batches")
        if check.split_by is not None:
            raise OptionError(f"cli.{name}-split")
        if report is not None:
            raise OptionError(f"cli.{name}-report")
    if checkpoint is not None:
        check_place(checkpoint)


@dataclass(frozen=True)
class _Check:
    """How rows are left out, as it was asked for."""

    folds: int | None
    split_by: str | None
    group_by: str | None

    def __post_init__(self) -> None:
        if self.split_by is not None and self.group_by is not None:
            raise OptionError("cli.split-and-group")
        if self.split_by is not None and self.folds is not None:
            raise OptionError("cli.split-and-folds")

    @property
    def key(self) -> str | None:
        return self.split_by or self.group_by

    def at_first(self, squared: bool) -> int:
        """Return the number of folds of the first scan."""
        if not squared or self.split_by is not None:
            return 0
        return DEFAULT_FOLDS if self.folds is None else self.folds


def _fitted(
    files: str | list[str],
    reading: dict[str, Any],
    settings: dict[str, Any],
    loss: str,
    batches: dict[str, Any],
    check: _Check,
    quiet: bool,
    how: _Scanning,
) -> Fitted:
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


@dataclass(frozen=True)
class _Scanning:
    """How the rows are read, as it was asked for."""

    precision: str
    checkpoint: str | None
    cluster: str | None
    sampled: bool

    def keeps_sample(self, held_out: bool) -> bool:
        """Whether a sample is wanted, and all rows pass through this process to be sampled."""
        return (self.sampled or held_out) and self.checkpoint is None and self.cluster is None

    @property
    def not_absolute(self) -> Message | None:
        """Why errors have no mean absolute one: it needs all rows to pass through this process."""
        for given, option in ((self.checkpoint, "--checkpoint"), (self.cluster, "--cluster")):
            if given is not None:
                return Message("cli.not-absolute", {"option": option})
        return None


@dataclass(frozen=True)
class _Outputs:
    """The files a fit may leave behind."""

    model: str | None
    history: str | None
    moments: str | None
    report: str | None
    with_moments: bool

    def check(self) -> None:
        """Refuse what cannot work before any row is read."""
        from kedou.cli.tables import check_name, check_place

        if self.history is not None:
            check_name("--history", self.history)
        for path in (self.model, self.history, self.moments, self.report):
            if path is not None:
                check_place(path)

    def write(self, fitted: Fitted, files: str | list[str]) -> Fitted:
        """Write them, each whole or not at all, and return the fit with what was written."""
        from dataclasses import replace

        from kedou.fitting import make_model

        saved: list[Message] = []
        if self.moments is not None:
            fitted.moments.save(self.moments)
            saved.append(Message("cli.saved-moments", {"file": self.moments}))
        if self.history is not None:
            from kedou.fitting.table_files import write_table

            write_table(fitted.run.to_frame(), self.history)
            saved.append(Message("cli.saved-history", {"file": self.history}))
        if self.report is not None:
            from kedou.reporting import write_report

            write_report(_report_of(fitted, files, self.with_moments), self.report)
            saved.append(Message("cli.saved-report", {"file": self.report}))
        if self.model is not None and OF_OUTCOME[str(fitted.run.outcome)] != Exit.DIVERGED:
            make_model(fitted.source, fitted.run).save(self.model)
            saved.append(Message("cli.saved-model", {"file": self.model}))
        return replace(fitted, saved=tuple(saved))

    def refuse(self, fitted: Fitted) -> None:
        """Say that no model was kept, or that it is not at the bottom yet."""
        from kedou.texts import say

        kept = OF_OUTCOME[str(fitted.run.outcome)] != Exit.DIVERGED
        code = "cli.model-unfinished" if kept else "cli.model-refused"
        console.err(say(code, file=self.model))


def _report_of(fitted: Fitted, files: str | list[str], with_moments: bool) -> Report:
    """Return the report of a fit that was made on the command line."""
    import shlex
    import sys
    from pathlib import Path

    from kedou.reporting import Report

    sample = fitted.sample
    path = files if isinstance(files, str) else files[0]
    return Report(
        run=fitted.run,
        moments=fitted.folded or fitted.moments,
        plan=fitted.source.plan,
        name=Path(path).name,
        path=path,
        held=fitted.held,
        sample=None if sample is None else (sample.X, sample.y),
        with_moments=with_moments,
        command=shlex.join(["kedou", *sys.argv[1:]]),
    )
