"""The exact answer as a small table: each parameter, and how certain it is."""

from __future__ import annotations

from kedou.readable import Table, first_rows, known
from kedou.solution.solution import Solution
from kedou.texts import say


def table_of(solution: Solution) -> Table:
    """Return parameters with standard errors, t, p and 95 % intervals."""
    intervals = solution.confidence_intervals
    rows, more = first_rows(
        [
            (
                say("readable.intercept") if n == len(solution.feature_names) else name,
                known(solution.theta[n]),
                known(solution.standard_errors[n]),
                known(solution.t[n]),
                known(solution.p_values[n]),
                known(intervals[n][0]),
                known(intervals[n][1]),
            )
            for n, name in enumerate(solution.parameter_names)
        ],
        lambda count: say("readable.more-parameters", count=count),
    )
    notes = [*more, say("readable.least", loss=solution.loss)]
    if solution.r2 is not None:
        notes.append(say("readable.r2", r2=solution.r2))
    if solution.residual_std is not None:
        freedom = {"deviation": solution.residual_std, "freedom": solution.degrees_of_freedom}
        notes.append(say("readable.residuals", **freedom))
    notes += [
        say("readable.reference", column=column, level=level)
        for column, level in list(solution.references.items())[:5]
    ]
    notes += [str(message) for message in solution.warnings]
    heads = ("parameter", "value", "error", "t", "p", "low", "high")
    return Table(
        say("readable.solution", target=solution.target_name, rows=solution.count),
        [say(f"readable.{head}") for head in heads],
        rows,
        notes,
    )
