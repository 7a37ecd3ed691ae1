"""One pass over the rows: a source becomes moments."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

from kedou.data import Dataset
from kedou.errors import OptionError
from kedou.fitting.checkpoint import Checkpoint
from kedou.fitting.folds import check_folds, fold_of_rows
from kedou.fitting.precision import check_precision, refine
from kedou.fitting.progress import Counter, Progress
from kedou.fitting.reading import Cluster, Folding, Observer, Reading, threads
from kedou.fitting.so_far import SoFar
from kedou.moments import Moments
from kedou.sources import open as open_source
from kedou.sources.identity import files_of
from kedou.sources.source import Source


def as_source(data: Any, y: Any = None, **options: Any) -> Source:
    """Open whatever ``kd.scan`` and ``kd.descend`` take: see ``kd.open`` for the options."""
    if isinstance(data, Dataset):
        options.setdefault("features", list(data.feature_names))
        columns = {**data.table}
        return open_source(columns, target=options.pop("target", data.target_name), **options)
    return open_source(data, y, **options)


def scan(
    data: Any,
    y: Any = None,
    *,
    precision: str = "auto",
    folds: int = 0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    so_far: Callable[[Moments], None] | None = None,
    observe: Observer | None = None,
    workers: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    client: Any = None,
    **options: Any,
) -> Moments:
    """Read all rows once and return their moments.

    Parameters
    ----------
    data : Source, or anything ``kd.open`` takes
        ``kd.scan(source)``, ``kd.scan(path, target="price")``, ``kd.scan(frame, target="price")``,
        ``kd.scan(X, y)``.
    y : (rows,) array, optional
        The target of an array.
    precision : {"auto", "fast", "exact"}, default "auto"
        ``"fast"``: float64 products with compensated means. ``"exact"``: sums without any rounding
        (``kedou.moments.exact``), whose answer is right to the last digit; powers are formed in
        double-double. ``"auto"``: fast, and where fewer than ten digits would be left, all rows
        once more, exactly; ``moments.chosen`` says why (``kedou.fitting.precision``).
    folds : int, default 0
        Also return the moments of so many folds (2 to 100) in ``moments.folds``.
    seed : int, default 0
        Which rows go to which fold.
    progress : callable, optional
        Called with a ``Progress`` after every block, from the thread that read it. An exception
        that it raises ends the scan at once and comes out of it.
    so_far : callable, optional
        Called some five times a second with the moments of the rows read so far, without folds:
        good for a first look, while the result keeps its own bits.
    observe : callable, optional
        Called with every block and the fold of each of its rows (None without folds), from the
        thread that read it, in no particular order: ``kedou.fitting.sample.Sampler`` is one.
    workers : int, optional
        Threads; the number of processors by default. Changes the time, never a bit.
    checkpoint : path, optional
        A file in which this scan keeps what it has read (``kedou.fitting.checkpoint``). Where it
        is there already, the scan goes on from it, and ``observe`` sees only blocks that are read
        now. For files only. Where ``"auto"`` reads the rows once more, the exact reading has a
        file of its own beside it: the same path with ``.exact`` at its end.
    client : distributed.Client, optional
        Let the workers of a Dask cluster read (``kedou.fitting.dask_cluster``): files that all of
        them see under the same path, or a Dask array or data frame. The bits are the same.
    **options
        As for ``kd.open``: ``target``, ``features``, ``categorical``, ``polynomial``, ...

    Returns
    -------
    Moments

    Raises
    ------
    DataError
        Cells that are not numbers, no usable rows, weights below zero, ...
    OptionError
        Options that make no sense.
    ClusterError
        Workers died or failed again and again; it names the file and its row groups.
    SavedFileError
        The checkpoint is of other files or options, a file has changed since, or it is damaged.

    Examples
    --------
    >>> import kedou as kd
    >>> moments = kd.scan([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0])
    >>> moments.count, moments.mean.tolist()
    (3, [2.3333333333333335, 2.0])
    """
    precision = check_precision(precision)
    folds, seed = check_folds(folds, seed)
    threads(workers)
    source = as_source(data, y, **options)
    folding = Folding(folds, partial(fold_of_rows, folds=folds, seed=seed)) if folds else None
    counter = Counter(progress, source.rows)
    partly = None if so_far is None else SoFar(so_far)
    cluster = None if client is None else _cluster(client, source, observe, so_far)
    choice = {"folds": folds, "seed": seed if folds else None}

    def read(exact: bool, path: str | None, first: bool) -> Moments:
        chosen = source.with_low_powers() if exact else source
        kept = None
        if path is not None:
            kept = Checkpoint(path, chosen, {"precision": "exact" if exact else "fast", **choice})
        told = (counter, observe, partly) if first else (Counter(progress, source.rows), None, None)
        reading = Reading(chosen, folding, *told, exact, kept, cluster)
        return reading.moments(workers)

    path = None if checkpoint is None else os.fspath(checkpoint)
    moments = read(precision == "exact", path, True)
    if precision != "auto":
        return moments
    return refine(moments, lambda: read(True, None if path is None else f"{path}.exact", False))


def _cluster(client: Any, source: Source, observe: Any, so_far: Any) -> Cluster:
    """Return who reads on a cluster; refuse what rows would have to come here for."""
    from kedou.fitting.dask_cluster import DaskCluster

    if observe is not None or so_far is not None:
        raise OptionError("fitting.cluster-observe")
    if not files_of(source) and not hasattr(getattr(source, "table", None), "delayed"):
        raise OptionError("fitting.cluster-needs-files")
    return client if isinstance(client, DaskCluster) else DaskCluster(client)
