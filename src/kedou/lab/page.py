"""The page's files, read once when the lab starts.

A path is looked up in a table of what was found in the package's folder; none is ever put together
from what a client sends, so nothing outside can be reached. Links in the folder are left out.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from kedou.lab.refusal import RefusalError
from kedou.pages import FOLDER

INDEX = "/index.html"
_HASHED = re.compile(r"[.-][0-9a-f]{8,64}\.\w+$")
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
_PACKED = (".png", ".ico", ".woff2")


@dataclass(frozen=True)
class File:
    """One file of the page.

    Attributes
    ----------
    name : str
        Path below the folder, starting with a slash.
    content : bytes
    """

    name: str
    content: bytes = field(repr=False)

    @property
    def type(self) -> str:
        """The media type."""
        return _TYPES.get(Path(self.name).suffix, "application/octet-stream")

    @property
    def caching(self) -> str:
        """How long a browser may keep it: by its name, where that holds a digest."""
        if self.name == INDEX:
            return "no-store"
        if _HASHED.search(self.name):
            return "private, max-age=31536000, immutable"
        return "private, no-cache"

    @cached_property
    def tag(self) -> str:
        """A digest of the content."""
        return hashlib.sha256(self.content).hexdigest()[:32]

    @cached_property
    def gzipped(self) -> bytes | None:
        """The content compressed, where that makes it smaller; done once."""
        if Path(self.name).suffix in _PACKED:
            return None
        packed = gzip.compress(self.content, mtime=0)
        return packed if len(packed) < len(self.content) else None


@dataclass(frozen=True)
class Page:
    """All files of the page, by their paths."""

    files: Mapping[str, File]

    def find(self, path: str) -> File:
        """Return the file of a path.

        Raises
        ------
        RefusalError
            There is none; or the page itself is not there at all.
        """
        name = INDEX if path == "/" else path
        if name in self.files:
            return self.files[name]
        if name == INDEX:
            raise RefusalError("lab.no-page", status=503)
        raise RefusalError("lab.not-found", status=404)


def read_page(folder: Path | None = None) -> Page:
    """Read the page's files: those of the package, unless another folder is given."""
    root = FOLDER if folder is None else folder
    files = {}
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        parts = path.relative_to(root).parts
        links = any((root / Path(*parts[:n])).is_symlink() for n in range(1, len(parts) + 1))
        if links or any(part.startswith(".") for part in parts) or not path.is_file():
            continue
        name = "/" + "/".join(parts)
        content = path.read_bytes()
        files[name] = File(name, _told(content) if name == INDEX else content)
    return Page(files)


def _told(index: bytes) -> bytes:
    """Tell the page that there is an engine behind it: only a lab has one."""
    return index.replace(b"<html ", b'<html data-engine="socket" ', 1)


def takes_gzip(accepted: str) -> bool:
    """Say whether an Accept-Encoding header takes gzip.

    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0"), takes_gzip("")
    (True, False, False)
    """
    for part in accepted.split(","):
        name, _, weight = part.strip().lower().partition(";")
        if name.strip() in ("gzip", "*"):
            return not re.fullmatch(r"q=0(\.0*)?", weight.strip())
    return False
