"""What workers do: each job takes plain JSON values and a desk, and returns what it has done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kedou.lab.desk import Desk
from kedou.lab.jobs import looking, passing, saving, scanning, tables
from kedou.lab.jobs.done import Done

Job = Callable[[Mapping[str, Any], Desk], Done]

JOBS: dict[str, Job] = {
    "places": tables.places,
    "open": tables.open_table,
    "look": looking.look,
    "scan": scanning.scan_table,
    "passes": passing.passes,
    "save": saving.save,
}
