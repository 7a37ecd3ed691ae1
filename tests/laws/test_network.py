"""The small network: its slopes against finite differences and against an independent autograd."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kedou
from kedou.network import (
    ACTIVATIONS,
    Activation,
    Layer,
    Network,
    activate,
    backward,
    edges,
    forward,
    mean_loss,
    slope_of,
    step,
)

TADPOLES = kedou.data.tadpoles()
X, Y = TADPOLES.X, TADPOLES.y[:, None]

# Computed once with PyTorch 2.13.0 (float64, CPU): layers A @ W.T + b with torch.relu,
# torch.sigmoid or torch.tanh, loss ((y - output)**2).sum(1).mean(), loss.backward().
AUTOGRAD = {
    ("tanh", "sigmoid"): {
        "loss": 2.8983542474161395,
        "output": [
            0.6197444081523824, 0.7870363787477094, 0.901228186876387, 0.9418158920148003,
            0.9747394396762115, 1.0012507281377478, 1.0012507281377478,
        ],
        "weights": [
            [[-0.11117614530614256], [1.8121384340467634], [-0.040681856832664794]],
            [
                [-0.6197331830201767, 0.27096914049902404, -0.6412031635958987],
                [0.42206542227824956, -0.18610058888623973, 0.4368639203054494],
            ],
            [[-2.1779627746985826, -0.9908141655038576]],
        ],
        "bias": [
            [-0.04424181149265525, 0.5321608041569769, -0.023404176034655284],
            [-0.6696218705892807, 0.45459508831562667],
            [-2.935124068073432],
        ],
    },
    ("relu", "tanh"): {
        "loss": 0.889466780042832,
        "output": [
            0.5902966736450852, 1.3787844136764942, 1.7742881054525712, 1.8771215755419433,
            1.9536426636527742, 2.011036775585066, 2.011036775585066,
        ],
        "weights": [
            [[0.18132480069229195], [-0.08881712369943295], [-0.9325722609822216]],
            [
                [-0.24982196108379687, -0.03794644194872155, -0.33059193224054506],
                [0.8884913810143386, 0.02098867212027128, 1.248183035744065],
            ],
            [[-1.298290896710437, 0.9488521227818792]],
        ],
        "bias": [
            [0.0100964119949777, 0.01237207429650479, -0.2792395223281782],
            [-0.19200890414869418, 0.4816754829968787],
            [-1.4010837191031427],
        ],
    },
    ("sigmoid", "relu"): {
        "loss": 2.532762579570043,
        "output": [
            0.5271873249924937, 0.7535307083928227, 0.9605152349743715, 1.0456199900499006,
            1.1199471950757482, 1.1828868027389774, 1.1828868027389774,
        ],
        "weights": [
            [[-0.7684155605715838], [1.8061597648339214], [-0.2777273260662964]],
            [
                [-2.8547941309714124, -1.3030609864215208, -3.051864398447717],
                [0.920929518492599, 0.478379969601193, 0.9870607738248705],
            ],
            [[-1.8785502083965326, -0.14489492906589263]],
        ],
        "bias": [
            [-0.2308497940106783, 0.555401414397692, -0.1013036753993815],
            [-3.3351174654983, 1.1186399093029324],
            [-2.779264554581917],
        ],
    },
}  # fmt: skip


def three_layers(first: Activation, second: Activation) -> Network:
    return Network(
        (
            Layer(np.array([[0.5], [-0.3], [0.8]]), np.array([0.1, 0.6, -0.2]), first),
            Layer(np.array([[0.7, -0.4, 0.2], [0.3, 0.9, -0.5]]), np.array([0.05, -0.1]), second),
            Layer(np.array([[1.2, -0.7]]), np.array([0.3])),
        )
    )


@pytest.mark.parametrize("activations", AUTOGRAD)
def test_values_and_slopes_are_those_of_an_independent_autograd(
    activations: tuple[Activation, Activation],
) -> None:
    expected = AUTOGRAD[activations]
    network = three_layers(*activations)
    passed = forward(network, X)
    back = backward(network, passed, Y)
    np.testing.assert_allclose(passed.output[:, 0], expected["output"], rtol=1e-13)
    np.testing.assert_allclose(back.loss, expected["loss"], rtol=1e-13)
    for ours, theirs in zip(back.weights, expected["weights"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)
    for ours, theirs in zip(back.bias, expected["bias"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)


def test_the_first_example_of_the_lesson() -> None:
    def network(w1: float) -> Network:
        return Network((Layer([[w1]], [0.0]), Layer([[0.4]], [0.0])))

    x, y = np.array([[3.2]]), np.array([[2.9]])
    passed = forward(network(2.0), x)
    back = backward(network(2.0), passed, y)
    pinched = forward(network(2.01), x).output - passed.output
    assert pinched[0, 0] == pytest.approx(0.0128, abs=1e-12)
    # PyTorch 2.13.0: output 2.56, loss 0.1156, dL/dw1 = -0.8704, dL/dw2 = -4.352.
    assert passed.output[0, 0] == pytest.approx(2.56)
    assert back.loss == pytest.approx(0.1156)
    assert back.weights[0][0, 0] == pytest.approx(-0.8704)
    assert back.weights[1][0, 0] == pytest.approx(-4.352)


numbers = st.floats(-2, 2, allow_subnormal=False)


@given(st.data())
def test_slopes_are_finite_differences(data: st.DataObject) -> None:
    widths = data.draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    rows = data.draw(st.integers(1, 3))
    smooth = st.sampled_from([name for name in ACTIVATIONS if name != "relu"])

    def drawn(*shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        return np.array(data.draw(st.lists(numbers, min_size=size, max_size=size))).reshape(shape)

    network = Network(
        tuple(Layer(drawn(b, a), drawn(b), data.draw(smooth)) for a, b in pairwise(widths))
    )
    x, y = drawn(rows, widths[0]), drawn(rows, widths[-1])
    back = backward(network, forward(network, x), y)
    h = 1e-5

    def rise(change: Network, other: Network) -> float:
        high, low = (mean_loss(forward(each, x).output, y) for each in (change, other))
        return (high - low) / (2 * h)

    for number, layer in enumerate(network.layers):
        for name, slopes in (("weights", back.weights[number]), ("bias", back.bias[number])):
            array = getattr(layer, name)
            for place in np.ndindex(array.shape):
                moved = []
                for by in (h, -h):
                    other = array.copy()
                    other[place] += by
                    layers = list(network.layers)
                    layers[number] = replace(layer, **{name: other})
                    moved.append(Network(tuple(layers)))
                assert rise(*moved) == pytest.approx(slopes[place], rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_slope_of_each_activation(activation: Activation) -> None:
    z = np.array([-3.0, -0.7, 0.2, 1.9])
    h = 1e-6
    rise = (activate(activation, z + h) - activate(activation, z - h)) / (2 * h)
    np.testing.assert_allclose(slope_of(activation, z), rise, rtol=1e-8, atol=1e-9)
    assert np.isfinite(activate(activation, np.array([-1000.0, 1000.0]))).all()


def test_edges_add_up_to_the_matrices() -> None:
    network = three_layers("tanh", "relu")
    passed = forward(network, X)
    back = backward(network, passed, Y)
    weights = [np.zeros_like(layer.weights) for layer in network.layers]
    for row in range(len(X)):
        sums = [layer.bias.copy() for layer in network.layers]
        behind = [np.zeros(layer.weights.shape[1]) for layer in network.layers]
        for edge in edges(network, passed, back, row):
            weights[edge.layer][edge.to, edge.source] += edge.gradient
            sums[edge.layer][edge.to] += edge.carries
            behind[edge.layer][edge.source] += edge.passes_back
        for number in range(3):
            np.testing.assert_allclose(sums[number], passed.sums[number][row], rtol=1e-12)
        np.testing.assert_allclose(behind[0], back.inputs[row], atol=1e-15)
        np.testing.assert_allclose(behind[1], back.activations[0][row], atol=1e-15)
    for number in range(3):
        np.testing.assert_allclose(weights[number], back.weights[number], atol=1e-14)


def test_a_step_goes_down() -> None:
    network = three_layers("tanh", "sigmoid")
    losses = []
    for _ in range(50):
        back = backward(network, forward(network, X), Y)
        losses.append(back.loss)
        network = step(network, back, 0.05)
    assert all(later < earlier for earlier, later in pairwise(losses))


def test_a_line_is_a_network_of_one_layer() -> None:
    network = Network((Layer([[0.7]], [0.2]),))
    back = backward(network, forward(network, X), Y)
    e = Y[:, 0] - 0.7 * X[:, 0] - 0.2
    assert back.weights[0][0, 0] == pytest.approx(-2 * np.mean(X[:, 0] * e), rel=1e-13)
    assert back.bias[0][0] == pytest.approx(-2 * np.mean(e), rel=1e-13)
