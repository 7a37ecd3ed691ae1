"""The chapters as Python knows them: a name, the shape of the state, where it begins, its run.

The states are the page's own (``web/view/chapters``); a test holds both to the same first states
and to the same yes and no for thousands of others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kedou.widgets import runs
from kedou.widgets.shapes import (
    MisshapenError,
    Shape,
    flag,
    guess,
    listing,
    maybe,
    number,
    one_of,
    pair,
    record,
    text,
    whole,
)

State = dict[str, Any]
TADPOLES = [[0.8, 1.0], [1.7, 0.9], [2.7, 2.4], [3.2, 2.9], [3.7, 2.8], [4.2, 3.8], [4.2, 2.7]]
X_RANGE, Y_RANGE, MOST_POINTS = (0, 5), (0, 7), 40

_coordinates = listing(pair(number(*X_RANGE), number(*Y_RANGE)), 2, MOST_POINTS)


def points(value: Any) -> list[list[float]]:
    """Read points (x, y); at least one x is not 0."""
    read: list[list[float]] = _coordinates(value)
    if all(x == 0 for x, _ in read):
        raise MisshapenError("needs-an-x")
    return read


@dataclass(frozen=True)
class Alias:
    """A name by which Python calls a part of the state that the page calls otherwise."""

    read: Callable[[State], Any]
    write: Callable[[State, Any], State]


def _renamed(name: str) -> Alias:
    return Alias(lambda state: state[name], lambda state, value: {**state, name: value})


@dataclass(frozen=True)
class Chapter:
    """One chapter.

    Attributes
    ----------
    name : str
        Its fixed name, as in addresses: ``"learning-rate"``.
    first : mapping
        The state it begins with.
    fields : mapping of str to Shape
        The shape of every part of the state.
    fits : callable
        Looks at a whole state whose parts are right, and raises ``MisshapenError``.
    runs : callable or None
        Descends for a state: names and trajectories, the chapter's own run first.
    aliases : mapping of str to Alias
    """

    name: str
    first: Mapping[str, Any]
    fields: Mapping[str, Shape]
    fits: Callable[[State], None] = lambda _: None
    runs: Callable[[State], Mapping[str, Callable[[], Any]]] | None = None
    aliases: Mapping[str, Alias] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def function(self) -> str:
        """Its name in ``kedou.lab``: ``learning_rate``."""
        return self.name.replace("-", "_")


_RATES = ("gradient-descent", "momentum", "nesterov", "adam", "rmsprop", "adagrad")
_FIFTHS = ("momentum", "nesterov", "adagrad", "rmsprop", "adam", "exact-line-search")
_RULES = (*_RATES, "exact-line-search")
_ACTIVATIONS = ("identity", "relu", "sigmoid", "tanh")
_LEARNING_RATE = {"learning_rate": _renamed("rate")}
_closed = {"stage": "closed"}


def _intervals(low: float, high: float) -> Shape:
    return listing(pair(number(low, high), number(low, high)), 0, 200)


def _fits_derivative(state: State) -> None:
    typed, curve = state["typed"], state["curve"]
    if typed["to"] - typed["from"] < 0.1:
        raise MisshapenError("needs-interval")
    shown = {
        "bowl": (-0.3, 2), "cubic-waves": (-2.2, 2.2), "cubic": (-1.6, 1.6), "sine": (-5, 5),
        "corner": (-2, 2), "typed": (typed["from"], typed["to"]),
    }  # fmt: skip
    number(*shown[curve])(state["x"])
    if curve == "typed" and not typed["text"].strip():
        raise MisshapenError("needs-formula")


def _fits_rules(state: State) -> None:
    whole(0, 15)(state["guess"]["value"])
    if state["fixed"] == 0:
        raise MisshapenError("needs-not-zero")
    if not state["fifth"]["own"].strip():
        raise MisshapenError("needs-formula")


def _fits_gradient(state: State) -> None:
    if state["locked"] and (state["scaled"] or state["start"][1] != 0):
        raise MisshapenError("needs-unlocked")
    if len(set(state["race"])) != len(state["race"]):
        raise MisshapenError("needs-different")


def _fits_layers(state: State) -> None:
    layers, chosen, pinch = state["layers"], state["chosen"], state["pinch"]
    widths = [1, *(len(layer["bias"]) for layer in layers)]
    for width, layer in zip(widths, layers, strict=False):
        rows = layer["weights"]
        if len(rows) != len(layer["bias"]) or any(len(row) != width for row in rows):
            raise MisshapenError("needs-layers")
    if widths[-1] != 1:
        raise MisshapenError("needs-layers")

    def units(column: int) -> int:
        return widths[column] if column < len(widths) else 0

    if chosen and chosen["unit"] >= units(chosen["column"]):
        raise MisshapenError("needs-place")
    if pinch:
        into, of = units(pinch["layer"] + 1), units(pinch["layer"])
        if pinch["to"] >= into or (pinch["from"] is not None and pinch["from"] >= of):
            raise MisshapenError("needs-place")
    edges = sum(len(layer["weights"]) * len(layer["weights"][0]) for layer in layers)
    if state["run"] == "pass" and state["step"] > 2 * edges + 1:
        raise MisshapenError("needs-whole", low=0, high=2 * edges + 1)


def _fits_train(state: State) -> None:
    given = state["points"]
    whole(-1, 1)(state["guess"]["value"])
    different = len({x for x, _ in given})
    # Each power has to be tested with one tadpole hidden, and still be determined then.
    alone = sum([x for x, _ in given].count(x) == 1 for x, _ in given) > 0
    highest = min(4, max(0, different - 1 - alone))
    if state["power"] > highest:
        raise MisshapenError("needs-power", highest=highest)
    if state["step"] > len(given):
        raise MisshapenError("needs-whole", low=0, high=len(given))
    for seen in state["seen"]:
        if seen is not None and (seen != sorted(set(seen)) or any(k >= len(given) for k in seen)):
            raise MisshapenError("needs-seen")
    stage = state["guess"]["stage"]
    if stage != "closed" and given != TADPOLES:
        raise MisshapenError("needs-tadpoles")
    if stage == "open" and (state["way"] != "exact" or state["step"] != 0):
        raise MisshapenError("needs-rest")


def _write_gradient_rate(state: State, value: Any) -> State:
    if state["rule"] == "exact-line-search":
        raise MisshapenError("needs-rated-rule")
    return {**state, "rates": {**state["rates"], state["rule"]: value}}


_gradient_rate = Alias(lambda state: state["rates"].get(state["rule"]), _write_gradient_rate)
_value = number(-1e9, 1e9)
_unit = whole(0, 3)
_theta = pair(number(-4, 4), number(-12, 12))
_rate = number(0.0002, 8)
_ghost = number(0, 1)

CHAPTERS: Mapping[str, Chapter] = {
    chapter.name: chapter
    for chapter in (
        Chapter(
            "cover",
            {"w": 1.5, "been": [1.5], "letGo": False, "step": None},
            {
                "w": number(0, 2),
                "been": listing(number(0, 2), 0, 201),
                "letGo": flag,
                "step": maybe(whole(0, 7)),
            },
            runs=runs.cover,
        ),
        Chapter(
            "derivative",
            {
                "curve": "bowl",
                "typed": {"text": "", "from": -3, "to": 3},
                "x": 1,
                "pen": [],
                "loupe": 1,
                "guess": {**_closed, "value": 0},
            },
            {
                "curve": one_of("bowl", "cubic-waves", "cubic", "sine", "corner", "typed"),
                "typed": record(
                    **{"text": text(120), "from": number(-100, 100), "to": number(-100, 100)}
                ),
                "x": number(-100, 100),
                "pen": _intervals(-100, 100),
                "loupe": whole(1, 100),
                "guess": guess(number(-40, 40)),
            },
            fits=_fits_derivative,
        ),
        Chapter(
            "forward",
            {
                "points": TADPOLES,
                "w": 1.5,
                "b": 0,
                "unlocked": False,
                "picked": None,
                "station": 0,
                "guess": {**_closed, "value": 1.5},
            },
            {
                "points": points,
                "w": number(0, 2),
                "b": number(-2, 4),
                "unlocked": flag,
                "picked": maybe(whole(0, MOST_POINTS - 1)),
                "station": whole(0, 3),
                "guess": guess(number(0, 2)),
            },
        ),
        Chapter(
            "loss",
            {
                "part": "tadpoles",
                "points": TADPOLES,
                "looked": "squared",
                "delta": 1,
                "w": None,
                "been": {"squared": [], "huber": [], "absolute": []},
                "drawn": "traced",
                "guess": {**_closed, "squared": 0.796087, "huber": 0.796087, "absolute": 0.888889},
                "chance": 80,
                "day": "sun",
            },
            {
                "part": one_of("tadpoles", "rain"),
                "points": points,
                "looked": one_of("squared", "huber", "absolute"),
                "delta": number(0.1, 3),
                "w": maybe(number(0, 1.6)),
                "been": record(
                    squared=_intervals(0, 1.6),
                    huber=_intervals(0, 1.6),
                    absolute=_intervals(0, 1.6),
                ),
                "drawn": one_of("traced", "whole", "all"),
                "guess": record(
                    stage=one_of("closed", "open", "done", "shown"),
                    squared=_ghost,
                    huber=_ghost,
                    absolute=_ghost,
                ),
                "chance": number(0, 100),
                "day": one_of("rain", "sun"),
            },
        ),
        Chapter(
            "layers",
            {
                "layers": [
                    {"weights": [[2]], "bias": [0], "activation": "identity"},
                    {"weights": [[0.4]], "bias": [0], "activation": "identity"},
                ],
                "tadpole": 3,
                "all": False,
                "run": "pass",
                "step": 0,
                "trained": 0,
                "rate": 0.01,
                "chosen": None,
                "pinch": None,
                "loose": False,
                "guess": {**_closed, "value": 0},
            },
            {
                "layers": listing(
                    record(
                        weights=listing(listing(_value, 1, 4), 1, 4),
                        bias=listing(_value, 1, 4),
                        activation=one_of(*_ACTIVATIONS),
                    ),
                    2,
                    3,
                ),
                "tadpole": whole(0, 6),
                "all": flag,
                "run": one_of("pass", "descent"),
                "step": whole(0, 100),
                "trained": whole(0, 100),
                "rate": number(0.001, 1),
                "chosen": maybe(record(column=whole(0, 3), unit=_unit)),
                "pinch": maybe(
                    record(
                        **{"layer": whole(0, 2), "to": _unit, "from": maybe(_unit), "was": _value}
                    )
                ),
                "loose": flag,
                "guess": guess(number(-0.04, 0.04)),
            },
            fits=_fits_layers,
            aliases=_LEARNING_RATE,
        ),
        Chapter(
            "backward",
            {
                "points": TADPOLES,
                "start": 0,
                "rate": 0.01,
                "step": 0,
                "station": None,
                "guess": {**_closed, "value": 0.45},
            },
            {
                "points": points,
                "start": number(-0.3, 1000),
                "rate": number(1e-6, 1000),
                "step": whole(0, 30),
                "station": maybe(whole(0, 5)),
                "guess": guess(number(-0.3, 1000)),
            },
            runs=runs.backward,
            aliases=_LEARNING_RATE,
        ),
        Chapter(
            "rules",
            {
                "points": TADPOLES,
                "start": 1,
                "rate": 0.01,
                "sign": 0.5,
                "fixed": 0.5,
                "fifth": {"rule": "none", "own": "w - 0.05*slope", "rate": 0.05},
                "step": 0,
                "guess": {**_closed, "value": 9},
            },
            {
                "points": points,
                "start": number(-0.5, 1000),
                "rate": number(1e-6, 1000),
                "sign": number(0.01, 1),
                "fixed": number(-1, 1),
                "fifth": record(
                    rule=one_of("none", "own", *_FIFTHS), own=text(120), rate=number(1e-4, 1000)
                ),
                "step": whole(0, 20),
                "guess": guess(number(0, 15)),
            },
            fits=_fits_rules,
            runs=runs.rules,
            aliases=_LEARNING_RATE,
        ),
        Chapter(
            "learning-rate",
            {
                "points": TADPOLES,
                "rate": 0.01,
                "pins": [0.01, 0.05, 0.11],
                "step": 0,
                "riddle": "closed",
                "guess": {**_closed, "value": 10},
            },
            {
                "points": points,
                "rate": number(1e-6, 1000),
                "pins": listing(number(1e-6, 1000), 0, 5),
                "step": whole(0, 100),
                "riddle": one_of("closed", "open", "bouncing", "growing"),
                "guess": guess(number(1, 300)),
            },
            runs=runs.learning_rate,
            aliases=_LEARNING_RATE,
        ),
        Chapter(
            "gradient",
            {
                "points": TADPOLES,
                "start": [0, 2],
                "rule": "gradient-descent",
                "rates": dict(zip(_RATES, (0.08, 0.02, 0.02, 0.2, 0.02, 0.5), strict=True)),
                "race": [],
                "several": False,
                "scaled": False,
                "locked": False,
                "step": 0,
                "station": None,
                "riddle": "closed",
                "field": False,
                "surface": False,
                "view": [30, 35],
                "guess": {**_closed, "value": [0.25, 2]},
            },
            {
                "points": points,
                "start": _theta,
                "rule": one_of(*_RULES),
                "rates": record(**dict.fromkeys(_RATES, _rate)),
                "race": listing(one_of(*_RULES), 0, len(_RULES)),
                "several": flag,
                "scaled": flag,
                "locked": flag,
                "step": whole(0, 300),
                "station": maybe(whole(0, 4)),
                "riddle": one_of("closed", "open", "holds", "breaks"),
                "field": flag,
                "surface": flag,
                "view": pair(number(-180, 180), number(10, 80)),
                "guess": guess(_theta),
            },
            fits=_fits_gradient,
            runs=runs.gradient,
            aliases={"learning_rate": _gradient_rate},
        ),
        Chapter(
            "train",
            {
                "points": TADPOLES,
                "power": 1,
                "step": 0,
                "seen": [[], None, None, None],
                "place": None,
                "way": "exact",
                "scaled": False,
                "rate": None,
                "taken": 1,
                "guess": {**_closed, "value": 0},
            },
            {
                "points": points,
                "power": whole(1, 4),
                "step": whole(0, MOST_POINTS),
                "seen": listing(maybe(listing(whole(0, MOST_POINTS - 1), 0, MOST_POINTS)), 4, 4),
                "place": maybe(number(0, 7)),
                "way": one_of("exact", "descent"),
                "scaled": flag,
                "rate": maybe(number(1e-7, 2)),
                "taken": whole(1, 10_000_000),
                "guess": guess(number(-1, 1)),
            },
            fits=_fits_train,
            runs=runs.train,
            aliases=_LEARNING_RATE,
        ),
    )
}
