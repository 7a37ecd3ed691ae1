"""What workers of a cluster do: read parts, and merge what was read.

Every result says which parts it is of, and is refused unless it joins the one before without gap or
overlap: a part that was read twice, because a worker died, is counted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kedou.blas import one_thread
from kedou.errors import DataError, KedouError, OptionError, UnreadableFileError
from kedou.fitting.reading import Reading
from kedou.moments import Folded, Merger
from kedou.sources.source import Learning, Part


@dataclass(frozen=True)
class Found:
    """What came of parts ``first`` to ``stop``: their moments, or why there are none.

    Attributes
    ----------
    first, stop : int
    moments : Moments, exact sums, or None
    rows : int
        Rows read.
    found : dict or None
        What the source found out while reading.
    problem : KedouError or None
        Something in the data, which trying again would not mend.
    """

    first: int
    stop: int
    moments: Folded | None
    rows: int = 0
    found: dict[str, Any] | None = None
    problem: KedouError | None = None


@dataclass(frozen=True)
class ReadingTask:
    """Reads parts on a worker and merges them.

    Attributes
    ----------
    key : str
        Its name on the cluster, which says all there is to say of it.
    work : Reading
    parts : sequence of Part
    first : int
        Number of the first part.
    version : str
        Kedou's, of whoever asks.
    """

    key: str
    work: Reading
    parts: Sequence[Part]
    first: int
    version: str

    def __dask_tokenize__(self) -> str:
        return self.key

    def __call__(self, partitions: Sequence[Any]) -> Found:
        """Read; partitions of a Dask collection come computed."""
        from kedou.version import version as version_here

        first, stop = self.first, self.first + len(self.parts)
        error: KedouError
        if version_here() != self.version:
            error = OptionError("fitting.cluster-version", here=self.version, there=version_here())
            return Found(first, stop, None, problem=error)
        rows, found = 0, None
        merger: Merger[Any] = Merger()
        fold = self.work.reader()
        with one_thread():
            for part, value in zip(self.parts, partitions, strict=True):
                try:
                    part = part if value is None else _with(part, value)
                    moments = fold(first, part)
                except UnreadableFileError as problem:
                    raise _unreadable(part, problem) from None
                except KedouError as problem:
                    return Found(first, stop, None, problem=problem)
                read = 0 if moments is None else moments.rows_read
                if part.rows is not None and read != part.rows:
                    error = DataError(
                        "fitting.cluster-other-file",
                        expected=part.rows,
                        rows=read,
                        **place_of(part),
                    )
                    return Found(first, stop, None, problem=error)
                if moments is not None:
                    merger.add(moments)
                rows += read
                source = getattr(part, "source", None)
                if isinstance(source, Learning):
                    found = _together(found, source.found())
        return Found(first, stop, merger.result(), rows, found)


def merge(pieces: Sequence[Found]) -> Found:
    """Merge neighbouring subtrees in order."""
    rows, found, at = 0, None, pieces[0].first
    merger: Merger[Any] = Merger()
    for piece in pieces:
        if piece.problem is not None:
            return piece
        assert piece.first == at, "a gap, or an overlap"
        at, rows = piece.stop, rows + piece.rows
        if piece.moments is not None:
            with one_thread():
                merger.add(piece.moments, piece.stop - piece.first)
        found = _together(found, piece.found)
    return Found(pieces[0].first, at, merger.result(), rows, found)


def place_of(part: Part) -> dict[str, Any]:
    """Return the file and the row groups of a part, for an error."""
    groups = getattr(getattr(part, "part", None), "groups", None)
    if groups is None:
        return {"file": part.origin, "groups": "-"}
    shown = str(groups.start) if len(groups) == 1 else f"{groups.start}-{groups.stop - 1}"
    return {"file": part.origin, "groups": shown}


def _together(a: dict[str, Any] | None, b: dict[str, Any] | None) -> dict[str, Any] | None:
    if a is None or b is None:
        return b if a is None else a
    levels = {
        name: sorted({*a["levels"].get(name, ()), *b["levels"].get(name, ())})
        for name in {**a["levels"], **b["levels"]}
    }
    return {"levels": levels, "inexact": list(dict.fromkeys([*a["inexact"], *b["inexact"]]))}


def _with(part: Any, value: Any) -> Part:
    computed: Part = part.computed(value)
    return computed


def _unreadable(part: Part, problem: UnreadableFileError) -> UnreadableFileError:
    import socket

    reason = problem.values.get("reason") or str(problem)
    return UnreadableFileError(
        "fitting.cluster-unreadable",
        worker=socket.gethostname(),
        reason=str(reason),
        **place_of(part),
    )
