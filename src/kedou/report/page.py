"""The report as a file: the page's own script and style, and the content as data, in one file.

It works from disk and asks for nothing. Its content security policy allows the one script and the
one style that are inside it, by their digests, and no connection at all; what came from the data
(names, cells, paths) stands in a JSON block that no browser runs, with every ``<`` escaped, and is
only ever shown as text.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
from collections.abc import Mapping
from importlib import resources
from typing import Any

from kedou.report.content import Report, report_content
from kedou.saving import replacing

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Kedou {version}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div id="kedou"></div>
<noscript>{noscript}</noscript>
<script type="application/json" id="kedou-report">{content}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def report_page(content: Mapping[str, Any]) -> str:
    """Return the HTML of a report's content.

    Raises
    ------
    FileNotFoundError
        The page is not built: the package is incomplete.
    """
    folder = resources.files("kedou") / "assets" / "lab"
    script = (folder / "bundle.js").read_text(encoding="utf-8").strip()
    style = (folder / "bundle.css").read_text(encoding="utf-8").strip()
    if "</script" in script.lower() or "</style" in style.lower():
        raise ValueError("the built page cannot stand inside another page")
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _PAGE.format(
        language=html.escape(str(content["language"]), quote=True),
        policy=html.escape(policy, quote=True),
        version=html.escape(str(content["kedou"]), quote=True),
        title=html.escape(str(content["title"])),
        style=style,
        noscript="This report needs JavaScript. 这份报告需要 JavaScript。",
        content=_inert(text),
        script=script,
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


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _inert(text: str) -> str:
    """Escape what could end the block, or begin a comment in it; it stays the same JSON."""
    escapes = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028"}
    for mark, escape in (*escapes.items(), ("\u2029", "\\u2029")):
        text = text.replace(mark, escape)
    return text
