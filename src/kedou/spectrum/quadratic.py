"""The squared loss as descent sees it: a bowl around the exact answer.

In descent's coordinates, with the factor R of half the Hessian, H = 2 R'R,

    R = [ F   0 ]     F'F = (A + penalty) / (s s')        gap(theta) = |R (theta - theta*)|^2
        [ m'  1 ]     m = (mean - mu) / s                 gradient   = 2 R'R (theta - theta*)

the last row and column only with an intercept. The gap is a sum of squares, so it is never
negative and keeps its digits near the bottom, where L - L* would lose them; the eigenvalues of H
are twice the squared singular values of R, so small ones keep twice the digits they would have
in H.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kedou.blas import one_thread
from kedou.block import Floats
from kedou.moments import Moments
from kedou.solution import (
    Coordinates,
    Design,
    LeastSquares,
    least_squares,
    make_coordinates,
    make_design,
    ridge_penalty,
)
from kedou.solution.design import EPS
from kedou.solution.exact import WholeNormal, exact_residual, whole_normal


@dataclass(frozen=True, eq=False)
class Quadratic:
    """Objective of squared error on moments: value, gradient, curvature, spectrum.

    All parameters here are in descent's coordinates; ``coordinates`` leads out of them.

    Attributes
    ----------
    design : Design
    coordinates : Coordinates
    answer : LeastSquares
        The exact answer in the user's units.
    best : (p,) float64
        theta*.
    R : (p, p) float64
        Factor of half the Hessian.
    penalty : (k,) float64 or None
        Of each squared weight, in the user's units.
    """

    design: Design
    coordinates: Coordinates
    answer: LeastSquares
    best: Floats
    R: Floats
    penalty: Floats | None = None

    @property
    def least(self) -> float:
        """L*, the smallest possible loss."""
        return self.answer.loss

    @property
    def scale_of_loss(self) -> float:
        """What "within 1 %" is a share of: L*, but at least 1e-12 of the loss of the mean alone.

        The floor decides only where the line passes (almost) exactly through the points.
        """
        return max(self.least, 1e-12 * self.design.null_loss)

    def evaluate(self, theta: Floats) -> tuple[float, Floats]:
        """Return the gap L - L* >= 0 and the gradient, shape (p,)."""
        r = self.R.dot(theta - self.best)  # quicker than @ where p is small, and the same bits
        return float(r.dot(r)), 2.0 * r.dot(self.R)

    def value(self, theta: Floats) -> float:
        """Return L(theta)."""
        return self.least + self.evaluate(theta)[0]

    def gradient(self, theta: Floats) -> Floats:
        """Return dL/dtheta, shape (p,)."""
        return self.evaluate(theta)[1]

    def curvature(self, theta: Floats, v: Floats) -> Floats:
        """Return H v, shape (p,); H does not depend on theta."""
        return 2.0 * ((self.R @ v) @ self.R)

    def preconditioned(self, theta: Floats, gradient: Floats) -> Floats:
        """Return H^-1 times the gradient at theta, shape (p,), through the float64 factor.

        On exact moments the gradient is taken from the exact sums, at theta, and rounded once; the
        one that is given is not looked at. On others it is the one that is given.
        """
        design, k = self.design, len(self.design.columns)
        G = self.answer.inverse_factor
        user = self.coordinates.outward(theta)
        if self._normal is not None:
            downhill, up = exact_residual(self._normal, design.intercept, user, self.penalty)
        else:
            half = -0.5 * self.coordinates.gradient_outward(gradient)
            up = float(half[k]) if design.intercept else 0.0
            downhill = half[:k] - design.mean * up
        step = G @ (downhill @ G)
        if design.intercept:
            step = np.append(step, up - design.mean @ step)
        return -self.coordinates.inward(step)

    @cached_property
    def _normal(self) -> WholeNormal | None:
        exact = self.design.exact
        return None if exact is None else whole_normal(exact, self.design.intercept)

    def gaps(self, thetas: Floats) -> Floats:
        """Return the gaps of many parameters (records, p), shape (records,)."""
        r = (thetas - self.best) @ self.R.T
        return np.asarray(np.einsum("ij,ij->i", r, r))

    def gradients(self, thetas: Floats) -> Floats:
        """Return the gradients of many parameters (records, p), shape (records, p)."""
        return 2.0 * (((thetas - self.best) @ self.R.T) @ self.R)

    @cached_property
    def _svd(self) -> tuple[Floats, Floats]:
        if not self.R.size:
            return np.zeros(0), np.zeros((0, 0))
        with one_thread():
            _, sigma, Vt = np.linalg.svd(self.R)
        eigenvalues = 2.0 * sigma * sigma
        nullity = self.answer.null.shape[1]
        if nullity:
            eigenvalues[len(eigenvalues) - nullity :] = 0.0
        return eigenvalues, Vt.T

    @property
    def eigenvalues(self) -> Floats:
        """Eigenvalues of H, largest first, shape (p,); 0 where columns depend on each other."""
        return self._svd[0]

    @property
    def eigenvectors(self) -> Floats:
        """Eigenvectors of H as columns, in the same order, shape (p, p)."""
        return self._svd[1]

    def components(self, theta: Floats) -> Floats:
        """Return (theta - theta*) along each eigenvector, shape (p,); below rounding it is 0."""
        along = self.eigenvectors.T @ (theta - self.best)
        size = np.linalg.norm(theta) + np.linalg.norm(self.best)
        return np.where(np.abs(along) > 8 * EPS * size, along, 0.0)

    def shares(self, theta: Floats) -> Floats:
        """Return the share of each direction in the gap of theta, lambda c^2 / 2, shape (p,)."""
        roots = np.sqrt(0.5 * self.eigenvalues) * self.components(theta)
        return np.asarray(roots * roots)


def make_quadratic(
    moments: Moments, intercept: bool = True, standardize: bool = False, ridge: float = 0.0
) -> Quadratic:
    """Build the bowl of moments.

    Raises
    ------
    DataError
        No rows, or values too large to be squared.
    OptionError
        A negative ``ridge``.
    """
    design = make_design(moments, intercept)
    return quadratic_of(design, standardize, ridge)


def quadratic_of(design: Design, standardize: bool = False, ridge: float = 0.0) -> Quadratic:
    """Build the bowl of a design."""
    penalty = ridge_penalty(design, ridge, standardize)
    answer = least_squares(design, penalty)
    coordinates = make_coordinates(design, standardize)
    k = len(design.columns)
    F = answer.factor / coordinates.scale
    if design.intercept:
        R = np.zeros((k + 1, k + 1))
        R[:k, :k] = F
        shift = (design.mean - coordinates.shift) / coordinates.scale
        R[k, :k], R[k, k] = shift, 1.0
    else:
        R = F
    best = coordinates.inward(answer.theta(design.intercept))
    return Quadratic(design, coordinates, answer, best, np.ascontiguousarray(R), penalty)
