"""The states of chapters 5 to 9: what descends, and what a learner may set about it.

Those of ``web/view/chapters``, part by part.
"""

from __future__ import annotations

from typing import Any

from kedou.widgets import runs
from kedou.widgets.chapter import Alias, Chapter, State
from kedou.widgets.parts import CLOSED, LEARNING_RATE, MOST_POINTS, TADPOLES, points
from kedou.widgets.shapes import (
    MisshapenError,
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

_RATES = ("gradient-descent", "momentum", "nesterov", "adam", "rmsprop", "adagrad")
_FIFTHS = ("momentum", "nesterov", "adagrad", "rmsprop", "adam", "exact-line-search")
_RULES = (*_RATES, "exact-line-search")
_theta = pair(number(-4, 4), number(-12, 12))
_rate = number(0.0002, 8)


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

DESCENT_CHAPTERS = (
    Chapter(
        "backward",
        {
            "points": TADPOLES,
            "start": 0,
            "rate": 0.01,
            "step": 0,
            "station": None,
            "guess": {**CLOSED, "value": 0.45},
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
        aliases=LEARNING_RATE,
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
            "guess": {**CLOSED, "value": 9},
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
        aliases=LEARNING_RATE,
    ),
    Chapter(
        "learning-rate",
        {
            "points": TADPOLES,
            "rate": 0.01,
            "pins": [0.01, 0.05, 0.11],
            "step": 0,
            "riddle": "closed",
            "guess": {**CLOSED, "value": 10},
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
        aliases=LEARNING_RATE,
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
            "guess": {**CLOSED, "value": [0.25, 2]},
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
            "guess": {**CLOSED, "value": 0},
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
        aliases=LEARNING_RATE,
    ),
)
