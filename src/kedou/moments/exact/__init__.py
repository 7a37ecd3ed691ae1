"""Exact moments: sums of products without any rounding, mergeable in any order."""

from kedou.moments.exact.bins import Bins
from kedou.moments.exact.sums import Sums, moments_of, sums_of

__all__ = ["Bins", "Sums", "moments_of", "sums_of"]
