"""What is told while rows are read, and that telling changes no bit of the result."""

import threading

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kedou as kd
from kedou.block import Block
from kedou.fitting.so_far import SoFar
from kedou.moments import Accumulator, Merger


@pytest.fixture
def path(tmp_path):
    random = np.random.default_rng(0)
    columns = {"x1": random.normal(size=6000), "x2": random.normal(size=6000) + 1e6}
    table = pa.table({**columns, "y": columns["x1"] - columns["x2"]})
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=500)
    return tmp_path / "rows.parquet"


def test_telling_and_observing_change_no_bit(path):
    plain = kd.scan(path, target="y", folds=3)
    for workers in (1, 3):
        heard, seen = [], []
        moments = kd.scan(
            path,
            target="y",
            folds=3,
            workers=workers,
            progress=heard.append,
            so_far=heard.append,
            observe=lambda block, folds: seen.append((len(block.y), np.bincount(folds))),  # noqa: B023
        )
        assert moments == plain
        assert sum(rows for rows, _ in seen) == 6000
        counts = sum((np.append(found, [0] * (3 - len(found))) for _, found in seen), np.zeros(3))
        assert counts.tolist() == [fold.count for fold in plain.folds]


@pytest.mark.parametrize("workers", [1, 3])
def test_moments_so_far_are_those_of_the_rows_so_far(monkeypatch, path, workers):
    monkeypatch.setattr("kedou.fitting.so_far.INTERVAL", 0.0)
    monkeypatch.setattr(SoFar.__init__, "__defaults__", (0.0, lambda: 0.0))
    monkeypatch.setattr("kedou.sources.parquet.BLOCK_ROWS", 250)
    heard, blocks, lock = [], [], threading.Lock()

    def observe(block, folds):
        with lock:
            blocks.append((block.X.copy(), block.y.copy()))

    kd.scan(path, target="y", so_far=heard.append, observe=observe, folds=2, workers=workers)
    counts = [moments.count for moments in heard]
    assert len(counts) > 5
    assert counts == sorted(counts)
    assert set(counts) <= {250 * n for n in range(25)}
    assert all(moments.folds == () for moments in heard)
    if workers == 1:
        for moments in heard:
            n = moments.count // 250
            X, y = (np.concatenate([block[i] for block in blocks[:n]]) for i in (0, 1))
            np.testing.assert_allclose(moments.scatter, kd.scan(X, y).scatter, rtol=1e-9)


def test_reports_are_rare_where_adding_up_takes_long():
    now, heard = [0.0], []

    def clock():
        now[0] += 0.01
        return now[0]

    so_far = SoFar(heard.append, 0.2, clock)
    accumulator, merger = Accumulator("y"), Merger()
    for number in range(400):
        block = Block(np.full((5, 1), float(number)), np.arange(5.0))
        merger.add(accumulator.moments(block))
        so_far.block(0, merger)
    seconds = now[0]
    assert 3 <= len(heard) <= seconds / 0.2
    assert heard[-1].count <= 2000


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("name", ["progress", "observe", "so_far"])
def test_an_exception_from_whoever_is_told_ends_the_scan_at_once(monkeypatch, path, name, workers):
    monkeypatch.setattr(SoFar.__init__, "__defaults__", (0.0, lambda: 0.0))
    calls = []

    def refuse(*told):
        calls.append(told)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kd.scan(path, target="y", workers=workers, **{name: refuse})
    assert len(calls) <= workers


def test_a_scan_of_a_text_file_tells_of_its_only_part(monkeypatch, tmp_path):
    monkeypatch.setattr(SoFar.__init__, "__defaults__", (0.0, lambda: 0.0))
    monkeypatch.setattr("kedou.sources.csv.CHUNK", 1000)
    path = tmp_path / "rows.csv"
    path.write_text("x,y\n" + "".join(f"{i},{i % 7}\n" for i in range(2000)))
    heard = []
    total = kd.scan(path, target="y", so_far=heard.append)
    assert len(heard) > 5
    assert 0 < heard[0].count < heard[-1].count <= total.count == 2000


@pytest.mark.parametrize("tolerance", [None, 1e-3])
@pytest.mark.parametrize("loss", ["huber", "absolute"])
def test_every_step_over_rows_is_told_in_the_users_units(loss, tolerance):
    heard = []
    settings = {"loss": loss, "steps": 40, "standardize": True, "tolerance": tolerance}
    run = kd.descend(kd.data.tadpoles(), progress=lambda *told: heard.append(told), **settings)
    assert [step for step, _, _ in heard] == run.steps.tolist()
    np.testing.assert_array_equal(np.array([theta for _, theta, _ in heard])[1:], run.theta[1:])
    np.testing.assert_allclose([loss for _, _, loss in heard], run.loss, rtol=1e-14)
    again = kd.descend(kd.data.tadpoles(), **settings)
    assert np.array_equal(again.theta, run.theta)
    assert np.array_equal(again.gap, run.gap)
    assert (run.gap >= 0).all()
    assert run.exact is not None
    np.testing.assert_allclose(run.loss, run.gap + run.exact.loss, rtol=1e-14)


def test_a_run_over_rows_ends_when_whoever_is_told_says_so():
    calls = []

    def refuse(step, theta, loss):
        calls.append(step)
        if step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kd.descend(kd.data.tadpoles(), loss="huber", steps=400, progress=refuse)
    assert calls == [0, 1, 2, 3]
