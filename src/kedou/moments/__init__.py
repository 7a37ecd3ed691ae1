"""Mergeable sufficient statistics of (X, y)."""

from kedou.moments.accumulate import Accumulator, Merger
from kedou.moments.exact import Sums
from kedou.moments.exact.accumulate import ExactAccumulator
from kedou.moments.moments import Moments
from kedou.moments.on_device import DeviceAccumulator

Folded = Moments | Sums
"""What blocks are folded into: fast moments, or exact sums, which become moments at the end."""

__all__ = [
    "Accumulator",
    "DeviceAccumulator",
    "ExactAccumulator",
    "Folded",
    "Merger",
    "Moments",
    "Sums",
]
