"""What the lab refuses, in words: an HTTP answer, or a message on the socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from kedou.errors import KedouError
from kedou.texts import LANGUAGES, current_language, normalise_language


class RefusalError(KedouError, ValueError):
    """Something a client asked for is refused.

    Parameters
    ----------
    code : str
        ``area.key`` in the text catalogue.
    status : int
        What an HTTP client is told; on a WebSocket only the code counts.
    """

    def __init__(self, code: str, /, *, status: int = 403, **values: Any) -> None:
        super().__init__(code, **values)
        self.status = status


def language_of(scope: Mapping[str, Any]) -> str:
    """Return the language to answer a request in: ``?lang=``, what the browser asks for, ours.

    >>> language_of({"query_string": b"lang=zh", "headers": []})
    'zh-CN'
    """
    query = scope.get("query_string", b"").decode("latin-1")
    wishes = [value for name, value in parse_qsl(query, max_num_fields=None) if name == "lang"]
    for name, value in scope["headers"]:
        if name == b"accept-language":
            wishes += [part.split(";")[0].strip() for part in value.decode("latin-1").split(",")]
    for wish in wishes:
        language = normalise_language(wish)
        if language != LANGUAGES[0] or wish.lower().startswith("en"):
            return language
    return current_language()
