"""Golden quantities of single chapters: the network, the learning-rate map, powers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

import kedou as kd
from kedou.network import Layer, Network, backward, edges, forward, step
from kedou.spectrum import rates

from .quantity import exact, measured
from .web_data import moments, points, table
from .web_mathematics import Case

NETWORKS: list[tuple[str, list[int], list[str]]] = [
    ("one tadpole", [1, 1, 1], ["identity", "identity"]),
    ("tanh", [1, 3, 1], ["tanh", "identity"]),
    ("relu and sigmoid", [1, 4, 2, 1], ["relu", "sigmoid", "identity"]),
    ("two inputs, two outputs", [2, 3, 2], ["sigmoid", "tanh"]),
    ("relu alone", [2, 2], ["relu"]),
]


def network_cases() -> list[Case]:
    """Every value forward, every slope back, every edge, and a step."""
    cases = []
    for number, (name, widths, activations) in enumerate(NETWORKS):
        data = points()["tadpoles"] if widths[0] == 1 else points()["plane"]
        X, y = data["X"][:7], data["y"][:7]
        if name == "one tadpole":
            X, y = X[3:4], y[3:4]
            layers = [Layer(np.array([[w]]), np.zeros(1)) for w in (2.0, 0.4)]
        else:
            layers = [
                Layer(table(b, a, 31 + number + i), table(b, 1, 57 + number + i)[:, 0], f)  # type: ignore[arg-type]
                for i, (a, b, f) in enumerate(
                    zip(widths[:-1], widths[1:], activations, strict=True)
                )
            ]
        Y = np.column_stack([y] + [y / 2 for _ in range(widths[-1] - 1)])
        network = Network(tuple(layers))
        passed = forward(network, X)
        back = backward(network, passed, Y)
        after = step(network, back, 0.05)
        size = float(max(np.abs(a).max() for a in (*passed.activations, *passed.sums)))
        slope = float(max(np.abs(a).max() for a in (*back.weights, *back.bias, *back.sums)))
        wide = float(max(np.abs(layer.weights).max() for layer in layers))

        def rows(matrix: Any, scale: float) -> Case:
            return measured(matrix, [scale] * len(matrix))

        cases.append(
            {
                "name": name,
                "layers": [
                    {"weights": a.weights.tolist(), "bias": a.bias.tolist(), "f": a.activation}
                    for a in layers
                ],
                "X": X.tolist(),
                "Y": Y.tolist(),
                "rate": 0.05,
                "expect": {
                    "activations": [rows(a, size) for a in passed.activations],
                    "sums": [rows(a, size) for a in passed.sums],
                    "loss": measured(back.loss),
                    "d_activations": [rows(a, slope) for a in back.activations],
                    "d_sums": [rows(a, slope) for a in back.sums],
                    "d_weights": [rows(a, slope) for a in back.weights],
                    "d_bias": [measured(a, slope) for a in back.bias],
                    "d_inputs": rows(back.inputs, slope),
                    "edges": [
                        measured(
                            [e.weight, e.carries, e.slope, e.passes_back, e.gradient],
                            [wide, size * wide, slope, slope * wide, slope],
                        )
                        for e in edges(network, passed, back, len(X) - 1)
                    ],
                    "stepped": [rows(a.weights, wide) for a in after.layers],
                    "stepped_bias": [measured(a.bias, wide) for a in after.layers],
                },
            }
        )
    return cases


def learning_rate_maps() -> list[Case]:
    """Steps needed against learning rate; with b = 0 also to within 0.001 of the best w."""
    cases = []
    for data, options, start in (
        ("tadpoles", {"intercept": False}, 0.0),
        ("tadpoles", {"intercept": True}, [0.0, 2.0]),
        ("plane", {"intercept": True, "standardize": True}, 0.0),
        ("twenty", {"intercept": True, "standardize": True}, 0.0),
    ):
        diagnosis = kd.diagnose(moments(data), start=start, **options)
        limit = diagnosis.learning_rate_limit
        grid = [round((0.02 + 0.0125 * i) * limit, 6) for i in range(90)]
        lam = diagnosis.eigenvalues
        target = 0.01 * diagnosis.quadratic.scale_of_loss
        distance = 0.001 if len(lam) == 1 else None
        if distance is not None:
            grid += [0.01, 0.09]
            target = 0.5 * lam[0] * distance**2
        steps = [rates.steps_to(diagnosis.shares, lam, rate, target) for rate in grid]
        cases.append(
            {
                "name": f"{data} {options} from {start}",
                "data": data,
                "options": options,
                "start": start,
                "distance": distance,
                "grid": grid,
                "expect": {"steps": exact(steps)},
            }
        )
    return cases


def polynomials() -> list[Case]:
    """Powers 1 to 4 on the tadpoles, each hidden in turn: in rational arithmetic.

    Not from the engine's moments: their normal equations of x ... x^4 have the condition 1e7, so
    that 1e-12 would compare roundings.
    """
    data = kd.data.tadpoles()
    x = [Fraction(str(value)) for value in data.X[:, 0].tolist()]
    y = [Fraction(str(value)) for value in data.y.tolist()]
    cases = []
    for degree in range(1, 5):
        training = sum((b - _at(_fit(x, y, degree), a)) ** 2 for a, b in zip(x, y, strict=True))
        hidden = Fraction(0)
        for i in range(len(x)):
            rest = _fit(x[:i] + x[i + 1 :], y[:i] + y[i + 1 :], degree)
            hidden += (y[i] - _at(rest, x[i])) ** 2
        fitted = _fit(x, y, degree)
        cases.append(
            {
                "name": f"power {degree}",
                "degree": degree,
                "x": [float(value) for value in x],
                "y": [float(value) for value in y],
                "expect": {
                    "training": measured(float(training / len(x))),
                    "left_out": measured(float(hidden / len(x)), 1.0),
                    "at": measured(
                        [float(_at(fitted, Fraction(place, 2))) for place in range(13)], 10.0
                    ),
                    **({"interval": _interval(data)} if degree == 1 else {}),
                },
            }
        )
    return cases


def _interval(data: Any) -> Case:
    """The 95 % interval of a new point at x = 6, by the textbook's formula."""
    from scipy.special import stdtrit

    solution = kd.solve(kd.scan(data, precision="fast"))
    x = data.X[:, 0]
    leverage = 1 / 7 + (6 - x.mean()) ** 2 / np.sum((x - x.mean()) ** 2)
    width = float(stdtrit(5, 0.975)) * solution.residual_std * float(np.sqrt(1 + leverage))
    value = float(solution.coefficients[0] * 6 + solution.intercept)
    return measured([value - width, value + width], 1.0)


def _fit(x: list[Fraction], y: list[Fraction], degree: int) -> list[Fraction]:
    """Solve the normal equations of 1, x ... x^degree exactly."""
    size = degree + 1
    rows = [
        [*(sum((a ** (i + j) for a in x), Fraction(0)) for j in range(size)),
         sum((b * a**i for a, b in zip(x, y, strict=True)), Fraction(0))]
        for i in range(size)
    ]  # fmt: skip
    for i in range(size):
        pivot = rows[i][i]
        rows[i] = [cell / pivot for cell in rows[i]]
        for j in range(size):
            if j != i:
                factor = rows[j][i]
                rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [row[-1] for row in rows]


def _at(coefficients: list[Fraction], x: Fraction) -> Fraction:
    return sum((c * x**i for i, c in enumerate(coefficients)), Fraction(0))
