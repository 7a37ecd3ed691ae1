"""The coordinates descent moves in: the user's own, or standardised ones.

Standardising z_j = (x_j - mu_j) / s_j turns the prediction w'x + b into u'z + a with

    u_j = s_j w_j        a = b + mu'w

(mu = the means with an intercept, zero without one; s = the spread of each column, never y's).
``start``, ``theta`` and ``gradient`` are always reported in the user's units; only the steps
are taken here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kedou.block import Floats
from kedou.solution.design import Design


@dataclass(frozen=True, eq=False)
class Coordinates:
    """Shift and scale of each column.

    Attributes
    ----------
    shift : (k,) float64
        mu, in the units of each column.
    scale : (k,) float64
        s > 0, in the units of each column.
    intercept : bool
        Whether theta ends with b.
    """

    shift: Floats
    scale: Floats
    intercept: bool

    def inward(self, theta: Floats) -> Floats:
        """Turn user's parameters (..., p) into descent's."""
        k = len(self.scale)
        inner = np.array(theta, dtype=np.float64)
        inner[..., :k] = theta[..., :k] * self.scale
        if self.intercept:
            inner[..., k] = theta[..., k] + theta[..., :k] @ self.shift
        return inner

    def outward(self, inner: Floats) -> Floats:
        """Turn descent's parameters (..., p) into the user's."""
        k = len(self.scale)
        theta = np.array(inner, dtype=np.float64)
        theta[..., :k] = inner[..., :k] / self.scale
        if self.intercept:
            theta[..., k] = inner[..., k] - theta[..., :k] @ self.shift
        return theta

    def gradient_outward(self, gradient: Floats) -> Floats:
        """Turn a gradient with respect to descent's parameters into one for the user's."""
        k = len(self.scale)
        result = np.array(gradient, dtype=np.float64)
        result[..., :k] = gradient[..., :k] * self.scale
        if self.intercept:
            result[..., :k] += gradient[..., k, None] * self.shift
        return result

    def gradient_inward(self, gradient: Floats) -> Floats:
        """Turn a gradient with respect to the user's parameters into one for descent's."""
        k = len(self.scale)
        result = np.array(gradient, dtype=np.float64)
        if self.intercept:
            result[..., :k] = gradient[..., :k] - gradient[..., k, None] * self.shift
        result[..., :k] = result[..., :k] / self.scale
        return result


def make_coordinates(design: Design, standardize: bool) -> Coordinates:
    """Return the coordinates that ``standardize`` asks for."""
    k = len(design.columns)
    if not standardize:
        return Coordinates(np.zeros(k), np.ones(k), design.intercept)
    return Coordinates(design.mean.copy(), design.spread, design.intercept)
