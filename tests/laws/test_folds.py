"""Folds: a row's fold is a matter of its file and number, a group's of its value alone."""

import numpy as np

import kedou as kd
from kedou.block import Block
from kedou.fitting.folds import fold_of_rows


def block(first_row=0, rows=1000, origin="a.csv", key=None):
    return Block(np.zeros((rows, 1)), np.zeros(rows), origin=origin, first_row=first_row, key=key)


def test_folds_do_not_depend_on_blocks_or_folders():
    whole = fold_of_rows(block(), 5, 0)
    parts = [fold_of_rows(block(0, 300), 5, 0), fold_of_rows(block(300, 700), 5, 0)]
    assert np.array_equal(whole, np.concatenate(parts))
    assert np.array_equal(whole, fold_of_rows(block(origin="elsewhere/a.csv"), 5, 0))
    assert not np.array_equal(whole, fold_of_rows(block(origin="b.csv"), 5, 0))
    assert not np.array_equal(whole, fold_of_rows(block(), 5, 1))


def test_folds_are_about_equal_and_follow_no_order():
    folds = fold_of_rows(block(rows=100_000), 5, 0)
    counts = np.bincount(folds, minlength=5)
    assert abs(counts - 20_000).max() < 600  # five standard deviations
    assert abs(np.corrcoef(folds, np.arange(100_000))[0, 1]) < 0.02


def test_a_group_is_never_split_and_counts_by_its_whole_value():
    days = np.array([f"{year}/3/1" for year in range(1900, 2000)] * 3, dtype=object)
    folds = fold_of_rows(block(rows=300, key=days), 5, 0)
    assert np.array_equal(folds[:100], folds[100:200])
    assert len(set(folds[:100].tolist())) == 5


def test_folds_add_up_to_the_whole():
    random = np.random.default_rng(0)
    X, y = random.normal(size=(500, 2)), random.normal(size=500)
    moments = kd.scan(X, y, folds=4)
    assert sum(fold.count for fold in moments.folds) == 500
    rest = moments.without(2) + moments.folds[2]
    np.testing.assert_allclose(rest.scatter, moments.scatter, rtol=1e-12)
    np.testing.assert_allclose(moments.scatter, kd.scan(X, y).scatter, rtol=1e-11, atol=1e-9)
