"""A fit as a person reads it: the line first, then how it was found and how far to trust it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedou.cli import console, words
from kedou.cli.answer import equation_of, loss_name, sorted_out, standard_errors
from kedou.cli.curve import curve
from kedou.cli.equation import MOST_TERMS
from kedou.cli.layout import number, shorten, table, wrap
from kedou.cli.page import FIRM, Page, cells_in_words
from kedou.texts import Message, say

if TYPE_CHECKING:
    from kedou.cli.fitted import Fitted
    from kedou.fitting.hold_out import HoldOut

MOST_ROWS = 30
MOST_LEFT_OUT = 12
COLOUR = {"converged": "green", "slow": "yellow", "looping": "yellow", "stepped-over": "yellow"}
LABELS = ("rows", "line", "outcome", "loss", "rate", "r2", "unseen", "left-out", "chosen", "saved")


def summary(fitted: Fitted) -> str:
    """Return the readable summary of a fit."""
    page = Page((*LABELS, "warnings"))
    formula = equation_of(fitted.run, MOST_TERMS)
    for mark in ("+", "-"):
        formula = formula.replace(f" {mark} ", f" {mark}{FIRM}")
    page.add("line", formula.replace(" · ", f"{FIRM}·{FIRM}"), "bold")
    _rows(page, fitted)
    _outcome(page, fitted)
    _loss(page, fitted)
    _rate(page, fitted)
    _fit(page, fitted)
    page.lines += ["", *_coefficients(fitted, page.width)]
    _remarks(page, fitted)
    return "\n".join(page.lines)


def _rows(page: Page, fitted: Fitted) -> None:
    moments = fitted.moments
    read, used, skipped = moments.rows_read, moments.count, moments.rows_skipped
    if not skipped:
        page.add("rows", say("cli.rows-all", read=read))
    else:
        page.add("rows", say("cli.rows", read=read, used=used, skipped=skipped))
        page.add("", say("cli.rows-why", reasons=cells_in_words(moments.skipped)))
    if moments.weight_name is not None:
        page.add("", say("cli.rows-weight", column=moments.weight_name, sum=moments.weight_sum))


def _outcome(page: Page, fitted: Fitted) -> None:
    run = fitted.run
    outcome = str(run.outcome)
    name = say(f"cli.outcome-{outcome}")
    if run.oscillating:
        name = say("cli.outcome-oscillating", outcome=name)
    page.add("outcome", name, COLOUR.get(outcome, "red"))
    page.add("", " ".join(words.of(message) for message in run.messages))


def _loss(page: Page, fitted: Fitted) -> None:
    run = fitted.run
    values = {
        "loss": say(f"cli.loss-{loss_name(run)}"),
        "first": number(float(run.loss[0])),
        "last": number(float(run.loss[-1])),
        "steps": int(run.steps[-1]),
    }
    page.add("loss", say("cli.loss", **values))
    if run.exact is not None and run.gap is not None:
        least, gap = number(run.exact.loss), number(float(run.gap[-1]), 2)
        page.add("", say("cli.loss-exact", least=least, gap=gap))
    drawn = curve(run.steps.tolist(), run.loss.tolist(), page.room, console.is_unicode())
    page.draw(drawn)


def _rate(page: Page, fitted: Fitted) -> None:
    run, rates = fitted.run, fitted.run.rates
    scaled = bool(run.settings["standardize"])
    if run.learning_rate is not None:
        constant = "c" if "c" in run.rule else "learning_rate"
        where = say("cli.rate-scaled" if scaled else "cli.rate-user")
        code = "cli.rate-constant" if constant == "c" else "cli.rate"
        rule = str(run.rule.get("name"))
        page.add("rate", say(code, rate=_rate_text(run.learning_rate), where=where, rule=rule))
    else:
        page.add("rate", say("cli.rate-none", rule=str(run.rule.get("name"))))
    if rates is not None and rates.user_limit is not None:
        values = {"user": _rate_text(rates.user_limit), "scaled": _rate_text(rates.scaled_limit)}
        page.add("", say("cli.rate-limit", **values))


def _rate_text(value: float | None) -> str:
    """Write a rate so that a whole one still looks like one: 1.0."""
    text = number(value)
    return f"{text}.0" if text.replace(",", "").isdigit() else text


def _fit(page: Page, fitted: Fitted) -> None:
    run = fitted.run
    if fitted.r2 is not None:
        best = getattr(run.exact, "r2", None)
        differs = best is not None and abs(best - fitted.r2) > 5e-5
        code = "cli.r2-differs" if differs else "cli.r2"
        page.add("r2", say(code, r2=_share(fitted.r2), best=_share(best)))
    held = fitted.held
    if held is None:
        if fitted.not_held is not None:
            page.add("unseen", words.of(fitted.not_held))
        return
    values = {
        "rmse": number(held.rmse),
        "spread": number(held.spread),
        "mean": number(held.baseline_rmse),
        "folds": held.folds,
        "rows": sum(held.rows),
    }
    if held.rmse is None:
        page.add("unseen", say("cli.unseen-diverged"))
    elif fitted.split is not None:
        split = fitted.split
        more = {"column": split.column, "cut": split.cut}
        page.add("unseen", say("cli.unseen-split", **values, **more))
        page.add("", say("cli.unseen-sides", before=split.before, after=split.after, **more))
    else:
        code = "folds-one" if held.spread is None and held.kind != "leave-one-out" else held.kind
        page.add("unseen", say(f"cli.unseen-{code}", **values))
    if held.rmse is not None:
        _absolute(page, held, fitted.not_absolute)
        exact = held.exact_mse**0.5
        if abs(exact - held.rmse) > 0.01 * held.rmse:
            page.add("", say("cli.unseen-exact", exact=number(exact)))


def _absolute(page: Page, held: HoldOut, missing: Message | None) -> None:
    """Add the mean absolute error, over how many rows it was taken, and "always the mean"."""
    mean, absolute = number(held.baseline_rmse), held.absolute
    if absolute is None or absolute.mae is None:
        page.add("", say("cli.unseen-mean", mean=mean))
        if missing is not None:
            page.add("", words.of(missing))
        return
    text = say(
        "cli.unseen-mae" if absolute.spread is None else "cli.unseen-mae-spread",
        mae=number(absolute.mae),
        spread=number(absolute.spread),
    )
    if absolute.rows < sum(held.rows):
        text = say("cli.unseen-mae-sample", error=text, rows=absolute.rows)
    page.add("", text)
    page.add("", say("cli.unseen-mean-both", mean=mean, mae=number(absolute.baseline)))


def _share(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if abs(value) < 100 else number(value)


def _coefficients(fitted: Fitted, width: int) -> list[str]:
    run, exact = fitted.run, fitted.run.exact
    errors = list(standard_errors(run).values())
    heads = [say(f"cli.head-{head}") for head in ("column", "found", "exact", "error")]
    names = [*run.feature_names, say("cli.intercept")] if run.has_intercept else run.feature_names
    theta = run.theta[-1].tolist()
    best = [None] * len(theta) if exact is None else exact.theta.tolist()
    shown = list(zip(names, theta, best, errors, strict=True))
    hidden = max(len(shown) - MOST_ROWS, 0)
    if hidden:
        keep = MOST_ROWS - int(run.has_intercept)
        shown = shown[:keep] + (shown[-1:] if run.has_intercept else [])
    rows = [
        [shorten(name, width // 3), number(found, 6), number(exactly, 6), number(error)]
        for name, found, exactly, error in shown
    ]
    if errors and all(error is None for error in errors):
        heads, rows = heads[:3], [row[:3] for row in rows]
    if exact is None:
        heads, rows = heads[:2], [row[:2] for row in rows]
    head, *body = table([heads, *rows], gap="   ")
    lines = [console.style(head, "bold"), *body]
    if hidden:
        lines.append(say("cli.coefficients-more", count=hidden))
    for source, level in run.references.items():
        lines.append(wrap(say("cli.reference", column=source, level=level), width))
    return lines


def _remarks(page: Page, fitted: Fitted) -> None:
    notes, warnings = sorted_out(fitted)
    left = [words.words(item.reason, {"column": item.column}) for item in fitted.source.left_out]
    if len(left) > MOST_LEFT_OUT:
        more = say("cli.left-out-more", count=len(left) - MOST_LEFT_OUT)
        left = [*left[:MOST_LEFT_OUT], more]
    saved = [words.of(message) for message in fitted.saved]
    if warnings or left or notes or saved:
        page.lines.append("")
    page.list("warnings", warnings, "yellow")
    page.list("left-out", left)
    page.list("chosen", notes)
    page.list("saved", saved)
