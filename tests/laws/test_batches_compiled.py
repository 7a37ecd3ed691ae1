"""The steps in machine code are those in NumPy: every rule, every loss, within 1e-12."""

import subprocess
import sys
import threading

import numpy as np
import pytest

import kedou as kd
from kedou.errors import OptionError
from kedou.fitting import shuffling
from kedou.fitting.batches import compiled
from kedou.fitting.batches.compiled import MachinePlacing
from kedou.fitting.blocks import DesignBlocks
from kedou.fitting.scanner import as_source
from kedou.fitting.shuffling import NumPyPlacing, Order, row_order
from kedou.solution import Coordinates

PAIRS = [(rule, loss) for rule in kd.rules.NAMED for loss in kd.losses.NAMED]


def rows(loss, n=700, seed=3, k=3):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, k)) * np.linspace(1.0, 3.0, k) + np.linspace(0.0, 2.0, k)
    score = X @ np.linspace(1.0, -1.0, k) + 0.5 + rng.normal(size=n)
    return X, (score > 0.3).astype(float) if loss in ("log", "brier") else score


def both(X, y, **options):
    options = {"batch_size": 16, "epochs": 3, "standardize": True, **options}
    slow = kd.descend(X, y=y, compiled=False, **options)
    fast = kd.descend(X, y=y, compiled=True, **options)
    assert slow.settings["compiled"] is False
    assert fast.settings["compiled"] is True
    return slow, fast


def assert_same(slow, fast):
    assert fast.steps.tolist() == slow.steps.tolist()
    assert fast.outcome == slow.outcome
    assert fast.stop == slow.stop
    for name in ("theta", "loss", "gradient"):
        a, b = getattr(fast, name), getattr(slow, name)
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12 * np.abs(b).max(), err_msg=name)


@pytest.mark.parametrize(("rule", "loss"), PAIRS)
def test_every_rule_and_loss(rule, loss):
    X, y = rows(loss)
    rate = {} if rule in ("slope", "exact-line-search") else {"learning_rate": 0.02}
    options = {"epochs": 1 if rule == "slope" else 3}
    if rule == "exact-line-search" and loss != "squared":
        # It takes every loss for a bowl: far steps, which blow up rounding.
        options = {"epochs": 1, "batch_size": 234}
    assert_same(*both(X, y, rule=rule, loss=loss, **options, **rate))


@pytest.mark.parametrize("loss", list(kd.losses.NAMED))
@pytest.mark.parametrize("batch_size", [1, 3, 32, 500, 10_000])
def test_every_size_with_weights_and_without_an_intercept(loss, batch_size):
    X, y = rows(loss)
    weight = np.random.default_rng(1).integers(0, 4, len(y)).astype(float)
    same = {"loss": loss, "batch_size": batch_size, "weight": weight, "learning_rate": 0.01}
    assert_same(*both(X, y, **same))
    assert_same(*both(X, y, intercept=False, shuffle=False, standardize=False, **same))


@pytest.mark.parametrize("rule", ["gradient-descent", "adam", "exact-line-search"])
def test_a_ridge_penalty_and_averaging(rule):
    X, y = rows("squared")
    rate = {} if rule == "exact-line-search" else {"learning_rate": 0.02}
    assert_same(*both(X, y, rule=rule, ridge=0.3, average=True, **rate))


@pytest.mark.parametrize(
    "rate",
    [
        kd.rules.InverseTime(0.1, decay=0.01),
        kd.rules.Cosine(0.1, steps=60, final=0.001),
        kd.rules.Constant(0.03),
    ],
)
@pytest.mark.parametrize("average", [False, True])
def test_schedules(rate, average):
    X, y = rows("squared")
    assert_same(*both(X, y, learning_rate=rate, average=average))


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("loss", ["squared", "huber"])
@pytest.mark.parametrize("k", [1, 2, 5, 8, 17, 40, 64, 65, 130])
def test_any_number_of_columns(k, loss, shuffle):
    X, y = rows(loss, k=k)
    rate = 0.005 if k < 50 else 0.0005
    assert_same(*both(X, y, loss=loss, shuffle=shuffle, learning_rate=rate))


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_many_windows_and_batches_over_their_borders(monkeypatch, shuffle, loss):
    monkeypatch.setattr(shuffling, "WINDOW_CELLS", 240)
    monkeypatch.setattr("kedou.sources.arrays.part_rows", lambda k: 37)
    monkeypatch.setattr(compiled, "STRETCH_ROWS", 23)
    monkeypatch.setattr(MachinePlacing, "rows_at_once", 11)
    X, y = rows(loss)
    slow, fast = both(X, y, loss=loss, shuffle=shuffle, learning_rate=0.01)
    assert_same(slow, fast)
    strided = np.zeros((len(y), 6))[:, ::2]
    strided[:] = X
    for form in (np.asfortranarray(X), strided):
        again = kd.descend(
            form, y=y, loss=loss, shuffle=shuffle, learning_rate=0.01, batch_size=16, epochs=3,
            standardize=True, compiled=True,
        )  # fmt: skip
        np.testing.assert_array_equal(again.theta, fast.theta)


