"""The public ``descend``: from moments, or from anything that can be opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from kedou.block import Floats
from kedou.descent import Trajectory, descend_moments
from kedou.errors import OptionError
from kedou.fitting.asking import asked
from kedou.fitting.batches import check_batching, descend_batches
from kedou.fitting.passes import descend_passes
from kedou.fitting.scanner import as_source, scan
from kedou.losses import SquaredError, make
from kedou.moments import Moments
from kedou.texts import Message

STEPS = 1000


def descend(
    data: Any,
    rule: Any = "gradient-descent",
    learning_rate: Any = "auto",
    steps: int = STEPS,
    start: float | Sequence[float] | Floats | str = 0.0,
    seed: int | None = None,
    tolerance: float | None = None,
    loss: Any = "squared",
    intercept: bool = True,
    standardize: bool = False,
    ridge: float = 0.0,
    progress: Callable[[int, Floats, float], None] | None = None,
    batch_size: int | None = None,
    epochs: int | None = None,
    shuffle: bool = True,
    average: bool = False,
    compiled: bool | None = None,
    **options: Any,
) -> Trajectory:
    """Let a rule walk down a loss, and keep the whole walk.

    Squared error is computed from moments: a step costs O(p^2) however many rows there were. Other
    losses read all rows at every step, and say so. With ``batch_size`` every step looks at so many
    rows only: mini-batch descent, and stochastic descent with 1 (``kedou.fitting.batches``). The
    best possible answer stands beside the run (``run.exact``); it never replaces what descent
    found.

    Parameters
    ----------
    data : Moments, Source, or anything ``kd.open`` takes
        Arrays need their target in ``options``: ``kd.descend(X, y=y)``.
    rule : str, rule, class or function
        A name of ``kd.rules.NAMED``; a rule object, which carries its own constants; or a plain
        function of (theta, gradient).
    learning_rate : float, schedule or "auto"
        For a named rule. ``"auto"`` says in ``run.notes`` what it chose and from what.
    steps : int, default 1000
        Steps to take, unless the tolerance is met or the loss leaves 1e30 times its start. With
        ``batch_size`` it is ``epochs`` that says how far.
    start : float, (p,) array or "random", default 0.0
        In the user's units; a random start is drawn from ``seed`` and kept as ``run.theta[0]``.
    seed : int, optional
        What a random start, and the order of the rows (0 by default), are drawn from.
    tolerance : float, optional
        Stop once the loss is within this share of the exact one (0.01 = 1 %); with ``batch_size``
        at the end of an epoch.
    loss : str or loss, default "squared"
        A name of ``kd.losses.NAMED`` or an object with ``value`` and ``slope`` of (y, score).
    intercept : bool, default True
    standardize : bool, default False
        Take the steps in standardised columns; results stay in the user's units.
    ridge : float, default 0.0
        Penalty ridge * sum w^2 in descent's coordinates, the intercept free.
    progress : callable, optional
        Called with (step, theta, loss) at every step that reads all rows, theta in the user's
        units. An exception that it raises ends the run. Steps on moments are not told of. With
        ``batch_size`` it is called at the end of every epoch, and some 50 times a second before;
        in between, the loss of a loss other than squared error is the mean over the batches since.
    batch_size : int, optional
        Rows of a step. A batch may go on from block to block; the last of an epoch is what is left.
    epochs : int, default 5
        With ``batch_size``: how often every row is visited.
    shuffle : bool, default True
        With ``batch_size``: visit the rows in another order every epoch, drawn from (seed, epoch)
        alone (``kedou.fitting.shuffling``); else as they stand.
    average : bool, default False
        With ``batch_size``: from half of the steps on, what is recorded, and kept in the end, is
        the mean of all points since, which the noise of the batches moves far less.
    compiled : bool, optional
        With ``batch_size``: take the steps in machine code (numba, ``pip install 'kedou[fast]'``),
        the same within 1e-12. By default where it is there, covers the rule and the loss, and
        there are 10,000 steps or more; ``run.settings["compiled"]`` says which it was.
    **options
        As for ``kd.open``, where ``data`` is not opened yet.

    Returns
    -------
    Trajectory

    Raises
    ------
    OptionError, OptionTypeError
        Options that make no sense together.
    DataError
        Data that cannot be used.

    Examples
    --------
    >>> import kedou as kd
    >>> run = kd.descend(kd.data.tadpoles(), learning_rate=0.1, intercept=False)
    >>> str(run.outcome)
    'diverged'
    >>> print(run.advice.split(";")[1].strip())
    try 0.05.
    >>> run = kd.descend(kd.data.engel(), standardize=True, batch_size=32, epochs=5)
    >>> len(run.steps), str(run.outcome)
    (41, 'converged')
    """
    loss_made = make(loss)
    batching = None
    if batch_size is not None:
        batching = check_batching(batch_size, epochs, shuffle, average, compiled)
        if steps != STEPS:
            raise OptionError("fitting.steps-with-batches", got=str(steps))
    elif epochs is not None or shuffle is not True or average or compiled is not None:
        raise OptionError("fitting.batch-size-missing")
    if isinstance(data, Moments):
        if batching is not None:
            raise OptionError("fitting.batches-need-rows")
        if options:
            raise OptionError("fitting.options-with-moments", names=sorted(options))
        if not isinstance(loss_made, SquaredError):
            raise OptionError("fitting.loss-needs-rows", loss=loss_made.name)
        moments = data
        questions: list[Message] = []
    else:
        source = as_source(data, **options)
        if batching is not None:
            return descend_batches(
                source, loss_made, batching, rule, learning_rate, start, seed, tolerance,
                intercept, standardize, ridge, progress,
            )  # fmt: skip
        if not isinstance(loss_made, SquaredError):
            return descend_passes(
                source, loss_made, rule, learning_rate, steps, start, seed, tolerance,
                intercept, standardize, ridge, progress,
            )  # fmt: skip
        moments = scan(source)
        questions = asked(source, moments)
    run = descend_moments(
        moments, rule, learning_rate, steps, start, seed, tolerance, intercept, standardize, ridge
    )
    return replace(run, notes=(*run.notes, *questions)) if questions else run
