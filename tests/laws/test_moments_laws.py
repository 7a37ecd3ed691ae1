"""What must hold for moments of any rows: merging, weights, algebra on columns, bits."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kedou as kd
from kedou.block import Block
from kedou.errors import MomentsMismatchError, OptionError
from kedou.fitting.folds import fold_of_rows
from kedou.moments.merging import empty
from oracle import exact_least_squares, fewest_digits, whole

seeds = st.integers(0, 2**32 - 1)
EPS = np.finfo(np.float64).eps


def table(seed, rows=None, k=None):
    """Draw rows in odd units, far from zero, some with one row unlike the rest."""
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 60)) if rows is None else rows
    k = int(rng.integers(0, 5)) if k is None else k
    Z = rng.normal(size=(rows, k + 1)) + rng.choice([0.0, 1.0, 1e4, 1e8], k + 1)
    if rng.random() < 0.5:
        Z[0] = 0.0
    Z = Z * 10.0 ** rng.uniform(-6, 6, k + 1)
    weight = rng.integers(0, 4, rows).astype(float) if rng.random() < 0.5 else None
    if weight is not None:
        weight[-1] = 1.0
    return Z[:, :k], Z[:, k], weight


def scan(X, y, weight=None, **options):
    names = [f"x{j + 1}" for j in range(X.shape[1])]
    return kd.scan(X, y, weight=weight, features=names, workers=1, **options)


def part(rows, X, y, weight):
    return scan(X[rows], y[rows], None if weight is None else weight[rows])


def assert_close(a, b, units=64):
    """Means within a few units of the last place of the spread, not of the value."""
    assert a.columns == b.columns
    assert a.target_name == b.target_name
    spread = np.sqrt(np.maximum(np.diag(a.scatter), np.diag(b.scatter)))
    tiny = EPS * EPS * np.abs(a.mean) * np.sqrt(a.weight_sum)
    unit = units * (EPS * spread + tiny)
    assert abs(a.weight_sum - b.weight_sum) <= units * EPS * a.weight_sum
    apart = np.abs((a.mean - b.mean) + (a.mean_low - b.mean_low))
    assert (apart <= unit / np.sqrt(a.weight_sum)).all()
    allowed = unit[:, None] * spread + spread[:, None] * unit + unit[:, None] * unit
    assert (np.abs(a.scatter - b.scatter) <= allowed).all()


def exact_scatter(X, y, weight):
    """Centred cross-products of [X y] in rational arithmetic."""
    columns = [whole(column.tolist()) for column in np.column_stack([X, y]).T]
    w, w_unit = whole(np.ones(len(y)).tolist() if weight is None else weight.tolist())
    total = sum(w)
    centred = []
    for values, unit in columns:
        mean = sum(a * b for a, b in zip(w, values, strict=True))
        centred.append(([total * value - mean for value in values], unit))
    return np.array(
        [
            [
                float(
                    w_unit * u * v * sum(c * p * q for c, p, q in zip(w, a, b, strict=True))
                    / total**2
                )
                for b, v in centred
            ]
            for a, u in centred
        ]
    )  # fmt: skip


@given(seeds)
def test_the_scatter_is_right(seed):
    X, y, weight = table(seed)
    exact = exact_scatter(X, y, weight)
    found = scan(X, y, weight).scatter
    spread = np.sqrt(np.diag(exact))
    assert (np.abs(found - exact) <= 32 * EPS * spread[:, None] * spread).all()


@pytest.mark.parametrize("columns_first", [False, True])
@pytest.mark.parametrize("rows", [1023, 5000, 70_000, 200_000])
def test_long_tables_that_drift_keep_their_scatter(rows, columns_first):
    """Tiles lie apart, and so do blocks: most of the scatter is between them."""
    rng = np.random.default_rng(rows)
    X = rng.integers(-8, 8, (rows, 2)) + np.arange(rows)[:, None] // 256
    y = rng.integers(-8, 8, rows) - np.arange(rows) // 512
    weight = rng.integers(1, 3, rows)
    Z = np.column_stack([X, y]).astype(np.int64)
    total, sums = int(weight.sum()), Z.T @ weight
    products = (Z * weight[:, None]).T @ Z
    exact = np.array(
        [
            [products[i, j] * total - int(sums[i]) * int(sums[j]) for j in range(3)]
            for i in range(3)
        ],
        dtype=object,
    )
    expected = np.array([[float(Fraction(int(v), total)) for v in row] for row in exact])
    table_rows = X.astype(float, order="F" if columns_first else "C")
    found = scan(table_rows, y.astype(float), weight.astype(float))
    np.testing.assert_allclose(found.scatter, expected, rtol=1e-13)
    np.testing.assert_allclose(found.mean, sums / total, rtol=1e-15)


@given(seeds, st.data())
def test_split_and_merge_is_the_whole(seed, data):
    X, y, weight = table(seed)
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(y) - 1)), max_size=8)))
    parts = [part(rows, X, y, weight) for rows in np.split(np.arange(len(y)), cuts) if len(rows)]
    whole_table = scan(X, y, weight)
    merged = parts[0]
    for other in parts[1:]:
        merged = merged + other
    assert merged.count == whole_table.count == len(y)
    assert merged.rows_read == whole_table.rows_read
    assert_close(merged, whole_table)
    backwards = parts[-1]
    for other in parts[-2::-1]:
        backwards = backwards + other
    assert_close(backwards, whole_table)


@given(seeds)
def test_the_order_of_rows_does_not_matter(seed):
    X, y, weight = table(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    assert_close(part(order, X, y, weight), scan(X, y, weight))


@given(seeds)
def test_merging_commutes_and_associates(seed):
    X, y, weight = table(seed, rows=30)
    a, b, c = (part(rows, X, y, weight) for rows in np.split(np.arange(30), [3, 17]))
    if min(a.weight_sum, b.weight_sum, c.weight_sum) == 0:
        return
    assert_close(a + b, b + a)
    assert_close((a + b) + c, a + (b + c))


@given(seeds)
def test_no_rows_are_the_neutral_element(seed):
    moments = scan(*table(seed))
    assert moments + empty(moments) == moments
    assert empty(moments) + moments == moments


@given(seeds)
def test_weight_two_is_the_row_twice(seed):
    X, y, _ = table(seed)
    weight = np.random.default_rng(seed).integers(0, 4, len(y)).astype(float)
    weight[0] = 2.0
    twice = np.repeat(np.arange(len(y)), weight.astype(int))
    weighted, repeated = scan(X, y, weight), scan(X[twice], y[twice])
    assert weighted.weight_sum == repeated.weight_sum
    assert_close(weighted, repeated)


@given(seeds)
def test_one_weight_for_all_changes_the_weight_sum_only(seed):
    X, y, _ = table(seed)
    plain, weighted = scan(X, y), scan(X, y, np.full(len(y), 0.25))
    assert weighted.weight_sum == 0.25 * len(y)
    assert_close(plain, kd.Moments(**{
        **{name: getattr(weighted, name) for name in ("columns", "target_name", "count", "mean")},
        "weight_sum": float(len(y)), "mean_low": weighted.mean_low, "scatter": 4 * weighted.scatter,
    }))  # fmt: skip


@given(seeds)
def test_rows_of_weight_zero_leave_no_trace(seed):
    X, y, _ = table(seed)
    rng = np.random.default_rng(seed)
    far = 1e150 * rng.normal(size=(3, X.shape[1] + 1))
    places = rng.integers(0, len(y) + 1, 3)
    wide = np.insert(np.column_stack([X, y]), places, far, axis=0)
    weight = np.insert(np.ones(len(y)), places, 0.0)
    with_zeros = scan(wide[:, :-1], wide[:, -1], weight)
    assert with_zeros.count == len(y) + 3
    assert with_zeros.weight_sum == len(y)
    assert_close(with_zeros, scan(X, y))


@given(seeds)
def test_algebra_on_columns_is_algebra_on_rows(seed):
    X, y, weight = table(seed, k=4)
    moments = scan(X, y, weight)
    back = [2, 0]
    narrow = kd.scan(X[:, back], y, weight=weight, features=["x3", "x1"], workers=1)
    assert_close(moments.select(["x3", "x1"]), narrow)
    assert moments.drop(["x2", "x4"]).select(["x3", "x1"]) == moments.select(["x3", "x1"])
    turned = moments.with_target("x2")
    assert turned.feature_names == ("x1", "x3", "x4", "y")
    swapped = scan(np.column_stack([X[:, [0, 2, 3]], y]), X[:, 1], weight)
    spread = np.sqrt(np.diag(swapped.scatter))
    # A mean near 0 of rows that are not is as good as the rows are large.
    size = np.abs(swapped.mean) + spread / np.sqrt(swapped.weight_sum)
    assert (np.abs(turned.mean - swapped.mean) <= 4 * EPS * size).all()
    assert (np.abs(turned.scatter - swapped.scatter) <= 64 * EPS * spread[:, None] * spread).all()
    assert turned.with_target("y").select(list(moments.feature_names)) == moments


@given(seeds, st.integers(-30, 30), st.integers(-30, 30))
def test_scaling_by_powers_of_two_has_the_bits_of_scaled_rows(seed, a, b):
    X, y, weight = table(seed, k=3)
    by = np.array([2.0**a, 1.0, -(2.0**b)])
    scaled = scan(X, y, weight).scale({"x1": by[0], "x3": by[2], "y": 4.0})
    rows = scan(X * by, 4 * y, weight)
    for name in ("mean", "mean_low", "scatter"):
        np.testing.assert_array_equal(getattr(scaled, name), getattr(rows, name), err_msg=name)


@given(seeds, st.floats(1e-6, 1e6))
def test_scaling_by_anything_is_close_to_scaled_rows(seed, factor):
    X, y, weight = table(seed, k=2)
    moments, rows = scan(X, y, weight).scale({"x2": factor}), scan(X * [1.0, factor], y, weight)
    # Scaling rows rounds every one of them, relative to its size, not to the spread.
    size = np.abs(np.column_stack([X * [1.0, factor], y])).max(axis=0)
    assert (np.abs(moments.mean - rows.mean) <= 4 * EPS * size).all()
    size = size * np.sqrt(rows.weight_sum)
    assert (np.abs(moments.scatter - rows.scatter) <= 64 * EPS * size[:, None] * size).all()


@given(seeds, st.integers(-(2**20), 2**20))
def test_shifting_is_shifting_rows(seed, offset):
    rng = np.random.default_rng(seed)
    X = rng.integers(-1000, 1000, (20, 2)) / 8.0
    y = rng.integers(-1000, 1000, 20) / 8.0
    moments = scan(X, y).shift({"x2": float(offset), "y": -0.5})
    assert_close(moments, scan(X + np.array([0.0, offset]), y - 0.5))
    assert moments.shift({"x2": float(-offset), "y": 0.5}) == scan(X, y)


@given(seeds)
def test_a_shift_keeps_the_mean_in_twice_the_precision(seed):
    X, y, _ = table(seed, k=1)
    moments = scan(X, y)
    there_and_back = moments.shift({"x1": 1e8}).shift({"x1": -1e8})
    change = (there_and_back.mean - moments.mean) + (there_and_back.mean_low - moments.mean_low)
    assert np.abs(change).max() <= 4 * EPS * EPS * (1e8 + np.abs(moments.mean[0]))


def test_algebra_refuses_in_words():
    moments = scan(np.ones((3, 2)), np.arange(3.0))
    for attempt in (
        lambda: moments.select(["x9"]),
        lambda: moments.select(["x1", "x1"]),
        lambda: moments.drop("nothing"),
        lambda: moments.with_target("z"),
        lambda: moments.scale({"x1": np.inf}),
        lambda: moments.shift({"x1": np.nan}),
        lambda: moments.scale({"z": 1.0}),
    ):
        with pytest.raises(OptionError) as refusal:
            attempt()
        assert len(str(refusal.value)) > 20


# Bits.


@pytest.fixture(scope="module")
def long_arrays():
    rng = np.random.default_rng(11)
    X = rng.normal(size=(2_400_000, 2)) + np.array([0.0, 1e6])
    return X, X @ [1.0, 2.0] + rng.normal(size=len(X))


def test_any_number_of_workers_has_the_same_bits(long_arrays):
    one = kd.scan(*long_arrays, workers=1, folds=3)
    for workers in range(2, 9):
        assert kd.scan(*long_arrays, workers=workers, folds=3) == one


def test_memory_order_changes_nothing_but_rounding(long_arrays):
    X, y = long_arrays[0][:50_000], long_arrays[1][:50_000]
    assert_close(scan(X, y), scan(np.asfortranarray(X), y), units=512)


def test_a_file_read_twice_has_the_same_bits(tmp_path):
    rng = np.random.default_rng(5)
    path = tmp_path / "rows.csv"
    rows = rng.normal(size=(3000, 3))
    np.savetxt(path, rows, delimiter=",", header="a,b,c", comments="", fmt="%.17g")
    first = kd.scan(path, target="c", folds=4)
    assert kd.scan(path, target="c", folds=4) == first
    assert kd.scan(path, target="c", folds=4, workers=1) == first
    memory = kd.scan(rows[:, :2], rows[:, 2], features=["a", "b"])
    np.testing.assert_array_equal(first.mean.round(15), memory.mean.round(15))


# Folds.


@given(seeds)
def test_folds_add_up_to_the_whole(seed):
    X, y, weight = table(seed, rows=80)
    moments = scan(X, y, weight, folds=4, seed=seed)
    plain = scan(X, y, weight)
    assert sum(fold.count for fold in moments.folds) == moments.count == 80
    assert_close(moments, plain)
    for number, fold in enumerate(moments.folds):
        if 0 < fold.weight_sum < moments.weight_sum:
            assert_close(fold + moments.without(number), plain)


@given(seeds)
def test_a_fold_is_the_scan_of_its_rows(seed):
    X, y, weight = table(seed, rows=50, k=2)
    moments = scan(X, y, weight, folds=3, seed=7)
    of = fold_of_rows(Block(X, y), 3, 7)
    for number, fold in enumerate(moments.folds):
        inside, outside = np.flatnonzero(of == number), np.flatnonzero(of != number)
        if fold.weight_sum and moments.without(number).weight_sum:
            assert_close(fold, part(inside, X, y, weight))
            assert_close(moments.without(number), part(outside, X, y, weight))


def test_folds_of_merged_scans_are_merged():
    X, y, _ = table(1, rows=60, k=2)
    a, b = scan(X[:40], y[:40], folds=3), scan(X[40:], y[40:], folds=3)
    merged = a + b
    assert [f.count for f in merged.folds] == [
        f.count + g.count for f, g in zip(a.folds, b.folds, strict=True)
    ]


# Far from zero, with a row unlike the rest.


def far_away(seed, k, rows=400):
    """mean/sd = 1e8 in every column, and a row of zeros put first."""
    rng = np.random.default_rng(seed)
    units = 10.0 ** rng.uniform(-3, 3, k)
    X = (rng.normal(size=(rows, k)) + 1e8 * rng.choice([-1.0, 1.0], k)) * units
    slopes = rng.uniform(0.5, 2.0, k) / units
    y = X @ slopes + rng.uniform(0, 1e8) + rng.normal(size=rows)
    return np.vstack([np.zeros(k), X]), np.append(0.0, y)


def subsets(X, y, seed):
    """Every fold, the rest of every fold, and the whole, each with the rows it holds."""
    moments = scan(X, y, folds=5, seed=seed)
    of = fold_of_rows(Block(X, y), 5, seed)
    for number, fold in enumerate(moments.folds):
        yield fold, of == number
        yield moments.without(number), of != number
    yield moments, of >= 0


def assert_fourteen_digits(moments, X, y):
    """The terms w_j mean_j may cancel, their errors do not: each counts with its size."""
    solution, exact = kd.solve(moments), exact_least_squares(X, y)
    assert fewest_digits(solution.coefficients, exact.coefficients) >= 14
    error = abs(solution.intercept - float(exact.intercept))
    terms = np.abs(solution.coefficients * X.mean(axis=0))
    assert error <= 1e-14 * (abs(y.mean()) + terms.sum())


@given(seeds)
@settings(max_examples=8)
def test_one_feature_far_away_keeps_fourteen_digits_with_a_row_of_zeros(seed):
    X, y = far_away(seed, 1)
    for moments, rows in subsets(X, y, seed):
        assert_fourteen_digits(moments, X[rows], y[rows])


@given(seeds, st.integers(2, 3))
@settings(max_examples=8)
def test_features_far_away_keep_fourteen_digits_beside_a_row_of_zeros(seed, k):
    X, y = far_away(seed, k)
    seen = 0
    for moments, rows in subsets(X, y, seed):
        if not rows[0]:
            assert_fourteen_digits(moments, X[rows], y[rows])
            seen += 1
    assert seen == 5


@pytest.mark.parametrize("rows", [60, 400])
@pytest.mark.parametrize("k", [2, 3])
def test_what_a_row_of_zeros_costs_several_features_far_away(k, rows):
    """With the zero row inside, the centred problem itself is (almost) singular in float64.

    The n other rows lie 1e8 spreads from the zero row, so each centred column is a jump of
    length about 1e8 shared by all of them, plus its own spread: two columns correlate to
    1 - r with r about n 1e-16. Of the 16 digits of an entry of the correlation form only about
    log10(n) lie in what tells the columns apart: for n = 400 one or two digits of the slopes
    remain; below about 100 rows nothing remains, the columns are called dependent and the
    answer of smallest norm is taken. Either way the loss of digits is said beforehand, and the
    line still fits the rows it was made from to the accuracy of their own units.
    """
    for seed in range(10):
        X, y = far_away(seed, k, rows)
        moments = scan(X, y, precision="fast")
        solution, exact = kd.solve(moments), exact_least_squares(X, y)
        said = kd.diagnose(moments).digits.coefficients
        reached = fewest_digits(solution.coefficients, exact.coefficients)
        assert said <= 3
        assert reached >= said - 2
        if rows == 60:
            assert solution.dependent
        residual = y - solution.predict(X)
        assert np.abs(residual).max() <= 1e-6 * np.abs(y).max()


# What may be added and what may not.


def test_other_columns_and_targets_are_refused_in_words():
    X, y, _ = table(3, rows=9, k=2)
    base = kd.scan(X, y, features=["a", "b"])
    others = [
        (kd.scan(X, y, features=["a", "c"]), "c"),
        (kd.scan(X, y, features=["b", "a"]), "a"),
        (kd.scan(X[:, :1], y, features=["a"]), "b"),
        (base.with_target("b").select(["a", "y"]), "b"),
        (kd.scan(X, y, features=["a", "b"], weight=np.ones(9)), "weight"),
        (kd.scan(X, y, features=["a", "b"], folds=2), "2"),
    ]  # fmt: skip
    for other, word in others:
        for attempt in (lambda o=other: base + o, lambda o=other: o + base):
            with pytest.raises(MomentsMismatchError) as refusal:
                attempt()
            assert word in str(refusal.value)
    with pytest.raises(TypeError):
        base + 1


def test_different_levels_of_a_category_add():
    rng = np.random.default_rng(8)
    cities = rng.choice(["Beijing", "Lima", "Oslo", "7", "10"], 60).tolist()
    x, y = rng.normal(size=60).tolist(), rng.normal(size=60).tolist()

    def of(rows):
        columns = {"city": [cities[i] for i in rows], "x": [x[i] for i in rows]}
        return kd.scan({**columns, "y": [y[i] for i in rows]}, target="y", categorical=["city"])

    north = [i for i in range(60) if cities[i] in ("Oslo", "10")]
    south = [i for i in range(60) if i not in north]
    merged, together = of(north) + of(south), of(range(60))
    assert merged.feature_names == together.feature_names
    assert {"city=Lima", "city=Oslo"} <= set(merged.feature_names)
    assert_close(merged, together)
    assert_close(of(south) + of(north), together)
    shares = [float(cities.count(c.level) / 60) for c in merged.columns if c.kind == "level"]
    means = [m for m, c in zip(merged.mean, merged.columns, strict=False) if c.kind == "level"]
    np.testing.assert_allclose(means, shares, rtol=1e-14)


def test_moments_are_values():
    moments = scan(*table(2, rows=12, k=2), folds=2)
    for array in (moments.mean, moments.scatter, moments.folds[0].scatter):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0
    assert pickle.loads(pickle.dumps(moments)) == moments
    assert moments != scan(*table(4, rows=12, k=2), folds=2)
