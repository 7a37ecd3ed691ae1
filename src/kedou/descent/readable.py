"""A run as a small table: where it started, where it ended, and the exact answer beside it."""

from __future__ import annotations

from kedou.descent.trajectory import Trajectory
from kedou.readable import Table, first_rows, known
from kedou.texts import say


def table_of(run: Trajectory) -> Table:
    """Return start, end and exact answer of the loss and of each parameter, and the advice."""
    exact = run.exact
    names = [*run.feature_names, *([say("readable.intercept")] if run.has_intercept else [])]
    rows = [
        (
            name,
            known(run.theta[0, n]),
            known(run.theta[-1, n]),
            None if exact is None else known(exact.theta[n]),
        )
        for n, name in enumerate(names)
    ]
    least = None if exact is None else known(exact.loss)
    loss = (say("readable.loss"), known(run.loss[0]), known(run.loss[-1]), least)
    shown, more = first_rows(
        [loss, *rows], lambda count: say("readable.more-parameters", count=count)
    )
    told = {"rule": str(run.rule.get("name") or run.rule.get("own")), "rate": run.learning_rate}
    how = "readable.rule-alone" if run.learning_rate is None else "readable.rule"
    steps = int(run.steps[-1])
    outcome = say(f"readable.outcome-{run.outcome}")
    return Table(
        say("readable.run", target=run.target_name, steps=steps, outcome=outcome),
        [say(f"readable.{head}") for head in ("parameter", "start", "end", "exact")],
        shown,
        [
            *more,
            say(how, **told),
            *map(str, run.messages),
        ],
    )
