"""From data to a model in one call: open, scan, descend, keep."""

from __future__ import annotations

from typing import Any

from kedou.errors import DivergenceError
from kedou.fitting.model import Model, make_model
from kedou.fitting.runner import descend
from kedou.fitting.scanner import as_source

DESCENT_OPTIONS = (
    "rule", "learning_rate", "steps", "start", "seed", "tolerance", "loss", "intercept",
    "standardize", "ridge", "batch_size", "epochs", "shuffle", "average",
    "compiled",
)  # fmt: skip


def fit(data: Any, **options: Any) -> Model:
    """Fit a model by gradient descent on standardised columns, as the command line does.

    Parameters
    ----------
    data : Source, or anything ``kd.open`` takes
    **options
        Those of ``kd.descend`` (``standardize`` is True by default here) and of ``kd.open``.

    Returns
    -------
    Model

    Raises
    ------
    DivergenceError
        The run diverged: its parameters would be no model.

    Examples
    --------
    >>> import kedou as kd
    >>> kd.fit(kd.data.tadpoles()).theta.round(4).tolist()
    [0.7433, 0.1804]
    """
    descent = {name: options.pop(name) for name in DESCENT_OPTIONS if name in options}
    descent.setdefault("standardize", True)
    source = as_source(data, **options)
    run = descend(source, **descent)
    if run.outcome == "diverged":
        raise DivergenceError("fitting.diverged", advice=run.messages)
    return make_model(source, run)
