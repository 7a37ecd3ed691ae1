"""The files that ``kedou fit`` may leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kedou.cli import console
from kedou.cli.exits import OF_OUTCOME, Exit
from kedou.cli.fitted import Fitted
from kedou.texts import Message

if TYPE_CHECKING:
    from kedou.reporting import Report


@dataclass(frozen=True)
class Outputs:
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

            write_report(report_of(fitted, files, self.with_moments), self.report)
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


def report_of(fitted: Fitted, files: str | list[str], with_moments: bool) -> Report:
    """Return the report of a fit that was made on the command line."""
    import shlex
    import sys
    from pathlib import Path

    from kedou.fitting.asking import asked
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
        left_out=fitted.source.left_out,
        questions=asked(fitted.source, fitted.moments),
        command=shlex.join(["kedou", *sys.argv[1:]]),
    )
