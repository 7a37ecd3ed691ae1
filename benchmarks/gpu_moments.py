"""How near does the fold on a GPU come to the card's bandwidth, and to its matrix product?

For 10, 50 and 300 columns: the bytes of [X y] over the time of ``kd.scan``, against the bandwidth
of a copy on the card (bytes read and written); and the time of the bare float64 product X'X by
cuBLAS (``torch.matmul``) over the time of ``kd.scan``. Lines to reach: 60 % of the bandwidth at 10
columns, 80 % of the product at 300. Beside it, the same scan without CuPy, by the array API, and
with ``precision="auto"``, whose look at the digits takes time on the host that knows no rows.

Needs PyTorch with CUDA, and CuPy for the kernels; without a GPU it says so, and times the same fold
on the processor with --cpu, which says nothing about a GPU.

    python benchmarks/gpu_moments.py
    python benchmarks/gpu_moments.py --quick --cpu
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import kedou as kd
from kedou.cuda import card_of
from kedou.moments import on_device
from kedou.sources.device import open_device_arrays

SIZES = [(40_000_000, 10), (200_000_000, 10), (8_000_000, 50), (40_000_000, 50), (2_000_000, 300)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a twentieth of the size")
    parser.add_argument("--cpu", action="store_true", help="on the processor, to try the script")
    parser.add_argument("--tries", type=int, default=7, help="counted rounds")
    options = parser.parse_args()
    try:
        import torch
    except ImportError:
        sys.exit("This benchmark needs PyTorch.")
    if not torch.cuda.is_available() and not options.cpu:
        sys.exit("There is no GPU that PyTorch can use here: nothing was measured.")
    device = "cpu" if options.cpu else "cuda"
    name = "the processor" if options.cpu else torch.cuda.get_device_name()
    kernels = not options.cpu and card_of(torch.zeros(1, device=device)) is not None
    how = "kernels" if kernels else "array API"
    print(f"{name}, PyTorch {torch.__version__}; kd.scan by the {how}")
    print(
        f"{'rows x columns':>18} {'input':>8} {'scan ms':>8} {'copy GB/s':>10} {'scan GB/s':>10} "
        f"{'of copy':>8} {'product ms':>11} {'of product':>11} {'array API ms':>13} {'auto ms':>8}"
    )
    for rows, k in SIZES:
        n = rows // 20 if options.quick else rows
        for dtype in (torch.float64, torch.float32):
            measure(torch, device, n, k, dtype, options.tries)


def by_array_api(source: object) -> kd.Moments:
    """Scan as where CuPy is not installed."""
    kernels = on_device.fold_on_card
    on_device.fold_on_card = lambda *rows: None
    try:
        return kd.scan(source, precision="fast")
    finally:
        on_device.fold_on_card = kernels


def measure(torch: object, device: str, n: int, k: int, dtype: object, tries: int) -> None:
    """Print one row of the table."""
    random = torch.Generator(device=device).manual_seed(1)
    X = torch.randn((n, k), generator=random, device=device, dtype=dtype)
    y = X.sum(dim=1) + 0.5
    y += torch.randn(n, generator=random, device=device, dtype=dtype)
    expected = torch.cov(torch.cat([X[:100_000], y[:100_000, None]], dim=1).double().T)
    first = kd.scan(open_device_arrays(X[:100_000], y[:100_000], None, None, "skip"))
    assert torch.allclose(
        torch.tensor(first.scatter / (first.count - 1)), expected.cpu(), rtol=1e-9, atol=1e-12
    )
    source = open_device_arrays(X, y, None, None, "skip")
    assert kd.scan(source).count == n

    scan = seconds(torch, device, lambda: kd.scan(source, precision="fast"), tries)
    auto = seconds(torch, device, lambda: kd.scan(source), tries)
    slow = seconds(torch, device, lambda: by_array_api(source), tries)
    copy = copying(torch, device, X, tries)
    product = multiplying(torch, device, X, tries)
    read = n * (k + 1) * X.element_size()
    print(
        f"{f'{n:,} x {k}':>18} {str(dtype).removeprefix('torch.'):>8} {scan * 1e3:8.2f} "
        f"{1 / copy / 1e9:10.1f} {read / scan / 1e9:10.1f} {read / scan * copy:8.1%} "
        f"{product * 1e3:11.2f} {product / scan:11.1%} {slow * 1e3:13.2f} {auto * 1e3:8.2f}",
        flush=True,
    )


def seconds(torch: object, device: str, job: Callable[[], object], tries: int) -> float:
    """Return the median time of a job, with all that it started on the card."""

    def once() -> float:
        if device == "cuda":
            torch.cuda.synchronize()
        started = time.perf_counter()
        job()
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - started

    if device == "cuda":
        torch.cuda.empty_cache()
    once()
    return statistics.median(once() for _ in range(tries))


def copying(torch: object, device: str, X: object, tries: int) -> float:
    """Return the seconds of a copy on the card, for each byte read or written."""
    part = X[: int(4e9 // (X.shape[1] * X.element_size()))]
    target = torch.empty_like(part)
    taken = seconds(torch, device, lambda: target.copy_(part), tries)
    return taken / (2 * part.numel() * part.element_size())


def multiplying(torch: object, device: str, X: object, tries: int) -> float:
    """Return the seconds of X'X in float64; of at most 8 GB, and longer ones by their rows."""
    part = X[: int(1e9 // X.shape[1])].double()
    return seconds(torch, device, lambda: part.T @ part, tries) * len(X) / len(part)


if __name__ == "__main__":
    main()
