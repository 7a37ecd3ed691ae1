"""Chapter 4: the pinch, the guess, the passes edge by edge, and every number against NumPy."""

import itertools
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from page_driver import Lab

import kedou

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TADPOLES = kedou.data.tadpoles()
X, Y = TADPOLES.X[:, 0], TADPOLES.y


def field(lab, name, value):
    lab.at(name).fill(str(value))
    lab.at(name).press("Enter")
    lab.settle()


def wide(lab):
    """Open the wider network."""
    lab.click("guess-show")
    lab.click("wider")


# The pinch.


def test_golden_numbers_and_the_pinch_by_key(lab):
    lab.open("layers")
    assert lab.value("output") == pytest.approx(2.56, rel=1e-12)
    assert lab.text("output") == "2.5600"
    assert lab.value("unit-1-1") == 6.4
    assert lab.value("loss") == pytest.approx(0.1156, rel=1e-12)
    lab.at("weight-1-1-1").focus()
    lab.page.keyboard.press("ArrowUp")
    assert lab.value("weight-1-1-1") == 2.01
    assert lab.value("moved-1-1") == pytest.approx(0.032, abs=1e-12)
    assert lab.value("moved-2-1") == pytest.approx(0.0128, abs=1e-12)
    assert lab.value("moved") == pytest.approx(0.0128, abs=1e-12)
    assert lab.text("moved") == "+0.0128"
    assert lab.text("formula") == "0.01 · 3.2 · 0.4 = +0.0128"
    lab.page.keyboard.press("Shift+ArrowLeft")
    assert lab.value("weight-1-1-1") == 1.91
    lab.page.keyboard.press("End")
    assert lab.value("weight-1-1-1") == 10
    lab.page.keyboard.press("Control+z")
    assert lab.value("weight-1-1-1") == 2
    assert lab.text("formula") == "ŷ = 0.4 · 6.4 = 2.56"


@pytest.mark.parametrize(("right", "down", "sign"), [(30, 0, 1), (0, -30, 1), (-30, 0, -1)])
def test_the_pinch_by_hand(lab, right, down, sign):
    lab.open("layers")
    lab.drag("weight-1-1-1", right, down)
    assert lab.value("weight-1-1-1") == pytest.approx(2 + sign * 0.1, abs=1e-12)
    assert lab.value("moved") == pytest.approx(sign * 0.128, abs=1e-12)
    lab.page.keyboard.press("Control+z")
    assert lab.value("output") == pytest.approx(2.56, rel=1e-12)


def test_a_number_taken_again_starts_a_pinch_of_its_own(lab):
    lab.open("layers")
    lab.drag("weight-1-1-1", 30, 0)
    lab.drag("weight-1-1-1", 30, 0)
    assert lab.value("weight-1-1-1") == pytest.approx(2.2, abs=1e-12)
    assert lab.value("moved") == pytest.approx(0.128, abs=1e-12)


def test_at_first_only_the_first_weight_is_a_handle(lab):
    lab.open("layers")
    sliders = lab.page.locator(".network [role=slider]")
    assert sliders.count() == 1
    lab.click("more")
    lab.click("free")
    assert sliders.count() == 4
    lab.at("bias-1-1").focus()
    lab.page.keyboard.press("ArrowUp")
    assert lab.value("moved") == pytest.approx(0.004, abs=1e-12)
    assert lab.text("formula") == "0.01 · 0.4 = +0.004"


