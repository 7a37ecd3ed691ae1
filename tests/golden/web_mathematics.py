"""Golden quantities of losses, moments, solutions and the spectrum."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

import kedou as kd
from kedou import losses as kedou_losses
from kedou.block import Block
from kedou.losses import over_block
from kedou.solution import least_squares, make_design, ridge_penalty
from kedou.spectrum import rates
from kedou.texts import Message

from .quantity import exact, measured
from .web_data import moments, points

Case = dict[str, Any]


def messages(said: tuple[Message, ...], scales: dict[str, float]) -> list[Case]:
    """Return messages as codes and quantities; ``scales`` by the name of a value, else 0."""
    result = []
    for message in said:
        values = {}
        for name, value in message.values.items():
            if isinstance(value, float):
                values[name] = measured(value, scales.get(name, 0.0))
            else:
                values[name] = exact(value)
        result.append({"code": message.code, "values": values})
    return result


def losses() -> list[Case]:
    """Value, slope, curvature and prediction of every loss on a grid."""
    cases = []
    for name, kind in kedou_losses.NAMED.items():
        made = [kind()] if name != "huber" else [kind(), kind(delta=0.3)]
        for loss in made:
            binary = name in ("log", "brier")
            targets = [0.0, 1.0] if binary else [-1.3, 0.0, 2.0]
            scores = [-800.0, -30.0, -2.0, -0.1, 0.0, 0.7, 1.0, 2.0, 2.3, 40.0, 750.0]
            rows = list(product(targets, scores))
            y, score = np.array(rows).T
            cases.append(
                {
                    "name": f"{name} {loss!r}",
                    "loss": kedou_losses.to_json(loss),
                    "rows": [list(row) for row in rows],
                    "expect": {
                        "value": measured(loss.value(y, score)),
                        "slope": measured(loss.slope(y, score)),
                        "curvature": measured(loss.curvature(y, score), 1e-6),
                        "predict": measured(loss.predict(score)),
                        "bound": measured(loss.curvature_bound),
                    },
                }
            )
    return cases


def forwards() -> list[Case]:
    """Predictions, errors, mean losses, gradients and curvatures over points."""
    cases = []
    thetas = {
        "tadpoles": [[1.5], [0.0], [0.9, -0.2], [-3.0, 40.0]],
        "weighted": [[1.5], [0.9, -0.2]],
        "plane": [[1.0, -1.0], [2.0, -1.0, 0.5]],
        "binary": [[1.0, -1.0], [2.0, -1.0, 0.5]],
    }
    for data, several in thetas.items():
        rows = points()[data]
        block = Block(rows["X"], rows["y"], rows.get("weight"))
        names = ["squared", "absolute", "huber", *(["log", "brier"] if data == "binary" else [])]
        for theta, name in product(several, names):
            loss = kedou_losses.make(name)
            inside = np.array(theta)
            b = len(theta) > rows["X"].shape[1]
            sums = over_block(loss, inside, block, intercept=b, curvature=True)
            score = rows["X"] @ inside[: rows["X"].shape[1]] + (inside[-1] if b else 0.0)
            size = float(np.abs(score).max() + np.abs(rows["y"]).max())
            slopes = float(np.abs(loss.slope(rows["y"], score)).max() * (1 + np.abs(block.X).max()))
            curvature = sums.curvature_sum / sums.weight_sum
            cases.append(
                {
                    "name": f"{data} {name} {theta}",
                    "data": data,
                    "loss": name,
                    "theta": theta,
                    "expect": {
                        "score": measured(score, size),
                        "error": measured(rows["y"] - score, size),
                        "loss": measured(sums.loss_sum / sums.weight_sum),
                        "gradient": measured(sums.gradient_sum / sums.weight_sum, slopes),
                        "curvature": measured(curvature, float(np.abs(curvature).max()) + 1e-3),
                    },
                }
            )
    return cases


def merged_moments() -> list[Case]:
    """Moments of points, which the page computes itself."""
    cases = []
    for name in points():
        known = moments(name)
        sd = np.sqrt(np.diag(known.scatter) / known.weight_sum)
        spread = np.outer(sd, sd) * known.weight_sum
        expect = {
            "count": exact(known.count),
            "weight_sum": measured(known.weight_sum),
            "mean": [measured(m, s) for m, s in zip(known.mean, sd, strict=True)],
            "scatter": [
                [measured(value, size) for value, size in zip(*rows, strict=True)]
                for rows in zip(known.scatter, spread, strict=True)
            ],
        }
        cases.append({"name": name, "data": name, "expect": expect})
    return cases


SOLVED: list[tuple[str, dict[str, Any]]] = [
    *product(
        [
            "tadpoles",
            "weighted",
            "twenty",
            "dependent",
            "tangled",
            "line",
            "far",
            "close",
            "plane",
            "levels",
        ],
        [{"intercept": True}, {"intercept": False}],
    ),
    *product(
        ["tadpoles", "twenty", "dependent", "close", "levels"],
        [
            {"intercept": True, "ridge": 0.1},
            {"intercept": True, "ridge": 0.1, "standardize": True},
            {"intercept": False, "ridge": 2.0, "standardize": True},
        ],
    ),
]


def solutions() -> list[Case]:
    """The exact answer with all its statistics, and the digits to expect of it."""
    return [_solution(data, options) for data, options in SOLVED]


def _solution(data: str, options: dict[str, Any]) -> Case:
    known = moments(data)
    solution = kd.solve(known, **options)
    ridge, standardize = options.get("ridge", 0.0), options.get("standardize", False)
    design = make_design(known, options["intercept"])
    answer = least_squares(design, ridge_penalty(design, ridge, standardize))
    alive = answer.eigenvalues[len(answer.weights) - answer.rank :]
    # The inverse of a matrix of condition K carries K roundings.
    worse = 1.0 + 1e-3 * float(alive[-1] / alive[0])
    mse_scale = answer.floor / (4 * np.finfo(float).eps * (len(answer.weights) + 1))
    weights = float(np.abs(answer.weights * answer.scale).max()) / answer.scale
    scales = [*weights, float(abs(design.target_mean) + np.abs(design.mean) @ abs(answer.weights))]
    theta = [measured(v, s) for v, s in zip(solution.theta, scales, strict=False)]
    errors = solution.standard_errors.tolist()
    size = [None if e is None else 50 * e * worse for e in errors]
    digits = kd.diagnose(known, **options).digits
    pairs = solution.confidence_intervals.tolist()
    return {
        "name": f"{data} {options}",
        "data": data,
        "options": options,
        "expect": {
            "parameter_names": exact(list(solution.parameter_names)),
            "references": exact(dict(solution.references)),
            "theta": theta,
            "loss": measured(solution.loss, mse_scale),
            "rank": exact(solution.rank),
            "degrees_of_freedom": measured(solution.degrees_of_freedom),
            "dependent": exact([[n, list(s)] for n, s in solution.dependent.items()]),
            "residual_std": _optional(
                solution.residual_std,
                mse_scale / solution.residual_std if solution.residual_std else 0.0,
            ),
            "r2": _optional(solution.r2, mse_scale / design.q),
            "standard_errors": [_optional(e, s) for e, s in zip(errors, size, strict=True)],
            "t": [
                _optional(t, abs(t) * worse + 50 if t is not None else 0)
                for t in solution.t.tolist()
            ],
            "p_values": [_optional(p, worse) for p in solution.p_values.tolist()],
            "confidence": [
                None if pair[0] is None else measured(pair, [s + abs(pair[0]) + abs(pair[1])] * 2)
                for pair, s in zip(pairs, size, strict=True)
            ],
            "digits": measured([digits.coefficients, digits.residual_std], [worse, worse]),
            "warnings": messages(solution.warnings, {}),
        },
    }


def _optional(value: float | None, scale: float) -> Any:
    return None if value is None else measured(value, scale)


JUDGED: list[tuple[str, dict[str, Any], Any]] = [
    ("tadpoles", {"intercept": False}, 0.0),
    ("tadpoles", {"intercept": False}, 1.0),
    ("tadpoles", {"intercept": True}, 0.0),
    ("tadpoles", {"intercept": True}, [0.0, 2.0]),
    ("tadpoles", {"intercept": True, "standardize": True}, [0.0, 2.0]),
    ("tadpoles", {"intercept": True, "ridge": 0.5}, 0.0),
    ("weighted", {"intercept": True}, [3.0, -1.0]),
    ("plane", {"intercept": True}, [1.0, 2.0, -3.0]),
    ("plane", {"intercept": True, "standardize": True}, [1.0, 2.0, -3.0]),
    ("levels", {"intercept": True}, 0.0),
    ("levels", {"intercept": False}, 0.0),
    ("dependent", {"intercept": True}, 0.0),
    ("dependent", {"intercept": True, "standardize": True}, [1.0, 0.0, -1.0, 2.0, 0.5]),
    ("line", {"intercept": True}, 0.0),
    ("tangled", {"intercept": True, "standardize": True}, 0.5),
    ("tadpoles", {"intercept": True}, [0.7433, 0.1804]),  # there already
    ("far", {"intercept": True, "standardize": True}, 0.0),
    ("twenty", {"intercept": True}, 0.0),
    ("twenty", {"intercept": True, "standardize": True}, 0.0),
    ("twenty", {"intercept": False, "standardize": True, "ridge": 0.3}, 1.0),
]


def diagnoses() -> list[Case]:
    """What is known before the run: eigenvalues, limits, best rates, steps, borders."""
    return [_diagnosis(*judged) for judged in JUDGED]


def _diagnosis(data: str, options: dict[str, Any], start: Any) -> Case:
    diagnosis = kd.diagnose(moments(data), start=start, **options)
    limit, best = diagnosis.learning_rate_limit, diagnosis.best_learning_rate
    condition = diagnosis.condition_number
    shares = diagnosis.shares
    grid = [0.3 * limit, best, diagnosis.worst_case_rate, 0.999 * limit, 1.001 * limit]
    grid += [1.1 * limit, 10 * limit]
    if data == "tadpoles":
        grid += [0.01, 0.046, 0.05, 0.09, 0.0999, 0.1, 0.11]
    target = 0.01 * diagnosis.quadratic.scale_of_loss
    times = (0, 1, 7, 50)
    gaps = [
        [rates.gap_after(shares, diagnosis.eigenvalues, rate, t) for t in times] for rate in grid
    ]
    return {
        "name": f"{data} {options} from {start}",
        "data": data,
        "options": options,
        "start": start,
        "rates": grid,
        "expect": {
            "eigenvalues": measured(diagnosis.eigenvalues, diagnosis.eigenvalues[0]),
            "gap": measured(float(shares.sum())),
            "limit": measured(limit),
            "worst_case": measured(diagnosis.worst_case_rate),
            "best": measured(best, limit),
            "best_steps": exact(diagnosis.best_steps),
            "condition": measured(condition, condition**1.5),
            "scaled_limit": measured(diagnosis.scaled.learning_rate_limit),
            "scaled_best": measured(
                diagnosis.scaled.best_learning_rate, diagnosis.scaled.learning_rate_limit
            ),
            "scaled_best_steps": exact(diagnosis.scaled.best_steps),
            "steps_to": exact(
                [rates.steps_to(shares, diagnosis.eigenvalues, rate, target) for rate in grid]
            ),
            "steps_to_tenth": exact([diagnosis.steps_to(0.1, rate) for rate in grid]),
            "rises_at": exact([diagnosis.rises_at(rate) for rate in grid]),
            "diverges": exact([diagnosis.diverges(rate) for rate in grid]),
            # A power of 2t carries the rounding of its base 2t times.
            "gaps": [
                measured(row, [row[0] + 2 * t * gap for t, gap in zip(times, row, strict=True)])
                for row in gaps
            ],
            "messages": messages(diagnosis.messages, {}),
        },
    }


def students() -> list[Case]:
    """Student's t: p-values and quantiles."""
    from scipy.special import betainc, stdtr, stdtrit

    def p(t: float, freedom: float) -> float:
        # stdtr is a few 1e-11 off where p is near 1, the other way round it is not.
        near_one = 1.0 - float(betainc(0.5, freedom / 2, t * t / (freedom + t * t)))
        return near_one if near_one > 1e-3 else float(2 * stdtr(freedom, -t))

    freedoms = [0.5, 1.0, 2.0, 3.5, 5.0, 12.0, 29.5, 30.0, 118.0, 1e4, 1e7]
    ts = [0.0, 1e-6, 0.01, 0.3, 1.0, 2.5, 4.9, 12.0, 80.0]
    levels = [0.1, 0.5, 0.9, 0.95, 0.999]
    return [
        {
            "name": f"{freedom} degrees of freedom",
            "freedom": freedom,
            "ts": ts,
            "levels": levels,
            "expect": {
                "p": measured([p(t, freedom) for t in ts], 1e-3),
                "quantile": measured([float(stdtrit(freedom, 0.5 + x / 2)) for x in levels], 1e-3),
            },
        }
        for freedom in freedoms
    ]
