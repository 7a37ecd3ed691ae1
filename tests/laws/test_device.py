"""Arrays on a device: the same moments, and nothing copied to the host but the result."""

import array_api_strict as xp
import numpy as np
import pytest

import kedou as kd
from kedou.errors import DataError, KedouError
from kedou.sources.device import DeviceArrayPart, DeviceSource

DEVICE = xp.Device("device1")


def there(values):
    return xp.asarray(values, device=DEVICE)


def problem(rows=3000, k=4, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, k)) * [1, 10, 0.1, 1000][:k] + [0, 1e4, 5, -3e6][:k]
    y = X @ np.array([1.0, -2.0, 30.0, 0.01][:k]) + rng.normal(size=rows)
    return X, y


def close(a, b, rtol=1e-12):
    spread = np.sqrt(np.diag(b.scatter) / b.weight_sum)
    assert a.count == b.count
    assert a.rows_read == b.rows_read
    assert dict(a.skipped) == dict(b.skipped)
    assert a.weight_sum == pytest.approx(b.weight_sum, rel=1e-15)
    np.testing.assert_array_less(
        np.abs((a.mean - b.mean) + (a.mean_low - b.mean_low)), rtol * spread + 1e-300
    )
    size = np.sqrt(np.outer(np.diag(b.scatter), np.diag(b.scatter)))
    np.testing.assert_array_less(np.abs(a.scatter - b.scatter), rtol * size + 1e-300)


@pytest.fixture
def copies(monkeypatch):
    """What is copied to the host, as sizes."""
    from kedou import device
    from kedou.moments import on_device
    from kedou.sources import device as device_source

    sizes = []

    def to_host(array):
        sizes.append(int(np.prod(array.shape)))
        return device_to_host(array)

    device_to_host = device.to_host
    for module in (device, on_device, device_source):
        monkeypatch.setattr(module, "to_host", to_host)
    return sizes


def test_the_moments_are_those_of_the_host():
    X, y = problem()
    close(kd.scan(there(X), there(y)), kd.scan(X, y))


def test_more_than_one_tile_and_a_rest():
    X, y = problem(rows=70_001, k=2)
    close(kd.scan(there(X), there(y)), kd.scan(X, y))


def test_several_parts(monkeypatch):
    from kedou.sources import device

    monkeypatch.setattr(device, "PART_NUMBERS", 1)
    X, y = problem(rows=300_000, k=1)
    source = kd.open(there(X), there(y))
    assert len(source.parts()) == 3
    close(kd.scan(source), kd.scan(X, y))


def test_weights():
    X, y = problem()
    weight = np.random.default_rng(1).integers(0, 4, len(y)).astype(float)
    close(kd.scan(there(X), there(y), weight=there(weight)), kd.scan(X, y, weight=weight))


def test_y_and_weights_on_the_host_follow_the_features():
    X, y = problem()
    weight = np.arange(len(y)) % 3.0
    close(kd.scan(there(X), y, weight=weight), kd.scan(X, y, weight=weight))


def test_folds_are_those_of_the_host():
    X, y = problem()
    X[7, 1], y[1234] = np.nan, np.inf
    a, b = kd.scan(there(X), there(y), folds=5, seed=3), kd.scan(X, y, folds=5, seed=3)
    close(a, b)
    for left, right in zip(a.folds, b.folds, strict=True):
        close(left, right)


def test_float32_is_added_up_in_float64():
    rng = np.random.default_rng(2)
    X = (rng.normal(size=(50_000, 2)) + 1000).astype(np.float32)
    y = (X[:, 0] - X[:, 1]).astype(np.float32)
    close(kd.scan(there(X), there(y)), kd.scan(X, y))


@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint8])
def test_integers(dtype):
    X = np.arange(40, dtype=dtype).reshape(20, 2) ** 2 % 50
    y = np.arange(20, dtype=dtype)
    close(kd.scan(there(X), there(y)), kd.scan(X, y))


def test_rows_with_cells_that_are_not_finite_are_skipped_on_the_device(copies):
    X, y = problem(rows=5000)
    X[3, 0], X[3, 2], X[40, 1], y[4999] = np.nan, np.inf, -np.inf, np.nan
    moments = kd.scan(there(X), there(y))
    close(moments, kd.scan(X, y))
    assert dict(moments.skipped) == {"x1": 1, "x2": 1, "x3": 1, "y": 1}
    assert max(copies) <= 25


