"""The headers that every answer of the lab carries, refusals and errors too."""

from __future__ import annotations

from collections.abc import Iterable

Pairs = list[tuple[bytes, bytes]]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",  # text never becomes HTML, whoever forgets it
        "trusted-types 'none'",
    )
)
_UNUSED = ("camera", "microphone", "geolocation", "display-capture", "payment", "usb", "serial")

SECURITY = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{name}=()" for name in _UNUSED),
    "x-frame-options": "DENY",
}
DEFAULTS = {**SECURITY, "cache-control": "no-store"}


def completed(headers: Iterable[tuple[bytes, bytes]]) -> Pairs:
    """Return headers with those that every answer carries; what is there already stays.

    >>> completed([(b"cache-control", b"no-cache")])[0]
    (b'cache-control', b'no-cache')
    """
    given = list(headers)
    names = {name.lower() for name, _ in given}
    return given + [
        (name.encode(), value.encode())
        for name, value in DEFAULTS.items()
        if name.encode() not in names
    ]
