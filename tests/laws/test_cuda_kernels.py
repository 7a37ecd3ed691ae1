"""The CUDA kernels, compiled for the processor: the moments of the host, whatever the rows."""

import array_api_strict as xp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kedou as kd
from emulated_card import COMPILER, EmulatedCard
from kedou.moments import on_cuda
from kedou.moments.accumulate import accumulate, gathered
from kedou.moments.tile import Tile

pytestmark = pytest.mark.skipif(COMPILER is None, reason="needs a C++ compiler")


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    return EmulatedCard(tmp_path_factory.mktemp("kernels"))


def problem(rows, k, dtype=np.float64, weighted=False, seed=0):
    rng = np.random.default_rng(seed)
    X = (rng.normal(size=(rows, k)) * rng.uniform(0.1, 100, k) + 1000 * rng.normal(size=k)).astype(
        dtype
    )
    y = (X @ rng.normal(size=k) + rng.normal(size=rows)).astype(dtype)
    return X, y, rng.integers(0, 3, rows).astype(dtype) if weighted else None


def on_host(X, y, weight):
    wide = [None if one is None else np.asarray(one, dtype=np.float64) for one in (X, y, weight)]
    return accumulate(*wide, Tile(X.shape[1]))


def close(found, expected, rtol=1e-13):
    assert found[0] == expected[0]
    spread = np.sqrt(np.diag(expected[3]) / expected[0])
    off = np.abs((found[1] - expected[1]) + (found[2] - expected[2]))
    np.testing.assert_array_less(off, rtol * spread + 1e-300)
    size = np.sqrt(np.outer(np.diag(expected[3]), np.diag(expected[3])))
    np.testing.assert_array_less(np.abs(found[3] - expected[3]), rtol * size + 1e-300)


def folded(card, X, y, weight):
    with np.errstate(over="ignore", invalid="ignore"):  # as whoever folds blocks does
        found = on_cuda.fold(card, X, y, weight)
        assert found is not None
        return gathered(*found, X.shape[1] + 1)


@pytest.mark.parametrize(
    ("k", "dtype", "weighted"),
    [(1, "f8", True), (7, "f4", False), (10, "f8", False), (10, "f4", True), (14, "f4", False),
     (15, "f8", True), (16, "f8", False), (31, "f4", True), (33, "f8", True), (62, "f8", False)],
)  # fmt: skip
def test_few_columns(card, k, dtype, weighted):
    rows = problem(2500, k, dtype, weighted)
    close(folded(card, *rows), on_host(*rows))


@pytest.mark.parametrize(
    ("k", "dtype", "weighted"),
    [(63, "f8", False), (64, "f4", True), (126, "f8", True), (127, "f4", False)],
)
def test_many_columns(card, k, dtype, weighted):
    rows = problem(700, k, dtype, weighted)
    close(folded(card, *rows), on_host(*rows))


@pytest.mark.parametrize("rows", [1, 2, 7, 8, 31, 33, 127, 128, 129, 2048, 2049, 4097])
def test_any_number_of_rows(card, rows):
    given = problem(rows, 10)
    close(folded(card, *given), on_host(*given))


@pytest.mark.parametrize("rows", [1, 5, 8, 9, 65, 300])
def test_any_number_of_wide_rows(card, rows):
    given = problem(rows, 70)
    close(folded(card, *given), on_host(*given))


@pytest.mark.parametrize("k", [10, 70])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_float32_features_with_a_float64_target(card, k, weighted):
    X, y, weight = problem(900, k, np.float32, weighted)
    y = y.astype(np.float64) + 1e-9
    close(folded(card, X, y, weight), on_host(X, y, weight))


def test_whole_numbers_as_target_and_weight(card):
    X, _, weight = problem(900, 3, weighted=True)
    y = np.arange(900)
    close(folded(card, X, y, weight.astype(np.int8)), on_host(X, y, weight))


@pytest.mark.parametrize("k", [4, 66])
def test_columns_of_a_wider_array(card, k):
    wide, y, _ = problem(600, k + 5)
    X, y = wide[:, 2 : 2 + k], np.repeat(y, 2)[::2]
    assert X.strides[0] != k * 8
    assert y.strides[0] != 8
    close(folded(card, X, y, None), on_host(X, y, None))


def test_column_after_column_is_left_to_others(card):
    X, y, _ = problem(600, 4)
    assert on_cuda.fold(card, np.asfortranarray(X), y, None) is None
    assert on_cuda.fold(card, X.astype(np.int64), y, None) is None


