"""``kedou predict``: apply a saved model to new rows, in constant memory.

What is written, row by row in the order of the input: ``file`` (where there are several), ``row``
(counted from 1, as in messages), the columns asked for with ``--keep``, the columns the model uses,
``prediction``, and with ``--interval`` also ``lower`` and ``upper``. A row that cannot be predicted
keeps its place, with empty cells there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kedou.cli import console, options
from kedou.cli.exits import Exit
from kedou.errors import OptionError
from kedou.texts import say

if TYPE_CHECKING:
    from kedou.fitting.predictions import Counts


def predict(
    model: Annotated[str, typer.Argument(metavar="MODEL")],
    files: options.Files,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", rich_help_panel="output")
    ],
    interval: Annotated[
        str | None, typer.Option("--interval", metavar="LEVEL", rich_help_panel="output")
    ] = None,
    keep: Annotated[
        options.Names, typer.Option("--keep", metavar="A,B", rich_help_panel="output")
    ] = None,
    missing: options.Missing = "skip",
    skip_bad_rows: options.SkipBadRows = False,
    skip_unseen: Annotated[bool, typer.Option("--skip-unseen", rich_help_panel="reading")] = False,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    decimal: options.Decimal = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Apply a model."""
    from kedou.cli.progress import Reading
    from kedou.cli.tables import check_name, check_place
    from kedou.fitting import load_model
    from kedou.fitting.predictions import Counts, Shape, prediction_batches, with_first
    from kedou.fitting.table_files import writing

    check_name("--output", output)
    check_place(output)
    level = None if interval is None else options.decimal("--interval", interval)
    if missing not in ("skip", "error"):
        raise OptionError("sources.choice", name="missing", value=missing)
    loaded = load_model(model)
    kept = options.names(keep)
    wanted = list(dict.fromkeys([*kept, *(f.column for f in loaded.plan.features)]))
    _refuse_clashes(kept)
    rows = loaded.predict_rows(
        options.one_or_all(files),
        level,
        missing=missing,  # type: ignore[arg-type]
        bad_cells="skip" if skip_bad_rows else "error",
        unseen="skip" if skip_unseen else "error",
        names=wanted,
        **options.dialect(encoding, delimiter, decimal),
    )
    counts = Counts()
    with Reading(None, quiet) as progress, writing(output) as write:
        shape = Shape(loaded, wanted, level is not None, _several(files))
        write(*with_first(prediction_batches(rows, shape, counts, progress), shape))
    if as_json:
        console.out(_to_json(counts, output))
    elif not quiet:
        console.out(_in_words(counts, output))
    return Exit.DONE


def _refuse_clashes(kept: list[str]) -> None:
    from kedou.fitting.predictions import RESERVED

    for name in kept:
        if name in RESERVED:
            raise OptionError("cli.clashing-name", column=name)


def _several(files: list[str]) -> bool:
    from kedou.sources.files import find_files
    from kedou.sources.stores import Access

    return len(find_files(options.one_or_all(files), access=Access())[0]) > 1


def _in_words(counts: Counts, output: str) -> str:
    from kedou.cli.page import cells_in_words

    text = say("cli.predicted", rows=counts.rows, predicted=counts.predicted, file=output)
    empty = counts.rows - counts.predicted
    if empty:
        reasons = cells_in_words(counts.skipped)
        text += "\n" + say("cli.predicted-empty", count=empty, reasons=reasons)
    return text


def _to_json(counts: Counts, output: str) -> str:
    from kedou.cli.answer import to_text

    return to_text(
        {
            "rows": {
                "read": counts.rows,
                "predicted": counts.predicted,
                "empty": counts.rows - counts.predicted,
                "cells": counts.skipped,
            },
            "output": output,
        }
    )
