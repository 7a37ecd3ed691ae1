"""Every number of the lesson that the engine can produce, through the public names alone.

``shows(value, "0.7433")`` asks for exactly the digits that the lesson prints.
"""

import numpy as np
import pytest
from scipy.optimize import brentq

import kedou as kd

TADPOLES = kd.data.tadpoles()
TIME, VOLUME = TADPOLES.X[:, 0], TADPOLES.y


def shows(value, *printed):
    """Whether numbers, rounded to the digits printed, are what is printed."""
    found = np.atleast_1d(np.asarray(value, dtype=float))
    if len(found) != len(printed):
        return False
    return all(abs(v - float(text)) <= half(text) for v, text in zip(found, printed, strict=True))


def half(text):
    """Half a unit of the last digit printed, with a hair for the rounding of decimals."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5000001 * 10.0 ** (int(exponent or 0) - decimals)


@pytest.fixture(scope="module")
def moments():
    return kd.scan(TADPOLES)


@pytest.fixture(scope="module")
def slope_only(moments):
    """Descend with b = 0."""

    def run(**options):
        return kd.descend(moments, intercept=False, **options)

    return run


def loss_at(run, w):
    """L(w) with b = 0, as step 0 of a run that begins there."""
    return float(run(learning_rate=0.01, start=float(w), steps=0).loss[0])


def test_shows():
    assert shows(0.74328, "0.7433")
    assert not shows(0.7434, "0.7433")
    assert shows(-23871975009294.6, "-2.4e13")


# The table.


def test_data():
    assert TIME.tolist() == [0.8, 1.7, 2.7, 3.2, 3.7, 4.2, 4.2]
    assert VOLUME.tolist() == [1.0, 0.9, 2.4, 2.9, 2.8, 3.8, 2.7]
    assert (TADPOLES.feature_names, TADPOLES.target_name) == (("time",), "volume")


def test_parabola(slope_only):
    at = {w: loss_at(slope_only, w) for w in (0, 1, 2)}
    assert shows(list(at.values()), "6.507143", "0.582857", "14.667143")
    a = (at[0] + at[2]) / 2 - at[1]
    b = (at[2] - at[0]) / 2 - 2 * a
    assert shows([a, b, at[0]], "10.004286", "-15.928571", "6.507143")
    gradients = [slope_only(learning_rate=1.0, start=w, steps=0).gradient[0, 0] for w in (0.0, 1.0)]
    assert shows([gradients[1] - gradients[0], gradients[0]], "20.008571", "-15.928571")


def test_best_slope(moments):
    solution = kd.solve(moments, intercept=False)
    assert shows(solution.coefficients, "0.796087")
    assert shows(solution.loss, "0.166875")


def test_gradient_descent_at_001(slope_only):
    run = slope_only(learning_rate=0.01, steps=10)
    assert shows(run.weights[1:5, 0], "0.1593", "0.2867", "0.3886", "0.4701")
    assert shows(run.weights[10], "0.7107")
    assert shows(run.loss[10], "0.23982")


def test_one_step(moments, slope_only):
    run = slope_only(learning_rate=0.049979, steps=1)
    assert abs(run.weights[1, 0] - run.exact.coefficients[0]) < 1e-5
    assert shows(kd.diagnose(moments, intercept=False).best_learning_rate, "0.049979")
    assert str(run.outcome) == "converged"


def test_limit_without_intercept(moments, slope_only):
    assert shows(kd.diagnose(moments, intercept=False).learning_rate_limit, "0.099957")
    below, above = (slope_only(learning_rate=rate, steps=5000) for rate in (0.0999, 0.1))
    assert (str(below.outcome), below.oscillating) == ("converged", True)
    assert len(below) > 1000
    assert int(np.argmax(below.gap <= 0.01 * below.exact.loss)) > 1000
    assert str(above.outcome) == "diverged"
    assert above.loss[-1] > above.loss[0]


def test_at_01_the_loss_is_5_times_its_start_after_1000_steps_and_it_diverges(slope_only):
    run = slope_only(learning_rate=0.1, steps=1000)
    assert shows(run.loss[-1] / run.loss[0], "5.4")
    assert str(run.outcome) == "diverged"


def test_slope_rule(moments, slope_only):
    run = slope_only(rule="slope", steps=8)
    assert shows(run.weights[1:4, 0], "15.93", "-286.9", "5468.55")  # the table cuts the last one
    distance = run.weights[:, 0] - run.exact.coefficients[0]
    assert shows(distance[1:] / distance[:-1], *["-19.009"] * 8)
    assert shows(kd.diagnose(moments, intercept=False).factors(1.0), "-19.009")
    assert str(run.outcome) == "diverged"


def test_fixed_rule(slope_only):
    run = slope_only(rule="fixed-step", learning_rate=0.5, start=1.0, steps=20)
    assert run.weights[1:4, 0].tolist() == [0.5, 0.0, -0.5]
    assert (np.diff(run.weights[:, 0]) == -0.5).all()
    assert str(run.outcome) == "stepped-over"


def test_sign_rule(slope_only):
    run = slope_only(rule="sign", learning_rate=0.5, start=1.0, steps=21)
    assert run.weights[1:4, 0].tolist() == [0.5, 1.0, 0.5]
    assert set(run.weights[:, 0]) == {0.5, 1.0}
    assert str(run.outcome) == "looping"


def test_line(moments):
    solution = kd.solve(moments)
    assert shows(solution.theta, "0.743282", "0.180389")
    assert shows(solution.loss, "0.162231")
    assert shows(solution.r2, "0.829413")
    assert shows(solution.standard_errors, "0.1507", "0.4768")


def test_hessian(moments):
    diagnosis = kd.diagnose(moments)
    assert shows(diagnosis.eigenvalues, "21.7459", "0.2626")
    assert shows(diagnosis.condition_number, "82.8")
    assert shows(diagnosis.learning_rate_limit, "0.09197")
    assert shows(diagnosis.worst_case_rate, "0.09087")
    assert shows(diagnosis.scaled.learning_rate_limit, "1.0")


def test_steps_to_one_per_cent(moments):
    diagnosis = kd.diagnose(moments)
    steps = [diagnosis.steps_to(0.01, rate) for rate in (0.09087, 0.05, 0.046)]
    assert steps[1:] == [2, 1]
    assert 170 <= steps[0] <= 180
    assert diagnosis.best_steps == 1
    assert shows(diagnosis.best_learning_rate, "0.046")


# The cover.


def test_cover(moments, slope_only):
    assert shows(loss_at(slope_only, 1.5), "5.12")
    run = slope_only(learning_rate=0.03, steps=7)
    printed = ["0.478", "0.669", "0.745", "0.776", "0.788", "0.793", "0.795"]
    assert shows(run.weights[1:, 0], *printed)
    assert shows(run.loss[-1], "0.167")
    others = [slope_only(learning_rate=rate, steps=7).weights[1:, 0] for rate in (0.0299, 0.0301)]
    assert not any(shows(weights, *printed) for weights in others)


# The chapters.


def test_derivative(slope_only):
    start = slope_only(learning_rate=0.01, steps=0, start=[0.0])
    assert shows(start.gradient[0], "-15.93")
    assert shows(start.loss[0], "6.5")
    at_one = slope_only(learning_rate=0.01, steps=0, start=1.0)
    assert shows(at_one.gradient[0], "4.08")
    secant = (loss_at(slope_only, 1 + 1e-7) - at_one.loss[0]) / 1e-7
    assert shows(secant, "4.08")


def test_forward(slope_only):
    border = brentq(lambda w: loss_at(slope_only, w) - 0.17, 0, 0.796)
    assert shows([border, 2 * 0.796087 - border], "0.778", "0.814")
    assert shows(loss_at(slope_only, 0.9), "0.275")
    errors = VOLUME - 0.9 * TIME
    assert int((np.abs(errors) < 0.1).sum()) == 3


@pytest.mark.parametrize(
    ("loss", "before", "after"),
    [
        ("squared", "0.796", "0.634"),
        ("huber", "0.796", "0.768"),
        ("absolute", "0.889", "0.889"),
    ],
)
def test_loss(loss, before, after):
    moved = VOLUME.copy()
    moved[(TIME == 4.2) & (VOLUME == 2.7)] = 0.0
    for target, printed in ((VOLUME, before), (moved, after)):
        run = kd.descend(TIME[:, None], y=target, loss=loss, intercept=False, steps=300)
        assert shows(run.exact.coefficients, printed)
        assert run.loss[-1] <= run.exact.loss * 1.0101


def test_rain():
    brier, log = kd.losses.BrierScore(), kd.losses.LogLoss()
    dry = np.zeros(2)
    scores = np.log(np.array([0.80, 0.05]) / np.array([0.20, 0.95]))
    costs = brier.value(dry, scores)
    assert shows(costs[0] / costs[1], "256")
    np.testing.assert_allclose(log.value(dry, scores), -np.log([0.2, 0.95]), rtol=1e-14)


def test_backward(slope_only):
    run = slope_only(learning_rate=0.01, steps=2)
    assert shows(run.weights[2], "0.2867")
    assert shows(2 * run.weights[1], "0.3186")
    assert abs(run.weights[2, 0] - run.weights[1, 0]) < abs(run.weights[1, 0])


@pytest.mark.parametrize(
    ("rule", "constant", "last"),
    [
        ("gradient-descent", 0.01, "0.798"),
        ("sign", 0.5, "1.0"),
        ("fixed-step", 0.5, "-9"),
    ],
)
def test_rules_after_20_steps_from_1(slope_only, rule, constant, last):
    run = slope_only(rule=rule, learning_rate=constant, start=1.0, steps=20)
    assert shows(run.weights[-1], last)


def test_slope_rule_after_20_steps_from_1(moments, slope_only):
    """The run itself ends at 1e30 times its first loss; the factor of each step says the rest."""
    run = slope_only(rule="slope", start=1.0, steps=20)
    assert run.stop == "ceiling"
    factor = kd.diagnose(moments, intercept=False).factors(1.0)[0]
    best = run.exact.coefficients[0]
    expected = best + (1.0 - best) * factor**run.steps
    np.testing.assert_allclose(run.weights[:, 0], expected, rtol=1e-12)
    assert shows(best + (1.0 - best) * factor**20, "7.7e24")


def test_learning_rate_map(slope_only):
    def steps_to_near_best(rate):
        run = slope_only(learning_rate=rate, steps=100)
        return int(np.argmax(np.abs(run.weights[:, 0] - run.exact.coefficients[0]) <= 0.001))

    assert [steps_to_near_best(rate) for rate in (0.01, 0.09, 0.049979)] == [30, 31, 1]
    fold = [steps_to_near_best(rate) for rate in (0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08)]
    assert fold == sorted(fold[:4], reverse=True) + sorted(fold[4:])


def test_breaking_it(slope_only):
    run = slope_only(learning_rate=0.11, steps=10)
    assert shows(run.loss[[0, 10]], "6.5", "247")
    riddle = slope_only(learning_rate=0.1, steps=100)
    assert shows(riddle.loss[-1], "7.69")
    assert str(run.outcome) == str(riddle.outcome) == "diverged"


def test_gradient_from_0_2(moments):
    run = kd.descend(moments, learning_rate=0.08, start=[0.0, 2.0], steps=400)
    assert shows(run.intercept[:2], "2", "2.057")
    assert shows(-run.gradient[0, 1] / 2, "0.357")
    assert shows(angle_off_goal(run), "77")
    diagnosis = kd.diagnose(moments, start=[0.0, 2.0])
    assert diagnosis.steps_to(0.001, 0.08) == 190
    assert diagnosis.scaled.steps_to(0.001, 0.5) == 1
    scaled = kd.descend(moments, learning_rate=0.5, start=[0.0, 2.0], steps=1, standardize=True)
    np.testing.assert_allclose(scaled.theta[1], scaled.exact.theta, rtol=1e-13)
    from_zero = kd.descend(moments, learning_rate=0.08, steps=1)
    assert angle_off_goal(from_zero) < 3


def angle_off_goal(run):
    down, goal = -run.gradient[0], run.exact.theta - run.theta[0]
    cosine = down @ goal / np.linalg.norm(down) / np.linalg.norm(goal)
    return np.degrees(np.arccos(cosine))


def test_0095_works_with_b_locked_only(moments, slope_only):
    assert str(slope_only(learning_rate=0.095, steps=1000).outcome) == "converged"
    assert str(kd.descend(moments, learning_rate=0.095, steps=1000).outcome) == "diverged"
    assert shows(kd.diagnose(moments).learning_rate_limit, "0.0920")


@pytest.mark.parametrize(
    ("power", "training", "left_out"),
    [
        (1, "0.162", "0.345"),
        (2, "0.162", "0.939"),
        (3, "0.118", "2.71"),
        (4, "0.090", "12.6"),
    ],
)
def test_powers(power, training, left_out):
    def solved(rows):
        table = {"time": TIME[rows], "volume": VOLUME[rows]}
        return kd.solve(kd.scan(table, target="volume", polynomial={"time": power}))

    powers = TIME[:, None] ** np.arange(1, power + 1)
    every = np.arange(7)
    errors = [VOLUME[i] - solved(every != i).predict(powers[i : i + 1])[0] for i in range(7)]
    assert shows(solved(every >= 0).loss, training)
    assert shows(np.mean(np.square(errors)), left_out)


def test_prediction_at_6():
    model = kd.fit(TADPOLES)
    prediction = model.predict({"time": [6.0]}, interval=0.95)
    assert shows(np.concatenate(prediction), "4.64", "2.87", "6.41")
    table = {"time": TIME, "volume": VOLUME}
    cubic = kd.solve(kd.scan(table, target="volume", polynomial={"time": 3}))
    assert shows(cubic.predict([[6.0, 36.0, 216.0]]), "-2.19")


def test_common_mistakes(slope_only):
    w = float(slope_only(learning_rate=0.01, steps=10).weights[-1, 0])
    errors = w * TIME - VOLUME
    assert shows([np.mean(errors) ** 2, np.mean(errors**2)], "0.076", "0.240")
    uphill = slope_only(learning_rate=-0.01, steps=10)
    assert str(uphill.outcome) == "wrong-direction"
