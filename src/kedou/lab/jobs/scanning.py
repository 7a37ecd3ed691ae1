"""Scan a table once: moments, those of its folds, a sample, columns to have doubts about."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from kedou.fitting.leave_one_out import SMALL, leave_one_out
from kedou.fitting.progress import Progress
from kedou.fitting.reading import threads
from kedou.fitting.sample import Sample, Sampler
from kedou.fitting.scanner import scan
from kedou.fitting.split import Split, split_last
from kedou.lab.answers import said
from kedou.lab.desk import Desk
from kedou.lab.frames import written
from kedou.lab.jobs.done import Done
from kedou.lab.jobs.tables import notes_of, table_from
from kedou.lab.refusal import RefusalError
from kedou.moments import Moments
from kedou.moments.numbering import numberings
from kedou.moments.range import require_range
from kedou.moments.relation import likely_leaks
from kedou.moments.store import to_content
from kedou.plain import plain
from kedou.sources.estimate import estimated_rows
from kedou.sources.planned import Missing, planned
from kedou.sources.source import Source
from kedou.texts import Message, current_language

FOLDS = 5
THREADS = 2
"""Each thread that reads holds some 60 MB: with more of them the lab would not stay small."""
NEWS_SECONDS = 0.125
MOST_NUMBERS = 250_000
"""Numbers in the moments of the whole and of all folds: what a page can hold and a socket carry."""
SAMPLE_CELLS = 150_000


@dataclass(frozen=True)
class Scanned:
    """What one scan has found.

    Attributes
    ----------
    moments : Moments
        With its folds.
    kind : {"folds", "split", "group", "leave-one-out"} or None
    sample : Sample
    split : Split or None
    """

    moments: Moments
    kind: str | None
    sample: Sample
    split: Split | None = None


def scan_table(job: Mapping[str, Any], desk: Desk) -> Done:
    """Scan a table."""
    began = time.perf_counter()
    source = source_from(job)
    news = _News(desk, source, 2 if job["ask"].get("split_by") else 1)
    found = _scanned(source, job["ask"], news)
    require_range(found.moments)
    language = current_language()
    moments, sample = found.moments, found.sample
    body = {
        "moments": to_content(replace(moments, folds=())),
        "folds": [to_content(fold) for fold in moments.folds],
        "kind": found.kind,
        "split": None if found.split is None else plain(_split(found.split)),
        "sample": {
            "columns": [column.name for column in sample.columns],
            "X": sample.X.tolist(),
            "y": sample.y.tolist(),
            "rows": sample.rows.tolist(),
            "fold": None if sample.folds is None else sample.folds.tolist(),
            "weight": None if sample.weight is None else sample.weight.tolist(),
        },
        "read": moments.rows_read,
        "used": moments.count,
        "skipped": dict(moments.skipped),
        "left": [
            {"name": left.column, "why": said(_why(left.reason, left.column), language)}
            for left in source.left_out
        ],
        "leaks": [
            {"name": leak.name, "correlation": leak.correlation} for leak in likely_leaks(moments)
        ],
        "numberings": [
            {"name": each.name, "why": said(each.question, language)}
            for each in numberings(moments)
        ],
        "notes": notes_of(source.notes),
        "seconds": time.perf_counter() - began,
    }
    folds = len(moments.folds) if found.kind in ("folds", "group") else 0
    keep = written({"plan": source.plan.to_json()}).encode()
    return Done(body, {"scanned_folds": folds, "scanned_rows": moments.count}, keep)


def source_from(job: Mapping[str, Any]) -> Source:
    """Open a table as a source of rows, as a scan's question says."""
    ask = job["ask"]
    wanted = {
        "features": ask.get("features"),
        "categorical": tuple(ask.get("categorical", ())),
        "polynomial": dict(ask.get("polynomial", {})),
        "dates": tuple(ask.get("dates", ())),
        "key": ask.get("split_by") or ask.get("group_by"),
    }
    bad_cells: Missing = "skip" if ask.get("skip_bad_rows") else "error"
    missing: Missing = ask.get("missing", "skip")
    table = table_from(job["table"])
    return planned(table, ask["target"], ask.get("weight"), wanted, missing, bad_cells)


def _scanned(source: Source, ask: Mapping[str, Any], news: _News) -> Scanned:
    seed = ask.get("seed", 0)
    folds = ask.get("folds", FOLDS)
    sampler = Sampler(seed=seed, cells=SAMPLE_CELLS)
    workers = min(THREADS, threads(None))
    told: dict[str, Any] = {"progress": news.rows, "so_far": news.moments, "workers": workers}
    told["precision"] = "fast"  # the page descends in float64
    if ask.get("split_by"):
        moments, split = split_last(source, observe=sampler, **told)
        _check_size(moments)
        return Scanned(moments, "split", sampler.sample(moments.columns), split)
    moments = scan(source, folds=folds, seed=seed, observe=sampler, **told)
    _check_size(moments)
    kind = None if not folds else "group" if ask.get("group_by") else "folds"
    automatic = "folds" not in ask and not ask.get("group_by")
    if automatic and 2 <= moments.count < SMALL and _numbers(moments, moments.count) < MOST_NUMBERS:
        sampler = Sampler(seed=seed, cells=SAMPLE_CELLS)
        singles = leave_one_out(source, sampler)
        whole = scan(source, workers=workers, precision="fast")
        moments, kind = replace(whole, folds=singles.folds), "leave-one-out"
    return Scanned(moments, kind, sampler.sample(moments.columns))


def _numbers(moments: Moments, folds: int) -> int:
    size = len(moments.columns) + 1
    return (folds + 1) * size * (size + 1) // 2


def _check_size(moments: Moments) -> None:
    if _numbers(moments, len(moments.folds)) > MOST_NUMBERS:
        raise RefusalError("lab.too-many-columns", columns=len(moments.columns))


def _split(split: Split) -> dict[str, Any]:
    return {name: getattr(split, name) for name in split.__slots__}


def _why(code: str, column: str) -> Message:
    return Message(code, {"column": column})


@dataclass
class _News:
    """Tells how far the scan has come: eight times a second at most, the newest moments with it."""

    desk: Desk
    source: Source
    times: int
    _total: int | None = None
    _due: float = 0.0
    _moments: dict[str, Any] | None = field(default=None)

    def __post_init__(self) -> None:
        rows = estimated_rows(self.source)
        self._total = None if rows is None else rows * self.times

    def rows(self, progress: Progress) -> None:
        """Take note of one block more."""
        self.desk.check()
        now = time.perf_counter()
        if now < self._due:
            return
        self._due = now + NEWS_SECONDS
        total = None if self._total is None else max(self._total, progress.rows)
        whole = replace(progress, total=total)
        left = whole.seconds_left
        moments, self._moments = self._moments, None
        self.desk.news(
            {
                "rows": progress.rows,
                "total": total,
                "rows_per_second": progress.rows_per_second,
                "seconds_left": left,
                "moments": moments,
            }
        )

    def moments(self, moments: Moments) -> None:
        """Take note of the moments so far, where they can be trained on."""
        if moments.count <= len(moments.columns) + 1 or _numbers(moments, 0) > MOST_NUMBERS:
            return
        if np.isfinite(moments.scatter).all() and np.isfinite(moments.mean).all():
            self._moments = to_content(moments)
