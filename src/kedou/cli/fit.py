"""``kedou fit``: read a table, descend, say what was found."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kedou.cli import console, options
from kedou.cli.exits import OF_OUTCOME


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
    from kedou.cli.asked import Check, Scanning, batching_of, check_reading, check_settings_of
    from kedou.cli.fitting import fitted_of
    from kedou.cli.outputs import Outputs
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
    batches = batching_of(batch_size, epochs, no_shuffle, average, steps)
    check = Check(None if folds is None else options.whole("--folds", folds), split_by, group_by)
    reading = options.source_options(
        *(target, features, categorical, polynomial, dates, weight, missing, skip_bad_rows),
        *(encoding, delimiter, decimal),
    )
    check_precision(precision)
    check_settings_of(settings, loss)
    check_reading(checkpoint, cluster, loss, check, report, batched=bool(batches))
    outputs = Outputs(model, history, moments, report, not no_moments)
    outputs.check()
    given = options.one_or_all(files)
    how = Scanning(precision, checkpoint, cluster, sampled=report is not None)
    fitted = fitted_of(given, reading, settings, loss, batches, check, quiet, how)
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