def test_rows_that_may_not_be_written_stay_as_they_are():
    X, y = rows("squared")
    before = X.copy()
    X.setflags(write=False)
    y.setflags(write=False)
    assert_same(*both(X, y, shuffle=False, standardize=False, learning_rate=0.001))
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize(("loss", "rate"), [("squared", 3.0), ("squared", 1e200), ("huber", 1e200)])
def test_a_walk_that_leaves_every_bound_stops_at_the_same_step(rate, loss):
    X, y = rows(loss)
    slow, fast = both(X, y, loss=loss, learning_rate=rate, standardize=False, epochs=30)
    assert fast.outcome == slow.outcome == "diverged"
    assert fast.steps.tolist() == slow.steps.tolist()
    assert np.isfinite(fast.theta).all()
    np.testing.assert_allclose(fast.theta, slow.theta, rtol=1e-9)


def test_a_thinned_run_keeps_the_last_good_step_before_it_left(monkeypatch):
    monkeypatch.setattr("kedou.fitting.batches.walking.MOST_RECORDS", 20)
    monkeypatch.setattr("kedou.fitting.batches.walking.MOST_NUMBERS", 80)
    X, y = rows("squared")
    slow, fast = both(X, y, batch_size=1, learning_rate=3.0, epochs=1)
    assert fast.steps.tolist() == slow.steps.tolist()
    assert 0 < fast.steps[-1] < 100
    assert fast.loss[-1] > 1e20 * fast.loss[0]


@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000, 70_001])
@pytest.mark.parametrize("salt", ["0:1:0", "7:3:2"])
def test_machine_code_puts_rows_in_the_same_order_with_the_same_bits(n, salt):
    X = np.random.default_rng(0).normal(size=(n, 3))
    weight = np.arange(n) / 7 + 1
    source = as_source(X, X[:, 0].copy(), weight=weight)
    columns = kd.scan(source).columns if n > 1 else source.plan.columns
    plain = Coordinates(np.array([0.1, 0.2, 0.3]), np.array([3.0, 7.0, 0.3]), True)
    blocks = list(DesignBlocks(source, columns)())
    slow = NumPyPlacing().place(blocks, plain, 1.7, salt, None)
    fast = MachinePlacing().place(blocks, plain, 1.7, salt, None)
    kept = {name: getattr(fast, name).copy() for name in ("X", "y", "weight")}
    again = MachinePlacing().place(blocks, plain, 1.7, salt, fast)
    assert np.shares_memory(again.X, fast.X)
    for name, values in kept.items():
        np.testing.assert_array_equal(values[fast.order], getattr(slow, name))
        np.testing.assert_array_equal(getattr(again, name)[again.order], getattr(slow, name))
    order = row_order(salt, n)
    np.testing.assert_array_equal(slow.y, X[order, 0])


def test_an_error_while_rows_are_read_ahead_comes_through(monkeypatch):
    def broken(*args):
        raise ValueError("broken")

    X, y = rows("squared")
    monkeypatch.setattr(MachinePlacing, "place", broken)
    with pytest.raises(ValueError, match="broken"):
        kd.descend(X, y=y, batch_size=16, compiled=True, learning_rate=0.01)


def test_windows_are_good_until_the_next_one(monkeypatch):
    monkeypatch.setattr(shuffling, "WINDOW_CELLS", 90)
    monkeypatch.setattr("kedou.sources.arrays.part_rows", lambda k: 10)
    X, y = rows("squared")
    source = as_source(X, y)
    blocks = DesignBlocks(source, kd.scan(source).columns)
    plain = Coordinates(np.zeros(3), np.ones(3), True)
    same = (blocks, plain, 1.0, 5, True)
    slow = np.concatenate([window.X for window in Order(*same, NumPyPlacing()).windows(1)])
    machine = Order(*same, MachinePlacing()).windows(1)
    fast = np.concatenate([window.X[window.order] for window in machine])
    np.testing.assert_array_equal(slow, fast)
    assert sorted(fast[:, 0].tolist()) == sorted(X[:, 0].tolist())


