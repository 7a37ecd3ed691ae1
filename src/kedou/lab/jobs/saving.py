"""Write a file to be taken away: model, history, moments, code, predictions, other languages."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kedou.descent import Trajectory
from kedou.descent.store import from_content
from kedou.errors import DivergenceError
from kedou.fitting.progress import Progress
from kedou.lab.code import python_code
from kedou.lab.desk import Desk
from kedou.lab.jobs.done import Done
from kedou.lab.jobs.scanning import source_from
from kedou.lab.jobs.tables import table_from
from kedou.lab.learned import Learned, learned_from
from kedou.lab.refusal import RefusalError
from kedou.lab.store import FREE
from kedou.lab.vocabulary import CONVERSIONS
from kedou.sources.estimate import estimated_rows

MOST_TEXT = 200_000
"""Letters of a text that is told to the page besides being a file."""
NEWS_SECONDS = 0.125


@dataclass(frozen=True)
class Saving:
    """What is to be saved, and where.

    Attributes
    ----------
    job : mapping
    learned : Learned
    path : Path
        Made by the lab, empty.
    desk : Desk
    """

    job: Mapping[str, Any]
    learned: Learned
    path: Path
    desk: Desk

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings of the run."""
        found: Mapping[str, Any] = self.job["settings"]
        return found

    def run(self) -> Trajectory:
        """Return the run: again on moments, or as it was kept after passes over the rows."""
        kept = self.job.get("run")
        return self.learned.run(self.settings) if kept is None else from_content(json.loads(kept))

    def model(self) -> Any:
        """Return the model of the run.

        Raises
        ------
        DivergenceError
            It would be none.
        """
        run = self.run()
        if run.outcome == "diverged":
            raise DivergenceError("fitting.diverged", advice=run.messages)
        return self.learned.model(run)


def save(job: Mapping[str, Any], desk: Desk) -> Done:
    """Write one file and return its text where that is short."""
    learned = learned_from(job["payload"], job["keep"].encode())
    saving = Saving(job, learned, Path(job["path"]), desk)
    kind = job["kind"]
    text = WRITERS[kind](saving) if kind in WRITERS else _convert(saving)
    _check_size(saving.path, job["most"])
    return Done({"text": text})


def _model(saving: Saving) -> None:
    saving.model().save(saving.path)


def _history_csv(saving: Saving) -> None:
    _write_table(saving, saving.run().to_frame(), ".csv")


def _history_parquet(saving: Saving) -> None:
    _write_table(saving, saving.run().to_frame(), ".parquet")


def _moments(saving: Saving) -> None:
    saving.learned.moments.save(saving.path)


def _python(saving: Saving) -> str | None:
    run = saving.run()
    return _text(saving, python_code(saving.job["table"], saving.job["ask"], saving.settings, run))


def _report(saving: Saving) -> None:
    from kedou.moments.numbering import questions
    from kedou.reporting import Report, write_report

    learned, run = saving.learned, saving.run()
    moments, sample = learned.kept(saving.settings), learned.sample
    places = [sample.columns.index(column) for column in moments.columns]
    report = Report(
        run=run,
        moments=moments,
        plan=learned.model(run).plan,
        name=str(saving.job["table"]["name"]),
        held=None if saving.job.get("run") else learned.held(saving.settings, run),
        sample=(sample.X[:, places], sample.y),
        left_out=source_from(saving.job).left_out,
        questions=questions(moments),
    )
    write_report(report, saving.path)


def _convert(saving: Saving) -> str | None:
    """Write the model in another language."""
    from kedou.conversion import convert, to_bytes

    kind = saving.job["kind"]
    assert kind in CONVERSIONS
    made = convert(saving.model(), CONVERSIONS[kind])
    if isinstance(made, str):
        return _text(saving, made)
    saving.path.write_bytes(to_bytes(made))
    return None


def _predictions(saving: Saving) -> None:
    """Predict every row of the table, as it is read: memory stays constant."""
    from kedou.fitting.predictions import Counts, Shape, prediction_batches, with_first

    model, desk = saving.model(), saving.desk
    source = _Source(table_from(saving.job["table"]))
    level = saving.job.get("interval")
    names = list(dict.fromkeys([model.target_name, *(f.column for f in model.plan.features)]))
    rows = model.predict_rows(
        source.table,
        level,
        missing="skip",
        bad_cells="skip",
        unseen="skip",
        names=names,
    )
    shape = Shape(model, [model.target_name], level is not None, source.files > 1)
    due, total = [0.0], estimated_rows(source)  # type: ignore[arg-type]

    def progress(made: Progress) -> None:
        desk.check()
        now = time.perf_counter()
        if now >= due[0]:
            due[0] = now + NEWS_SECONDS
            _check_size(saving.path, saving.job["most"])
            told = {"rows": made.rows, "total": total, "rows_per_second": made.rows_per_second}
            desk.news({**told, "seconds_left": None, "moments": None})

    counts = Counts()
    batches = prediction_batches(rows, shape, counts, progress)
    _write_batches(saving, *with_first(batches, shape), ".csv")


@dataclass(frozen=True)
class _Source:
    """A table as far as its rows are counted."""

    table: Any
    rows: int | None = None

    @property
    def files(self) -> int:
        return len(getattr(self.table, "files", ()))


WRITERS: dict[str, Callable[[Saving], str | None]] = {
    "model": _model,
    "history-csv": _history_csv,
    "history-parquet": _history_parquet,
    "moments": _moments,
    "python": _python,
    "report": _report,
    "predictions": _predictions,
}


def _text(saving: Saving, text: str) -> str | None:
    saving.path.write_text(text, encoding="utf-8")
    return text if len(text) <= MOST_TEXT else None


def _write_table(saving: Saving, table: Any, ending: str) -> None:
    _write_batches(saving, table.schema, iter(table.to_batches()), ending)


def _write_batches(saving: Saving, schema: Any, batches: Iterator[Any], ending: str) -> None:
    from kedou.fitting.table_files import write_batches

    safe = schema
    if ending == ".csv":
        import pyarrow as pa

        safe = pa.schema(
            [pa.field(harmless(name), schema.field(n).type) for n, name in enumerate(schema.names)]
        )
    with saving.path.open("wb") as file:
        write_batches(file, safe, (batch.rename_columns(safe.names) for batch in batches), ending)


def harmless(name: str) -> str:
    """Return a heading that a spreadsheet takes for text, and not for a formula.

    >>> harmless("=1+1"), harmless("price")
    ("'=1+1", 'price')
    """
    return f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t", "\r") else name


def _check_size(path: Path, most: int) -> None:
    """Refuse a file that grows beyond what is left for it, or fills the disk."""
    if path.stat().st_size > most:
        raise RefusalError("lab.file-no-room", most=most >> 20)
    if shutil.disk_usage(path.parent).free < FREE:
        raise RefusalError("lab.disk-full")
