"""Mergeable sufficient statistics of (X, y)."""

from kedou.moments.accumulate import Accumulator, Merger
from kedou.moments.moments import Moments

__all__ = ["Accumulator", "Merger", "Moments"]
