"""What must hold for sums of a loss over blocks, whatever the rows."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedou import losses
from kedou.block import Block

seeds = st.integers(0, 2**32 - 1)
every_loss = pytest.mark.parametrize("loss", [kind() for kind in losses.NAMED.values()])


def drawn(seed, n=60, k=3, order="C", weighted=True):
    rng = np.random.default_rng(seed)
    X = np.array(rng.normal(size=(n, k)), order=order)
    y = rng.integers(0, 2, n).astype(float)
    weight = rng.integers(0, 4, n).astype(float) if weighted else None
    return Block(X, y, weight), rng.normal(size=k + 1)


def part(block, rows):
    weight = None if block.weight is None else block.weight[rows]
    return Block(block.X[rows], block.y[rows], weight)


def close(one, other, rtol=1e-12):
    for field in dataclasses.fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-11)


@every_loss
@given(seeds, st.sampled_from("CF"), st.booleans(), st.booleans())
def test_the_sums_are_what_they_say(loss, seed, order, weighted, intercept):
    block, theta = drawn(seed, order=order, weighted=weighted)
    if not intercept:
        theta = theta[:-1]
    v = np.arange(1.0, len(theta) + 1)
    sums = losses.over_block(loss, theta, block, intercept=intercept, curvature=True, along=v)
    Z = np.column_stack([block.X, np.ones(60)]) if intercept else block.X
    f = np.ones(60) if block.weight is None else block.weight
    score = Z @ theta
    H = Z.T @ ((f * loss.curvature(block.y, score))[:, None] * Z)
    naive = losses.LossSums(
        float(f.sum()),
        float(f @ loss.value(block.y, score)),
        Z.T @ (f * loss.slope(block.y, score)),
        H,
        H @ v,
    )
    close(sums, naive)
    plain = losses.over_block(loss, theta, block, intercept=intercept)
    assert plain.curvature_sum is plain.curvature_along is None
    np.testing.assert_array_equal(plain.gradient_sum, sums.gradient_sum)


@every_loss
@given(seeds, st.integers(0, 60))
def test_split_and_merge_is_the_whole(loss, seed, cut):
    block, theta = drawn(seed)
    options = {"curvature": True, "along": theta}
    whole = losses.over_block(loss, theta, block, **options)
    first = losses.over_block(loss, theta, part(block, slice(cut)), **options)
    second = losses.over_block(loss, theta, part(block, slice(cut, None)), **options)
    close(first + second, whole)
    close(second + first, whole)


@every_loss
@given(seeds)
def test_weight_two_is_the_row_twice_and_order_is_irrelevant(loss, seed):
    block, theta = drawn(seed)
    times = block.weight.astype(int)
    repeated = Block(np.repeat(block.X, times, axis=0), np.repeat(block.y, times))
    order = np.random.default_rng(seed).permutation(60)
    weighted = losses.over_block(loss, theta, block, curvature=True)
    close(losses.over_block(loss, theta, repeated, curvature=True), weighted)
    close(losses.over_block(loss, theta, part(block, order), curvature=True), weighted)


@every_loss
def test_tiles_meet_without_a_gap(loss):
    rng = np.random.default_rng(5)
    n = 20_000
    block = Block(rng.normal(size=(n, 2)), rng.integers(0, 2, n).astype(float), rng.uniform(size=n))
    theta = np.array([0.3, -0.2, 0.1])
    score = block.X @ theta[:2] + theta[2]
    sums = losses.over_block(loss, theta, block)
    expected = block.weight @ loss.value(block.y, score)
    assert sums.loss_sum == pytest.approx(expected, rel=1e-12)
    assert sums.weight_sum == pytest.approx(block.weight.sum(), rel=1e-12)
    gradient = (block.weight * loss.slope(block.y, score)) @ np.column_stack([block.X, np.ones(n)])
    np.testing.assert_allclose(sums.gradient_sum, gradient, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("loss", [losses.SquaredError(), losses.LogLoss(), losses.BrierScore()])
@given(seeds)
def test_gradient_and_curvature_are_finite_differences_of_the_sums(loss, seed):
    block, theta = drawn(seed)
    h = 1e-5
    sums = losses.over_block(loss, theta, block, curvature=True)
    for j, step in enumerate(h * np.eye(4)):
        above = losses.over_block(loss, theta + step, block)
        below = losses.over_block(loss, theta - step, block)
        slope = (above.loss_sum - below.loss_sum) / (2 * h)
        assert sums.gradient_sum[j] == pytest.approx(slope, rel=1e-6, abs=1e-5)
        bend = (above.gradient_sum - below.gradient_sum) / (2 * h)
        np.testing.assert_allclose(sums.curvature_sum[j], bend, rtol=1e-6, atol=1e-5)


@given(seeds, st.floats(0.1, 10.0))
def test_huber_lies_between_its_two_halves(seed, delta):
    rng = np.random.default_rng(seed)
    y, score = rng.normal(size=50, scale=5), rng.normal(size=50, scale=5)
    huber = losses.Huber(delta)
    value = huber.value(y, score)
    assert (value <= 0.5 * losses.SquaredError().value(y, score) * (1 + 1e-12)).all()
    assert (value <= delta * losses.AbsoluteError().value(y, score) * (1 + 1e-12)).all()
    near = np.abs(y - score) <= delta
    np.testing.assert_allclose(value[near], 0.5 * (y - score)[near] ** 2, rtol=1e-12)
    far = delta * (np.abs(y - score) - delta / 2)
    np.testing.assert_allclose(value[~near], far[~near], rtol=1e-12)


@every_loss
@given(seeds)
def test_a_convex_loss_lies_below_its_chords(loss, seed):
    if not loss.convex:
        return
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, 50).astype(float)
    a, b = rng.normal(size=(2, 50), scale=5)
    chord = (loss.value(y, a) + loss.value(y, b)) / 2
    assert (loss.value(y, (a + b) / 2) <= chord + 1e-12 * (1 + chord)).all()


@pytest.mark.parametrize("loss", [losses.LogLoss(), losses.BrierScore()])
@given(seeds)
def test_swapping_0_and_1_mirrors_the_score(loss, seed):
    rng = np.random.default_rng(seed)
    y, score = rng.integers(0, 2, 50).astype(float), rng.normal(size=50, scale=20)
    np.testing.assert_array_equal(loss.value(1 - y, -score), loss.value(y, score))
    np.testing.assert_array_equal(loss.slope(1 - y, -score), -loss.slope(y, score))
    np.testing.assert_allclose(loss.predict(-score), 1 - loss.predict(score), atol=1e-15)