# The guess.


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        (["Shift+ArrowRight"] * 6 + ["ArrowRight"] * 4, "right"),
        (["Shift+ArrowRight"] * 5, "typical"),
        (["Shift+ArrowRight"] * 16, "no-w2"),
        (["Shift+ArrowRight"] * 2, "no-x"),
        (["Shift+ArrowRight"] * 13 + ["ArrowLeft"] * 2, "with-w1"),
        ([], "still"),
        (["Shift+ArrowLeft"] * 4, "down"),
        (["Shift+ArrowRight"] * 9, "far"),
        (["Shift+ArrowRight"] * 3 + ["ArrowRight"] * 3, "near"),
    ],
)
def test_each_guess_has_its_reason(lab, keys, verdict):
    lab.open("layers")
    lab.click("guess-start")
    lab.at("guess-move").focus()
    for key in keys:
        lab.page.keyboard.press(key)
    guessed = lab.value("guess-move")
    lab.click("guess-lock")
    assert lab.verdict() == verdict
    assert lab.value("moved") == pytest.approx(0.0128, abs=1e-12)
    assert "+0.0128" in lab.text("guess-verdict")
    assert lab.at("stays").is_visible()
    ghost = lab.page.locator(".ghost-text")
    assert ghost.is_visible()
    assert float(ghost.text_content().replace("−", "-")) == pytest.approx(guessed)


def test_the_guess_by_hand_and_nothing_tells_before(lab):
    lab.open("layers")
    lab.click("guess-start")
    lab.drag_to("guess-move", 0.0128, tolerance=0.0005)
    assert lab.page.locator(".network [role=slider]").count() == 0
    assert lab.value("output") == pytest.approx(2.56, rel=1e-12)
    lab.click("guess-lock")
    assert lab.verdict() == "right"
    lab.open("layers")
    lab.click("menu")
    assert "✓" in lab.text("menu")


# One pass, edge by edge.


def test_the_chain_forward_then_backward(lab):
    lab.open("layers")
    seen = []
    for _ in range(5):
        lab.click("step-forward")
        seen.append((lab.text("stop"), lab.text("formula")))
    stops, sums = zip(*seen, strict=True)
    assert stops == (
        "Forward computation: x → h",
        "Forward computation: h → ŷ",
        "Point error · Mean squared error",
        "Slope (backward): h ← ŷ",
        "Slope (backward): x ← h",
    )
    assert "2 · 3.2 = 6.4" in sums[0]
    assert "0.4 · 6.4 = 2.56" in sums[1]
    assert "dL/dŷ = −2 · e = −2 · 0.34 = −0.68" in sums[2]
    assert "(−0.68) · 6.4 = −4.352" in sums[3]
    assert "(−0.68) · 0.4 = −0.272" in sums[3]
    assert "(−0.68) · 0.4 · 3.2 = −0.8704" in sums[4]
    assert lab.at("step-forward").is_disabled()
    assert lab.value("gradient-1-1-1") == pytest.approx(-0.8704, rel=1e-12)
    assert lab.value("gradient-2-1-1") == pytest.approx(-4.352, rel=1e-12)
    assert lab.value("slope-1-1") == pytest.approx(-0.272, rel=1e-12)


def test_edges_light_one_after_another_and_back(lab):
    lab.open("layers")
    wide(lab)
    lit = "() => [...document.querySelectorAll('.number-handle.lit')].map(e => e.dataset.kedou)"
    forward = [f"weight-1-{to}-1" for to in (1, 2, 3)] + [f"weight-2-1-{k}" for k in (1, 2, 3)]
    expected = [[name] for name in forward] + [[]] + [[name] for name in reversed(forward)]
    seen = []
    for step in range(1, 14):
        lab.click("step-forward")
        seen.append(lab.page.evaluate(lit))
        shown = [lab.at(f"gradient-{name[7:]}").is_visible() for name in forward]
        assert shown == [step > 7 and k >= 13 - step for k in range(6)]
    assert seen == expected
    back = []
    for step in range(13, 0, -1):
        lab.at("scrub").fill(str(step))
        lab.settle()
        back.append(lab.page.evaluate(lit))
    assert back[::-1] == expected


def test_a_number_walks_along_the_edge(browser, address):
    lab = Lab(browser, address)
    lab.open("layers")
    lab.at("step-forward").click()
    lab.page.wait_for_selector(".walker:not([hidden])")
    lab.page.wait_for_selector(".walker[hidden]", state="attached")
    assert lab.value("step") == 1
    assert not lab.faults
    lab.close()


