"""Holding out on moments is holding out on rows: compared with refitting on the rows themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kedou as kd
from kedou.errors import DataError, OptionError
from kedou.fitting.fold_parts import mean_squared_error, trainings
from kedou.fitting.folds import fold_of_rows
from kedou.fitting.hold_out import HoldOut, hold_out
from kedou.fitting.leave_one_out import leave_one_out
from kedou.fitting.split import MOST_KEYS, _Kept, split_last

FAR = 10**7


def tadpoles(degree=1):
    path = str(kd.data.tadpoles().path())
    return kd.open(path, target="volume", polynomial={"time": degree})


def problem(n=60, k=3, seed=0, weighted=False):
    generator = np.random.default_rng(seed)
    X = generator.standard_normal((n, k)) * 10.0 ** np.arange(k) + 5.0
    y = X @ generator.standard_normal(k) + 3.0 + generator.standard_normal(n)
    w = generator.integers(1, 4, n).astype(float) if weighted else np.ones(n)
    return X, y, w


def refitted(X, y, w, fold, intercept=True):
    """Squared error pooled over folds, each predicted by least squares on the others."""
    squares = baseline = 0.0
    for number in np.unique(fold):
        inside, rest = fold == number, fold != number
        A = np.column_stack([X, np.ones(len(y))]) if intercept else X
        root = np.sqrt(w[rest])[:, None]
        theta = np.linalg.lstsq(A[rest] * root, y[rest] * root[:, 0], rcond=None)[0]
        squares += float(w[inside] @ (y[inside] - A[inside] @ theta) ** 2)
        mean = np.average(y[rest], weights=w[rest])
        baseline += float(w[inside] @ (y[inside] - mean) ** 2)
    return squares / w.sum(), baseline / w.sum()


@pytest.mark.parametrize(("degree", "expected"), [(1, 0.345), (2, 0.939), (3, 2.71), (4, 12.6)])
def test_the_tadpoles_left_out_one_by_one(degree, expected):
    held = hold_out(leave_one_out(tadpoles(degree)))
    assert held.kind == "leave-one-out"
    assert held.folds == 7
    assert held.exact_mse == pytest.approx(expected, rel=2e-3)
    patient = hold_out(leave_one_out(tadpoles(degree)), steps=10**9)
    assert patient.mse == pytest.approx(held.exact_mse, rel=1e-6)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_folds_equal_refitting_on_rows(weighted, intercept):
    X, y, w = problem(weighted=weighted)
    source = kd.open(X, y, weight=w if weighted else None)
    moments = kd.scan(source, folds=4, seed=3)
    (block,) = (block for part in source.parts() for block in part.blocks())
    fold = fold_of_rows(block, 4, 3)
    held = hold_out(moments, steps=FAR, intercept=intercept)
    mse, baseline = refitted(X, y, w, fold, intercept)
    assert held.mse == pytest.approx(mse, rel=1e-9)
    assert held.exact_mse == pytest.approx(mse, rel=1e-9)
    assert held.baseline_rmse == pytest.approx(np.sqrt(baseline), rel=1e-9)
    assert held.skill == pytest.approx(1 - mse / baseline, rel=1e-9)
    assert held.rows == tuple(np.bincount(fold))
    assert held.training_rows == tuple(len(y) - np.bincount(fold))
    errors = np.array(held.fold_rmse)
    assert held.spread == pytest.approx(np.std(errors, ddof=1))
    shares = np.bincount(fold, weights=w) / w.sum()
    assert held.rmse == pytest.approx(np.sqrt(shares @ errors**2))


def test_leave_one_out_equals_refitting_on_rows():
    X, y, w = problem(30, weighted=True)
    held = hold_out(leave_one_out(kd.open(X, y, weight=w)), steps=FAR)
    mse, baseline = refitted(X, y, w, np.arange(30))
    assert held.mse == pytest.approx(mse, rel=1e-9)
    assert held.baseline_rmse == pytest.approx(np.sqrt(baseline), rel=1e-9)
    assert held.spread is None


@given(st.integers(0, 1000), st.floats(-5, 5), st.floats(-5, 5))
def test_mean_squared_error_of_moments_is_that_of_rows(seed, slope, intercept):
    X, y, w = problem(20, 1, seed, weighted=True)
    moments = kd.scan(X, y, weight=w)
    rows = np.average((y - slope * X[:, 0] - intercept) ** 2, weights=w)
    theta = np.array([slope, intercept])
    assert mean_squared_error(moments, moments.columns, theta) == pytest.approx(rows, rel=1e-10)


def test_mean_squared_error_keeps_its_digits_far_from_zero():
    x = 1e8 + np.arange(8.0)
    y = 2.0 * np.arange(8.0) + np.array([1, -1, 1, -1, 1, -1, 1, -1]) / 4
    moments = kd.scan(x, y)
    theta = np.array([2.0, -2e8])
    assert mean_squared_error(moments, moments.columns, theta) == pytest.approx(1 / 16, rel=1e-12)


def test_training_parts_are_those_without_the_fold():
    X, y, _ = problem()
    moments = kd.scan(X, y, folds=5)
    for number, training in trainings(moments):
        expected = moments.without(number)
        assert training.count == expected.count
        np.testing.assert_allclose(training.scatter, expected.scatter, rtol=1e-12)
        np.testing.assert_allclose(training.mean, expected.mean, rtol=1e-14)


def test_the_error_is_that_of_where_descent_ended():
    moments = leave_one_out(tadpoles())
    nowhere = hold_out(moments, steps=0)
    y = kd.data.tadpoles().y
    assert nowhere.mse == pytest.approx(np.mean(y**2))
    assert nowhere.exact_mse == pytest.approx(0.3452184, rel=1e-6)
    walked = hold_out(moments, rule="momentum", learning_rate=0.05, steps=2000)
    assert walked.mse == pytest.approx(0.3452184, rel=1e-5)


def test_ridge_is_that_of_each_training_part():
    X, y, _ = problem(40)
    moments = kd.scan(X, y, folds=3)
    held = hold_out(moments, ridge=0.5, steps=FAR)
    pooled = 0.0
    for number, fold in enumerate(moments.folds):
        exact = kd.solve(moments.without(number), ridge=0.5, standardize=True)
        pooled += fold.count * mean_squared_error(fold, fold.columns, exact.theta)
    assert held.mse == pytest.approx(pooled / 40, rel=1e-9)
    assert held.mse > 1.1 * hold_out(moments, steps=FAR).mse


def test_a_start_of_one_number_for_each_parameter_is_taken():
    moments = leave_one_out(tadpoles())
    held = hold_out(moments, steps=0, start=[2.0, 1.0])
    data = kd.data.tadpoles()
    assert held.mse == pytest.approx(np.mean((data.y - 2 * data.X[:, 0] - 1) ** 2))


def test_a_diverging_descent_reports_no_error():
    held = hold_out(leave_one_out(tadpoles()), learning_rate=1.1)
    assert held.mse is None
    assert held.rmse is None
    assert held.skill is None
    assert [note.code for note in held.notes] == ["hold_out.diverged"]


def table(tmp_path, lines):
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_a_level_unseen_in_training_counts_as_the_reference(tmp_path):
    rows = [f"{i},{'rare' if i == 4 else 'ab'[i % 2]},{i * 2 + i % 2}" for i in range(12)]
    path = table(tmp_path, ["x,kind,y", *rows])
    source = kd.open(path, target="y", categorical="kind")
    held = hold_out(leave_one_out(source), start=5.0, steps=FAR)
    assert [note.code for note in held.notes] == ["hold_out.unseen"]
    assert held.notes[0].values["levels"] == ["kind=rare"]
    # y = 2 x + [odd]: without row 4 the fit is exact, and row 4 is an even row like its reference.
    assert held.fold_rmse[4] < 2.0


def test_dependent_columns_of_a_training_part_are_told():
    X = np.column_stack([np.arange(10.0), np.r_[np.zeros(9), 1.0]])
    held = hold_out(leave_one_out(kd.open(X, np.arange(10.0) + X[:, 1])))
    assert [note.code for note in held.notes] == ["hold_out.deficient"]
    assert held.notes[0].values["count"] == 1


def test_groups_stay_together(tmp_path):
    rows = [f"{i},{i // 6},{3 * i + (-1) ** i}" for i in range(60)]
    path = table(tmp_path, ["x,group,y", *rows])
    source = kd.open(path, target="y", features="x", key="group")
    held = hold_out(kd.scan(source, folds=3), "group")
    assert all(count % 6 == 0 for count in held.rows)
    assert sum(held.rows) == 60


@pytest.mark.parametrize(
    "written", [lambda i: i, lambda i: f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}"]
)
def test_the_last_part_is_held_out(tmp_path, written):
    order = np.random.default_rng(0).permutation(100)
    rows = [f"{written(i)},{i % 7},{2 * (i % 7) + (i % 3)}" for i in order]
    path = table(tmp_path, ["when,x,y", *rows])
    moments, split = split_last(kd.open(path, target="y", features="x", key="when"))
    assert (split.before, split.after) == (80, 20)
    assert split.cut == str(written(80))
    assert moments.count == 100
    held = hold_out(moments, "split", steps=FAR)
    i = np.arange(100)
    X, y = (i % 7)[:, None].astype(float), 2.0 * (i % 7) + i % 3
    A = np.column_stack([X, np.ones(100)])
    theta = np.linalg.lstsq(A[:80], y[:80], rcond=None)[0]
    assert held.folds == 1
    assert held.rows == (20,)
    assert held.mse == pytest.approx(np.mean((y[80:] - A[80:] @ theta) ** 2))


def test_rows_of_equal_value_are_never_parted(tmp_path):
    path = table(tmp_path, ["when,x,y", *(f"{min(i, 70)},{i},{i}" for i in range(100))])
    _, split = split_last(kd.open(path, target="y", features="x", key="when"))
    assert (split.before, split.after) == (70, 30)
    path = table(tmp_path, ["when,x,y", *(f"{i // 50},{i},{i}" for i in range(100))])
    _, split = split_last(kd.open(path, target="y", features="x", key="when"))
    assert (split.before, split.after) == (50, 50)


@pytest.mark.parametrize(
    ("values", "code"), [("aaab", "hold_out.not-ordered"), ("7777", "hold_out.one-value")]
)
def test_a_column_without_an_order_is_refused(tmp_path, values, code):
    path = table(tmp_path, ["when,x,y", *(f"{v},{i},{i}" for i, v in enumerate(values))])
    with pytest.raises(DataError) as caught:
        split_last(kd.open(path, target="y", features="x", key="when"))
    assert caught.value.code == code


@given(st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_an_even_sample_is_kept_of_a_long_stream(sizes):
    kept, total = _Kept(most=128), 0
    for size in sizes:
        kept.add(np.arange(total, total + size, dtype=float))
        total += size
    values = kept.values()
    assert len(values) <= 128
    stride = 1
    while -(-total // stride) > 128:
        stride *= 2
    gaps = np.diff(values)
    assert len(set(gaps)) <= 1
    assert len(values) == len(range(0, total, int(gaps[0]) if len(gaps) else max(total, 1)))


def test_moments_without_folds_are_refused():
    X, y, _ = problem()
    with pytest.raises(OptionError, match="folds"):
        hold_out(kd.scan(X, y))
    assert MOST_KEYS > 1_000_000
    assert HoldOut.__dataclass_params__.frozen
