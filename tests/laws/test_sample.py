"""A sample is a matter of file, row number and seed: not of blocks, workers or order."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kedou as kd
from kedou.block import Block
from kedou.fitting.absolute import AbsoluteErrors
from kedou.fitting.hold_out import hold_out
from kedou.fitting.leave_one_out import leave_one_out
from kedou.fitting.sample import Sampler
from kedou.fitting.split import split_last


def sampled(source, rows=50, seed=0, workers=None, folds=0, **options):
    sampler = Sampler(rows, seed)
    moments = kd.scan(source, observe=sampler, workers=workers, folds=folds, **options)
    return sampler.sample(moments.columns)


def identities(sample):
    return list(zip(sample.files, sample.rows.tolist(), strict=True))


@pytest.fixture
def files(tmp_path):
    """Three files of rows that tell who they are: x = 1000 * file + row."""
    names = []
    for number in range(3):
        folder = tmp_path / f"part={number}"
        folder.mkdir()
        rows = np.arange(400.0)
        table = pa.table({"x": 1000.0 * number + rows, "c": ["ab"[number % 2]] * 400, "y": -rows})
        pq.write_table(table, folder / "rows.parquet", row_group_size=130)
        names.append(str(folder / "rows.parquet"))
    return names


def test_it_depends_neither_on_workers_nor_on_the_files_order(files):
    first = sampled(files, target="y", features="x")
    for again in (files[::-1], files[1:] + files[:1]):
        for workers in (1, 2, 5):
            other = sampled(again, workers=workers, target="y", features="x")
            assert identities(other) == identities(first)
            assert np.array_equal(other.X, first.X)
    assert identities(sampled(files, seed=1, target="y", features="x")) != identities(first)


def test_rows_are_those_that_their_numbers_say(files):
    sample = sampled(files, target="y", features="x", categorical="c")
    number = np.array([int(file.split("part=")[1][0]) for file in sample.files])
    assert np.array_equal(sample.X[:, 0], 1000.0 * number + sample.rows)
    assert np.array_equal(sample.y, -sample.rows.astype(float))
    names = [column.name for column in sample.columns]
    for level, wanted in (("a", 0), ("b", 1)):
        assert np.array_equal(sample.X[:, names.index(f"c={level}")], number % 2 == wanted)


def test_files_of_one_name_are_several(files):
    sample = sampled(files, rows=600, target="y", features="x")
    rows = {n: {r for f, r in identities(sample) if f"part={n}" in f} for n in range(3)}
    assert all(abs(len(found) - 200) < 60 for found in rows.values())
    assert len(rows[0] & rows[1]) < 0.8 * len(rows[0])


@given(st.lists(st.integers(0, 70), max_size=12), st.integers(1, 40), st.randoms())
def test_it_does_not_depend_on_blocks(sizes, most, random):
    first, blocks = 0, []
    for size in sizes:
        y = np.arange(first, first + size, dtype=float)
        blocks.append(Block(X=y[:, None], y=y, origin="a.csv", first_row=first))
        first += size
    random.shuffle(blocks)
    whole, parts = Sampler(most), Sampler(most)
    y = np.arange(first, dtype=float)
    whole(Block(X=y[:, None], y=y, origin="a.csv"))
    for block in blocks:
        parts(block)
    assert parts.sample(()).rows.tolist() == whole.sample(()).rows.tolist()
    assert len(whole.sample(())) == min(most, first)
    smaller = Sampler(max(most // 2, 1))
    for block in blocks:
        smaller(block)
    rows = smaller.sample(()).rows.tolist()
    assert rows == whole.sample(()).rows.tolist()[: len(rows)]


def test_every_row_is_as_likely_as_any_other():
    y = np.arange(100_000.0)
    block = Block(X=y[:, None], y=y, origin="a.csv")
    sampler = Sampler(10_000)
    sampler(block)
    rows = sampler.sample(()).rows
    assert len(set(rows.tolist())) == 10_000
    tenths = np.bincount(rows // 10_000, minlength=10)
    assert abs(tenths - 1000).max() < 5 * np.sqrt(1000 * 0.9)


def test_it_has_nothing_to_do_with_the_folds():
    X = np.random.default_rng(0).normal(size=(20_000, 1))
    sample = sampled(kd.open(X, X[:, 0]), rows=2000, folds=5)
    counts = np.bincount(sample.folds, minlength=5)
    assert abs(counts - 400).max() < 5 * np.sqrt(400 * 0.8)


def test_many_columns_leave_room_for_fewer_rows():
    X = np.random.default_rng(0).normal(size=(300, 20))
    wide, narrow = Sampler(100, cells=1000), Sampler(100)
    for sampler in (wide, narrow):
        kd.scan(X, X[:, 0], observe=sampler)
    columns = kd.scan(X, X[:, 0]).columns
    few, many = wide.sample(columns), narrow.sample(columns)
    assert (len(few), len(many)) == (50, 100)
    assert few.rows.tolist() == many.rows.tolist()[:50]


def test_skipped_rows_are_not_in_it_and_weights_come_along():
    X, y = np.arange(40.0), np.arange(40.0)
    X[::2] = np.nan
    sample = sampled(kd.open(X, y, weight=y + 1.0), rows=100)
    assert sorted(sample.rows.tolist()) == list(range(1, 40, 2))
    assert np.array_equal(sample.weight, sample.rows + 1.0)
    assert np.array_equal(sample.X[:, 0], sample.rows.astype(float))


def refitted(X, y, w, fold, kind="all"):
    """Mean absolute error of least squares on the other folds, and of always the mean."""
    errors, baseline, of_folds, total = 0.0, 0.0, [], 0.0
    for number in np.unique(fold) if kind == "all" else [fold.max()]:
        inside, rest = fold == number, fold != number
        A = np.column_stack([X, np.ones(len(y))])
        root = np.sqrt(w[rest])[:, None]
        theta = np.linalg.lstsq(A[rest] * root, y[rest] * root[:, 0], rcond=None)[0]
        here = float(w[inside] @ np.abs(y[inside] - A[inside] @ theta))
        errors, total = errors + here, total + w[inside].sum()
        of_folds.append(here / w[inside].sum())
        baseline += float(w[inside] @ np.abs(y[inside] - np.average(y[rest], weights=w[rest])))
    return errors / total, baseline / total, of_folds


@pytest.mark.parametrize("weighted", [False, True])
def test_the_mean_absolute_error_is_that_of_refitting_on_rows(weighted):
    generator = np.random.default_rng(1)
    X = generator.normal(size=(90, 3)) + np.array([0.0, 5.0, -3.0])
    y = X @ [1.0, -2.0, 0.5] + generator.normal(size=90)
    w = generator.integers(1, 4, 90).astype(float) if weighted else np.ones(90)
    source = kd.open(X, y, weight=w if weighted else None)
    sampler = Sampler()
    moments = kd.scan(source, folds=4, observe=sampler)
    sample = sampler.sample(moments.columns)
    held = hold_out(moments, steps=10**7, sample=sample)
    fold = np.zeros(90, dtype=int)
    fold[sample.rows] = sample.folds
    mae, baseline, of_folds = refitted(X, y, w, fold)
    assert held.absolute is not None
    assert held.absolute.mae == pytest.approx(mae, rel=1e-9)
    assert held.absolute.baseline == pytest.approx(baseline, rel=1e-9)
    assert held.absolute.spread == pytest.approx(np.std(of_folds, ddof=1), rel=1e-9)
    assert held.absolute.rows == 90
    assert hold_out(moments, steps=10**7).absolute is None
    assert hold_out(moments, learning_rate=1e6, sample=sample).absolute == AbsoluteErrors(
        None, None, pytest.approx(baseline), 90
    )


def test_leaving_out_one_row_at_a_time_and_the_last_part_know_the_folds_of_a_sample(tmp_path):
    generator = np.random.default_rng(2)
    X, noise = generator.normal(size=60), generator.normal(size=60)
    y = 2 * X + noise
    path = tmp_path / "rows.csv"
    lines = [f"{i},{x!r},{t!r}" for i, x, t in zip(range(60), X.tolist(), y.tolist(), strict=True)]
    path.write_text("\n".join(["when,x,y", *lines]) + "\n")
    sampler = Sampler()
    moments = leave_one_out(kd.open(path, target="y", features="x"), observe=sampler)
    held = hold_out(moments, steps=10**7, sample=sampler.sample(moments.columns))
    mae, _, _ = refitted(X[:, None], y, np.ones(60), np.arange(60))
    assert held.absolute is not None
    assert held.absolute.mae == pytest.approx(mae, rel=1e-9)
    assert held.absolute.spread is None
    sampler = Sampler()
    source = kd.open(path, target="y", features="x", key="when")
    moments, _ = split_last(source, observe=sampler)
    held = hold_out(moments, "split", steps=10**7, sample=sampler.sample(moments.columns))
    mae, _, _ = refitted(X[:, None], y, np.ones(60), (np.arange(60) >= 48).astype(int), "last")
    assert held.absolute is not None
    assert held.absolute.mae == pytest.approx(mae, rel=1e-9)
    assert held.absolute.rows == 12
