"""How long do 1,000 epochs of full-batch gradient descent with full history take?

The same descent three ways: Kedou (one scan, then 1,000 steps on moments), a NumPy loop and a
PyTorch loop over the rows. The loops run fewer epochs; their time is multiplied up, and said so.
All three end at the same weights.

    python benchmarks/epochs.py            # 5M x 10
    python benchmarks/epochs.py --quick
"""

from __future__ import annotations

import importlib.util

import numpy as np
from _table import Job, arguments, show, timed

import kedou as kd

EPOCHS, LOOP_EPOCHS = 1000, 10


def numpy_loop(X: np.ndarray, y: np.ndarray, rate: float, epochs: int) -> list[np.ndarray]:
    n, k = X.shape
    w, b, history = np.zeros(k), 0.0, []
    for _ in range(epochs):
        error = X @ w + b - y
        history.append(np.append(w, error @ error / n))
        w, b = w - rate * 2 / n * (error @ X), b - rate * 2 * error.mean()
    history.append(np.append(w, b))
    return history


def torch_loop(X: np.ndarray, y: np.ndarray, rate: float, epochs: int) -> list[object]:
    import torch

    A, t = torch.from_numpy(X), torch.from_numpy(y)
    n = len(y)
    w = torch.zeros(X.shape[1], dtype=torch.float64)
    b, history = torch.zeros((), dtype=torch.float64), []
    for _ in range(epochs):
        error = A @ w + b - t
        history.append((w, error @ error / n))
        w, b = w - rate * 2 / n * (error @ A), b - rate * 2 * error.mean()
    history.append((w, b))
    return history


def main() -> None:
    options = arguments(__doc__)
    n = 500_000 if options.quick else 5_000_000
    random = np.random.default_rng(1)
    X = random.normal(size=(n, 10))
    y = X @ random.normal(size=10) + 0.5 + random.normal(size=n)
    rate = 0.1
    run = kd.descend(kd.scan(X, y), learning_rate=rate, steps=LOOP_EPOCHS)
    assert np.allclose(run.theta[-1], numpy_loop(X, y, rate, LOOP_EPOCHS)[-1], rtol=1e-9)
    jobs: dict[str, Job] = {
        "kedou": lambda: kd.descend(kd.scan(X, y), learning_rate=rate, steps=EPOCHS),
        "NumPy loop": lambda: numpy_loop(X, y, rate, LOOP_EPOCHS),
    }
    if importlib.util.find_spec("torch"):
        jobs["PyTorch loop"] = lambda: torch_loop(X, y, rate, LOOP_EPOCHS)
    factor = EPOCHS / LOOP_EPOCHS
    loops = {name: factor for name in jobs if name != "kedou"}
    said = dict.fromkeys(loops, f"{LOOP_EPOCHS} epochs, x {factor:.0f}")
    title = f"{EPOCHS:,} epochs with full history, {n:,} x 10"
    show(title, timed(jobs, options.tries), "kedou", loops, said)


if __name__ == "__main__":
    main()
