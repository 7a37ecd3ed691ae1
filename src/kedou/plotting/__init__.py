"""A run drawn with Matplotlib, for papers and slides: lines and text, no pixels."""

from kedou.plotting.drawing import KINDS, plot

__all__ = ["KINDS", "plot"]
