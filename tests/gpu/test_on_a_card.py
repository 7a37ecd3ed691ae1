"""On a real NVIDIA card: what the kernels and CuPy give is what the host gives.

pip install '.[test]' torch cupy-cuda13x && pytest -n0 tests/gpu
"""

import cupy
import numpy as np
import pytest

import kedou as kd
from kedou import cuda
from kedou.moments import on_cuda


def in_cupy(values):
    return cupy.asarray(values)


def in_torch(values):
    torch = pytest.importorskip("torch")
    return torch.from_numpy(np.ascontiguousarray(values)).cuda()


def in_jax(values):
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    return jax.device_put(values, jax.devices("gpu")[0])


LIBRARIES = [in_cupy, in_torch, in_jax]


def problem(rows, k, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    X = (rng.normal(size=(rows, k)) * rng.uniform(0.1, 100, k) + 1000 * rng.normal(size=k)).astype(
        dtype
    )
    y = (X @ rng.normal(size=k) + rng.normal(size=rows)).astype(dtype)
    return X, y, rng.integers(0, 3, rows).astype(dtype)


def close(a, b, rtol=1e-12):
    assert (a.count, a.rows_read, dict(a.skipped)) == (b.count, b.rows_read, dict(b.skipped))
    spread = np.sqrt(np.diag(b.scatter) / b.weight_sum)
    off = np.abs((a.mean - b.mean) + (a.mean_low - b.mean_low))
    np.testing.assert_array_less(off, rtol * spread + 1e-300)
    size = np.sqrt(np.outer(np.diag(b.scatter), np.diag(b.scatter)))
    np.testing.assert_array_less(np.abs(a.scatter - b.scatter), rtol * size + 1e-300)


@pytest.fixture
def by_kernels(monkeypatch):
    """Count the folds that kernels did."""
    done = []

    def fold(*arguments):
        done.append(plain(*arguments))
        return done[-1]

    plain = on_cuda.fold
    monkeypatch.setattr(on_cuda, "fold", fold)
    yield done
    assert done
    assert all(one is not None for one in done)


@pytest.mark.parametrize("there", LIBRARIES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("k", [1, 10, 20, 40, 60, 63, 100, 300])
@pytest.mark.usefixtures("by_kernels")
def test_moments(there, k, dtype):
    X, y, weight = problem(60_001, k, dtype)
    options = {"precision": "fast"}
    close(kd.scan(there(X), there(y), **options), kd.scan(X, y, **options))
    weighted = kd.scan(there(X), there(y), weight=there(weight), **options)
    close(weighted, kd.scan(X, y, weight=weight, **options))


@pytest.mark.parametrize("there", LIBRARIES)
@pytest.mark.usefixtures("by_kernels")
def test_folds_and_cells_that_are_not_finite(there):
    X, y, weight = problem(200_000, 5)
    X[7, 1], X[150_000, 4], y[1234] = np.nan, -np.inf, np.inf
    options = {"folds": 5, "seed": 3}
    found = kd.scan(there(X), there(y), weight=there(weight), **options)
    here = kd.scan(X, y, weight=weight, **options)
    close(found, here)
    for a, b in zip(found.folds, here.folds, strict=True):
        close(a, b)


@pytest.mark.usefixtures("by_kernels")
def test_float32_features_with_a_float64_target():
    X, y, _ = problem(50_000, 70, np.float32)
    y = y.astype(np.float64) + 1e-9
    close(kd.scan(in_cupy(X), in_cupy(y)), kd.scan(X, y))


@pytest.mark.usefixtures("by_kernels")
def test_columns_of_a_wider_array():
    wide, y, _ = problem(50_000, 20)
    close(kd.scan(in_torch(wide)[:, 3:9], in_torch(y)), kd.scan(wide[:, 3:9], y))


@pytest.mark.parametrize("as_it_lies", [np.asfortranarray, lambda X: np.rint(X).astype(np.int64)])
def test_what_no_kernel_takes_is_folded_by_the_array_api(as_it_lies):
    X, y, _ = problem(50_000, 6)
    X = as_it_lies(X)
    close(kd.scan(in_cupy(X), in_cupy(y)), kd.scan(X, y))


def test_a_tensor_that_has_a_gradient():
    X, y, _ = problem(5_000, 3)
    close(kd.scan(in_torch(X).requires_grad_(), in_torch(y)), kd.scan(X, y))


def test_the_same_bits_every_time():
    X, y, _ = problem(500_000, 12)
    there = in_cupy(X), in_cupy(y)
    first, second = kd.scan(*there), kd.scan(*there)
    assert first.scatter.tobytes() == second.scatter.tobytes()
    assert first.mean.tobytes() == second.mean.tobytes()


@pytest.mark.parametrize("k", [10, 70])
def test_older_matrix_units_give_the_same(k, monkeypatch):
    X, y, _ = problem(50_000, k)
    plain = on_cuda.Rows._definitions
    newer = kd.scan(in_cupy(X), in_cupy(y))
    monkeypatch.setattr(
        on_cuda.Rows, "_definitions", lambda self: plain(self) | {"SMALL_PRODUCTS": 1}
    )
    close(kd.scan(in_cupy(X), in_cupy(y)), newer)


def test_without_cupy_the_array_api_folds(monkeypatch):
    cuda._card.cache_clear()
    monkeypatch.setattr(cuda, "find_spec", lambda name: None)
    X, y, _ = problem(50_000, 6)
    try:
        assert cuda.card_of(in_cupy(X)) is None
        close(kd.scan(in_torch(X), in_torch(y)), kd.scan(X, y))
    finally:
        cuda._card.cache_clear()
