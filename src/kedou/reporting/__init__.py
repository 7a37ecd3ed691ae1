"""One self-contained HTML page for a finished run: what was found, how far to trust it, the run."""

from kedou.reporting.content import Report, report_content
from kedou.reporting.page import report_page, write_report

__all__ = ["Report", "report_content", "report_page", "write_report"]
