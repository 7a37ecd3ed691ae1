"""Write the golden files that hold the page's model to Python's numbers: tests/golden/web/*.json.

``python -m tests.golden.write`` from the root of the repository. Every file has ``cases``; a case
has a name, its input, and ``expect``: quantities with their scales (see ``quantity``). Run it only
after a formula was changed on purpose, and commit the files on their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .web_data import moments, points
from .web_descent import descents, long_runs, passes
from .web_lesson import learning_rate_maps, network_cases, polynomials
from .web_mathematics import diagnoses, forwards, losses, merged_moments, solutions, students
from .web_texts import sentences, shown
from .web_validation import validations

FOLDER = Path(__file__).parent / "web"


def data_file() -> list[dict[str, Any]]:
    """Return the data sets: rows where the page makes moments itself, and Python's moments."""
    from kedou.moments.store import to_content

    cases = []
    for name in [*points(), "levels"]:
        rows = points().get(name)
        inside = None
        if rows is not None:
            inside = {key: array.tolist() for key, array in rows.items()}
        cases.append({"name": name, "points": inside, "moments": to_content(moments(name))})
    return cases


FILES: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "data": data_file,
    "descents": descents,
    "diagnoses": diagnoses,
    "forwards": forwards,
    "learning-rate-maps": learning_rate_maps,
    "long-runs": long_runs,
    "losses": losses,
    "moments": merged_moments,
    "networks": network_cases,
    "passes": passes,
    "polynomials": polynomials,
    "sentences": sentences,
    "shown": shown,
    "solutions": solutions,
    "students": students,
    "validations": validations,
}


def content(name: str) -> dict[str, Any]:
    """Return what a golden file should hold."""
    return {"cases": FILES[name]()}


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    for name in FILES:
        text = json.dumps(content(name), ensure_ascii=False, allow_nan=False)
        # One case a line: a change shows where it is.
        text = text.replace('{"name": ', '\n{"name": ') + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
        print(f"{name}.json: {len(text):,} characters")


if __name__ == "__main__":
    main()
