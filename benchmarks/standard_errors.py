"""How long do coefficients with standard errors, t and p take, of arrays in memory?

Kedou scans and solves, and the statistics are read off. Peers in the same run, where they are
installed: statsmodels' OLS (with its two methods), and glum with its covariance matrix.

    python benchmarks/standard_errors.py            # 2M x 10, 200k x 100
    python benchmarks/standard_errors.py --quick
"""

from __future__ import annotations

import importlib.util

import numpy as np
from _table import Job, arguments, show, timed

import kedou as kd

SIZES = [(2_000_000, 10), (200_000, 100)]


def kedou(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    solution = kd.solve(kd.scan(X, y))
    _ = solution.t, solution.p_values
    errors: np.ndarray = solution.standard_errors[:-1].astype(float)
    return errors


def statsmodels(X: np.ndarray, y: np.ndarray, method: str) -> np.ndarray:
    import statsmodels.api as sm

    fitted = sm.OLS(y, sm.add_constant(X)).fit(method=method)
    _ = fitted.tvalues, fitted.pvalues
    errors: np.ndarray = fitted.bse[1:]
    return errors


def glum(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    from glum import GeneralizedLinearRegressor

    model = GeneralizedLinearRegressor(family="normal", alpha=0).fit(X, y)
    model.covariance_matrix(X=X, y=y, robust=False, store_covariance_matrix=True)
    errors: np.ndarray = model.std_errors()[1:]
    return errors


def main() -> None:
    options = arguments(__doc__)
    for rows, k in SIZES:
        n = rows // 10 if options.quick else rows
        random = np.random.default_rng(1)
        X = random.normal(size=(n, k))
        y = X @ random.normal(size=k) + 0.5 + random.normal(size=n)
        jobs: dict[str, Job] = {"kedou": lambda X=X, y=y: kedou(X, y)}
        if importlib.util.find_spec("statsmodels"):
            assert np.allclose(kedou(X, y), statsmodels(X, y, "qr"), rtol=1e-8)
            for method in ("pinv", "qr"):
                jobs[f"statsmodels OLS, {method}"] = lambda X=X, y=y, m=method: statsmodels(X, y, m)
        if importlib.util.find_spec("glum"):
            assert np.allclose(kedou(X, y), glum(X, y), rtol=5e-3)  # divides by n
            jobs["glum"] = lambda X=X, y=y: glum(X, y)
        show(f"standard errors, {n:,} x {k}", timed(jobs, options.tries), "kedou")


if __name__ == "__main__":
    main()
