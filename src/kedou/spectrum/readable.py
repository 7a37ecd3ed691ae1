"""A diagnosis as a small table: as the columns are, and standardised."""

from __future__ import annotations

from kedou.readable import Table, known
from kedou.spectrum.diagnosis import Diagnosis
from kedou.texts import say


def table_of(diagnosis: Diagnosis) -> Table:
    """Return limit, best rate, its steps and the condition number, in both coordinates."""
    sides = [diagnosis] if diagnosis.standardized else [diagnosis, diagnosis.scaled]
    eigenvalues = [side.eigenvalues for side in sides]
    lines: dict[str, list[float | int | None]] = {
        "limit": [known(side.learning_rate_limit) for side in sides],
        "best": [known(side.best_learning_rate) for side in sides],
        "best-steps": [side.best_steps for side in sides],
        "worst-case": [known(side.worst_case_rate) for side in sides],
        "condition": [known(side.condition_number) for side in sides],
        "steepest": [known(values[0]) if len(values) else None for values in eigenvalues],
        "flattest": [known(values[-1]) if len(values) else None for values in eigenvalues],
    }
    heads = ["", say("readable.as-given"), say("readable.standardized")]
    count = len(diagnosis.parameter_names)
    target = diagnosis.quadratic.design.target_name
    digits = int(diagnosis.digits.coefficients)
    return Table(
        say("readable.diagnosis", target=target, parameters=count),
        [heads[0], heads[-1]] if len(sides) == 1 else heads,
        [(say(f"readable.{name}"), *cells) for name, cells in lines.items()],
        [say("readable.digits", digits=digits), *map(str, diagnosis.messages)],
    )
