"""The numbers that the notebooks print, worked out apart from NumPy and from Kedou.

Everything that can be is a fraction: the tadpoles are decimals, and a step of descent, a best line
and a determinant of decimals are fractions again. ``NUMBERS[chapter][expression]`` is what the
expression printed as ``expression = value`` in that chapter has to be.
"""

import math
from fractions import Fraction

X = [Fraction(t) for t in ("0.8", "1.7", "2.7", "3.2", "3.7", "4.2", "4.2")]
Y = [Fraction(t) for t in ("1.0", "0.9", "2.4", "2.9", "2.8", "3.8", "2.7")]
FALLEN = [*Y[:6], Fraction(0)]


def mean(values):
    values = list(values)
    return sum(values) / Fraction(len(values))


A = mean(x * x for x in X)
B = -2 * mean(x * y for x, y in zip(X, Y, strict=True))
C = mean(y * y for y in Y)
BEST = -B / (2 * A)


def height(w):
    return A * w * w + B * w + C


def slope(w):
    return 2 * A * w + B


def secant(h):
    return (height(1 + h) - height(Fraction(1))) / h


def walk(step, w, steps):
    for _ in range(steps):
        w = step(w, slope(w))
    return w


def descent(rate, steps, start=Fraction(0)):
    return walk(lambda w, s: w - Fraction(rate) * s, start, steps)


def sign(w, s):
    return w - Fraction(1, 2) * ((s > 0) - (s < 0))


def steps_needed(rate):
    steps = 0
    while abs(descent(rate, steps) - BEST) > Fraction(1, 1000):
        steps += 1
    return steps


def solve(matrix, right):
    """Return the solution of a square system of fractions (Gauss, with any pivot)."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    n = len(rows)
    for i in range(n):
        pivot = next(j for j in range(i, n) if rows[j][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(n):
            if j != i:
                rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [line[-1] for line in rows]


def curve(x, y, power):
    """Return the coefficients of the best curve, the constant first."""
    sums = [[sum(t ** (i + j) for t in x) for j in range(power + 1)] for i in range(power + 1)]
    right = [sum(t**i * v for t, v in zip(x, y, strict=True)) for i in range(power + 1)]
    return solve(sums, right)


def at(coefficients, t):
    return sum(c * t**i for i, c in enumerate(coefficients))


def seen(power):
    found = curve(X, Y, power)
    return mean((y - at(found, x)) ** 2 for x, y in zip(X, Y, strict=True))


def unseen(power):
    squares = []
    for i in range(7):
        found = curve(X[:i] + X[i + 1 :], Y[:i] + Y[i + 1 :], power)
        squares.append((Y[i] - at(found, X[i])) ** 2)
    return mean(squares)


def huber_after():
    """Return the best Huber line where the fallen tadpole alone is farther than 1 off."""
    near = list(zip(X[:6], FALLEN[:6], strict=True))
    w = (sum(x * y for x, y in near) - X[6]) / sum(x * x for x, _ in near)
    assert all(abs(y - w * x) <= 1 for x, y in near)
    assert FALLEN[6] - w * X[6] < -1
    return w


def absolute(y):
    """Return the best absolute line: it goes through one of the tadpoles."""
    lines = [v / x for x, v in zip(X, y, strict=True)]
    return min(lines, key=lambda w: sum(abs(v - w * x) for x, v in zip(X, y, strict=True)))


LINE_B, LINE_W = curve(X, Y, 1)
ERRORS = [y - LINE_W * x - LINE_B for x, y in zip(X, Y, strict=True)]
LINE_LOSS = mean(e * e for e in ERRORS)
TRACE, DETERMINANT = 2 * A + 2, 4 * (A - mean(X) ** 2)
ROOT = math.sqrt(TRACE**2 - 4 * DETERMINANT)
STEEP = (float(TRACE) + ROOT) / 2
FLAT = float(DETERMINANT) / STEEP
START_DW = -2 * mean(x * (y - 2) for x, y in zip(X, Y, strict=True))
START_DB = -2 * mean(y - 2 for y in Y)


def angle():
    """Return the angle between the way down from (0, 2) and the way to the best line."""
    down, goal = (float(-START_DW), float(-START_DB)), (float(LINE_W), float(LINE_B - 2))
    across = down[0] * goal[1] - down[1] * goal[0]
    return abs(math.degrees(math.atan2(across, down[0] * goal[0] + down[1] * goal[1])))


def steps_to(share, rate, start):
    """Return the steps after which the loss stays within a share of the exact one."""
    w, b, steps = start[0] - LINE_W, start[1] - LINE_B, 0
    m = mean(X)
    while A * w * w + 2 * m * w * b + b * b > share * LINE_LOSS:
        w, b = w - rate * 2 * (A * w + m * b), b - rate * 2 * (m * w + b)
        w, b, steps = Fraction(float(w)), Fraction(float(b)), steps + 1
    return steps


def network():
    """Return loss and slopes of the chapter's network of two hidden units, by the chain rule."""
    w1, b1, w2, b2 = (
        (Fraction("0.5"), Fraction(1)),
        (Fraction("0.2"), Fraction(-2)),
        (Fraction("0.8"), Fraction("0.4")),
        Fraction("0.1"),
    )
    loss, dw1, dw2 = Fraction(0), [Fraction(0), Fraction(0)], [Fraction(0), Fraction(0)]
    for x, y in zip(X, Y, strict=True):
        z = [w1[j] * x + b1[j] for j in range(2)]
        h = [max(value, Fraction(0)) for value in z]
        e = y - (w2[0] * h[0] + w2[1] * h[1] + b2)
        loss += e * e / 7
        for j in range(2):
            dw2[j] += -2 * e * h[j] / 7
            dw1[j] += -2 * e * w2[j] * (z[j] > 0) * x / 7
    return loss, dw1, dw2


