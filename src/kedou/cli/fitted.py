"""What a fit leaves behind for those who tell of it: the summary and the JSON object."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kedou.texts import Message

if TYPE_CHECKING:
    from kedou.descent import Trajectory
    from kedou.fitting.hold_out import HoldOut
    from kedou.fitting.sample import Sample
    from kedou.fitting.split import Split
    from kedou.moments import Moments
    from kedou.sources.source import Source


@dataclass(frozen=True)
class Fitted:
    """A finished fit, as the summary and the JSON object tell it.

    Attributes
    ----------
    source : Source
    moments : Moments
        Of all rows; for losses other than squared they serve for counts only.
    run : Trajectory
    held : HoldOut or None
        The error on rows left out, where it was computed; else ``not_held`` says why.
    not_absolute : Message or None
        Why it has no mean absolute error, where rows did not come here.
    r2 : float or None
        Of the run's last point; None where the target does not vary, or for other losses.
    sample : Sample or None
        Some rows, where a report wants them for its residuals.
    folded : Moments or None
        The moments with the folds that ``held`` was computed on.
    """

    source: Source
    moments: Moments
    run: Trajectory
    seconds: float
    held: HoldOut | None = None
    split: Split | None = None
    not_held: Message | None = None
    r2: float | None = None
    saved: tuple[Message, ...] = field(default=())
    sample: Sample | None = None
    folded: Moments | None = None
    not_absolute: Message | None = None
