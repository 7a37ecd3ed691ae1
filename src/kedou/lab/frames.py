"""How the lab and a worker talk: lines of JSON there, frames back.

A frame is a line of JSON, ``{"job": 3, "is": "done", "facts": {...}, "body": 120, "keep": 0}``, and
after it so many bytes of ``body`` and of ``keep``. The body is one JSON object, the answer for the
page, which the lab passes on as it is: it never has to read what may be large. The facts are what
the lab itself wants to know; what it keeps for later questions is ``keep``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FrameKind = Literal["news", "done", "error", "stopped"]
MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Frame:
    """One answer of a worker.

    Attributes
    ----------
    job : int
    kind : {"news", "done", "error", "stopped"}
        All but news are the last of a job.
    facts : mapping
    body, keep : bytes
    resident : int
        Bytes of memory that the worker holds.
    """

    job: int
    kind: FrameKind
    facts: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b"{}"
    keep: bytes = b""
    resident: int = 0

    def written(self) -> bytes:
        """Return it as bytes."""
        head = {
            "job": self.job,
            "is": self.kind,
            "facts": self.facts,
            "body": len(self.body),
            "keep": len(self.keep),
            "resident": self.resident,
        }
        return written_line(head) + self.body + self.keep

    def message(self, **first: Any) -> str:
        """Return the body as a message for the page, with some fields before its own.

        >>> Frame(1, "done", body=b'{"rows":3}').message(type="table", id=7)
        '{"type":"table","id":7,"rows":3}'
        """
        return joined(first, self.body.decode())


def written(value: Any) -> str:
    r"""Return a value as JSON, as short as it can be.

    >>> written({"a": [1.5, "é"]}), written("\ud800")
    ('{"a":[1.5,"é"]}', '"\\ud800"')
    """
    text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which UTF-8 cannot hold
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text


def joined(first: Mapping[str, Any], body: str) -> str:
    """Return one JSON object of some fields and those of an object that is written already.

    >>> joined({"id": 7}, '{"rows":3}'), joined({"id": 7}, "{}")
    ('{"id":7,"rows":3}', '{"id":7}')
    """
    head = written(first)
    return head if body == "{}" else f"{head[:-1]},{body[1:]}"


def written_line(value: Any) -> bytes:
    """Return a value as one line of JSON."""
    return written(value).encode() + b"\n"


async def read_frame(stream: asyncio.StreamReader) -> Frame:
    """Read the next frame.

    Raises
    ------
    EOFError, OSError
        The worker has ended.
    ValueError
        It is no frame.
    """
    line = await stream.readline()
    if not line:
        raise EOFError
    head = json.loads(line)
    lengths = (int(head["body"]), int(head["keep"]))
    if not all(0 <= length <= MOST_BYTES for length in lengths):
        raise ValueError(lengths)
    body, keep = [await stream.readexactly(length) for length in lengths]
    return Frame(
        int(head["job"]), head["is"], head["facts"], body, keep, int(head.get("resident", 0))
    )
