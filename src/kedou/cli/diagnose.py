"""``kedou diagnose``: what the spectrum says before the first step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedou.cli import console, options, words
from kedou.cli.exits import Exit
from kedou.cli.layout import number
from kedou.cli.page import Page, cells_in_words
from kedou.texts import say

if TYPE_CHECKING:
    from kedou.moments import Moments
    from kedou.spectrum import Diagnosis

LABELS = (
    *("rows", "limit", "best", "worst", "condition", "eigenvalues", "hard", "scaling", "digits"),
    *("left-out", "chosen", "warnings"),
)
ROUND = 10.0
EVEN = 1.5
VISIBLE = 0.05


def diagnose(
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
    start: options.Start = "0",
    ridge: options.Ridge = "0",
    no_intercept: options.NoIntercept = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Judge before the run."""
    from kedou.cli.progress import Reading
    from kedou.errors import OptionError
    from kedou.fitting import scan
    from kedou.fitting.precision import check_precision
    from kedou.sources import open as open_source
    from kedou.spectrum import diagnose as judge

    begin = options.start(start)
    if isinstance(begin, str):
        raise OptionError("cli.not-a-number", option="--start", got=start)
    penalty = options.decimal("--ridge", ridge)
    reading = options.source_options(
        *(target, features, categorical, polynomial, dates, weight, missing, skip_bad_rows),
        *(encoding, delimiter, decimal),
    )
    check_precision(precision)
    source = open_source(options.one_or_all(files), **reading)
    with Reading(source, quiet) as progress:
        moments = scan(source, precision=precision, progress=progress)
    diagnosis = judge(moments, intercept=not no_intercept, ridge=penalty, start=begin)
    if as_json:
        from kedou.cli.answer import finite, to_text

        console.out(to_text(finite(_content(diagnosis, moments, source))))
    elif not quiet:
        console.out(_page(diagnosis, moments, source))
    return Exit.DONE


def participation(diagnosis: Diagnosis) -> dict[str, float]:
    """Return each parameter's share in the flattest direction that is not level (sum 1)."""
    import numpy as np

    values = diagnosis.eigenvalues
    alive = np.flatnonzero(values > 0)
    if not len(alive):
        return {}
    v = diagnosis.quadratic.eigenvectors[:, alive[-1]]
    return dict(zip(diagnosis.parameter_names, (v * v).tolist(), strict=True))


def _content(diagnosis: Diagnosis, moments: Moments, source: Any) -> dict[str, Any]:
    def judged(one: Diagnosis) -> dict[str, Any]:
        return {
            "learning_rate_limit": one.learning_rate_limit,
            "best_learning_rate": one.best_learning_rate,
            "best_steps": one.best_steps,
            "worst_case_rate": one.worst_case_rate,
            "condition_number": one.condition_number,
            "eigenvalues": one.eigenvalues.tolist(),
            "participation": participation(one),
        }

    return {
        "target": moments.target_name,
        "parameters": list(diagnosis.parameter_names),
        "rows": {
            "read": moments.rows_read,
            "used": moments.count,
            "skipped": moments.rows_skipped,
            "cells": dict(moments.skipped),
        },
        **judged(diagnosis),
        "scaled": judged(diagnosis.scaled),
        "dependent_columns": {
            name: list(others) for name, others in diagnosis.dependent_columns.items()
        },
        "digits": {
            "coefficients": diagnosis.digits.coefficients,
            "residual_std": diagnosis.digits.residual_std,
        },
        "left_out": [
            {"column": left.column, "reason": words.words(left.reason, {"column": left.column})}
            for left in source.left_out
        ],
        "warnings": [words.of(message) for message in diagnosis.messages],
        "precision": moments.precision,
        "notes": [*source.notes, *map(words.of, diagnosis.notes)],
    }


def _page(diagnosis: Diagnosis, moments: Moments, source: Any) -> str:
    page = Page(LABELS)
    count = len(diagnosis.parameter_names)
    target = moments.target_name
    page.add("rows", say("cli.diagnose-title", rows=moments.count, parameters=count, target=target))
    if moments.rows_skipped:
        page.add("", say("cli.rows-why", reasons=cells_in_words(moments.skipped)))
    for place, (title, one) in enumerate(
        (("cli.diagnose-own", diagnosis), ("cli.diagnose-scaled", diagnosis.scaled))
    ):
        if place or diagnosis.learning_rate_limit is not None:
            page.lines += ["", console.style(say(title), "bold")]
            _judgement(page, one)
    page.lines.append("")
    if diagnosis.learning_rate_limit is not None:
        page.add("scaling", _scaling(diagnosis))
    digits = diagnosis.digits
    page.add(
        "digits",
        say(
            f"cli.diagnose-digits{'' if digits.residual_std is not None else '-no-freedom'}",
            coefficients=number(digits.coefficients, 2),
            deviation=number(digits.residual_std, 2),
        ),
    )
    page.list("warnings", [words.of(message) for message in diagnosis.messages], "yellow")
    page.list(
        "left-out", [words.words(left.reason, {"column": left.column}) for left in source.left_out]
    )
    page.list("chosen", [*source.notes, *map(words.of, diagnosis.notes)])
    return "\n".join(page.lines)


def _judgement(page: Page, one: Diagnosis) -> None:
    if one.learning_rate_limit is None:
        page.add("limit", say("cli.diagnose-flat"))
        return
    page.add("limit", say("cli.diagnose-limit", limit=number(one.learning_rate_limit)))
    best = number(one.best_learning_rate)
    if one.best_steps is None:
        page.add("best", say("cli.diagnose-best-far", best=best))
    else:
        page.add("best", say("cli.diagnose-best", best=best, steps=one.best_steps))
    page.add("worst", say("cli.diagnose-worst", worst=number(one.worst_case_rate)))
    steep = (one.condition_number or 1.0) >= EVEN
    code = "cli.diagnose-condition" if steep else "cli.diagnose-condition-even"
    page.add("condition", say(code, condition=number(one.condition_number)))
    values = [number(value) for value in one.eigenvalues.tolist()]
    shown = values if len(values) <= 8 else [*values[:6], "...", values[-1]]
    between = "; " if any("," in value for value in shown) else ", "
    page.add("eigenvalues", between.join(shown))
    page.add("hard", _hard(one))


def _hard(one: Diagnosis) -> str:
    if (one.condition_number or 1.0) < ROUND:
        return say("cli.diagnose-hard-none")
    shares = sorted(participation(one).items(), key=lambda item: -item[1])
    visible = [
        f"{say('cli.intercept') if name == 'intercept' else name} {100 * share:.0f} %"
        for name, share in shares[:8]
        if share >= VISIBLE
    ]
    return say("cli.diagnose-hard", columns=say("cli.joint").join(visible))


def _scaling(diagnosis: Diagnosis) -> str:
    before, after = diagnosis.condition_number or 1.0, diagnosis.scaled.condition_number or 1.0
    if before < ROUND:
        code = "needless"
    elif after < before / ROUND:
        code = "helps"
    else:
        code = "cannot" if after >= ROUND else "helps"
    return say(f"cli.diagnose-scaling-{code}", before=number(before), after=number(after))
