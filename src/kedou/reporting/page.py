"""The report as a file: the lesson's page with a run's content in it as data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from kedou.pages import page_alone, read_bundle
from kedou.reporting.content import Report, report_content
from kedou.saving import replacing


def report_page(content: Mapping[str, Any]) -> str:
    """Return the HTML of a report's content.

    Raises
    ------
    UnreadableFileError
        The page is not built: the package is incomplete.
    """
    return page_alone(
        read_bundle(),
        title=str(content["title"]),
        language=str(content["language"]),
        data={"kedou-report": content},
    )


def write_report(report: Report, path: str | os.PathLike[str]) -> None:
    """Write a report to a file, whole or not at all.

    Raises
    ------
    UnreadableFileError
        The file cannot be written.
    """
    text = report_page(report_content(report)).encode()
    with replacing(path) as file:
        file.write(text)