def test_a_unit_shows_its_sum(lab):
    lab.open("layers")
    wide(lab)
    lab.at("unit-1-2").click()
    assert lab.text("formula").splitlines()[0] == "z = −0.6 · 3.2 + 1 = −0.92"
    assert "h₂ = tanh(−0.92) = −0.7259" in lab.text("formula")
    lab.at("unit-1-2").press("Enter")
    assert "tanh" not in lab.text("formula")


# Descent.


def test_descent_goes_down_can_be_scrubbed_and_changed(lab):
    lab.open("layers")
    wide(lab)
    lab.click("run-descent")
    losses = [lab.value("loss")]
    for _ in range(5):
        lab.click("step-forward")
        losses.append(lab.value("loss"))
    assert all(b < a for a, b in itertools.pairwise(losses))
    lab.at("scrub").fill("2")
    assert lab.value("loss") == losses[2]
    lab.at("scrub").fill("100")
    assert lab.value("loss") < 0.162
    lab.click("run-pass")
    assert lab.value("step") == 0
    assert lab.value("loss") < 0.162
    lab.at("weight-2-1-1").focus()
    trained = lab.value("weight-2-1-1")
    lab.page.keyboard.press("ArrowUp")
    assert lab.value("weight-2-1-1") == pytest.approx(trained + 0.01, abs=1e-9)
    lab.page.keyboard.press("Control+z")
    assert lab.value("weight-2-1-1") == trained


def test_another_tadpole_comes_into_the_network_as_it_is(lab):
    lab.open("layers")
    wide(lab)
    lab.click("all-tadpoles")
    lab.click("run-descent")
    for _ in range(3):
        lab.click("step-forward")
    trained = lab.value("weight-1-2-1")
    lab.click("run-pass")
    lab.click("more")
    field(lab, "tadpole-field", 1)
    assert lab.value("unit-0-1") == 0.8
    assert lab.value("weight-1-2-1") == trained
    lab.click("all-tadpoles")
    lab.at("tadpole-2").press("Enter")
    assert lab.value("unit-0-1") == 2.7
    assert lab.value("weight-1-2-1") == trained


def test_a_rate_too_big_is_said_and_shortens_the_run(lab):
    lab.open("layers")
    lab.click("guess-show")
    lab.click("run-descent")
    lab.at("step-forward").click()
    lab.at("scrub").fill("60")
    field(lab, "rate-field", 0.05)
    assert "too big" in lab.text("formula")
    assert lab.value("step") < 60
    assert lab.at("step-forward").is_disabled()
    assert math.isfinite(lab.value("loss"))
    field(lab, "rate-field", 0.01)
    assert "too big" not in lab.text("formula")


def test_descent_plays(lab):
    lab.open("layers")
    wide(lab)
    lab.click("run-descent")
    lab.at("play").click()
    lab.page.wait_for_function(
        "() => document.querySelector('[data-kedou=step]').dataset.value >= 3"
    )
    lab.at("play").click()
    assert lab.value("loss") < 1


# Every number, against forward-mode differentiation written here for the purpose.

CALLS = {
    "identity": (lambda z: z, lambda z: np.ones_like(z)),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (2 + np.exp(z) + np.exp(-z))),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
}


def network_of(lab) -> list[tuple[np.ndarray, np.ndarray, str]]:
    """Read weights, biases and activations from the page."""
    found = []
    for number in itertools.count(1):
        select = lab.at(f"activation-{number}")
        if not select.count():
            return found
        rows = []
        for to in itertools.count(1):
            row = lab.page.locator(f'[data-kedou^="weight-{number}-{to}-"]')
            if not row.count():
                break
            rows.append(row.evaluate_all("all => all.map(e => Number(e.dataset.value))"))
        bias = lab.page.locator(f'[data-kedou^="bias-{number}-"]')
        values = bias.evaluate_all("all => all.map(e => Number(e.dataset.value))")
        found.append((np.array(rows), np.array(values), select.input_value()))
    return found