def test_only_the_result_is_copied(copies):
    X, y = problem(rows=100_000)
    kd.scan(there(X), there(y))
    assert copies
    assert sum(copies) < 200


@pytest.mark.parametrize("folds", [0, 3])
def test_exact_sums_are_those_of_the_host_bit_for_bit(folds, copies, monkeypatch):
    from kedou.sources import device

    monkeypatch.setattr(device, "PART_NUMBERS", 1)
    X, y = problem(rows=300_000, k=2)
    X[12, 1], y[290_000] = np.nan, np.inf
    weight = np.arange(len(y)) % 3 * 0.3
    options = {"precision": "exact", "folds": folds, "seed": 2}
    here = kd.scan(X, y, weight=weight, **options)
    found = kd.scan(there(X), there(y), weight=there(weight), **options)
    assert found == here
    assert found.exact == here.exact
    assert [fold.exact for fold in found.folds] == [fold.exact for fold in here.folds]
    assert max(copies) <= 2 * 131_072  # block by block, never the whole


def test_auto_reads_rows_on_a_device_once_more_on_the_host():
    x = np.arange(500) % 100 + 1e6
    X = np.column_stack([x, x + 1e-6 * (np.arange(500) % 7)])
    y = X[:, 1] - X[:, 0]
    found, here = kd.scan(there(X), there(y)), kd.scan(X, y)
    assert found.precision == here.precision == "exact"
    assert found.chosen is not None
    assert found.exact == here.exact


def test_a_mean_far_from_zero_keeps_the_digits_of_the_spread():
    X = np.arange(1000.0)[:, None] + 1e9
    y = 2.0 * np.arange(1000.0) + 5e8
    solution = kd.solve(kd.scan(there(X), there(y)))
    assert solution.coefficients[0] == pytest.approx(2.0, rel=1e-13)


def test_the_rows_reach_whoever_works_on_the_host():
    X, y = problem()
    X[5, 0] = np.nan
    options = {"loss": "huber", "steps": 3, "learning_rate": 1e-9}
    on_host = kd.descend(kd.open(X, y), **options)
    from_device = kd.descend(kd.open(there(X), there(y)), **options)
    np.testing.assert_allclose(from_device.loss, on_host.loss, rtol=1e-12)


def test_missing_error_names_the_cell():
    X, y = problem()
    X[2000, 2] = np.nan
    with pytest.raises(DataError) as on_device:
        kd.scan(there(X), there(y), missing="error")
    with pytest.raises(DataError) as on_host:
        kd.scan(X, y, missing="error")
    assert str(on_device.value) == str(on_host.value)


def test_a_weight_below_zero_is_refused():
    X, y = problem()
    weight = np.ones(len(y))
    weight[17] = -1.0
    with pytest.raises(DataError, match="18"):
        kd.scan(there(X), there(y), weight=there(weight))


@pytest.mark.parametrize(
    ("X", "y", "options"),
    [
        (np.ones((3, 2)), np.ones(4), {}),
        (np.ones((3, 2, 2)), np.ones(3), {}),
        (np.ones((3, 2)), np.ones((3, 2)), {}),
        (np.ones((0, 2)), np.ones(0), {}),
        (np.ones((3, 2)) * 1j, np.ones(3), {}),
        (np.ones((3, 2)), np.ones(3), {"features": ["a"]}),
        (np.ones((3, 2)), np.ones(3), {"features": ["a", "a"]}),
        (np.ones((3, 2)), np.ones(3), {"polynomial": {"x1": 2}}),
    ],
)
def test_what_does_not_fit_is_refused_in_words(X, y, options):
    with pytest.raises(KedouError) as refused:
        kd.scan(there(X), there(y), **options)
    assert refused.value.text("zh-CN") != refused.value.text("en")


def test_an_array_on_the_processor_is_used_where_it_is():
    X, y = problem()
    source = kd.open(xp.asarray(X), xp.asarray(y))
    assert not isinstance(source, DeviceSource)
    assert kd.scan(source) == kd.scan(X, y)


def test_the_source_says_where_the_rows_are():
    X, y = problem()
    source = kd.open(there(X), there(y))
    assert isinstance(source.parts()[0], DeviceArrayPart)
    assert any("device1" in note for note in source.notes)


def test_too_large_to_square_is_refused():
    with pytest.raises(DataError):
        kd.solve(kd.scan(there(np.array([[1e200], [2e200], [4e200]])), there(np.ones(3))))
