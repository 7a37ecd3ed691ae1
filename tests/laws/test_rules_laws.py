"""What must hold for update rules on any quadratic, whatever the numbers."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kedou import rules

seeds = st.integers(0, 2**32 - 1)
SMALL = 1e-300


class Quadratic:
    def __init__(self, H, best):
        self.H, self.best = H, best

    def value(self, theta):
        return 0.5 * (theta - self.best) @ self.H @ (theta - self.best)

    def gradient(self, theta):
        return self.H @ (theta - self.best)

    def curvature(self, theta, v):
        return self.H @ v


def drawn(seed, p=3):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(p, p))
    return Quadratic(A @ A.T + 0.1 * np.eye(p), rng.normal(size=p)), rng.normal(size=p)


def walk(rule, objective, theta, steps=8, scale=1.0):
    state, path = rule.init(theta), []
    for _ in range(steps):
        theta, state = rule.update(scale * objective.gradient(theta), state, theta, objective)
        path.append(theta)
    return np.array(path)


@given(seeds, st.floats(0.01, 0.99))
def test_gradient_descent_is_the_closed_form(seed, share):
    bowl, start = drawn(seed)
    rate = share * 2 / np.linalg.eigvalsh(bowl.H)[-1]
    path = walk(rules.GradientDescent(rate), bowl, start)
    shrink = np.eye(3) - rate * bowl.H
    for t, theta in enumerate(path, start=1):
        expected = bowl.best + np.linalg.matrix_power(shrink, t) @ (start - bowl.best)
        np.testing.assert_allclose(theta, expected, rtol=1e-10, atol=1e-12)


@given(seeds)
def test_without_memory_momentum_and_nesterov_are_gradient_descent(seed):
    bowl, start = drawn(seed)
    plain = walk(rules.GradientDescent(0.01), bowl, start)
    for kind in (rules.Momentum, rules.Nesterov):
        np.testing.assert_array_equal(walk(kind(0.01, momentum=0), bowl, start), plain)


@given(seeds)
def test_momentum_is_the_second_order_recurrence_of_polyak(seed):
    bowl, start = drawn(seed)
    rate, beta = 0.02, 0.8
    path = np.vstack([start, start, walk(rules.Momentum(rate, momentum=beta), bowl, start)])
    for old, now, new in zip(path[:-2], path[1:-1], path[2:], strict=True):
        expected = now - rate * bowl.gradient(now) + beta * (now - old)
        np.testing.assert_allclose(new, expected, rtol=1e-9, atol=1e-12)


@given(seeds)
def test_nesterov_takes_the_gradient_at_the_point_ahead(seed):
    bowl, start = drawn(seed)
    rate, beta = 0.02, 0.8
    ahead = walk(rules.Nesterov(rate, momentum=beta), bowl, start)
    x, m = start, np.zeros(3)  # Sutskever's form, whose look-ahead points ours visits
    for point in ahead:
        m = beta * m - rate * bowl.gradient(x + beta * m)
        x = x + m
        np.testing.assert_allclose(point, x + beta * m, rtol=1e-9, atol=1e-12)


@given(seeds, st.floats(1e-6, 1e6))
def test_adaptive_rules_do_not_see_the_size_of_the_slope(seed, scale):
    bowl, start = drawn(seed)
    for kind in (rules.AdaGrad, rules.RMSProp, rules.Adam):
        rule = kind(0.05, epsilon=SMALL)
        path = walk(rule, bowl, start)
        np.testing.assert_allclose(walk(rule, bowl, start, scale=scale), path, rtol=1e-6, atol=1e-8)


@given(seeds, st.floats(1e-6, 1e6))
def test_the_sign_rule_sees_only_signs_and_the_fixed_rule_nothing(seed, scale):
    bowl, start = drawn(seed)
    for rule in (rules.SignStep(0.1), rules.FixedStep(0.1)):
        first = walk(rule, bowl, start, 1)
        np.testing.assert_array_equal(walk(rule, bowl, start, 1, scale=scale), first)
    steps = np.diff(walk(rules.FixedStep(0.1), bowl, start), axis=0)
    np.testing.assert_allclose(steps, -0.1, rtol=1e-12)


@given(seeds)
def test_forgetting_rmsprop_and_adam_are_the_sign_rule(seed):
    bowl, start = drawn(seed)
    signs = walk(rules.SignStep(0.05), bowl, start)
    forgetful = rules.RMSProp(0.05, decay=0, epsilon=SMALL)
    np.testing.assert_allclose(walk(forgetful, bowl, start), signs, rtol=1e-9, atol=1e-12)
    forgetful = rules.Adam(0.05, beta1=0, beta2=0, epsilon=SMALL)
    np.testing.assert_allclose(walk(forgetful, bowl, start), signs, rtol=1e-9, atol=1e-12)


@given(seeds, st.permutations(range(3)))
def test_the_order_of_the_features_is_irrelevant(seed, order):
    bowl, start = drawn(seed)
    order = np.array(order)
    other = Quadratic(bowl.H[np.ix_(order, order)], bowl.best[order])
    for name, kind in rules.NAMED.items():
        if name == "slope":  # runs away, and with it the rounding of a reordered sum
            continue
        rule = kind(**({kind.constant: 0.01} if kind.constant else {}))
        path = walk(rule, bowl, start)[:, order]
        np.testing.assert_allclose(walk(rule, other, start[order]), path, rtol=1e-6, atol=1e-9)


@given(seeds, st.floats(1e-3, 1e3))
def test_stretching_theta_and_the_step_together_changes_nothing(seed, stretch):
    """L(theta / stretch): the adaptive and sign rules' path stretches with their rate."""
    bowl, start = drawn(seed)
    wide = Quadratic(bowl.H / stretch**2, bowl.best * stretch)
    for make in (
        lambda rate: rules.SignStep(rate),
        lambda rate: rules.AdaGrad(rate, epsilon=SMALL),
        lambda rate: rules.Adam(rate, epsilon=SMALL),
    ):
        path = walk(make(0.05), bowl, start, 3)
        stretched = walk(make(0.05 * stretch), wide, start * stretch, 3)
        np.testing.assert_allclose(stretched / stretch, path, rtol=1e-6, atol=1e-9)


@given(seeds)
def test_exact_line_search_goes_down_and_turns_at_right_angles(seed):
    bowl, theta = drawn(seed)
    rule = rules.ExactLineSearch()
    for _ in range(5):
        gradient = bowl.gradient(theta)
        new, _ = rule.update(gradient, (), theta, bowl)
        assert bowl.value(new) <= bowl.value(theta)
        size = np.linalg.norm(gradient) * np.linalg.norm(bowl.H) * np.linalg.norm(new - theta)
        assert abs(gradient @ bowl.gradient(new)) <= 1e-9 * size + 1e-12
        theta = new


@given(st.floats(1e-3, 10), st.floats(0, 5), st.integers(1, 50), st.floats(0, 1e-3))
def test_schedules_start_at_their_rate_and_never_rise(rate, decay, steps, final):
    for schedule in (rules.InverseTime(rate, decay), rules.Cosine(rate, steps, final=final)):
        values = [schedule(t) for t in range(60)]
        assert values[0] == rate or abs(values[0] - rate) <= 1e-15 * rate
        assert all(a >= b - 1e-15 for a, b in pairwise(values))
    assert rules.Cosine(rate, steps, final=final)(steps) == final
