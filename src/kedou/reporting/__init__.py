"""One self-contained HTML page for a finished run: what was found, how far to trust it, the run."""

from kedou.reporting.content import Report, report_content
from kedou.reporting.in_memory import ReportPage, report, to_html
from kedou.reporting.page import report_page, write_report

__all__ = [
    "Report",
    "ReportPage",
    "report",
    "report_content",
    "report_page",
    "to_html",
    "write_report",
]
