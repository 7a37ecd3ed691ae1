"""How long does it take from a Dask array to its coefficients?

Arrays of several chunks, computed by Dask's threads in this process: Kedou scans (each chunk is a
part) and solves; dask-ml fits its LinearRegression by Newton's method, where it is installed.

    python benchmarks/dask_array.py            # 2M x 10, chunks of 250,000 rows
    python benchmarks/dask_array.py --quick
"""

from __future__ import annotations

import importlib.util
import warnings

import dask.array as da
import numpy as np
from _table import Job, arguments, show, timed

import kedou as kd


def main() -> None:
    options = arguments(__doc__)
    warnings.filterwarnings("ignore", module="dask|sklearn|numpy")
    n = 200_000 if options.quick else 2_000_000
    random = np.random.default_rng(1)
    X = random.normal(size=(n, 10))
    y = X @ random.normal(size=10) + 0.5 + random.normal(size=n)
    chunk = n // 8
    rows, target = da.from_array(X, chunks=(chunk, 10)), da.from_array(y, chunks=chunk)

    def kedou() -> np.ndarray:
        theta: np.ndarray = kd.solve(kd.scan(rows, target)).theta
        return theta

    jobs: dict[str, Job] = {"kedou": kedou}
    if importlib.util.find_spec("dask_ml"):
        from dask_ml.linear_model import LinearRegression

        def dask_ml() -> np.ndarray:
            model = LinearRegression(solver="newton", tol=1e-10).fit(rows, target)
            return np.append(model.coef_, model.intercept_)

        assert np.allclose(kedou(), dask_ml(), rtol=1e-5, atol=1e-7)
        jobs["dask-ml LinearRegression, newton"] = dask_ml
    show(f"Dask array to coefficients, {n:,} x 10", timed(jobs, options.tries), "kedou")


if __name__ == "__main__":
    main()
