"""Descend over the rows, with live news: losses that moments cannot carry, and mini-batches."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from kedou.block import Floats
from kedou.descent.store import to_content
from kedou.fitting import descend
from kedou.fitting.batches import EPOCHS
from kedou.fitting.runner import STEPS
from kedou.lab.answers import told
from kedou.lab.desk import Desk
from kedou.lab.frames import written
from kedou.lab.jobs.done import Done
from kedou.lab.jobs.scanning import source_from
from kedou.lab.learned import engine_settings, loss_of
from kedou.sources.mapped import chosen, watched
from kedou.texts import current_language

NEWS_SECONDS = 0.06


def passes(job: Mapping[str, Any], desk: Desk) -> Done:
    """Descend over the rows of a table."""
    settings = job["settings"]
    source = watched(source_from(job), desk.check)
    if settings.get("features") is not None:
        source = chosen(source, settings["features"])
    due, total = [0.0], _total(settings, job["ask"]["scanned_rows"])

    def watch(step: int, theta: Floats, loss: float) -> None:
        now = time.perf_counter()
        if now < due[0] and step not in (0, total):
            return
        due[0] = now + NEWS_SECONDS
        finite = loss if np.isfinite(loss) else None
        desk.news({"step": step, "total": total, "theta": theta.tolist(), "loss": finite})

    run = descend(source, loss=loss_of(settings), progress=watch, **engine_settings(settings))
    body = {"run": told(run, current_language(), gradient=False), "held": None}
    return Done(body, keep=written(to_content(run)).encode())


def _total(settings: Mapping[str, Any], rows: int) -> int:
    """Return how many steps there will be."""
    size = settings.get("batch_size")
    if size is None:
        return int(settings.get("steps", STEPS))
    return -(-rows // int(size)) * int(settings.get("epochs", EPOCHS))
