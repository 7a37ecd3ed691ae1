"""Mergeable sufficient statistics of (X, y)."""

from kedou.moments.accumulate import Accumulator, Merger
from kedou.moments.exact import ExactAccumulator, Sums
from kedou.moments.moments import Moments
from kedou.moments.on_device import DeviceAccumulator

__all__ = ["Accumulator", "DeviceAccumulator", "ExactAccumulator", "Merger", "Moments", "Sums"]
