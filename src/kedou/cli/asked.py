"""What ``kedou fit`` was asked for, checked before any row is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kedou.cli import options
from kedou.errors import OptionError
from kedou.texts import Message

DEFAULT_FOLDS = 5


@dataclass(frozen=True)
class Check:
    """How rows are left out, as it was asked for."""

    folds: int | None
    split_by: str | None
    group_by: str | None

    def __post_init__(self) -> None:
        if self.split_by is not None and self.group_by is not None:
            raise OptionError("cli.split-and-group")
        if self.split_by is not None and self.folds is not None:
            raise OptionError("cli.split-and-folds")

    @property
    def key(self) -> str | None:
        """The column whose values rows are told apart by."""
        return self.split_by or self.group_by

    def at_first(self, squared: bool) -> int:
        """Return the number of folds of the first scan."""
        if not squared or self.split_by is not None:
            return 0
        return DEFAULT_FOLDS if self.folds is None else self.folds


@dataclass(frozen=True)
class Scanning:
    """How the rows are read, as it was asked for."""

    precision: str
    checkpoint: str | None
    cluster: str | None
    sampled: bool

    def keeps_sample(self, held_out: bool) -> bool:
        """Whether a sample is wanted, and all rows pass through this process to be sampled."""
        return (self.sampled or held_out) and self.checkpoint is None and self.cluster is None

    @property
    def not_absolute(self) -> Message | None:
        """Why errors have no mean absolute one: it needs all rows to pass through this process."""
        for given, option in ((self.checkpoint, "--checkpoint"), (self.cluster, "--cluster")):
            if given is not None:
                return Message("cli.not-absolute", {"option": option})
        return None


def batching_of(
    batch_size: str | None, epochs: str | None, no_shuffle: bool, average: bool, steps: str | None
) -> dict[str, Any]:
    """Return what ``descend`` takes for mini-batches, checked; empty for full-batch descent."""
    from kedou.fitting.batches import check_batching

    if batch_size is None:
        if epochs is not None or no_shuffle or average:
            raise OptionError("fitting.batch-size-missing")
        return {}
    if steps is not None:
        raise OptionError("fitting.steps-with-batches", got=steps)
    made = check_batching(
        options.whole("--batch-size", batch_size),
        None if epochs is None else options.whole("--epochs", epochs),
        not no_shuffle,
        average,
    )
    return {
        "batch_size": made.batch_size,
        "epochs": made.epochs,
        "shuffle": made.shuffle,
        "average": made.average,
    }


def check_settings_of(settings: dict[str, Any], loss: str) -> None:
    """Refuse what cannot work before any row is read."""
    from kedou import rules
    from kedou.descent.descend import check_settings
    from kedou.losses import SquaredError, make

    check_settings(settings["steps"], settings["tolerance"], settings["seed"])
    if not settings["ridge"] >= 0:
        raise OptionError("solution.ridge-negative", got=settings["ridge"])
    if settings["ridge"] > 0 and not isinstance(make(loss), SquaredError):
        raise OptionError("fitting.passes-ridge", got=settings["ridge"], loss=loss)
    if settings["learning_rate"] == "auto":
        rules.has_rate(settings["rule"])
    else:
        rules.make(settings["rule"], settings["learning_rate"])


def check_reading(
    checkpoint: str | None,
    cluster: str | None,
    loss: str,
    check: Check,
    report: str | None,
    batched: bool,
) -> None:
    """Refuse what reads rows in a way that a checkpoint does not keep, or a cluster not do."""
    from kedou.cli.tables import check_place
    from kedou.losses import SquaredError, make

    for given, name in ((checkpoint, "checkpoint"), (cluster, "cluster")):
        if given is None:
            continue
        if not isinstance(make(loss), SquaredError):
            raise OptionError(f"cli.{name}-loss", loss=loss)
        if batched:
            raise OptionError(f"cli.{name}-batches")
        if check.split_by is not None:
            raise OptionError(f"cli.{name}-split")
        if report is not None:
            raise OptionError(f"cli.{name}-report")
    if checkpoint is not None:
        check_place(checkpoint)
