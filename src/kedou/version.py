"""Which Kedou this is, for layers that the package's root imports and that may not import it."""

from __future__ import annotations

import sys


def version() -> str:
    """Return ``kedou.__version__``, the one place where it is written."""
    return str(sys.modules["kedou"].__version__)
