"""Exact sums in machine code are those in NumPy, bit for bit, whatever the rows hold."""

import importlib
import subprocess
import sys
import threading
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kedou as kd
from exact_ways import LOADED, in_machine_code, in_numpy
from kedou.block import Block, Column
from kedou.moments import ExactAccumulator
from kedou.moments.exact import accumulate, compiled
from kedou.moments.exact.compiled import Loading, Machine

seeds = st.integers(0, 2**32 - 1)


def normal(rng, rows, k):
    return rng.normal(size=(rows, k))


def whole(rng, rows, k):
    return rng.integers(-1000, 1000, (rows, k)).astype(float)


def indicators(rng, rows, k):
    return (rng.random((rows, k)) < 0.3).astype(float)


def decimals(rng, rows, k):
    return np.round(np.exp(rng.normal(size=(rows, k))), 2)


def decades(rng, rows, k):
    return np.exp(3.0 * rng.normal(size=(rows, k)))


def every_exponent(rng, rows, k):
    return rng.normal(size=(rows, k)) * 2.0 ** rng.integers(-1020, 505, (rows, k))


def columns_far_apart(rng, rows, k):
    return rng.normal(size=(rows, k)) * 2.0 ** rng.integers(-290, 290, k)


def columns_out_of_reach(rng, rows, k):
    X = rng.normal(size=(rows, k))
    X[:, 0] *= 2.0 ** int(rng.choice([-1000, -400, 400, 500]))
    return X


def subnormal_cells(rng, rows, k):
    X = rng.normal(size=(rows, k))
    small = rng.random(X.shape) < rng.choice([0.001, 0.2, 1.0])
    X[small] = rng.integers(-5, 6, np.count_nonzero(small)) * 5e-324
    return X


