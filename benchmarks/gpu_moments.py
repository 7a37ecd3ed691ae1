"""How near does the fold on a GPU come to the card's bandwidth, and to its matrix product?

For 10, 50 and 300 columns: the bytes of [X y] over the time of ``kd.scan``, against the bandwidth
of a copy on the card; and the time of the bare float64 product X'X by cuBLAS (``torch.matmul``)
over the time of ``kd.scan``. Lines to reach: 60 % of the bandwidth at 10 columns, 80 % of the
product at 300. Needs PyTorch with CUDA; without a GPU it says so, and times the same fold on the
processor with --cpu, which says nothing about a GPU.

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
from kedou.sources.device import open_device_arrays

SIZES = [(40_000_000, 10), (8_000_000, 50), (2_000_000, 300)]


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
    print(f"{name}, PyTorch {torch.__version__}")
    print(
        f"{'rows x columns':>18} {'input':>8} {'scan ms':>9} {'copy GB/s':>10} "
        f"{'scan GB/s':>10} {'of copy':>8} {'product ms':>11} {'of product':>11}"
    )
    for rows, k in SIZES:
        n = rows // 20 if options.quick else rows
        for dtype in (torch.float64, torch.float32):
            measure(torch, device, n, k, dtype, options.tries)


def measure(torch: object, device: str, n: int, k: int, dtype: object, tries: int) -> None:
    """Print one row of the table."""
    random = torch.Generator(device=device).manual_seed(1)
    X = torch.randn((n, k), generator=random, device=device, dtype=dtype)
    y = X.sum(dim=1) + 0.5
    moments = kd.scan(open_device_arrays(X, y, None, None, "skip"))
    expected = torch.cov(torch.cat([X[:100_000], y[:100_000, None]], dim=1).double().T)
    first = kd.scan(open_device_arrays(X[:100_000], y[:100_000], None, None, "skip"))
    assert torch.allclose(
        torch.tensor(first.scatter / (first.count - 1)), expected.cpu(), rtol=1e-9, atol=1e-12
    )
    assert moments.count == n
    source = open_device_arrays(X, y, None, None, "skip")
    target = torch.empty_like(X)
    wide = X.double()

    def synchronised(job: Callable[[], object]) -> float:
        if device == "cuda":
            torch.cuda.synchronize()
        started = time.perf_counter()
        job()
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - started

    jobs = {
        "scan": lambda: kd.scan(source),
        "copy": lambda: target.copy_(X),
        "product": lambda: wide.T @ wide,
    }
    seconds: dict[str, list[float]] = {job: [] for job in jobs}
    for round_number in range(tries + 1):
        for job, run in jobs.items():
            taken = synchronised(run)
            if round_number:
                seconds[job].append(taken)
    scan, copy, product = (statistics.median(seconds[job]) for job in jobs)
    size = X.element_size()
    read, moved = n * (k + 1) * size, 2 * n * k * size
    print(
        f"{f'{n:,} x {k}':>18} {str(dtype).removeprefix('torch.'):>8} {scan * 1e3:9.2f} "
        f"{moved / copy / 1e9:10.1f} {read / scan / 1e9:10.1f} "
        f"{read / scan / (moved / copy):8.1%} {product * 1e3:11.2f} {product / scan:11.1%}"
    )


if __name__ == "__main__":
    main()
