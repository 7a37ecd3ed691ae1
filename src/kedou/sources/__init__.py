"""Sources: arrays, data frames and files, turned into blocks.

``open`` is the one door to data with a target; ``tables_of`` reads the same things without one,
for a model to be applied to.
"""

from kedou.sources.open import open, tables_of
from kedou.sources.source import LeftOut, Part, Source

__all__ = ["LeftOut", "Part", "Source", "open", "tables_of"]
