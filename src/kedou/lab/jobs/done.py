"""What comes of a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Done:
    """What comes of a job.

    Attributes
    ----------
    body : mapping
        For the page, in the words of JSON.
    facts : mapping
        For the lab: few and small.
    keep : bytes
        For the lab to keep for later questions.
    """

    body: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    keep: bytes = b""
