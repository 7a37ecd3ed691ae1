"""Exact moments: the sums themselves, the same bits in any order, and answers to the last digit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kedou as kd
from exact_ways import in_numpy, way  # noqa: F401 - all of it in NumPy and in machine code
from kedou.block import Block, Column
from kedou.moments import ExactAccumulator
from kedou.moments.exact import accumulate as exact_accumulate
from kedou.moments.exact import bins as binning
from kedou.moments.exact import quick
from kedou.moments.exact.transform import transformed
from oracle import digits, exact_least_squares, fewest_digits

seeds = st.integers(0, 2**32 - 1)
KINDS = ("normal", "whole", "decimals", "wide", "tiny", "outlier", "mixed", "many bits")


def values(rng, kind, rows, k):
    X = rng.normal(size=(rows, k))
    if kind == "whole":
        return np.round(1000 * X)
    if kind == "decimals":
        return np.round(np.exp(X), 2)
    if kind == "wide":
        return X * 10.0 ** rng.uniform(-40, 40, X.shape)
    if kind == "tiny":
        X[rng.random(X.shape) < 0.2] = 5e-324
        return X
    if kind == "outlier":
        X[rng.integers(rows), 0] = 1e12
        return X
    if kind == "mixed":
        return np.where(np.arange(k) % 2, np.round(X), X * 10.0 ** rng.uniform(-100, 100, k))
    if kind == "many bits":
        return X * rng.choice([1.0, 2.0**-9, 2.0**-25], X.shape)
    return X


def names(k):
    return tuple(Column(f"x{j + 1}", f"x{j + 1}") for j in range(k))


def sums(X, y, weight=None, low=None):
    block = Block(X, y, weight=weight, columns=names(X.shape[1]), X_low=low)
    return ExactAccumulator("y").moments(block)


def as_fractions(bins):
    numbers, exponent = bins.whole()
    return [
        [Fraction(value) * Fraction(2) ** exponent for value in row] for row in numbers.tolist()
    ]


def oracle(X, y, weight=None, low=None):
    low = np.zeros_like(X) if low is None else low
    Z = [
        [*(Fraction(a) + Fraction(b) for a, b in zip(row, rest, strict=True)), Fraction(t), 1]
        for row, rest, t in zip(X.tolist(), low.tolist(), y.tolist(), strict=True)
    ]
    w = [Fraction(1)] * len(y) if weight is None else list(map(Fraction, weight.tolist()))
    m = X.shape[1] + 2
    return [
        [sum((v * r[a] * r[b] for v, r in zip(w, Z, strict=True)), Fraction(0)) for b in range(m)]
        for a in range(m)
    ]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(seed=seeds)
def test_the_sums_are_the_sums(kind, seed):
    rng = np.random.default_rng(seed)
    rows, k = int(rng.integers(1, 40)), int(rng.integers(1, 5))
    X, y = values(rng, kind, rows, k), values(rng, "normal", rows, 1)[:, 0]
    assert as_fractions(sums(X, y).bins) == oracle(X, y)
    weight = rng.random(rows) * 10.0 ** rng.uniform(-5, 5, rows)
    low = X * rng.uniform(-1, 1, X.shape) * 2.0**-54
    assert as_fractions(sums(X, y, weight).bins) == oracle(X, y, weight)
    assert as_fractions(sums(X, y, None, low).bins) == oracle(X, y, None, low)
    assert as_fractions(sums(X, y, weight, low).bins) == oracle(X, y, weight, low)


@pytest.mark.parametrize("kind", KINDS)
def test_the_quick_way_and_the_general_way_add_the_same(kind, monkeypatch):
    rng = np.random.default_rng(5)
    X, y = values(rng, kind, 9000, 6), rng.normal(size=9000)
    found = sums(X, y)
    with in_numpy():
        assert sums(X, y).bins == found.bins
        monkeypatch.setattr(quick, "WIDE", 2)  # one product of all slices
        assert sums(X, y).bins == found.bins
        monkeypatch.setattr(quick.Quick, "take", lambda *_: None)
        assert sums(X, y).bins == found.bins


def test_the_quick_way_is_taken_where_it_should_be(monkeypatch):
    rng = np.random.default_rng(6)
    left = []
    take = quick.Quick.take

    def spy(self, X, y):
        found = take(self, X, y)
        left.append(len(y) if found is None else len(found))
        return found

    monkeypatch.setattr(quick.Quick, "take", spy)
    for kind, most in (("normal", 0.02), ("whole", 0.001), ("decimals", 0.02), ("outlier", 0.3)):
        left.clear()
        with in_numpy():
            sums(values(rng, kind, 40_000, 10), rng.normal(size=40_000))
        assert left
        assert sum(left) <= most * 40_000, kind


def test_a_tile_whose_products_are_not_proved_exact_is_refused():
    rng = np.random.default_rng(7)
    X, y = rng.normal(size=(2048, 3)), rng.normal(size=2048)
    maker = quick.Quick(5)
    maker.restart(binning.Filling(5))
    assert len(maker.take(X, y)) < 30
    plan = maker._plan
    assert maker._add(maker._load(X * 1e4, y, plan.up), plan, 1.0) is None
    X[5, 0] = np.inf
    with np.errstate(invalid="ignore"):
        assert 5 in maker._add(maker._load(X, y, plan.up), plan, 1.0)


@settings(max_examples=200)
@given(seed=seeds)
def test_no_order_cutting_or_merging_changes_a_bit(seed):
    rng = np.random.default_rng(seed)
    rows, k = int(rng.integers(2, 60)), int(rng.integers(1, 4))
    kind = KINDS[int(rng.integers(len(KINDS)))]
    X, y = values(rng, kind, rows, k), rng.normal(size=rows)
    weight = rng.integers(0, 5, rows) * 0.3 if rng.random() < 0.3 else None
    whole = sums(X, y, weight)
    order = rng.permutation(rows)
    cuts = np.sort(rng.integers(0, rows + 1, int(rng.integers(0, 5))))
    parts = [
        sums(X[part], y[part], None if weight is None else weight[part])
        for part in np.split(order, cuts)
    ]
    while len(parts) > 1:
        a = parts.pop(int(rng.integers(len(parts))))
        b = parts.pop(int(rng.integers(len(parts))))
        parts.append(a + b)
    assert parts[0].bins == whole.bins
    assert parts[0].moments() == whole.moments()


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_any_number_of_workers_gives_the_same_bits(workers):
    rng = np.random.default_rng(8)
    X, y = rng.normal(size=(300_000, 4)), rng.normal(size=300_000)
    one = kd.scan(X[:, ::-1].copy()[:, ::-1], y, precision="exact", workers=1)
    order = rng.permutation(len(y))
    assert kd.scan(X, y, precision="exact", workers=workers) == one
    shuffled = kd.scan(X[order], y[order], precision="exact", workers=workers)
    assert shuffled == one


def test_weight_two_is_the_row_twice():
    rng = np.random.default_rng(9)
    X, y, w = rng.normal(size=(50, 3)), rng.normal(size=50), rng.integers(0, 4, 50)
    twice = np.repeat(np.arange(50), w)
    assert sums(X, y, w.astype(float)).bins == sums(X[twice], y[twice]).bins


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=3)
@given(seed=seeds)
def test_few_different_weights_give_the_sums_that_many_would(kind, seed):
    rng = np.random.default_rng(seed)
    rows, k = int(rng.integers(2500, 6000)), int(rng.integers(1, 5))
    X, y = values(rng, kind, rows, k), rng.normal(size=rows)
    weight = rng.choice([0.0, 1.0, 3.0, 0.1, 1e-80], rows)
    alike = exact_accumulate._rows_by_weight(weight)
    assert alike is not None
    assert sum(len(chosen) for _, chosen in alike) == np.count_nonzero(weight)
    with pytest.MonkeyPatch.context() as patch, in_numpy():
        few = sums(X, y, weight)
        patch.setattr(exact_accumulate, "MOST_WEIGHTS", 0)
        assert sums(X, y, weight).bins == few.bins
    assert sums(X, y, weight).bins == few.bins


def test_one_weight_for_all_is_multiplied_in_exactly():
    rng = np.random.default_rng(12)
    X, y = rng.normal(size=(600, 2)), rng.normal(size=600)
    weight = np.full(600, 1 / 3)
    assert as_fractions(sums(X, y, weight).bins) == oracle(X, y, weight)


def test_folds_have_sums_of_their_own_and_add_up():
    rng = np.random.default_rng(10)
    X, y = rng.normal(size=(500, 3)), rng.normal(size=500)
    moments = kd.scan(X, y, precision="exact", folds=4)
    assert [fold.precision for fold in moments.folds] == ["exact"] * 4
    total = moments.folds[2] + moments.folds[0] + moments.folds[3] + moments.folds[1]
    assert total.exact == moments.exact
    assert moments.without(1) + moments.folds[1] == total
    assert total == kd.scan(X, y, precision="exact")


def test_mean_and_scatter_are_the_sums_rounded_once():
    rng = np.random.default_rng(11)
    X, y = 1e8 + rng.normal(size=(40, 2)), rng.normal(size=40)
    moments = kd.scan(X, y, precision="exact")
    N = oracle(X, y)
    n = N[-1][-1]
    for a in range(3):
        mean = N[a][-1] / n
        assert moments.mean[a] == float(mean)
        assert moments.mean_low[a] == float(mean - Fraction(moments.mean[a]))
        for b in range(3):
            S = N[a][b] - N[a][-1] * N[b][-1] / n
            assert moments.scatter[a, b] == float(S)
            assert moments.scatter_low[a, b] == float(S - Fraction(moments.scatter[a, b]))


def test_saved_and_read_back_bit_for_bit(tmp_path):
    rng = np.random.default_rng(12)
    X, y = rng.normal(size=(60, 3)), rng.normal(size=60)
    moments = kd.scan(X, y, precision="exact", folds=3)
    moments.save(tmp_path / "m.json")
    again = kd.Moments.load(tmp_path / "m.json")
    assert again == moments
    assert again.precision == "exact"
    polynomial = {"x": [1.0, 2.0, 3.0, 4.0, 6.0], "y": [1.0, 4.0, 9.0, 16.0, 36.5]}
    auto = kd.scan(polynomial, target="y", polynomial={"x": 3})
    auto.save(tmp_path / "a.json")
    assert kd.Moments.load(tmp_path / "a.json").chosen == auto.chosen


def test_selecting_dropping_and_another_target_keep_the_sums():
    rng = np.random.default_rng(13)
    X, y = rng.normal(size=(60, 3)), rng.normal(size=60)
    moments = kd.scan(X, y, features=["a", "b", "c"], precision="exact")
    small = kd.scan(X[:, [2, 0]], y, features=["c", "a"], precision="exact")
    assert moments.select(["c", "a"]) == small
    assert moments.drop("b").select(["c", "a"]) == small
    turned = kd.scan(y[:, None], X[:, 1], precision="exact")
    assert moments.with_target("b").drop(["a", "c"]).exact == turned.exact


def test_scaling_and_shifting_act_on_the_sums_themselves():
    rng = np.random.default_rng(14)
    X, y = rng.integers(-50, 50, (30, 2)).astype(float), rng.integers(-9, 9, 30).astype(float)
    moments = kd.scan(X, y, features=["a", "b"], precision="exact")
    moved = moments.scale({"a": 0.5, "y": -3.0}).shift({"b": 0.25, "a": 7.0})
    wanted = kd.scan(X * [0.5, 1.0] + [7.0, 0.25], -3.0 * y, features=["a", "b"], precision="exact")
    assert moved == wanted
    tenth = transformed(moments.exact, np.array([0.1, 1.0, 1.0]), np.zeros(3))
    assert as_fractions(tenth)[0][0] == Fraction(0.1) ** 2 * as_fractions(moments.exact)[0][0]


def test_exact_and_fast_moments_add_up_to_fast_ones():
    rng = np.random.default_rng(15)
    X, y = rng.normal(size=(30, 2)), rng.normal(size=30)
    fast, exact = kd.scan(X, y, precision="fast"), kd.scan(X, y, precision="exact")
    both = exact + fast
    assert both.precision == "fast"
    assert both.exact is None
    np.testing.assert_allclose(both.scatter, 2 * fast.scatter, rtol=1e-14)


def test_levels_that_one_side_never_saw_still_add():
    a = {"c": ["x", "y", "x"], "v": [1.0, 2.0, 4.0], "t": [1.0, 2.0, 2.5]}
    b = {"c": ["z", "y", "z"], "v": [1.5, 2.0, 3.0], "t": [1.0, 0.0, 2.5]}
    both = {name: a[name] + b[name] for name in a}
    found = [
        kd.scan(table, target="t", categorical="c", precision="exact") for table in (a, b, both)
    ]
    assert found[0] + found[1] == found[2]


def test_values_too_large_are_refused_by_name():
    with pytest.raises(kd.KedouError, match="'b'"):
        kd.scan([[1.0, 1e200], [2.0, 1.0]], [1.0, 2.0], features=["a", "b"], precision="exact")


def test_rows_that_are_not_finite_are_skipped_as_in_the_fast_mode():
    X = [[1.0], [np.nan], [3.0], [4.0]]
    y = [1.0, 2.0, np.inf, 5.0]
    moments = kd.scan(X, y, precision="exact")
    assert (moments.count, moments.rows_read) == (2, 4)
    assert dict(moments.skipped) == dict(kd.scan(X, y, precision="fast").skipped)


def test_an_unknown_precision_is_refused():
    with pytest.raises(kd.errors.OptionError, match="exact"):
        kd.scan([[1.0], [2.0]], [1.0, 2.0], precision="double")


# Answers.


@pytest.mark.parametrize("intercept", [True, False])
@settings(max_examples=25)
@given(seed=seeds)
def test_answers_are_right_to_the_last_digit(intercept, seed):
    rng = np.random.default_rng(seed)
    rows, k = int(rng.integers(10, 30)), int(rng.integers(1, 6))
    tie = 10.0 ** -rng.uniform(0, 10)
    Z = rng.normal(size=(rows, k))
    Z[:, -1] = Z.mean(axis=1) + tie * Z[:, -1]
    X = (Z + 10.0 ** rng.uniform(-2, 4, k)) * 10.0 ** rng.uniform(-5, 5, k)
    y = Z @ rng.normal(size=k) + 0.1 * rng.normal(size=rows)
    weight = rng.uniform(0.5, 3.0, rows) if rng.random() < 0.5 else None
    exact = exact_least_squares(X, y, weight, intercept)
    solution = kd.solve(kd.scan(X, y, weight=weight, precision="exact"), intercept=intercept)
    assert fewest_digits(solution.theta, exact.theta) >= 15.5
    assert digits(solution.residual_std, exact.residual_std) >= 15
    assert fewest_digits(solution.standard_errors, exact.standard_errors) >= 14
    assert digits(solution.loss, exact.loss) >= 15


@pytest.mark.parametrize("intercept", [True, False])
def test_a_ridge_answer_is_that_of_rows_added_to_the_data(intercept):
    rng = np.random.default_rng(16)
    X, y = rng.normal(size=(20, 3)) * [1.0, 1e3, 1e-3], rng.normal(size=20)
    moments, ridge = kd.scan(X, y, precision="exact"), 0.3
    solution = kd.solve(moments, intercept=intercept, ridge=ridge)
    N = oracle(X, y)
    n = N[-1][-1]
    rows = [
        [N[a][b] - (N[a][-1] * N[b][-1] / n if intercept else 0) for b in range(4)]
        for a in range(4)
    ]
    A = [[rows[a][b] + (n * Fraction(ridge) if a == b else 0) for b in range(3)] for a in range(3)]
    w = list(map(Fraction, solution.coefficients.tolist()))
    for a in range(3):
        off = rows[a][3] - sum(A[a][b] * w[b] for b in range(3))
        assert abs(off) <= 1e-14 * max(abs(rows[a][3]), max(abs(A[a][b] * w[b]) for b in range(3)))
    run = kd.descend(moments, "preconditioned", steps=3, ridge=ridge, intercept=intercept)
    np.testing.assert_allclose(run.theta[-1], solution.theta, rtol=1e-14)
    scaled = kd.solve(moments, intercept=intercept, ridge=ridge, standardize=True)
    fast = kd.scan(X, y, precision="fast")
    peer = kd.solve(fast, intercept=intercept, ridge=ridge, standardize=True)
    np.testing.assert_allclose(scaled.theta, peer.theta, rtol=1e-9)


@pytest.mark.parametrize("decimals", [None, 2])
def test_dependent_columns_are_named_and_the_rest_keeps_its_digits(decimals):
    rng = np.random.default_rng(17)
    base = rng.uniform(1, 100, (40, 3))
    if decimals is not None:
        base = np.round(base, decimals)
    total = base[:, 0] + base[:, 1]
    if decimals is not None:
        total = np.round(total, decimals)  # the rounding of decimals is no information
    X = np.column_stack([base, total])
    y = base @ [1.0, 2.0, 3.0] + rng.normal(size=40)
    moments = kd.scan(X, y, precision="exact")
    solution, peer = kd.solve(moments), kd.solve(kd.scan(X, y, precision="fast"))
    assert solution.dependent == {"x4": ("x1", "x2")} == peer.dependent
    assert solution.rank == 3
    np.testing.assert_allclose(solution.theta, peer.theta, rtol=1e-9)
    assert [error is None for error in solution.standard_errors] == [True, True, False, True, True]
    assert kd.diagnose(moments).digits.coefficients == 0
    assert kd.diagnose(moments).digits.residual_std > 15


def test_a_constant_column_is_named():
    X = np.column_stack([np.arange(9.0), np.full(9, 0.1)])
    y = np.arange(9.0) ** 2
    solution = kd.solve(kd.scan(X, y, precision="exact"))
    assert solution.dependent == {"x2": ()}
    assert solution.coefficients[1] == 0.0


def test_columns_too_close_for_float64_are_told_apart():
    rng = np.random.default_rng(18)
    x = rng.integers(0, 1000, 50).astype(float)
    X = np.column_stack([x * 2.0**30, x * 2.0**30 + rng.integers(-1, 2, 50)])
    y = X[:, 1] - X[:, 0] + rng.normal(size=50)
    exact = exact_least_squares(X, y)
    assert kd.solve(kd.scan(X, y, precision="fast")).dependent
    moments = kd.scan(X, y)  # auto
    assert moments.precision == "exact"
    solution = kd.solve(moments)
    assert not solution.dependent
    assert fewest_digits(solution.theta, exact.theta) > 15.5


def test_descent_goes_on_as_before_on_exact_moments():
    fast, exact = (kd.scan(kd.data.tadpoles(), precision=p) for p in ("fast", "exact"))
    for rule in ("gradient-descent", "momentum", "adam"):
        a, b = (kd.descend(m, rule, 0.05, steps=50) for m in (fast, exact))
        np.testing.assert_allclose(a.theta, b.theta, rtol=1e-12)
        np.testing.assert_allclose(a.loss, b.loss, rtol=1e-12)


# auto.


def test_auto_says_what_it_did_in_the_run_and_in_the_diagnosis():
    x = np.arange(20.0)
    table = {"x": x, "y": x**3 + np.sin(x)}
    moments = kd.scan(table, target="y", polynomial={"x": 9})
    assert moments.precision == "exact"
    assert moments.chosen in kd.descend(moments, steps=1).notes
    assert moments.chosen in kd.diagnose(moments).notes
    assert str(moments.chosen) in str(kd.diagnose(moments))
    assert moments.chosen.text("zh-CN") != moments.chosen.text("en")


def test_auto_does_not_choose_the_exact_mode_for_very_many_columns(monkeypatch):
    from kedou.fitting import precision

    monkeypatch.setattr(precision, "WIDEST", 2)
    x = np.arange(20.0)
    moments = kd.scan({"x": x, "y": x + np.sin(x)}, target="y", polynomial={"x": 9})
    assert moments.precision == "fast"
    assert moments.chosen.code == "fitting.precision-wide"


FEW = [(1, 1), (2, 1), (3, 2), (5, 4), (2, 2), (3, 5), (1, 3)]


@pytest.mark.parametrize(("rows", "columns"), FEW)
def test_auto_does_not_read_again_for_a_deviation_that_cannot_be(rows, columns):
    rng = np.random.default_rng(rows)
    X, y = rng.normal(size=(rows, columns)), rng.normal(size=rows)
    moments = kd.scan(X, y)
    assert (moments.precision, moments.chosen) == ("fast", None)
    for precision in ("fast", "exact"):
        told = kd.diagnose(kd.scan(X, y, precision=precision)).digits
        assert told.residual_std is None
        assert kd.solve(kd.scan(X, y, precision=precision)).residual_std is None
        assert (told.coefficients > 13) is (rows in (1, columns + 1))
    one_more = np.vstack([X, *rng.normal(size=(columns + 2 - rows, columns))])
    for precision in ("fast", "exact"):
        moments = kd.scan(one_more, rng.normal(size=columns + 2), precision=precision)
        assert kd.diagnose(moments).digits.residual_std > 10


def test_auto_reads_as_many_rows_as_parameters_again_for_the_coefficients():
    x = np.array([1e6, 1e6 + 1, 1e6 + 3])
    table = {"x": x, "y": np.array([1.0, 2.0, 5.0])}
    moments = kd.scan(table, target="y", polynomial={"x": 2})
    assert moments.precision == "exact"
    assert moments.chosen.code == "fitting.precision-exact-coefficients"
    for language in ("en", "zh-CN"):
        assert "10" in moments.chosen.text(language)
    assert "- in the residual standard deviation" in str(kd.diagnose(moments))
    assert kd.solve(moments).loss == 0.0
    assert kd.solve(moments).coefficients[1] == pytest.approx(1 / 6, rel=1e-12)


def test_auto_gives_the_bits_of_the_mode_it_chose():
    rng = np.random.default_rng(19)
    X, y = rng.normal(size=(50, 2)), rng.normal(size=50)
    assert kd.scan(X, y) == kd.scan(X, y, precision="fast")
    powers = X[:, :1] ** np.arange(1, 12)
    assert kd.scan(powers, y, folds=3) == kd.scan(powers, y, folds=3, precision="exact")


def test_rows_that_change_between_the_readings_are_noticed(tmp_path):
    path = tmp_path / "t.csv"
    lines = [f"{x},{x**3}" for x in range(30)]
    path.write_text("x,y\n" + "\n".join(lines) + "\n")
    source = kd.open(str(path), target="y", polynomial={"x": 9})
    seen = []

    def shorten(progress):
        if not seen:
            path.write_text("x,y\n" + "\n".join(lines[:20]) + "\n")
        seen.append(progress)

    with pytest.raises(kd.errors.DataError, match="changed"):
        kd.scan(source, progress=shorten)


def test_errors_of_an_exact_line_on_exact_moments_are_those_of_its_rows():
    from kedou.fitting.fold_parts import mean_squared_error

    x = np.linspace(-9.0, -3.0, 60)
    noise = np.random.default_rng(20).normal(size=60)
    table = {"x": x, "y": np.sin(x) + 1e-3 * noise}
    moments = kd.scan(table, target="y", polynomial={"x": 10})
    assert moments.precision == "exact"
    solution = kd.solve(moments)
    error = mean_squared_error(moments, moments.columns, solution.theta)
    assert error == pytest.approx(solution.loss, rel=1e-9)


@settings(max_examples=60)
@given(seed=seeds)
def test_weights_of_any_size_are_multiplied_in_exactly(seed):
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(2, 12))
    X, y = rng.normal(size=(rows, 2)), rng.normal(size=rows)
    weight = rng.random(rows) * 2.0 ** rng.integers(-1074, 1024, rows)
    assert as_fractions(sums(X, y, weight).bins) == oracle(X, y, weight)