def stretches(rng, rows, k):
    """Sizes that change from one stretch of rows to the next, so that bins are left."""
    steps = np.cumsum(rng.integers(-60, 61, rows // 100 + 1)).clip(-250, 250)
    return rng.normal(size=(rows, k)) * 2.0 ** steps[np.arange(rows) // 100][:, None]


def outliers(rng, rows, k):
    X = rng.normal(size=(rows, k))
    X[rng.integers(rows), rng.integers(k)] *= 2.0 ** int(rng.integers(100, 500))
    return X


def powers_of_two(rng, rows, k):
    return np.ldexp(rng.choice([-1.0, 1.0], (rows, k)), rng.integers(-60, 60, (rows, k)))


def all_bits(rng, rows, k):
    """Numbers of 53 ones, where rounding to a grid goes up to the next power of two."""
    return np.ldexp(2.0**53 - 1.0, rng.integers(-160, -40, (rows, k)))


def zeros(rng, rows, k):
    X = rng.normal(size=(rows, k))
    X[:, rng.random(k) < 0.5] = -0.0
    X[rng.random(rows) < 0.5] = 0.0
    return X


DATA = [
    normal, whole, indicators, decimals, decades, every_exponent, columns_far_apart,
    columns_out_of_reach, subnormal_cells, stretches, outliers, powers_of_two, all_bits, zeros,
]  # fmt: skip
DEEP = {every_exponent, subnormal_cells, outliers, "any size", "subnormal"}
"""Of these NumPy needs dozens of slices: fewer rows of them."""
WEIGHTS = {
    "none": lambda rng, rows: None,
    "real": lambda rng, rows: rng.random(rows),
    "counts": lambda rng, rows: rng.integers(0, 5, rows).astype(float),
    "one": lambda rng, rows: np.full(rows, 1 / 3),
    "most zero": lambda rng, rows: rng.random(rows) * (rng.random(rows) < 0.1),
    "any size": lambda rng, rows: rng.random(rows) * 2.0 ** rng.integers(-1074, 1024, rows),
    "tiny": lambda rng, rows: rng.random(rows) * 2.0**-250,
    "huge": lambda rng, rows: rng.random(rows) * 2.0**250,
    "subnormal": lambda rng, rows: rng.integers(0, 5, rows) * 5e-324,
}


def block(X, y, weight=None, low=None):
    columns = tuple(Column(f"x{j}", f"x{j}") for j in range(X.shape[1]))
    return Block(X, y, weight=weight, columns=columns, X_low=low)


def sums(X, y, weight=None, low=None):
    return ExactAccumulator("y").moments(block(X, y, weight, low)).bins


def in_both(*rows):
    with in_numpy():
        slow = sums(*rows)
    with in_machine_code():
        fast = sums(*rows)
    return slow, fast


def some(make, seed, weights="none"):
    rng = np.random.default_rng(seed)
    other = DATA[int(rng.integers(len(DATA)))]
    deep = not DEEP.isdisjoint((make, other, weights))
    rows = int(rng.integers(1, 100 if deep else 2500))
    k = int(rng.integers(1, 41 if rng.random() < 0.2 and not deep else 5))
    X, y = make(rng, rows, k), other(rng, rows, 1)[:, 0]
    if rng.random() < 0.3:
        X = np.asfortranarray(X)
    elif rng.random() < 0.3:
        X = np.repeat(np.repeat(X, 2, axis=0), 3, axis=1)[::2, ::3]
    return rng, X, y


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("make", DATA)
@settings(max_examples=4)
@given(seed=seeds)
def test_the_sums_have_the_same_bits(make, weights, seed):
    rng, X, y = some(make, seed, weights)
    slow, fast = in_both(X, y, WEIGHTS[weights](rng, len(y)))
    assert slow == fast


@pytest.mark.parametrize("make", DATA)
@settings(max_examples=4)
@given(seed=seeds)
def test_rows_that_the_quick_way_leaves_have_the_same_bits(make, seed):
    _, X, y = some(make, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accumulate, "WIDEST", 0)
        slow, fast = in_both(X, y)
    assert slow == fast


@pytest.mark.parametrize("k", [accumulate.WIDEST - 2, accumulate.WIDEST - 1])
@pytest.mark.parametrize("make", [normal, whole, decades])
def test_wide_rows_have_the_same_bits(make, k):
    rng = np.random.default_rng(k)
    X, y = make(rng, 1500, k), rng.normal(size=1500)
    slow, fast = in_both(X, y)
    assert slow == fast


def test_so_many_columns_that_room_would_run_out_are_added_in_numpy(monkeypatch):
    rng = np.random.default_rng(10)
    X, y = rng.normal(size=(50, 3)), rng.normal(size=50)
    monkeypatch.setattr(accumulate, "MOST_COLUMNS", 4)
    monkeypatch.setattr(Machine, "sums", None)
    slow, fast = in_both(X, y)
    assert slow == fast


@pytest.mark.parametrize("make", DATA)
@settings(max_examples=4)
@given(seed=seeds)
def test_the_sums_of_double_double_columns_have_the_same_bits(make, seed):
    rng, X, y = some(make, seed)
    low = X * rng.uniform(-1, 1, X.shape) * 2.0 ** -int(rng.choice([20, 54, 60, 200]))
    slow, fast = in_both(X, y, None, low)
    assert slow == fast
    slow, fast = in_both(X, y, rng.random(len(y)), low)
    assert slow == fast


@pytest.mark.parametrize("make", DATA)
@settings(max_examples=3)
@given(seed=seeds)
def test_they_are_the_sums(make, seed):
    rng = np.random.default_rng(seed)
    X, y = make(rng, 40, 2), make(rng, 40, 1)[:, 0]
    weight = rng.random(40) * 2.0 ** rng.integers(-300, 300, 40)
    with in_machine_code():
        N, exponent = sums(X, y, weight).whole()
    Z = [[Fraction(v) for v in row] for row in np.column_stack([X, y, np.ones(40)]).tolist()]
    for a in range(4):
        for b in range(4):
            wanted = sum(
                (Fraction(w) * z[a] * z[b] for w, z in zip(weight.tolist(), Z, strict=True)),
                Fraction(0),
            )
            assert int(N[a, b]) * Fraction(2) ** exponent == wanted


@pytest.mark.parametrize("rows", [0, 1, 31, 32, 33, 1023, 1024, 1025, 2048, 5000])
@pytest.mark.parametrize("k", [0, 1, 10, 60])
def test_any_number_of_rows_and_columns(rows, k):
    rng = np.random.default_rng(rows + k)
    X, y = rng.normal(size=(rows, k)), rng.normal(size=rows)
    for weight in (None, rng.random(rows)):
        slow, fast = in_both(X, y, weight)
        assert slow == fast


@settings(max_examples=40)
@given(seed=seeds)
def test_cut_anywhere_and_added_in_any_order_by_either_way(seed):
    rng, X, y = some(DATA[seed % len(DATA)], seed)
    weight = WEIGHTS["real"](rng, len(y)) if rng.random() < 0.5 else None
    with in_numpy():
        whole_sums = sums(X, y, weight)
    order = rng.permutation(len(y))
    cuts = np.sort(rng.integers(0, len(y) + 1, int(rng.integers(0, 6))))
    parts = []
    for part in np.split(order, cuts):
        with in_numpy() if rng.random() < 0.5 else in_machine_code():
            parts.append(sums(X[part], y[part], None if weight is None else weight[part]))
    while len(parts) > 1:
        a = parts.pop(int(rng.integers(len(parts))))
        parts.append(a + parts.pop(int(rng.integers(len(parts)))))
    assert parts[0] == whole_sums


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("make", [normal, whole, decimals, decades, columns_far_apart])
def test_few_rows_are_handed_back(make, weighted):
    rng = np.random.default_rng(4)
    X, y = make(rng, 20_000, 6), rng.normal(size=20_000)
    weight = rng.random(20_000) if weighted else None
    LOADED.load()
    _, left = Machine(LOADED.kernels(0), 8).sums(X, y, weight, None)
    assert len(left) <= 20


def test_rows_that_fit_no_slices_are_handed_back_and_no_others():
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(3000, 4)), rng.normal(size=3000)
    deep = [7, 1500, 2999]
    X[deep, [0, 3, 1]] = 5e-324
    LOADED.load()
    bins, left = Machine(LOADED.kernels(0), 6).sums(X, y, None, None)
    assert left.tolist() == deep
    with in_numpy():
        assert bins == sums(np.delete(X, deep, axis=0), np.delete(y, deep))


@pytest.mark.parametrize("at", [(0, 0), (1500, 1), (2999, 2)])
@pytest.mark.parametrize("value", [2.0**511, -1e200, 1.7e308])
@pytest.mark.parametrize("weighted", [False, True])
def test_values_too_large_are_refused_in_the_same_words(at, value, weighted):
    rng = np.random.default_rng(6)
    Z = rng.normal(size=(3000, 3))
    Z[at] = value
    Z[2000, 0] *= 2.0**505  # large, but not too large
    weight = rng.random(3000) if weighted else None
    said = []
    for way in (in_numpy, in_machine_code):
        with way(), pytest.raises(kd.errors.DataError) as refused:
            sums(Z[:, :2], Z[:, 2], weight)
        said.append((refused.value.code, refused.value.values))
    assert said[0] == said[1]
    assert said[0][1]["value"] == abs(value)


@pytest.mark.parametrize("way", [in_numpy, in_machine_code])
@pytest.mark.parametrize("distinct", [2, 3000])
def test_a_row_of_weight_zero_may_hold_anything(way, distinct):
    rng = np.random.default_rng(7)
    X, y = rng.normal(size=(3000, 2)), rng.normal(size=3000)
    weight = np.ones(3000) if distinct == 2 else rng.random(3000)
    X[5, 1], weight[5] = 1e200, 0.0
    rest = np.arange(3000) != 5
    with way():
        assert sums(X, y, weight) == sums(X[rest], y[rest], weight[rest])


def test_rows_that_are_not_finite_are_skipped_alike():
    rng = np.random.default_rng(8)
    X, y = rng.normal(size=(5000, 3)), rng.normal(size=5000)
    X[rng.random(X.shape) < 0.01] = np.nan
    y[17] = np.inf
    found = []
    for way in (in_numpy, in_machine_code):
        with way():
            found.append(kd.scan(X, y, precision="exact"))
    assert found[0] == found[1]
    assert found[0].count == np.isfinite(np.column_stack([X, y])).all(axis=1).sum()


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_scan_has_the_same_moments(dtype, workers):
    rng = np.random.default_rng(9)
    X, y = (100 * rng.normal(size=(300_000, 3))).astype(dtype), rng.normal(size=300_000)
    with in_numpy():
        slow = kd.scan(X, y, precision="exact", folds=3)
    with in_machine_code():
        fast = kd.scan(X, y, precision="exact", folds=3, workers=workers)
    assert fast == slow


@pytest.mark.parametrize("stored", [True, False])
def test_machine_code_is_loaded_once_enough_was_added(stored, monkeypatch):
    loads = []
    monkeypatch.setattr(compiled, "_loaded", lambda: loads.append(1) or compiled)
    monkeypatch.setattr(compiled, "stored", lambda: stored)
    loading = Loading()
    enough = compiled.WORTH_LOADING if stored else compiled.WORTH_COMPILING
    assert loading.kernels(enough - 2) is None
    assert loading.kernels(1) is None
    assert not loads
    assert loading.kernels(1) is compiled
    assert loading.kernels(1) is compiled
    assert len(loads) == 1


@pytest.mark.parametrize("place", ["beside", "folder of its own", "of the user"])
def test_stored_machine_code_is_found(place, tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    if place == "folder of its own":
        monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "given"))
    folder = tmp_path / "exact"
    kept = {
        "beside": folder / "__pycache__",
        "folder of its own": tmp_path / "given" / "exact_0123",
        "of the user": tmp_path / "user" / "numba" / "exact_0123",
    }[place]
    kept.mkdir(parents=True)
    (kept / "kernels.add-12.py27.nbi").touch()
    assert not compiled.stored(folder)
    (kept / f"kernels.add-12.py{sys.version_info.major}{sys.version_info.minor}.nbi").touch()
    assert compiled.stored(folder)


def test_what_numba_keeps_is_found():
    LOADED.load()
    assert compiled.stored()


def test_others_go_on_in_numpy_while_one_loads(monkeypatch):
    begun, end = threading.Event(), threading.Event()

    def slowly():
        begun.set()
        end.wait()
        return compiled

    monkeypatch.setattr(compiled, "_loaded", slowly)
    loading = Loading()
    thread = threading.Thread(target=loading.load)
    thread.start()
    begun.wait()
    assert loading.kernels(2 * compiled.WORTH_COMPILING) is None
    end.set()
    thread.join()
    assert loading.kernels(0) is compiled


@pytest.mark.parametrize("trouble", ["missing", "broken", "no fma"])
def test_without_machine_code_numpy_adds(trouble, monkeypatch):
    if trouble == "missing":
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    elif trouble == "broken":

        def fails(name):
            raise ImportError("Numba needs another NumPy")

        monkeypatch.setattr(importlib, "import_module", fails)
    else:
        monkeypatch.setattr(compiled, "_multiplies_and_adds", lambda: False)
    loading = Loading()
    assert not loading.load()
    assert loading.kernels(2 * compiled.WORTH_COMPILING) is None


def test_small_scans_do_not_import_numba():
    code = (
        "import sys, numpy, kedou as kd\n"
        "X = numpy.arange(2000.0).reshape(1000, 2) ** 0.5\n"
        "kd.scan(X, X[:, 0] + 1, precision='exact')\n"
        "print('numba' in sys.modules)\n"
    )
    got = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert got.stdout.strip() == "False", got.stderr