@given(st.integers(0, 2**32 - 1))
def test_a_bad_guess_costs_one_bit_at_most(card, seed):
    """A pivot guessed from one row is far off; then the rows are read again."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(3000, 2)) * 10.0 ** rng.integers(-3, 4, 2) + 10.0 ** rng.integers(0, 8, 2)
    y = rng.exponential(size=3000) ** 3
    expected = on_host(X, y, None)
    found = on_cuda.Rows.of(card, X, y, None).about(1)
    sure = on_cuda.fold(card, X, y, None)
    assert on_cuda.near_enough(sure)
    off = (sure.sums**2 / sure.weights[:, None]).sum(axis=0)
    assert (off <= np.diag(sure.products) - off).all()
    close(gathered(*sure, 3), expected, rtol=1e-12)
    if on_cuda.near_enough(found):
        close(gathered(*found, 3), expected, rtol=1e-12)


def test_rows_are_read_again_where_the_guess_was_bad(card, monkeypatch):
    monkeypatch.setattr(on_cuda, "LOOKED_AT", 1)
    X, y, _ = problem(5000, 6)
    card.launched.clear()
    close(folded(card, X, y, None), on_host(X, y, None))
    assert [name for name, _ in card.launched] == ["pivots", "narrow", "totals"] * 2


@pytest.mark.parametrize("value", [0.0, 0.1, 1e150, -1e-300])
def test_a_constant_column_is_no_bad_guess(card, value):
    X, y, _ = problem(5000, 2)
    X[:, 1] = value
    card.launched.clear()
    found = folded(card, X, y, None)
    assert [name for name, _ in card.launched] == ["pivots", "narrow", "totals"]
    assert found[3][1, 1] <= 5000 * (abs(value) * 2e-16) ** 2


def test_digits_of_data_far_from_zero(card):
    X = np.arange(3000.0)[:, None] + 2.0**40
    y = 3.0 * np.arange(3000.0) + 2.0**45
    _, mean, low, scatter = folded(card, X, y, None)
    exact = 3000 * (3000**2 - 1) / 12  # the sum of squares about the mean of 0 .. 2999
    assert scatter.tolist() == [[exact, 3 * exact], [3 * exact, 9 * exact]]
    assert (mean - [2.0**40, 2.0**45] + low).tolist() == [1499.5, 4498.5]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("k", [3, 70])
def test_a_cell_that_is_not_finite_shows(card, k, value):
    for column in (0, k - 1):
        X, y, _ = problem(300, k)
        X[131, column] = value
        assert not np.isfinite(folded(card, X, y, None)[3]).all()
    X, y, _ = problem(300, k)
    y[299] = value
    assert not np.isfinite(folded(card, X, y, None)[3]).all()


def test_weights_of_nothing(card):
    X, y, _ = problem(2000, 3)
    assert folded(card, X, y, np.zeros(2000))[0] == 0.0
    weight = np.zeros(2000)
    weight[1999] = 2.0
    total, mean, _, scatter = folded(card, X, y, weight)
    assert total == 2.0
    np.testing.assert_allclose(mean, [*X[1999], y[1999]], rtol=1e-15)
    assert np.abs(scatter).max() < 1e-20


def test_the_same_bits_every_time(card):
    rows = problem(4000, 12)
    first, second = on_cuda.fold(card, *rows), on_cuda.fold(card, *rows)
    for left, right in zip(first, second, strict=True):
        assert left.tobytes() == right.tobytes()


@pytest.mark.parametrize("rows", [1, 2048, 100_000, 10_000_000, 2**31])
@pytest.mark.parametrize("k", [1, 10, 50, 300, 2000])
def test_stretches_cover_all_rows(card, rows, k):
    class Shape:
        shape = (rows, k)

    cut = on_cuda.Rows(card, Shape, None, None)
    assert (cut.stretches - 1) * cut.length < rows <= cut.stretches * cut.length
    assert cut.length % 128 == 0


class Foreign(EmulatedCard):
    def view(self, array):
        return array._array  # what a pretended device of array-api-strict holds


@pytest.fixture
def pretended(card, monkeypatch):
    monkeypatch.setattr(on_cuda, "card_of", lambda array: Foreign(card.folder))
    device = xp.Device("device1")
    return lambda values: xp.asarray(values, device=device)


def test_a_scan_by_the_kernels(pretended):
    X, y, weight = problem(9000, 3, weighted=True)
    X[7, 1], y[1234] = np.nan, np.inf
    there = [pretended(one) for one in (X, y, weight)]
    found = kd.scan(there[0], there[1], weight=there[2], folds=3, seed=1)
    here = kd.scan(X, y, weight=weight, folds=3, seed=1)
    assert found.skipped == here.skipped
    for a, b in zip((found, *found.folds), (here, *here.folds), strict=True):
        assert a.count == b.count
        np.testing.assert_allclose(a.scatter, b.scatter, rtol=1e-11)
        np.testing.assert_allclose(a.mean + a.mean_low, b.mean + b.mean_low, rtol=1e-14)
