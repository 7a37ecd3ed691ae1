"""Mergeable sufficient statistics of (X, y)."""

from kedou.moments.accumulate import Accumulator, Merger
from kedou.moments.exact import ExactAccumulator, Sums
from kedou.moments.moments import Moments

__all__ = ["Accumulator", "ExactAccumulator", "Merger", "Moments", "Sums"]
