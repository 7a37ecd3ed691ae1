"""The lesson as files that need no server: one chapter in one file, or all of it as a folder."""

from kedou.exporting.single import export
from kedou.exporting.site import export_all

__all__ = ["export", "export_all"]
