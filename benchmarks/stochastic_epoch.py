"""How long does an epoch of stochastic descent take, 32 rows a step?

The same least squares in memory, constant rate, no penalty, float64: Kedou (mini-batches of 32
rows), scikit-learn's SGDRegressor (one row a step: it has no mini-batches) and, where they are
installed, a PyTorch loop (batches of 32 rows, torch.optim.SGD), river (one row a step, rows made
into dicts before the clock starts) and, for rows as they stand, Vowpal Wabbit (one row a step,
reading its text file, as it does by nature). These three walk fewer rows; their time is multiplied
up, and said so. The time of *one more epoch* is
what the 2nd to 4th epoch add, so that what a fit does once (checking, Kedou's scan for the
spectrum and the exact answer) is not in it; the whole call with five epochs stands below.

Same work: after the same number of epochs each one's mean squared error over all rows is put
beside the exact one. A step on one row of rate r stands against one on 32 rows of rate 32 r: both
have the same noise ball and go as far in an epoch.

    python benchmarks/stochastic_epoch.py            # 5M x 10
    python benchmarks/stochastic_epoch.py --quick
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from _table import Job, arguments, show, timed
from sklearn.linear_model import SGDRegressor

import kedou as kd

BATCH, RATE_OF_ONE_ROW, EPOCHS, MORE = 32, 1e-4, 5, 3
SLOW = ("kedou in NumPy", "PyTorch loop", "river")
Fit = Callable[[int], np.ndarray]


def kedou(X: np.ndarray, y: np.ndarray, shuffle: bool, compiled: bool) -> Fit:
    def fit(epochs: int) -> np.ndarray:
        run = kd.descend(
            X, y=y, batch_size=BATCH, epochs=epochs, shuffle=shuffle, compiled=compiled,
            learning_rate=BATCH * RATE_OF_ONE_ROW,
        )  # fmt: skip
        return run.theta[-1]

    return fit


def scikit_learn(X: np.ndarray, y: np.ndarray, shuffle: bool) -> Fit:
    def fit(epochs: int) -> np.ndarray:
        model = SGDRegressor(
            penalty=None, learning_rate="constant", eta0=2 * RATE_OF_ONE_ROW, max_iter=epochs,
            tol=None, shuffle=shuffle, random_state=0,
        ).fit(X, y)  # its loss is half the squared error, so its rate is doubled  # fmt: skip
        return np.append(model.coef_, model.intercept_)

    return fit


def pytorch(X: np.ndarray, y: np.ndarray, shuffle: bool) -> Fit:
    import torch

    A, t = torch.from_numpy(X), torch.from_numpy(y)

    def fit(epochs: int) -> np.ndarray:
        torch.manual_seed(0)
        theta = torch.zeros(X.shape[1] + 1, dtype=torch.float64, requires_grad=True)
        optimiser = torch.optim.SGD([theta], lr=BATCH * RATE_OF_ONE_ROW)
        for _ in range(epochs):
            order = torch.randperm(len(t)) if shuffle else torch.arange(len(t))
            for first in range(0, len(t), BATCH):
                rows = order[first : first + BATCH]
                optimiser.zero_grad()
                error = A[rows] @ theta[:-1] + theta[-1] - t[rows]
                (error @ error / len(rows)).backward()
                optimiser.step()
        return theta.detach().numpy()

    return fit


def river(X: np.ndarray, y: np.ndarray) -> Fit:
    from river import linear_model, optim

    rows = [dict(enumerate(row)) for row in X.tolist()]
    targets = y.tolist()

    def fit(epochs: int) -> np.ndarray:
        rate = RATE_OF_ONE_ROW  # of a squared error, as Kedou's
        model = linear_model.LinearRegression(optimizer=optim.SGD(rate), intercept_lr=rate)
        for _ in range(epochs):
            for row, target in zip(rows, targets, strict=True):
                model.learn_one(row, target)
        return np.array([model.weights[j] for j in range(X.shape[1])] + [model.intercept])

    return fit


def vowpal_wabbit(X: np.ndarray, y: np.ndarray, folder: str) -> Fit:
    from vowpalwabbit import Workspace

    path, cache = f"{folder}/rows.txt", f"{folder}/rows.cache"
    with Path(path).open("w") as file:
        for row, target in zip(X.tolist(), y.tolist(), strict=True):
            features = " ".join(f"x{j}:{value:.9g}" for j, value in enumerate(row))
            file.write(f"{target:.9g} | {features}\n")

    def fit(epochs: int) -> np.ndarray:
        Path(cache).unlink(missing_ok=True)
        options = f"--sgd -l {2 * RATE_OF_ONE_ROW} --power_t 0 --passes {epochs} --holdout_off"
        model = Workspace(f"-d {path} --cache_file {cache} --quiet {options}")
        names = [*(f"x{j}" for j in range(X.shape[1])), "Constant"]
        theta = np.array([model.get_weight_from_name(name) for name in names])
        model.finish()
        return theta

    return fit


def one_more(fits: dict[str, Fit], tries: int) -> dict[str, list[float]]:
    """Return the seconds of an epoch: what further ones add to one, over their number."""
    jobs: dict[str, Job] = {}
    for name, fit in fits.items():
        more = 1 if name in SLOW else MORE
        jobs[f"{name} 1"] = lambda fit=fit: fit(1)
        jobs[f"{name} more"] = lambda fit=fit, more=more: fit(1 + more)
    seconds = timed(jobs, tries)
    return {
        name: [
            (more - one) / (1 if name in SLOW else MORE)
            for one, more in zip(seconds[f"{name} 1"], seconds[f"{name} more"], strict=True)
        ]
        for name in fits
    }


def main() -> None:
    options = arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        ask(options, folder)


def ask(options: argparse.Namespace, folder: str) -> None:
    """Print all tables."""
    warnings.filterwarnings("ignore", module="sklearn")
    n = 500_000 if options.quick else 5_000_000
    random = np.random.default_rng(1)
    X = random.normal(size=(n, 10))
    y = X @ random.normal(size=10) + 0.5 + random.normal(size=n)
    compiled = importlib.util.find_spec("numba") is not None
    small = n // 50
    for shuffle in (True, False):
        said = "shuffled" if shuffle else "rows as they stand"
        fits = {
            "kedou": kedou(X, y, shuffle, compiled),
            "scikit-learn": scikit_learn(X, y, shuffle),
        }
        slow: dict[str, Fit] = {"kedou in NumPy": kedou(X[:small], y[:small], shuffle, False)}
        if importlib.util.find_spec("torch"):
            slow["PyTorch loop"] = pytorch(X[:small], y[:small], shuffle)
        if importlib.util.find_spec("river") and not shuffle:
            slow["river"] = river(X[:small], y[:small])
        scale = dict.fromkeys(slow, n / small)
        notes = dict.fromkeys(slow, f"{small:,} rows, x {n / small:.0f}")
        if importlib.util.find_spec("vowpalwabbit") and not shuffle:
            tenth = n // 10
            slow["Vowpal Wabbit"] = vowpal_wabbit(X[:tenth], y[:tenth], folder)
            scale["Vowpal Wabbit"] = n / tenth
            notes["Vowpal Wabbit"] = f"{tenth:,} rows, x {n / tenth:.0f}"
        title = f"one more epoch of {n:,} x 10, {BATCH} rows a step, {said}"
        seconds = one_more(fits | slow, options.tries)
        show(title, seconds, "kedou", scale, notes)
        jobs: dict[str, Job] = {name: lambda fit=fit: fit(EPOCHS) for name, fit in fits.items()}
        whole = timed(jobs, options.tries)
        show(f"the whole call with {EPOCHS} epochs, {said}", whole, "kedou")
        exact = kd.solve(kd.scan(X, y)).loss
        gaps = {name: _loss(X, y, fit(EPOCHS)) / exact - 1 for name, fit in fits.items()}
        ball = RATE_OF_ONE_ROW * sum(1 / (1 - BATCH * RATE_OF_ONE_ROW) for _ in range(11))
        told = ", ".join(f"{name} {gap:.2e}" for name, gap in gaps.items())
        print(f"  loss above the exact one after {EPOCHS} epochs: {told}")
        print(f"  (one draw each from the noise at rest; its mean, by the spectrum: {ball:.2e})")
        ratio = statistics.median(seconds["scikit-learn"]) / statistics.median(seconds["kedou"])
        print(f"  line: >= {5 if shuffle else 3} x scikit-learn; this run: {ratio:.2f} x")


def _loss(X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> float:
    error = y - X @ theta[:-1] - theta[-1]
    return float(error @ error) / len(y)


if __name__ == "__main__":
    main()
