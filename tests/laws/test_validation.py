"""The error on rows left out at every step is what predicting those very rows gives."""

import numpy as np
import pytest

import kedou as kd
from kedou.block import Block
from kedou.errors import DataError, OptionError
from kedou.fitting.folds import fold_of_rows
from kedou.fitting.hold_out import hold_out
from kedou.fitting.leave_one_out import leave_one_out
from kedou.fitting.validation import LADDER, find_best, validate

SETTINGS = [
    {"learning_rate": 0.2, "steps": 30},
    {"learning_rate": 0.01, "steps": 25, "standardize": False},
    {"learning_rate": 0.1, "steps": 20, "ridge": 0.5},
    {"learning_rate": 0.1, "steps": 20, "intercept": False},
    {"rule": "adam", "learning_rate": 0.3, "steps": 15},
    {"learning_rate": 0.1, "steps": 10, "start": [1.0, -2.0, 0.5, 3.0]},
]


def table(seed: int = 0, rows: int = 60) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, 3)) * [1.0, 3.0, 0.5] + [0.0, 5.0, -1.0]
    return X, X @ [1.0, -0.5, 2.0] + 1.0 + random.normal(size=rows)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_every_step_is_what_predicting_the_left_out_rows_gives(settings):
    X, y = table()
    seen = validate(kd.scan(X, y, folds=4, seed=3), **settings)
    options = {"standardize": True, **settings}
    block = Block(X, y, None)
    folds = fold_of_rows(block, 4, 3)
    left_out, training = np.zeros(len(seen.steps)), np.zeros(len(seen.steps))
    for fold in range(4):
        out = folds == fold
        run = kd.descend(kd.scan(X[~out], y[~out]), **options)
        errors = y[:, None] - (X @ run.weights.T + run.intercept)
        left_out += (errors[out] ** 2).sum(axis=0) / len(y)
        training += (errors[~out] ** 2).sum(axis=0) / (3 * len(y))
    np.testing.assert_allclose(seen.left_out, left_out, rtol=1e-11)
    np.testing.assert_allclose(seen.training, training, rtol=1e-11)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_its_last_step_is_the_error_that_is_held_out(settings):
    moments = kd.scan(*table(1), folds=5)
    seen, held = validate(moments, **settings), hold_out(moments, **settings)
    assert seen.left_out[-1] == pytest.approx(held.mse, rel=1e-12)
    assert seen.exact == pytest.approx(held.exact_mse, rel=1e-12)
    assert seen.baseline == pytest.approx(held.baseline_rmse**2, rel=1e-12)


def test_a_descent_that_diverges_has_no_error_from_there_on():
    seen = validate(kd.scan(*table(), folds=3), learning_rate=4.0, steps=500)
    assert np.isinf(seen.left_out[-1]) or seen.left_out[-1] > 1e20
    assert seen.best_step < 2


def test_only_the_last_part_is_left_out_where_time_says_so():
    X, y = table(2)
    moments = kd.scan(X, y, folds=3)
    seen = validate(moments, learning_rate=0.3, steps=5, only_last=True)
    assert seen.folds == 1
    assert seen.left_out[-1] == pytest.approx(
        hold_out(moments, "split", learning_rate=0.3, steps=5).mse, rel=1e-12
    )


def test_a_level_that_training_has_not_seen_does_not_move():
    city = ["a", "b"] * 20 + ["c"]
    columns = {"city": city, "x": np.arange(41.0) % 7, "y": np.arange(41.0) % 5}
    moments = kd.scan(columns, target="y", categorical=["city"], folds=4)
    seen = validate(moments, learning_rate=0.3, steps=40)
    held = hold_out(moments, learning_rate=0.3, steps=40)
    assert seen.left_out[-1] == pytest.approx(held.mse, rel=1e-12)


def test_the_best_penalty_is_the_best_of_the_ladder():
    random = np.random.default_rng(5)
    X = random.normal(size=(50, 20))
    y = X[:, 0] + 2 * random.normal(size=50)
    moments = kd.scan(X, y, folds=5)
    found = find_best(moments)
    errors = [hold_out(moments, ridge=ridge).exact_mse for ridge in LADDER]
    np.testing.assert_allclose(found.errors, errors, rtol=1e-12)
    assert 0 < found.ridge <= LADDER[int(np.argmin(errors))]
    assert errors[LADDER.index(found.ridge)] <= 1.001 * min(errors)
    assert found.left_out <= found.plain
    assert found.message.code == "validation.best-ridge"


def test_stopping_early_helps_where_there_is_much_noise():
    random = np.random.default_rng(7)
    X = random.normal(size=(40, 30))
    seen = validate(kd.scan(X, random.normal(size=40), folds=5), learning_rate=0.05, steps=2000)
    assert seen.best_step < 2000
    assert seen.left_out.min() < seen.exact


def test_clean_data_need_neither():
    X, _ = table(3, 500)
    found = find_best(kd.scan(X, X @ [1.0, 2.0, 3.0] + 4.0, folds=5))
    assert found.ridge == 0
    assert found.message.code == "validation.best-plain"


def test_without_folds_there_is_nothing_to_leave_out():
    with pytest.raises(OptionError, match="no folds"):
        validate(kd.scan(*table()))
    one = leave_one_out(kd.open(str(kd.data.tadpoles().path()), target="volume"))
    assert validate(one, learning_rate=0.5, steps=2).folds == 7
    with pytest.raises((OptionError, DataError)):
        find_best(kd.scan(*table()))
