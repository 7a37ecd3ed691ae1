"""Pages made of the bundle: one that holds it, and one that has it beside itself.

Both work from disk as from any server, and ask for nothing else: their content security policy
allows the one script and the one style, and no connection at all. A page that holds them names
them by their digests. A page that has them beside itself takes them from where it lies; its script
is an ordinary one, since browsers load no module from disk. What came from data (names, cells,
paths) stands in a JSON block that no browser runs, with every ``<`` escaped, and is only ever shown
as text.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from typing import Any

from kedou.pages.files import Bundle
from kedou.version import version

_PAGE = """<!doctype html>
<html lang="{language}"{attributes}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Kedou {version}">{description}
<title>{title}</title>
{icon}
{style}
</head>
<body>
<div id="kedou"></div>
<noscript>{noscript}</noscript>{data}{notices}
{script}
</body>
</html>
"""
_NOSCRIPT = "Kedou needs JavaScript. 蝌蚪需要 JavaScript。"
_EXPORTS = re.compile(r"export\s*\{[^{}]*\}\s*;?\s*$")


def page_alone(
    bundle: Bundle,
    *,
    title: str,
    language: str,
    description: str = "",
    attributes: Mapping[str, str] | None = None,
    data: Mapping[str, Any] | None = None,
) -> str:
    """Return a page that holds script and style, and needs no other file.

    Parameters
    ----------
    bundle : Bundle
    title : str
    language : {"en", "zh-CN"}
        What the page says it is written in, until the script says.
    description : str
        What it is about, for those who list pages.
    attributes : mapping of str to str
        What its ``html`` element tells the script.
    data : mapping of str to values
        JSON blocks by their id.
    """
    _require_inert(bundle)
    return _page(
        title=title,
        language=language,
        description=description,
        attributes=attributes or {},
        policy=_policy(f"'{_digest(bundle.script)}'", f"'{_digest(bundle.style)}'"),
        icon=bundle.icon,
        style=f"<style>{bundle.style}</style>",
        script=f'<script type="module">{bundle.script}</script>',
        data=data or {},
        notices=bundle.notices,
    )


def page_beside(
    bundle: Bundle,
    *,
    script: str,
    style: str,
    title: str,
    language: str,
    description: str = "",
    attributes: Mapping[str, str] | None = None,
) -> str:
    """Return a page whose script and style are the files of these names beside it."""
    return _page(
        title=title,
        language=language,
        description=description,
        attributes=attributes or {},
        policy=_policy("'self'", "'self'"),
        icon=bundle.icon,
        style=f'<link rel="stylesheet" href="{html.escape(style)}">',
        script=f'<script defer src="{html.escape(script)}"></script>',
        data={},
        notices="",
    )


def ordinary_script(bundle: Bundle) -> str:
    """Return the module as an ordinary script, its names its own; a browser loads it from disk.

    Raises
    ------
    ValueError
        The module imports something: it cannot stand alone.
    """
    text = _EXPORTS.sub("", bundle.script)
    if re.match(r"import\b\s*[\w{*\"']", text):
        raise ValueError("the built page imports something")
    return f'(()=>{{"use strict";{text}\n}})();\n'


def _policy(script: str, style: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {script}",
            f"style-src {style}",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _page(
    *,
    title: str,
    language: str,
    description: str,
    attributes: Mapping[str, str],
    policy: str,
    icon: str,
    style: str,
    script: str,
    data: Mapping[str, Any],
    notices: str,
) -> str:
    told = f'\n<meta name="description" content="{html.escape(description)}">'
    blocks = [
        f'\n<script type="application/json" id="{html.escape(name)}">{_inert(value)}</script>'
        for name, value in data.items()
    ]
    licences = f'\n<script type="text/plain" id="kedou-notices">\n{notices}\n</script>'
    return _PAGE.format(
        language=html.escape(language),
        attributes="".join(f' {name}="{html.escape(v)}"' for name, v in attributes.items()),
        policy=html.escape(policy, quote=True),
        version=html.escape(version()),
        description=told if description else "",
        title=html.escape(title),
        icon=icon,
        style=style,
        noscript=_NOSCRIPT,
        data="".join(blocks),
        notices=licences if notices else "",
        script=script,
    )


def _require_inert(bundle: Bundle) -> None:
    ends = ("</script", "<script", "<!--")
    if any(end in part.lower() for part in (bundle.script, bundle.notices) for end in ends):
        raise ValueError("the built page cannot stand inside another page")
    if "</style" in bundle.style.lower():
        raise ValueError("the built page's style cannot stand inside another page")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _inert(value: Any) -> str:
    """Return JSON in which nothing ends the block, or begins a comment in it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    escapes = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028"}
    for mark, escape in (*escapes.items(), ("\u2029", "\\u2029")):
        text = text.replace(mark, escape)
    return text
