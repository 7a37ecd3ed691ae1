"""The installed command, for tests that need a process of its own."""

import sys
from pathlib import Path


def command(*arguments):
    """Return the command with its arguments."""
    return [str(Path(sys.executable).parent / "kedou"), *map(str, arguments)]
