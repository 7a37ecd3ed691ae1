"""A finished run as a widget: what ``kd.show`` returns."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from kedou.descent import Trajectory
from kedou.errors import OptionTypeError
from kedou.plain import plain
from kedou.texts import say
from kedou.widgets.chapter import Chapter
from kedou.widgets.shapes import flag, maybe, whole
from kedou.widgets.widget import Field, LessonWidget

MOST_RECORDS = 400


class RunWidget(LessonWidget):
    """A run on the page; ``step`` is the one on screen, None being the last."""

    content = traitlets.Dict(read_only=True).tag(sync=True)
    step = Field()
    log = Field()

    def __init__(self, run: Any, *, lang: str | None = None) -> None:
        if not isinstance(run, Trajectory):
            raise OptionTypeError("widgets.not-a-run", got=type(run).__name__)
        self.run = run
        last = int(run.steps[-1])
        self.chapter_of = Chapter(
            "run",
            {"step": None, "log": bool((run.loss > 0).all() and np.isfinite(run.loss).all())},
            {"step": maybe(whole(0, last)), "log": flag},
        )
        super().__init__(lang=lang)
        self.set_trait("content", run_content(run, self.lang))

    def __repr__(self) -> str:
        return f"<kedou.show {self.run!r}>"


def run_content(run: Trajectory, language: str) -> dict[str, Any]:
    """Return what the page shows of a run, as plain JSON values (``web/view/run/run.ts``)."""
    places = _records(run.loss)
    loss = run.settings.get("loss", "squared")
    name = loss if isinstance(loss, str) else str(loss.get("name"))
    joint = " " if language == "en" else ""
    exact = run.exact
    content: dict[str, Any] = plain(
        {
            "rule": str(run.rule.get("name")),
            "lead": say(
                "widgets.run-lead",
                language,
                target=run.target_name,
                features=_brief(run.feature_names),
                first=float(run.loss[0]),
                last=float(run.loss[-1]),
            ),
            "names": run.parameter_names,
            "steps": run.steps[places],
            "theta": run.theta[places],
            "loss": run.loss[places],
            "least": None if exact is None else exact.loss,
            "exact": None if exact is None else exact.theta,
            "outcome": str(run.outcome),
            "said": joint.join(message.text(language) for message in run.messages),
            "loss_name": say("widgets.run-squared", language)
            if name == "squared"
            else say("widgets.run-loss", language, loss=name),
        }
    )
    return content


def _records(loss: Any) -> list[int]:
    """Return at most ``MOST_RECORDS`` places whose loss is a number: JSON knows no infinity."""
    finite = int(np.argmin(np.isfinite(loss))) if not np.isfinite(loss).all() else len(loss)
    count = max(1, finite)
    if count <= MOST_RECORDS:
        return list(range(count))
    even = MOST_RECORDS // 4
    later = np.geomspace(even, count - 1, MOST_RECORDS - even)
    return sorted({*range(even), *(int(place) for place in later), count - 1})


def _brief(names: tuple[str, ...]) -> list[str]:
    return list(names) if len(names) <= 4 else [*names[:3], f"… ({len(names)})"]
