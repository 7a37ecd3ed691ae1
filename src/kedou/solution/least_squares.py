"""The exact answer: normal equations in correlation form.

Every column is divided by its own spread, so that units do not matter; the scaled matrix

    C = D^-1 (A + R) D^-1        (R the ridge penalty, zero without)

is taken apart once, C = Q diag(lambda) Q'. Eigenvalues below rounding mark columns that depend on
each other: they get the answer of minimum norm in scaled columns, and are named. The remaining
error of a symmetric solve is removed by one step of refinement with a residual summed exactly.

The minimum of the loss is a non-negative sum, v' J v over the eigenvectors of the joint matrix J
of [X y] with v = (-w, 1); a difference of moments would come out negative in every third exact
line. Below its rounding floor it is reported as unresolved (None), not as noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kedou.blas import one_thread
from kedou.block import Floats
from kedou.moments.double_double import two_product
from kedou.solution.design import EPS, Design
from kedou.solution.exact import solve_exactly, whole_normal

RANK_TOLERANCE = 16 * EPS


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """The minimum of a design's loss, and the shape of the loss around it.

    Attributes
    ----------
    weights : (k,) float64
        w*.
    intercept : float
        b* (zero without an intercept).
    loss : float
        L* including the penalty, >= 0.
    mean_squared_error : float
        L* without the penalty, >= 0.
    floor : float
        Rounding floor of ``mean_squared_error``: below it no digit of it is known.
    factor : (k, k) float64
        F with A + R = F'F.
    inverse_factor : (k, k) float64
        G with (A + R)^+ = G G'.
    null : (k, nullity) float64
        Scaled directions along which the loss does not change.
    scale : (k,) float64
        D, the spread of each column used here.
    along_means : (k,) float64 or None
        m'G, where it was computed with more digits than G has.
    exact : bool
        Solved from exact moments: every number here is rounded once, at the end.
    """

    weights: Floats
    intercept: float
    loss: float
    mean_squared_error: float
    floor: float
    factor: Floats
    inverse_factor: Floats
    eigenvalues: Floats
    null: Floats
    scale: Floats
    along_means: Floats | None = None
    exact: bool = False

    @property
    def rank(self) -> int:
        """Number of independent columns."""
        return len(self.weights) - int(self.null.shape[1])

    @property
    def resolved(self) -> bool:
        """Whether the minimum of the loss stands above its rounding floor."""
        return self.mean_squared_error > self.floor or (
            self.exact and self.mean_squared_error == 0.0
        )

    def theta(self, has_intercept: bool) -> Floats:
        """Return (w*, b*) or w*."""
        return np.append(self.weights, self.intercept) if has_intercept else self.weights.copy()


def least_squares(design: Design, penalty: Floats | None = None) -> LeastSquares:
    """Minimise L(w, b) + sum penalty_j w_j^2.

    Parameters
    ----------
    design : Design
    penalty : (k,) float64, optional
        Penalty on each squared weight, in the units of the loss per squared weight.
    """
    with one_thread():
        return _solved(design, penalty) if design.exact is None else _exactly(design, penalty)


def _exactly(design: Design, penalty: Floats | None) -> LeastSquares:
    """Solve exact moments: see ``kedou.solution.exact``."""
    assert design.exact is not None
    k = len(design.columns)
    found = solve_exactly(
        whole_normal(design.exact, design.intercept),
        (design.mean, design.mean_low),
        (EPS * EPS) * design.squares[:k],
        design.constant,
        penalty,
    )
    w, b, mse = found.weights, found.intercept, found.mean_squared_error
    triangle = found.triangle
    size = np.ldexp(1.0, found.unit)
    dead = design.constant if penalty is None else design.constant & (penalty == 0)
    A = np.diag(design.A) if penalty is None else np.diag(design.A) + penalty
    scale = np.where(dead, 1.0, np.sqrt(A))
    factor, inverse = triangle.R[0] * size, triangle.G[0] / size[:, None]
    null = np.linalg.qr(triangle.relations * (scale / size)[:, None])[0]
    null[np.abs(null) < 64 * EPS] = 0.0
    along: Floats | None = found.along_means
    if null.shape[1] > dead.sum():  # the answer of minimum norm in scaled columns
        u, G = w * scale, inverse * scale[:, None]
        w = (u - null @ (null.T @ u)) / scale
        inverse = (G - null @ (null.T @ G)) / scale[:, None]
        if design.intercept:
            b = _intercept(design, w)
        along = None
    v = np.append(w, 1.0)
    floor = (EPS * EPS / 4) * float(v * v @ design.squares)
    return LeastSquares(
        weights=w,
        intercept=b if design.intercept else 0.0,
        loss=mse if penalty is None else mse + float(penalty @ (w * w)),
        mean_squared_error=mse,
        floor=floor,
        factor=factor,
        inverse_factor=inverse,
        eigenvalues=_squared_singular_values(factor / scale),
        null=null,
        scale=scale,
        along_means=along,
        exact=True,
    )


def _squared_singular_values(F: Floats) -> Floats:
    return np.asarray(np.linalg.svd(F, compute_uv=False)[::-1] ** 2) if F.size else np.zeros(0)


def _solved(design: Design, penalty: Floats | None) -> LeastSquares:
    k = len(design.columns)
    A = design.A if penalty is None else design.A + np.diag(penalty)
    dead = design.constant if penalty is None else design.constant & (penalty == 0)
    scale = np.where(dead, 1.0, np.sqrt(np.diag(A)))
    C = A / scale[:, None] / scale
    C[dead, :] = 0.0
    C[:, dead] = 0.0
    r = np.where(dead, 0.0, design.c / scale)
    lam, Q = np.linalg.eigh(C) if k else (np.zeros(0), np.zeros((0, 0)))
    tolerance = RANK_TOLERANCE * k * (lam[-1] if k else 0.0)
    alive = lam > tolerance
    root = np.sqrt(np.where(alive, lam, 1.0))
    inverse = (Q[:, alive] / root[alive]) @ (Q[:, alive] / root[alive]).T if k else C
    u = inverse @ r
    for _ in range(2):
        u = u + inverse @ _residual(C, u, r)
    w = u / scale
    b = 0.0
    if design.intercept:
        b = _intercept(design, w)
    mse, floor = _minimum(design, w)
    loss = mse if penalty is None else mse + float(penalty @ (w * w))
    return LeastSquares(
        weights=w,
        intercept=b,
        loss=loss,
        mean_squared_error=mse,
        floor=floor,
        factor=np.where(alive, root, 0.0)[:, None] * Q.T * scale,
        inverse_factor=(Q[:, alive] / root[alive]) / scale[:, None],
        eigenvalues=lam,
        null=Q[:, ~alive],
        scale=scale,
    )


def _residual(C: Floats, u: Floats, r: Floats) -> Floats:
    """Return r - C u with every product and the sum carried in twice the precision."""
    product, error = two_product(C, u[None, :])
    terms = np.concatenate([r[:, None], -product, -error], axis=1)
    return np.array([_exact_sum(row) for row in terms])


def _exact_sum(values: Floats) -> float:
    from math import fsum

    return fsum(values.tolist())


def _intercept(design: Design, w: Floats) -> float:
    """Return b* = ybar - m'w, the means in twice the precision."""
    product, error = two_product(w, design.mean)
    low = design.target_mean_low - float(w @ design.mean_low)
    values = [design.target_mean, low, *(-product).tolist(), *(-error).tolist()]
    return _exact_sum(np.array(values))


def _minimum(design: Design, w: Floats) -> tuple[float, float]:
    """Return v'Jv as a sum of squares, and the floor below which it is rounding."""
    J = design.joint
    v = np.append(-w, 1.0)
    size = np.sqrt(np.maximum(np.diag(J), 0.0))
    size = np.where(size > 0, size, 1.0)
    lam, Q = np.linalg.eigh(J / size[:, None] / size)
    along = Q.T @ (v * size)
    mse = float(np.sum(np.maximum(lam, 0.0) * along * along))
    floor = 4 * EPS * len(v) * float(np.abs(v) @ np.abs(J) @ np.abs(v))
    return mse, floor
