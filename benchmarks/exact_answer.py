"""How long does the exact least-squares answer take, of arrays in memory?

Kedou scans (two threads, one pass) and solves; the peers fit the same arrays: scikit-learn's
LinearRegression and Ridge(solver="cholesky"), numpy.linalg.lstsq, and, where they are installed,
scikit-learn-intelex (oneDAL), glum (a normal family without a penalty) and polars-ols (of a frame
made before the clock starts). "reading the bytes" sums X once, the least any method must do.

    python benchmarks/exact_answer.py            # 5M x 10, 1M x 50, 200k x 300
    python benchmarks/exact_answer.py --quick
"""

from __future__ import annotations

import importlib.util

import numpy as np
from _table import Job, arguments, show, timed
from sklearn.linear_model import LinearRegression, Ridge

import kedou as kd

SIZES = [(5_000_000, 10), (1_000_000, 50), (200_000, 300)]


def peers_of_generalised_models(X: np.ndarray, y: np.ndarray) -> dict[str, Job]:
    if not importlib.util.find_spec("glum"):
        return {}
    from glum import GeneralizedLinearRegressor

    return {"glum": lambda: GeneralizedLinearRegressor(family="normal", alpha=0).fit(X, y)}


def peers_of_frames(X: np.ndarray, y: np.ndarray) -> dict[str, Job]:
    if not importlib.util.find_spec("polars_ols"):
        return {}
    import polars as pl
    import polars_ols

    names = [f"x{j}" for j in range(X.shape[1])]
    frame = pl.DataFrame({name: X[:, j] for j, name in enumerate(names)} | {"y": y})
    features = [pl.col(name) for name in names]
    answer = polars_ols.compute_least_squares(
        pl.col("y"), *features, add_intercept=True, mode="coefficients"
    )
    return {"polars-ols": lambda: frame.select(answer)}


def main() -> None:
    options = arguments(__doc__)
    for rows, k in SIZES:
        n = rows // 10 if options.quick else rows
        random = np.random.default_rng(1)
        X = random.normal(size=(n, k))
        w = random.normal(size=k)
        y = X @ w + 0.5 + random.normal(size=n)
        found = kd.solve(kd.scan(X, y)).coefficients
        expected = LinearRegression().fit(X, y).coef_
        assert np.allclose(found, expected, rtol=1e-9, atol=1e-12)
        jobs: dict[str, Job] = {
            "kedou": lambda X=X, y=y: kd.solve(kd.scan(X, y)),
            "kedou, one thread": lambda X=X, y=y: kd.solve(kd.scan(X, y, workers=1)),
        }
        if importlib.util.find_spec("sklearnex"):
            from sklearnex.linear_model import LinearRegression as OneDal

            jobs["oneDAL (scikit-learn-intelex)"] = lambda X=X, y=y: OneDal().fit(X, y)
        jobs["scikit-learn Ridge(cholesky)"] = lambda X=X, y=y: Ridge(
            alpha=1e-9, solver="cholesky"
        ).fit(X, y)
        jobs["scikit-learn LinearRegression"] = lambda X=X, y=y: LinearRegression().fit(X, y)
        jobs |= peers_of_generalised_models(X, y)
        jobs |= peers_of_frames(X, y)
        Z = np.column_stack([X, np.ones(n)])
        jobs["numpy.linalg.lstsq"] = lambda Z=Z, y=y: np.linalg.lstsq(Z, y, rcond=None)
        jobs["reading the bytes"] = lambda X=X: X.sum()
        show(f"exact answer, {n:,} x {k}", timed(jobs, options.tries), "kedou")


if __name__ == "__main__":
    main()