def test_the_memory_of_windows_is_used_again_in_later_epochs(monkeypatch):
    monkeypatch.setattr(shuffling, "WINDOW_CELLS", 90)
    monkeypatch.setattr("kedou.sources.arrays.part_rows", lambda k: 10)
    X, y = rows("squared", n=695)
    weight = np.arange(695) % 3 + 1.0
    source = as_source(X, y, weight=weight)
    blocks = DesignBlocks(source, kd.scan(source).columns)
    same = (blocks, Coordinates(np.zeros(3), np.ones(3), True), 2.0, 5, True)
    slow, fast = Order(*same, NumPyPlacing()), Order(*same, MachinePlacing())
    rooms = set()
    for epoch in (1, 2, 3):
        for expected, window in zip(slow.windows(epoch), fast.windows(epoch), strict=True):
            rooms.add(window.X.__array_interface__["data"][0])
            for name in ("X", "y", "weight"):
                values = getattr(window, name)[window.order]
                np.testing.assert_array_equal(values, getattr(expected, name))
    assert len(rooms) == MachinePlacing.ahead + 1


def test_the_next_epoch_is_put_in_order_while_this_one_ends(monkeypatch):
    monkeypatch.setattr(shuffling, "WINDOW_CELLS", 900)
    begun = {number: threading.Event() for number in (1, 2, 3)}
    place = MachinePlacing.place

    def told(self, blocks, coordinates, mean_weight, salt, out):
        begun[int(salt.split(":")[1])].set()
        return place(self, blocks, coordinates, mean_weight, salt, out)

    monkeypatch.setattr(MachinePlacing, "place", told)
    X, y = rows("squared", n=300)
    source = as_source(X, y)
    blocks = DesignBlocks(source, kd.scan(source).columns)
    same = (blocks, Coordinates(np.zeros(3), np.ones(3), True), 1.0, 5, True)
    threads = threading.active_count()
    epochs = Order(*same, MachinePlacing()).epochs([1, 2, 3])
    for number, windows in enumerate(epochs, start=1):
        (expected,) = Order(*same, NumPyPlacing()).windows(number)
        for window in windows:
            assert begun[number + 1].wait(timeout=30)
            np.testing.assert_array_equal(window.X[window.order], expected.X)
        if number == 2:
            break
    epochs.close()
    assert threading.active_count() == threads


def test_what_is_not_covered_runs_in_numpy_and_is_refused_when_asked_for():
    class Own:
        def value(self, y, score):
            return (y - score) ** 2

        def slope(self, y, score):
            return 2 * (score - y)

    X, y = rows("squared")
    own = {"loss": Own(), "learning_rate": 0.01}
    rule = {"rule": lambda theta, gradient: theta - 0.01 * gradient, "learning_rate": None}
    for options in (own, rule):
        run = kd.descend(X, y=y, batch_size=1, epochs=20, **options)
        assert run.settings["compiled"] is False
        with pytest.raises(OptionError) as refused:
            kd.descend(X, y=y, batch_size=8, compiled=True, **options)
        assert refused.value.code == "fitting.compiled-not-covered"


def test_it_is_chosen_where_there_are_many_steps_and_said(monkeypatch):
    X, y = rows("squared")
    same = {"batch_size": 1, "y": y, "learning_rate": 0.001}
    many, few = (kd.descend(X, epochs=epochs, **same) for epochs in (15, 2))
    assert many.settings["compiled"] is True
    assert any(n.code.startswith("descent.compiled") for n in many.notes)
    assert few.settings["compiled"] is False
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    without = kd.descend(X, epochs=15, **same)
    assert without.settings["compiled"] is False
    np.testing.assert_allclose(without.theta, many.theta, rtol=1e-12, atol=1e-12)
    with pytest.raises(OptionError) as refused:
        kd.descend(X, compiled=True, **same)
    assert refused.value.code == "fitting.compiled-missing"


def test_machine_code_is_compiled_where_no_folder_can_be_written():
    """In a process of its own, by the head of the file alone: all of it takes long to compile."""
    code = (
        "import importlib.util, pathlib, types\n"
        "from numba import types as t\n"
        "from numba.core.caching import CacheImpl, CompileResultCacheImpl\n"
        "CacheImpl._locator_classes = CompileResultCacheImpl._locator_classes = []\n"
        "path = importlib.util.find_spec('kedou.fitting.batches.kernels').origin\n"
        "text = pathlib.Path(path).read_text(encoding='utf-8').split('@compiled()')[0]\n"
        "k = types.ModuleType('k')\n"
        "exec(compile(text, path, 'exec'), k.__dict__)\n"
        "print(k.compiled(t.float64(t.float64))(lambda x: x + 1.0)(1.0))\n"
    )
    got = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert got.stdout.strip() == "2.0", got.stderr