def passed(network, x, moved=None):
    """Values and their derivatives along one parameter: dual numbers, forward only.

    `moved` is (layer, to, source), or (layer, to, None) for a bias.
    """
    a, da = x[:, None], np.zeros((len(x), 1))
    values, sums = [a], []
    for number, (weights, bias, name) in enumerate(network):
        call, slope = CALLS[name]
        dw, db = np.zeros_like(weights), np.zeros_like(bias)
        if moved and moved[0] == number:
            if moved[2] is None:
                db[moved[1]] = 1
            else:
                dw[moved[1], moved[2]] = 1
        z, dz = a @ weights.T + bias, da @ weights.T + a @ dw.T + db
        a, da = call(z), slope(z) * dz
        values.append(a)
        sums.append(z)
    return values, sums, da


def slope_of_loss(network, x, y, moved):
    values, _, da = passed(network, x, moved)
    return float(np.mean(-2 * (y - values[-1][:, 0]) * da[:, 0]))


def matrix(lab, name) -> np.ndarray:
    cells = (
        lab.at(name)
        .locator("tr")
        .evaluate_all(
            "rows => rows.map(r => [...r.querySelectorAll('td')].map(c => Number(c.dataset.value)))"
        )
    )
    return np.array(cells)


def check_every_number(lab, tadpole: int, everyone: bool) -> None:
    lab.settle()
    network = network_of(lab)
    x, y = (X, Y) if everyone else (X[tadpole : tadpole + 1], Y[tadpole : tadpole + 1])
    row = tadpole if everyone else 0
    values, sums, _ = passed(network, x)
    close = {"rel": 1e-12, "abs": 1e-12}

    assert lab.value("output") == pytest.approx(values[-1][row, 0], **close)
    assert lab.value("loss") == pytest.approx(float(np.mean((y - values[-1][:, 0]) ** 2)), **close)
    for column, matrix_of in enumerate(values):
        for unit, value in enumerate(matrix_of[row], 1):
            assert lab.value(f"unit-{column}-{unit}") == pytest.approx(value, **close)
    for number, (weights, _, _) in enumerate(network):
        for (to, source), weight in np.ndenumerate(weights):
            name = f"{number + 1}-{to + 1}-{source + 1}"
            carried = weight * values[number][row, source]
            assert lab.value(f"carries-{name}") == pytest.approx(carried, **close)
            slope = slope_of_loss(network, x, y, (number, to, source))
            assert lab.value(f"gradient-{name}") == pytest.approx(slope, **close)
    lines = len(network)
    for number in range(lines):
        weights, bias, _ = network[number]
        units = f"{number + 1}"
        np.testing.assert_allclose(matrix(lab, f"forward-in-{units}"), values[number], atol=1e-12)
        np.testing.assert_allclose(matrix(lab, f"forward-weights-{units}"), weights.T, atol=0)
        np.testing.assert_allclose(matrix(lab, f"forward-sums-{units}"), sums[number], atol=1e-12)
        slopes = [[slope_of_loss(network, x, y, (number, to, None)) for to in range(len(bias))]]
        np.testing.assert_allclose(matrix(lab, f"backward-bias-{units}"), slopes, atol=1e-12)
        gradient = [
            [slope_of_loss(network, x, y, (number, to, source)) for source in range(len(row_of))]
            for to, row_of in enumerate(weights)
        ]
        np.testing.assert_allclose(matrix(lab, f"backward-weights-{units}"), gradient, atol=1e-12)
        rows, wide_in, out = len(x), weights.shape[1], weights.shape[0]
        shapes = f"({rows} × {wide_in}) · ({wide_in} × {out}) → ({rows} × {out})"
        assert lab.text(f"shapes-forward-{units}") == shapes
        shapes = f"({out} × {rows}) · ({rows} × {wide_in}) → ({out} × {wide_in})"
        assert lab.text(f"shapes-backward-{units}") == shapes


