"""The command line: parse, call, print."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command ``kedou`` and return its exit code (see ``kedou.cli.exits``).

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process unless given.
    """
    from kedou.cli.app import run

    return run(argv)
