"""Conversion: a model taken away and used elsewhere.

``formula`` tells once what a model computes; each format is one file that writes it down.
"""

from kedou.conversion.registry import NAMED, convert, format_named, to_bytes

__all__ = ["NAMED", "convert", "format_named", "to_bytes"]