@pytest.mark.parametrize(
    ("widths", "activations", "everyone"),
    [
        ((3, 0), ("tanh", "identity"), True),
        ((4, 0), ("sigmoid", "tanh"), False),
        ((4, 3), ("relu", "tanh", "identity"), True),
        ((2, 4), ("tanh", "sigmoid", "identity"), True),
        ((1, 1), ("sigmoid", "tanh", "relu"), False),
    ],
)
def test_every_number_is_that_of_an_independent_differentiation(lab, widths, activations, everyone):
    lab.open("layers")
    wide(lab)
    lab.click("more")
    for number, units in enumerate(widths, 1):
        field(lab, f"hidden-{number}-field", units)
    for number, name in enumerate(activations, 1):
        lab.at(f"activation-{number}").select_option(name)
    if not everyone:
        lab.click("all-tadpoles")
    field(lab, "tadpole-field", 6)
    lab.click("run-descent")
    check_every_number(lab, 5, everyone)
    lab.at("step-forward").click()
    lab.at("scrub").fill("7")
    check_every_number(lab, 5, everyone)
    before = network_of(lab)
    x, y = (X, Y) if everyone else (X[5:6], Y[5:6])
    rate = float(lab.at("rate-field").input_value())
    lab.click("step-forward")
    for number, (old, new) in enumerate(zip(before, network_of(lab), strict=True)):
        for place, weight in np.ndenumerate(old[0]):
            slope = slope_of_loss(before, x, y, (number, *place))
            assert new[0][place] == pytest.approx(weight - rate * slope, rel=1e-12, abs=1e-12)
        for (to,), bias in np.ndenumerate(old[1]):
            slope = slope_of_loss(before, x, y, (number, to, None))
            assert new[1][to] == pytest.approx(bias - rate * slope, rel=1e-12, abs=1e-12)


def test_the_matrices_mark_the_edge_in_the_light(lab):
    lab.open("layers")
    wide(lab)
    lab.click("more")
    lab.click("step-forward")
    lab.click("step-forward")
    marked = (
        "name => [...document.querySelectorAll(`[data-kedou=${name}] td`)]"
        ".flatMap((c, i) => c.className === 'marked' ? [i] : [])"
    )
    assert lab.page.evaluate(marked, "forward-weights-1") == [1]
    assert lab.page.evaluate(marked, "forward-in-1") == [3]
    assert lab.page.evaluate(marked, "forward-sums-1") == [3 * 3 + 1]
    assert lab.page.evaluate(marked, "forward-weights-2") == []


@pytest.mark.parametrize(
    ("activations", "everyone"),
    [(("tanh", "identity"), True), (("sigmoid", "tanh"), True), (("relu", "identity"), False)],
)
def test_python_descends_to_the_same_numbers(lab, activations, everyone):
    lab.open("layers")
    wide(lab)
    for number, name in enumerate(activations, 1):
        lab.at(f"activation-{number}").select_option(name)
    if not everyone:
        lab.click("all-tadpoles")
    lab.click("run-descent")
    for _ in range(9):
        lab.click("step-forward")
    code = lab.copied_python()
    assert "for step in range(10):" in code
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert len(lines) == 2 + 6
    for name, value in lines:
        assert float(value) == pytest.approx(lab.value(name), rel=1e-11, abs=1e-12), name


# The way through the lesson, links, layout.


