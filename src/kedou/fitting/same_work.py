"""Whether a checkpoint belongs to the work at hand: the same files, options and program."""

from __future__ import annotations

from typing import Any

from kedou.errors import SavedFileError
from kedou.sources.identity import identity_of_files, identity_of_reading
from kedou.sources.source import Source

_NAMED = {"category": "categorical", "date": "dates"}
"""Options that make a column more than numbers."""


def identity(source: Source, options: dict[str, Any]) -> dict[str, Any]:
    """Return all that the bits of a scan's moments depend on, as JSON values."""
    from kedou.version import version

    return {
        "files": identity_of_files(source),
        "options": {**identity_of_reading(source), **options},
        "program": version(),
    }


def require_same(path: str, there: dict[str, Any], here: dict[str, Any]) -> None:
    """Refuse the checkpoint ``path`` unless its identity, ``there``, is that of the work at hand.

    Raises
    ------
    SavedFileError
        It names the first thing that differs: program, files, their order, their content, options.
    """
    if there["program"] != here["program"]:
        raise SavedFileError(
            "fitting.checkpoint-program", path=path, found=there["program"], here=here["program"]
        )
    theirs, ours = ([file["path"] for file in work["files"]] for work in (there, here))
    if lost := [name for name in theirs if name not in set(ours)]:
        raise SavedFileError("fitting.checkpoint-file-less", path=path, file=lost[0])
    if added := [name for name in ours if name not in set(theirs)]:
        raise SavedFileError("fitting.checkpoint-file-more", path=path, file=added[0])
    if ours != theirs:
        raise SavedFileError("fitting.checkpoint-order", path=path)
    for file, before in zip(here["files"], there["files"], strict=True):
        if file != before:
            raise SavedFileError("fitting.checkpoint-changed", path=path, file=file["path"])
    now, then = here["options"], there["options"]
    if other := _other_options(then, now):
        raise SavedFileError("fitting.checkpoint-options", path=path, names=other)


def _other_options(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return the options that differ, by the names under which they are given."""
    other: list[str] = []
    for name in dict.fromkeys([*then, *now]):
        if now.get(name) == then.get(name):
            continue
        if name == "features":
            other += _other_features(then[name], now[name])
        else:
            other.append("precision" if name == "low_powers" else name)
    return list(dict.fromkeys(other))


def _other_features(then: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[str]:
    if [feature["column"] for feature in then] != [feature["column"] for feature in now]:
        return ["features"]
    names: list[str] = []
    for before, after in zip(then, now, strict=True):
        if before["degree"] != after["degree"]:
            names.append("polynomial")
        if before["kind"] != after["kind"]:
            names += [_NAMED[kind] for kind in (before["kind"], after["kind"]) if kind in _NAMED]
    return names
