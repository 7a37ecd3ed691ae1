"""A small network: layers of weights, bias and activation; every value forward, every slope back.

Forward, for inputs A_0 = X (rows, in), layer by layer:

    Z = A W' + b        A = f(Z)        W (out, in), b (out,)

Loss L = mean over rows of the sum over outputs of (y - y_hat)^2. Backward, from the end:

    dL/dA = -2 (Y - Y_hat) / rows        dL/dZ = dL/dA f'(Z)
    dL/dW = dL/dZ' A_before    dL/db = column sums of dL/dZ    dL/dA_before = dL/dZ W

The backward pass multiplies the slopes along the way from the end: the chain rule, once per edge.

Source: Rumelhart, Hinton & Williams (1986), Learning representations by back-propagating errors,
Nature 323.

Differences from well-known implementations
-------------------------------------------
1. PyTorch's MSELoss divides by the number of outputs as well; here a row's outputs are added.
2. At its corner, z = 0, the slope of ReLU is 0 (as in PyTorch).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from kedou.block import Floats

Activation = Literal["identity", "relu", "sigmoid", "tanh"]
ACTIVATIONS: tuple[Activation, ...] = ("identity", "relu", "sigmoid", "tanh")


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer: A = f(A_before W' + b).

    Attributes
    ----------
    weights : (out, in) float64
        W, one row for each unit.
    bias : (out,) float64
        b.
    activation : {"identity", "relu", "sigmoid", "tanh"}
        f.
    """

    weights: Floats
    bias: Floats
    activation: Activation = "identity"

    def __post_init__(self) -> None:
        weights = np.array(self.weights, dtype=np.float64)
        bias = np.array(self.bias, dtype=np.float64)
        assert weights.ndim == 2, weights.shape
        assert bias.shape == weights.shape[:1], (weights.shape, bias.shape)
        assert self.activation in ACTIVATIONS, self.activation
        for name, array in (("weights", weights), ("bias", bias)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)


@dataclass(frozen=True, eq=False)
class Network:
    """Layers, from the input to the output.

    Examples
    --------
    One tadpole through two weights; pinching the first by 0.01 moves the output by 0.0128:

    >>> import numpy as np
    >>> def network(w1, w2):
    ...     return Network((Layer([[w1]], [0.0]), Layer([[w2]], [0.0])))
    >>> x = np.array([[3.2]])
    >>> before, after = (forward(network(w1, 0.4), x).output[0, 0] for w1 in (2.0, 2.01))
    >>> float(round(before, 4)), float(round(after - before, 4))
    (2.56, 0.0128)
    """

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        widths = [layer.weights.shape for layer in self.layers]
        for (out, _), (_, width) in pairwise(widths):
            assert out == width, widths


@dataclass(frozen=True, eq=False)
class Forward:
    """Every value of a forward pass.

    Attributes
    ----------
    activations : tuple of (rows, width) float64
        A_0 = X, then the output of each layer.
    sums : tuple of (rows, width) float64
        Z of each layer.
    """

    activations: tuple[Floats, ...]
    sums: tuple[Floats, ...]

    @property
    def output(self) -> Floats:
        """The last activations, shape (rows, out)."""
        return self.activations[-1]


@dataclass(frozen=True, eq=False)
class Backward:
    """Every slope of a backward pass; entry l belongs to layer l.

    Attributes
    ----------
    loss : float
        L.
    activations, sums : tuple of (rows, out) float64
        dL/dA and dL/dZ.
    weights : tuple of (out, in) float64
        dL/dW.
    bias : tuple of (out,) float64
        dL/db.
    inputs : (rows, in) float64
        dL/dX.
    """

    loss: float
    activations: tuple[Floats, ...]
    sums: tuple[Floats, ...]
    weights: tuple[Floats, ...]
    bias: tuple[Floats, ...]
    inputs: Floats


@dataclass(frozen=True, slots=True)
class Edge:
    """One connection for one row, forward and back.

    Attributes
    ----------
    layer, to, source : int
        The layer, the unit it goes to and the one it comes from, counted from 0.
    weight : float
    carries : float
        weight * value of its source: what it adds to the sum it goes to.
    slope : float
        dL/dZ of the unit it goes to.
    passes_back : float
        slope * weight: what it adds to dL/dA of its source.
    gradient : float
        slope * value: this row's part of dL/dweight.
    """

    layer: int
    to: int
    source: int
    weight: float
    carries: float
    slope: float
    passes_back: float
    gradient: float


def activate(activation: Activation, z: Floats) -> Floats:
    """Return f(z)."""
    if activation == "relu":
        return np.maximum(z, 0.0)
    if activation == "sigmoid":
        return _sigmoid(z)
    return np.tanh(z) if activation == "tanh" else z


def slope_of(activation: Activation, z: Floats) -> Floats:
    """Return f'(z)."""
    if activation == "relu":
        return (z > 0).astype(np.float64)
    if activation == "sigmoid":
        return _sigmoid(z) * _sigmoid(-z)
    return 1.0 - np.square(np.tanh(z)) if activation == "tanh" else np.ones_like(z)


def forward(network: Network, X: Floats) -> Forward:
    """Return every value for inputs X, shape (rows, in)."""
    activations, sums = [np.asarray(X, dtype=np.float64)], []
    for layer in network.layers:
        sums.append(activations[-1] @ layer.weights.T + layer.bias)
        activations.append(activate(layer.activation, sums[-1]))
    return Forward(tuple(activations), tuple(sums))


def mean_loss(output: Floats, Y: Floats) -> float:
    """Return L for targets Y, shape (rows, out)."""
    return float(np.sum(np.square(Y - output)) / len(output))


def backward(network: Network, passed: Forward, Y: Floats) -> Backward:
    """Return every slope for targets Y, shape (rows, out)."""
    Y = np.asarray(Y, dtype=np.float64)
    dA = -2.0 * (Y - passed.output) / len(Y)
    back: list[tuple[Floats, Floats, Floats, Floats]] = []
    steps = zip(network.layers, passed.sums, passed.activations, strict=False)
    for layer, Z, before in reversed(list(steps)):
        dZ = dA * slope_of(layer.activation, Z)
        back.append((dA, dZ, dZ.T @ before, dZ.sum(axis=0)))
        dA = dZ @ layer.weights
    activations, sums, weights, bias = zip(*reversed(back), strict=True)
    return Backward(mean_loss(passed.output, Y), activations, sums, weights, bias, dA)


def edges(network: Network, passed: Forward, back: Backward, row: int) -> list[Edge]:
    """Return all edges of one row, layer by layer, unit by unit."""
    found = []
    for number, layer in enumerate(network.layers):
        value, slope = passed.activations[number][row], back.sums[number][row]
        for to, weights in enumerate(layer.weights):
            for source, weight in enumerate(weights):
                numbers = (
                    weight,
                    weight * value[source],
                    slope[to],
                    slope[to] * weight,
                    slope[to] * value[source],
                )
                found.append(Edge(number, to, source, *map(float, numbers)))
    return found


def step(network: Network, back: Backward, learning_rate: float) -> Network:
    """Take one step of gradient descent on every weight and bias."""
    slopes = zip(network.layers, back.weights, back.bias, strict=True)
    return Network(
        tuple(
            replace(
                layer,
                weights=layer.weights - learning_rate * weights,
                bias=layer.bias - learning_rate * bias,
            )
            for layer, weights, bias in slopes
        )
    )


def _sigmoid(z: Floats) -> Floats:
    """Return 1 / (1 + exp(-z)) from exp(-|z|), which cannot overflow."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0.0, 1.0, small) / (1.0 + small)
