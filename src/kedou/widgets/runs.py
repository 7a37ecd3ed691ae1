"""The runs of a state: what the page descends, descended by Python, which is the authority.

Each function returns names and what makes the run of that name; the chapter's own run comes first,
and none is made before it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from kedou.fitting import descend, scan
from kedou.widgets.parts import TADPOLES

if TYPE_CHECKING:
    from kedou.descent import Trajectory
    from kedou.moments import Moments

Runs = Mapping[str, Callable[[], "Trajectory"]]
State = Mapping[str, Any]


def moments_of(points: Sequence[Sequence[float]], power: int = 1) -> Moments:
    """Return the moments of points (x, y), and of the powers of x up to ``power``."""
    table = {"x": [x for x, _ in points], "y": [y for _, y in points]}
    options: dict[str, Any] = {"polynomial": {"x": power}} if power > 1 else {}
    return scan(table, target="y", **options)


def _through_origin(state: State, **options: Any) -> Trajectory:
    return descend(moments_of(state["points"]), intercept=False, **options)


def cover(_: State) -> Runs:
    """Seven steps from 0, as the machine takes them on the cover."""
    return {
        "gradient-descent": partial(
            _through_origin, {"points": TADPOLES}, learning_rate=0.03, steps=7
        )
    }


def backward(state: State) -> Runs:
    """Thirty steps of gradient descent."""
    options = {"learning_rate": state["rate"], "start": state["start"], "steps": 30}
    return {"gradient-descent": partial(_through_origin, state, **options)}


def rules(state: State) -> Runs:
    """Twenty steps of every runner that the chapter knows by name."""
    rates = {
        "gradient-descent": state["rate"],
        "sign": state["sign"],
        "fixed-step": state["fixed"],
        "slope": None,
    }
    fifth = state["fifth"]
    if fifth["rule"] not in ("none", "own"):
        rates[fifth["rule"]] = None if fifth["rule"] == "exact-line-search" else fifth["rate"]
    runs = {}
    for rule, rate in rates.items():
        rated = {} if rate is None else {"learning_rate": rate}
        options = {"rule": rule, "start": state["start"], "steps": 20, **rated}
        runs[rule] = partial(_through_origin, state, **options)
    return runs


def learning_rate(state: State) -> Runs:
    """A hundred steps at the chosen rate, from 0."""
    options = {"learning_rate": state["rate"], "steps": 100}
    return {"gradient-descent": partial(_through_origin, state, **options)}


def gradient(state: State) -> Runs:
    """Three hundred steps of the chosen rule, and of those that run along."""
    runs = {}
    for rule in dict.fromkeys((state["rule"], *state["race"])):
        rate = state["rates"].get(rule)
        start = state["start"][:1] if state["locked"] else state["start"]
        runs[rule] = partial(
            descend,
            moments_of(state["points"]),
            rule=rule,
            start=start,
            steps=300,
            intercept=not state["locked"],
            standardize=state["scaled"],
            **({} if rate is None else {"learning_rate": rate}),
        )
    return runs


def train(state: State) -> Runs:
    """Descent on the powers, as far as it has been taken; the best rate where none is chosen."""
    moments = moments_of(state["points"], state["power"])
    descent = partial(descend, moments, standardize=state["scaled"])

    def run() -> Trajectory:
        rate = state["rate"]
        if rate is None:
            known = descent(learning_rate=0.01, steps=0).rates
            rate = "auto" if known is None else known.best
        return descent(learning_rate=rate, steps=state["taken"])

    return {"gradient-descent": run}
