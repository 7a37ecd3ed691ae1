"""The states of the cover and of chapters 1 to 4: what a line costs, and how that is reckoned.

Those of ``web/view/chapters``, part by part.
"""

from __future__ import annotations

from kedou.widgets import runs
from kedou.widgets.chapter import Chapter, State
from kedou.widgets.parts import CLOSED, LEARNING_RATE, MOST_POINTS, TADPOLES, intervals, points
from kedou.widgets.shapes import (
    MisshapenError,
    flag,
    guess,
    listing,
    maybe,
    number,
    one_of,
    record,
    text,
    whole,
)

_ACTIVATIONS = ("identity", "relu", "sigmoid", "tanh")
_value = number(-1e9, 1e9)
_unit = whole(0, 3)
_ghost = number(0, 1)


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


COST_CHAPTERS = (
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
            "guess": {**CLOSED, "value": 0},
        },
        {
            "curve": one_of("bowl", "cubic-waves", "cubic", "sine", "corner", "typed"),
            "typed": record(
                **{"text": text(120), "from": number(-100, 100), "to": number(-100, 100)}
            ),
            "x": number(-100, 100),
            "pen": intervals(-100, 100),
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
            "guess": {**CLOSED, "value": 1.5},
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
            "guess": {**CLOSED, "squared": 0.796087, "huber": 0.796087, "absolute": 0.888889},
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
                squared=intervals(0, 1.6),
                huber=intervals(0, 1.6),
                absolute=intervals(0, 1.6),
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
            "guess": {**CLOSED, "value": 0},
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
                record(**{"layer": whole(0, 2), "to": _unit, "from": maybe(_unit), "was": _value})
            ),
            "loose": flag,
            "guess": guess(number(-0.04, 0.04)),
        },
        fits=_fits_layers,
        aliases=LEARNING_RATE,
    ),
)