def by_eye():
    """Return the errors at w = 0.9."""
    return [y - Fraction("0.9") * x for x, y in zip(X, Y, strict=True)]


TENTH = Fraction("0.7106997")
LOSS, DW1, DW2 = network()
INTERVAL = 2.570581835636314  # Student's t, 5 degrees of freedom, 0.975 (printed tables: 2.571)


def interval(t):
    """Return how far the 95 % prediction interval of the line reaches at time t."""
    spread = 1 + Fraction(1, 7) + (t - mean(X)) ** 2 / (7 * (A - mean(X) ** 2))
    return INTERVAL * math.sqrt(LINE_LOSS * 7 / 5 * spread)


NUMBERS = {
    "derivative": {
        **{f"L({w})": height(Fraction(w)) for w in (0, 1, 2)},
        **{f"secant(1, {h})": secant(Fraction(h)) for h in ("1", "0.1", "0.01", "0.001")},
        "a": A,
        "b": B,
        "c": C,
        "2 * a * 0 + b": slope(Fraction(0)),
        "2 * a * 1 + b": slope(Fraction(1)),
        "best_w": BEST,
        "L(best_w)": height(BEST),
        "(h**3 - 0) / h": Fraction("1e-12"),
        "(abs(0 + h) - abs(0)) / h": 1,
        "(abs(0 - h) - abs(0)) / -h": -1,
        "start.loss[0]": C,
        "start.gradient[0, 0]": B,
    },
    "forward": {
        "y_hat": Fraction("0.9") * Fraction("4.2"),
        "e": Fraction("2.7") - Fraction("0.9") * Fraction("4.2"),
        "e**2": (Fraction("2.7") - Fraction("0.9") * Fraction("4.2")) ** 2,
        "np.sum(abs(e) < 0.1)": sum(abs(e) < Fraction("0.1") for e in by_eye()),
        "loss": height(Fraction("0.9")),
        "np.mean(e) ** 2": mean(y - TENTH * x for x, y in zip(X, Y, strict=True)) ** 2,
        "np.mean(e**2)": height(TENTH),
        "best.coefficients[0]": BEST,
        "best.loss": height(BEST),
    },
    "loss": {
        "best_squared(x, y)": BEST,
        "best_squared(x, fallen)": mean(x * y for x, y in zip(X, FALLEN, strict=True)) / A,
        "best_huber(x, y)": BEST,
        "best_huber(x, fallen)": huber_after(),
        "best_absolute(x, y)": absolute(Y),
        "best_absolute(x, fallen)": absolute(FALLEN),
        "-np.log(1 - 0.8)": math.log(5),
        "-np.log(1 - 0.05)": math.log1p(0.05 / 0.95),
        "huber.exact.coefficients[0]": huber_after(),
        "absolute.exact.coefficients[0]": absolute(FALLEN),
    },
    "layers": {
        "h": Fraction("6.4"),
        "y_hat": Fraction("2.56"),
        "e": Fraction("0.34"),
        "loss": Fraction("0.1156"),
        "w2 * (2.01 * x1) - y_hat": Fraction("0.0128"),
        "d_y_hat": Fraction("-0.68"),
        "d_w2": Fraction("-0.68") * Fraction("6.4"),
        "d_h": Fraction("-0.68") * Fraction("0.4"),
        "d_w1": Fraction("-0.68") * Fraction("0.4") * Fraction("3.2"),
        "np.mean((Y - Y_hat) ** 2)": LOSS,
        "dW1[0, 0]": DW1[0],
        "dW1[1, 0]": DW1[1],
        "dW2[0, 1]": DW2[1],
        "back.loss": LOSS,
        "back.weights[0][0, 0]": DW1[0],
        "back.weights[1][0, 1]": DW2[1],
    },
    "backward": {
        "slope": B,
        "w": descent("0.01", 1),
        **{f"ws[{step}]": descent("0.01", step) for step in (2, 4, 10)},
        "loss": height(descent("0.01", 10)),
        "run.weights[2, 0]": descent("0.01", 2),
        "run.weights[10, 0]": descent("0.01", 10),
        "run.loss[10]": height(descent("0.01", 10)),
    },
    "rules": {
        "race(gradient_descent)[20]": descent("0.01", 20, Fraction(1)),
        "race(sign)[20]": walk(sign, Fraction(1), 20),
        "race(fixed)[20]": Fraction(-9),
        "race(whole_slope)[20]": descent("1", 20, Fraction(1)),
        "away[1] / away[0]": 1 - 2 * A,
        "race(whole_slope, w=0.0)[1]": descent("1", 1),
        "race(whole_slope, w=0.0)[2]": descent("1", 2),
    },
    "learning-rate": {
        "curvature": 2 * A,
        "1 - 0.01 * curvature": 1 - Fraction("0.02") * A,
        "1 - 0.09 * curvature": 1 - Fraction("0.18") * A,
        "1 / curvature": 1 / (2 * A),
        "2 / curvature": 1 / A,
        "steps_needed(0.01)": steps_needed("0.01"),
        "steps_needed(0.09)": steps_needed("0.09"),
        "descend(0.049979, 1)": descent("0.049979", 1),
        "L(0)": C,
        "L(descend(0.11, 10))": height(descent("0.11", 10)),
        "1 - 0.1 * curvature": 1 - Fraction("0.2") * A,
        "L(descend(0.1, 100))": height(descent("0.1", 100)),
        "diagnosis.learning_rate_limit": 1 / A,
        "diagnosis.best_learning_rate": 1 / (2 * A),
    },
    "gradient": {
        "np.mean(y - (w * x + b))": -START_DB / 2,
        "dw": START_DW,
        "db": START_DB,
        "b - 0.08 * db": 2 - Fraction("0.08") * START_DB,
        "np.degrees(np.arccos(cosine))": angle(),
        "steep": STEEP,
        "flat": FLAT,
        "steep / flat": STEEP / FLAT,
        "2 / steep": 2 / STEEP,
        "2 / (steep + flat)": 2 / TRACE,
        "v / x.std()": LINE_W,
        "a - v * x.mean() / x.std()": LINE_B,
        "best.coefficients[0]": LINE_W,
        "best.intercept": LINE_B,
        "best.loss": LINE_LOSS,
        "best.r2": 1 - LINE_LOSS / (C - mean(Y) ** 2),
        "diagnosis.condition_number": STEEP / FLAT,
        "diagnosis.learning_rate_limit": 2 / STEEP,
        "diagnosis.steps_to(0.001, 0.08)": steps_to(
            Fraction("0.001"), Fraction("0.08"), (Fraction(0), Fraction(2))
        ),
        "diagnosis.scaled.steps_to(0.001, 0.5)": 1,
    },
    "train": {
        **{f"seen({power})": seen(power) for power in (1, 2, 3, 4)},
        "np.polyval(fit(x, y, 1), 6)": at(curve(X, Y, 1), Fraction(6)),
        "np.polyval(fit(x, y, 3), 6)": at(curve(X, Y, 3), Fraction(6)),
        **{f"unseen({power})": unseen(power) for power in (1, 2, 3, 4)},
        "prediction.value[0]": at(curve(X, Y, 1), Fraction(6)),
        "prediction.lower[0]": float(at(curve(X, Y, 1), Fraction(6))) - interval(Fraction(6)),
        "prediction.upper[0]": float(at(curve(X, Y, 1), Fraction(6))) + interval(Fraction(6)),
        "-scores.mean()": unseen(1),
    },
}
"""Every ``expression = value`` of each chapter, exactly."""

LESSON = {
    "derivative": {"2 * a * 0 + b": "-15.93", "2 * a * 1 + b": "4.08", "best_w": "0.796087"},
    "forward": {"loss": "0.275", "np.mean(e) ** 2": "0.076", "np.mean(e**2)": "0.240"},
    "loss": {"best_squared(x, fallen)": "0.634", "best_huber(x, fallen)": "0.768"},
    "layers": {"w2 * (2.01 * x1) - y_hat": "0.0128"},
    "backward": {"ws[2]": "0.2867", "ws[10]": "0.7107", "loss": "0.23982"},
    "rules": {"race(whole_slope)[20]": "7.7e24", "race(gradient_descent)[20]": "0.798"},
    "learning-rate": {"2 / curvature": "0.099957", "steps_needed(0.09)": "31"},
    "gradient": {"b - 0.08 * db": "2.057", "steep": "21.7459", "flat": "0.2626"},
    "train": {"unseen(1)": "0.345", "unseen(3)": "2.71", "prediction.lower[0]": "2.87"},
}
"""Some of them as the lesson promises them."""
