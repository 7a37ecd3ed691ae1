"""Columns: how a table becomes X, and how a model repeats it on the next table.

``plan`` says which table column becomes what, ``choose`` makes such a plan from the columns a
table has and the options of ``kedou.sources.open``, ``encode`` carries it out on a stretch of
rows. Only the plan is imported here: the other modules need PyArrow.
"""

from kedou.columns.plan import ColumnPlan, Feature

__all__ = ["ColumnPlan", "Feature"]
