"""How long does it take from a file to its coefficients, and how much memory?

Parquet (5M x 11) and CSV (1M x 11) files of random numbers; Kedou opens, scans and solves. Peers in
the same run: pandas + scikit-learn, polars + lstsq on its normal equations, DuckDB's sums of
products, and only decoding the file with PyArrow. Peak memory is that of a process of its own.

    python benchmarks/file_to_coefficients.py            # 5M x 11 Parquet, 1M x 11 CSV
    python benchmarks/file_to_coefficients.py --quick
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from _table import Job, arguments, show, timed

import kedou as kd

FEATURES = [f"x{i}" for i in range(1, 11)]
PEAK = """
import sys
import kedou as kd
kd.solve(kd.scan(sys.argv[1], target="y"))
if sys.platform == "linux":
    lines = open("/proc/self/status").read().splitlines()
    print(next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")))
else:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20)
"""


def make_files(folder: Path, parquet_rows: int, csv_rows: int) -> tuple[Path, Path]:
    random = np.random.default_rng(7)
    n = max(parquet_rows, csv_rows)
    X = random.normal(size=(n, 10))
    y = X @ random.normal(size=10) + random.normal(size=n)
    table = pa.table({**{name: X[:, j] for j, name in enumerate(FEATURES)}, "y": y})
    parquet, csv = folder / "rows.parquet", folder / "rows.csv"
    pq.write_table(table.slice(0, parquet_rows), parquet, row_group_size=1_000_000)
    pc.write_csv(table.slice(0, csv_rows), csv)
    return parquet, csv


def kedou(path: Path) -> np.ndarray:
    return kd.solve(kd.scan(path, target="y")).coefficients


def pandas_sklearn(path: Path) -> np.ndarray:
    import pandas as pd
    from sklearn.linear_model import LinearRegression

    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    return LinearRegression().fit(frame[FEATURES], frame["y"]).coef_


def polars_moments(path: Path) -> np.ndarray:
    import polars as pl

    frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path)
    X = frame.select(FEATURES).to_numpy()
    y = frame["y"].to_numpy()
    X = X - X.mean(axis=0)
    return np.linalg.solve(X.T @ X, X.T @ (y - y.mean()))


def duckdb_sums(path: Path) -> np.ndarray:
    import duckdb

    names = [*FEATURES, "y"]
    products = [f"covar_pop({a}, {b})" for i, a in enumerate(names) for b in names[i:]]
    query = f"select {', '.join(products)} from '{path}'"
    values = iter(duckdb.sql(query).fetchall()[0])
    C = np.zeros((11, 11))
    for i in range(11):
        for j in range(i, 11):
            C[i, j] = C[j, i] = next(values)
    return np.linalg.solve(C[:10, :10], C[:10, 10])


def only_decode(path: Path) -> int:
    if path.suffix == ".csv":
        return pc.read_csv(path).num_rows
    with pq.ParquetFile(path) as file:
        return sum(batch.num_rows for batch in file.iter_batches(131_072))


def peak_memory(path: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def main() -> None:
    options = arguments(__doc__)
    part = 10 if options.quick else 1
    with tempfile.TemporaryDirectory() as folder:
        for path in make_files(Path(folder), 5_000_000 // part, 1_000_000 // part):
            jobs: dict[str, Job] = {"kedou": lambda path=path: kedou(path)}
            peers = {
                "pandas": ("pandas + scikit-learn", pandas_sklearn),
                "polars": ("polars + NumPy", polars_moments),
                "duckdb": ("DuckDB covariances", duckdb_sums),
            }
            for module, (name, job) in peers.items():
                if importlib.util.find_spec(module):
                    assert np.allclose(kedou(path), job(path), rtol=1e-7), name
                    jobs[name] = lambda path=path, job=job: job(path)
            decoding = "only PyArrow read_csv" if path.suffix == ".csv" else "only PyArrow decoding"
            jobs[decoding] = lambda path=path: only_decode(path)
            kind = path.suffix[1:].upper() if path.suffix == ".csv" else "Parquet"
            show(f"{kind} to coefficients, {path.stat().st_size / 1e6:.0f} MB",
                 timed(jobs, options.tries), "kedou")  # fmt: skip
            print(f"peak memory of a process that does it: {peak_memory(path)} MB")


if __name__ == "__main__":
    main()