def test_beats_walk_through_the_chapter(lab):
    lab.open("layers")
    seen = []
    for _ in range(12):
        lab.page.keyboard.press("PageDown")
        lab.settle()
        seen.append((lab.text("stop"), round(lab.value("output"), 4), lab.value("step")))
    assert seen[0] == ("What the pinch becomes", 2.5728, 0)
    assert seen[4] == ("Point error · Mean squared error", 2.56, 3)
    assert seen[6] == ("Slope (backward): x ← h", 2.56, 5)
    assert seen[9] == ("Slope (backward): x ← h₁", 1.4673, 13)
    assert seen[11][0] == "Update"
    assert seen[11][2] == 100
    lab.page.keyboard.press("PageUp")
    assert lab.value("step") == 10


def test_the_focus_goes_on_with_the_network(lab):
    lab.open("layers")
    lab.click("guess-show")
    lab.at("wider").press("Enter")
    lab.settle()
    focused = "() => document.activeElement.dataset.kedou"
    assert lab.page.evaluate(focused) == "chain"
    lab.page.keyboard.press("Enter")
    lab.settle()
    assert lab.page.evaluate(focused) == "wider"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_wider_network(browser, address, scheme):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in web/")
    lab = Lab(browser, address, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    lab.open("layers")
    wide(lab)
    lab.click("run-descent")
    lab.click("step-forward")
    lab.click("more")
    lab.at("unit-1-2").click()
    lab.settle()
    lab.page.add_script_tag(path=str(AXE))
    found = lab.page.evaluate(
        """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
          'wcag22aa']}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n =>
          n.html.slice(0, 200) + ' ' + n.failureSummary).join(' | ')))"""
    )
    lab.close()
    assert not found, found


def test_next_skips_the_side_trail_and_leads_on_from_it(lab):
    lab.open("layers")
    assert "chapter=backward" in lab.at("next").get_attribute("href")
    lab.click("menu")
    assert "side trail" in lab.text("menu")
    before = lab.at("menu").locator("a").evaluate_all("all => all.map(a => a.search)")
    place = before.index("?chapter=layers&lang=en")
    previous = before[place - 1].split("=")[1].split("&")[0]
    lab.open(previous)
    assert "chapter=backward" in lab.at("next").get_attribute("href")
    lab.open("layers", "zh-CN")
    lab.click("menu")
    assert "选读" in lab.text("menu")


def test_a_link_carries_the_whole_network(lab, another):
    lab.open("layers")
    wide(lab)
    lab.click("more")
    field(lab, "hidden-2-field", 2)
    lab.at("activation-2").select_option("relu")
    lab.click("random-weights")
    lab.click("run-descent")
    lab.click("step-forward")
    lab.at("unit-1-2").click()
    lab.click("share")
    another.page.goto(lab.at("share-link").input_value())
    for name in ("output", "loss", "weight-2-2-1", "bias-1-3", "step"):
        assert another.value(name) == lab.value(name), name
    assert another.at("activation-2").input_value() == "relu"
    assert another.at("unit-1-2").get_attribute("aria-pressed") == "true"


FIRST = {
    "layers": [
        {"weights": [[2]], "bias": [0], "activation": "identity"},
        {"weights": [[0.4]], "bias": [0], "activation": "identity"},
    ],
    "tadpole": 3,
    "all": False,
    "run": "pass",
    "step": 0,
    "trained": 0,
    "rate": 0.01,
    "chosen": None,
    "pinch": None,
    "loose": False,
    "guess": {"stage": "closed", "value": 0},
}


def link_of(lab, state) -> str:
    """The link of a state, made as the page makes one."""
    fragment = lab.page.evaluate(
        """text => {
          const code = btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
          let hash = 0x811c9dc5;
          for (const each of code) hash = Math.imul(hash ^ each.charCodeAt(0), 0x01000193);
          return `#state=1.${(hash >>> 0).toString(16).padStart(8, '0')}.${code}`;
        }""",
        json.dumps(["layers", state]),
    )
    return f"{lab.address}?lang=en{fragment}"


def layers_with(first=None, second=None):
    one, two = (
        {**layer, **change}
        for layer, change in zip(FIRST["layers"], (first or {}, second or {}), strict=True)
    )
    return {"layers": [one, two]}


@pytest.mark.parametrize(
    "damage",
    [
        layers_with({"weights": [[2], [1]]}),
        layers_with({"weights": [[2, 1]]}),
        layers_with({"activation": "softmax"}),
        layers_with(None, {"weights": [[0.4], [0.4]], "bias": [0, 0]}),
        {"layers": FIRST["layers"][:1]},
        {"step": 6},
        {"step": -1},
        {"chosen": {"column": 1, "unit": 1}},
        {"pinch": {"layer": 0, "to": 1, "from": 0, "was": 2}},
        {"pinch": {"layer": 2, "to": 0, "from": None, "was": 2}},
        {"tadpole": 7},
        {"rate": 5},
        {"guess": {"stage": "done", "value": 1}},
        {"more": 1},
    ],
    ids=str,
)
def test_a_state_that_cannot_be_is_refused(lab, damage):
    lab.open("layers")
    whole = link_of(lab, FIRST)
    broken = link_of(lab, {**FIRST, **damage})
    lab.page.goto("about:blank")
    lab.page.goto(whole)
    assert not lab.at("notice").is_visible()
    lab.page.goto("about:blank")
    lab.page.goto(broken)
    assert "damaged" in lab.text("notice")


OVERLAPS = """() => {
  const texts = [...document.querySelectorAll('.network-plot text, .output-line text')]
    .filter(e => e.checkVisibility() && !e.closest('.gone') && e.textContent.trim() !== '');
  const boxes = texts.map(e => {
    const {left, right, top, bottom} = e.getBoundingClientRect();
    const trim = (bottom - top) * 0.16;
    return {left, right, top: top + trim, bottom: bottom - trim, text: e.textContent};
  });
  const hit = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const width = document.documentElement.clientWidth;
  const outside = boxes.filter(b => b.left < 0 || b.right > width).map(b => `${b.text} outside`);
  return [...outside, ...boxes.flatMap((a, i) =>
    boxes.slice(i + 1).filter(b => hit(a, b)).map(b => `${a.text} / ${b.text}`))];
}"""


@pytest.mark.parametrize(
    ("width", "lang"), [(390, "en"), (390, "zh-CN"), (820, "en"), (1440, "zh-CN")]
)
def test_no_numbers_overlap(browser, address, width, lang):
    lab = Lab(
        browser,
        address,
        viewport={"width": width, "height": 900 if width > 1000 else 844},
        reduced_motion="reduce",
    )
    lab.open("layers", lang)
    found = {}

    def look(name):
        lab.settle()
        overlaps = lab.page.evaluate(OVERLAPS)
        if overlaps:
            found[name] = overlaps

    look("rest")
    for step in range(5):
        lab.click("step-forward")
        look(f"chain, step {step + 1}")
    lab.click("guess-start")
    look("guess open")
    lab.at("guess-move").focus()
    for _ in range(5):
        lab.page.keyboard.press("Shift+ArrowRight")
    lab.click("guess-lock")
    look("guess told")
    lab.click("wider")
    lab.click("more")
    for widths in [(1, 0), (3, 0), (4, 0), (1, 1), (2, 3), (4, 4)]:
        for number, units in enumerate(widths, 1):
            field(lab, f"hidden-{number}-field", units)
        look(f"{widths}")
        lab.click("step-forward")
        last = int(lab.at("scrub").get_attribute("max"))
        for step in (last // 3, 3 * last // 4, last):
            lab.at("scrub").fill(str(step))
            look(f"{widths}, step {step}")
        lab.at("scrub").fill("0")
        lab.at(f"unit-1-{widths[0]}").press("Enter")
        look(f"{widths}, a unit chosen")
        lab.at(f"weight-1-{widths[0]}-1").press("ArrowUp")
        look(f"{widths}, a weight pinched")
    lab.close()
    assert not found
    assert not lab.faults
