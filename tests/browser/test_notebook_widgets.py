"""The widgets in a real JupyterLab: what Python does is seen, what a hand does Python sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_driver import Desk, Jupyter, Notebook

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
FORWARD = "import kedou as kd\nlab = kd.lab.forward(w=0.5, lang='en')\nlab"


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory) -> Iterator[Jupyter]:
    server = Jupyter(tmp_path_factory.mktemp("jupyter"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def desk(jupyter: Jupyter, browser) -> Iterator[Desk]:
    opened = Desk(jupyter, browser)
    yield opened
    opened.close()


@pytest.fixture
def notebook(desk: Desk, request) -> Iterator:
    """Write a notebook of some cells and open it; at the end nothing may have gone wrong."""
    opened: list[Notebook] = []

    def write(*cells: str) -> Notebook:
        opened.append(Notebook(desk, desk.jupyter.write(f"{request.node.name}.ipynb", *cells)))
        return opened[-1]

    yield write
    for each in opened:
        each.leave()
    faults, desk.faults = desk.faults, []
    assert not faults, faults


def test_python_moves_the_line_and_a_hand_moves_python(notebook) -> None:
    book = notebook(FORWARD)
    book.run()
    lab = book.widget()
    assert lab.value("line-end") == 0.5
    book.ask("lab.w = 0.8")
    lab.wait_for("line-end", 0.8)

    lab.at("line-end").press("ArrowUp")
    book.wait_for("print(lab.w, lab.state['w'])", "0.81 0.81")

    lab.drag("line-end", 0, -80)
    w = lab.value("line-end")
    assert w > 0.9
    book.wait_for(f"print(abs(lab.w - {w!r}) < 1e-12)", "True")
    assert lab.value("line-end") == w, "an echo moved the line"

    book.ask("seen = []\nlab.observe(lambda change: seen.append(change.new), 'points')")
    lab.at("tadpole-0").press("ArrowUp")
    book.wait_for("print(len(seen), seen[-1].y[0] if seen else '')", "1 1.1")
    assert book.ask("print(type(lab.points).__module__.split('.')[0])") == "pandas"


def test_undo_and_the_line_that_brings_a_state_back(notebook) -> None:
    book = notebook(FORWARD)
    book.run()
    lab = book.widget()
    lab.at("line-end").press("ArrowUp")
    lab.at("line-end").press("Control+z")
    lab.wait_for("line-end", 0.5)
    book.wait_for("print(lab.w)", "0.5")
    assert book.cells() == 1, "JupyterLab took Ctrl+Z for its own"
    lab.at("line-end").press("Control+y")
    book.wait_for("print(lab.w)", "0.51")
    lab.at("more").locator("summary").click()
    lab.at("share").click()
    call = lab.at("share-link").input_value()
    assert call.startswith("kd.lab.forward(")
    assert "w=0.51" in call
    assert book.ask(f"print({call}.state == lab.state)") == "True"


def test_keys_are_the_widgets_or_the_notebooks_and_never_both(notebook) -> None:
    book = notebook(FORWARD, "1 + 1")
    book.run()
    lab = book.widget()
    handle = lab.at("line-end")
    for key in ("d", "d", "b", "a", "x", "ArrowDown", "ArrowUp", "Enter", "m", "0"):
        handle.press(key)
    assert book.cells() == 2
    assert handle.evaluate("e => e.getRootNode().activeElement === e")
    handle.press("p")
    assert lab.root.get_attribute("data-projector") == ""
    book.ask("lab.w = 0.7")
    lab.wait_for("line-end", 0.7)
    handle.press("Control+s")
    book.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


def test_two_widgets_are_two_and_each_speaks_its_language(notebook) -> None:
    book = notebook(
        "import kedou as kd\none = kd.lab.backward(lang='zh-CN')\none",
        "two = kd.lab.backward(lang='en')\ntwo",
    )
    book.run()
    one, two = book.widget(0), book.widget(1)
    assert one.text("guess-start") == "猜一猜"
    assert two.text("guess-start") == "Guess"
    one.at("step-forward").click()
    book.wait_for("print(one.step, two.step)", "1 0")
    assert two.count() == "step 0"
    two.at("step-forward").click()
    book.wait_for("print(one.step, two.step)", "1 1")
    one.at("step-forward").click()
    book.wait_for("print(one.step, two.step)", "2 1")
    assert "步" in one.count()
    assert two.count() == "step 1"
    book.ask("two.learning_rate = 0.02")
    book.wait_for("print(one.learning_rate, round(two.run.weights[1, 0], 4))", "0.01 0.3186")


def test_run_again_and_restarted(notebook) -> None:
    book = notebook(FORWARD)
    book.run()
    lab = book.widget()
    lab.at("line-end").press("ArrowUp")
    book.wait_for("print(lab.w)", "0.51")
    book.run()
    book.page.wait_for_function(
        "() => document.querySelectorAll('[data-kedou=widget]').length == 1"
    )
    lab = book.widget()
    lab.wait_for("line-end", 0.5)
    book.restart()
    # The kernel is another one: what is on screen still moves, and nothing fails.
    lab.at("line-end").press("ArrowUp")
    lab.wait_for("line-end", 0.51)
    book.run()
    lab = book.widget()
    lab.wait_for("line-end", 0.5)
    lab.at("line-end").press("ArrowUp")
    book.wait_for("print(lab.w)", "0.51")


def test_saved_with_its_widgets_it_opens_without_its_kernel(notebook) -> None:
    book = notebook(FORWARD)
    book.turn_saving_of_widgets()
    try:
        book.run()
        lab = book.widget()
        lab.at("line-end").press("ArrowUp")
        book.wait_for("print(lab.w)", "0.51")
        book.save()
    finally:
        book.turn_saving_of_widgets()
    book.leave()
    book.open()
    lab = book.widget()
    assert lab.value("line-end") == 0.51
    lab.at("line-end").press("ArrowUp")
    lab.wait_for("line-end", 0.52)
    assert book.ask("print('lab' in globals())") == "False"


def test_saved_without_its_widgets_it_is_run_again(notebook) -> None:
    book = notebook(FORWARD)
    book.run()
    book.widget()
    book.save()
    book.leave()
    book.open()
    book.page.locator(".jp-OutputArea-output").filter(has_text="model not found").wait_for()
    book.run()
    assert book.widget().value("line-end") == 0.5


def test_a_function_of_ones_own_is_raced(notebook) -> None:
    book = notebook(
        "import kedou as kd\nlab = kd.lab.rules(mine=lambda w, slope: w - 0.05 * slope, lang='en')",
        "lab",
    )
    book.run()
    lab = book.widget()
    lab.at("play").click()
    book.page.wait_for_function(
        "() => document.querySelector('[data-kedou=sum-fifth]').dataset.value.startsWith('0.79608')"
    )
    assert "learning rate 0.05" in lab.text("mine-verdict")
    assert "converged" in lab.text("outcome-fifth")
    book.ask("lab.mine = lambda w, slope: w + 0.05 * slope")
    lab.at("mine-verdict").filter(has_text="uphill").or_(
        lab.at("mine-verdict").filter(has_text="+")
    ).wait_for()
    book.ask("def wrong(w, slope):\n    return w - 0.1 * slop\nlab.mine = wrong")
    lab.at("mine-stopped").filter(has_text="NameError").wait_for()
    assert "slop" in lab.text("mine-stopped")
    book.ask("def endless(w, slope):\n    while True: pass\nlab.mine = endless")
    lab.at("mine-stopped").filter(has_text="2 seconds").wait_for()
    assert book.ask("print('alive')") == "alive"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(notebook, theme) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in web/")
    book = notebook(FORWARD, "kd.lab.rules(mine=lambda w, slope: w - 0.05 * slope)")
    book.use_theme(theme)
    book.run()
    for number in range(2):
        widget = book.widget(number)
        assert widget.root.get_attribute("data-theme") == theme.split()[1].lower()
    book.page.add_script_tag(path=str(AXE))
    found = book.page.evaluate(
        """() => axe.run('[data-kedou=widget]', {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a',
          'wcag21aa', 'wcag22aa']})
          .then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))]))"""
    )
    book.use_theme("JupyterLab Light")
    assert not found, json.dumps(found, indent=1)


@pytest.mark.parametrize(("theme", "paper"), [("Light", "250, 249, 245"), ("Dark", "18, 24, 28")])
def test_a_report_is_light_or_dark_as_the_notebook_is(notebook, theme, paper) -> None:
    run = "kd.descend(kd.data.tadpoles(), steps=5)"
    book = notebook(f"import kedou as kd\nkd.report({run}, lang='en')")
    book.use_theme(f"JupyterLab {theme}")
    book.run()
    frame = book.page.locator("iframe.kedou-report").content_frame
    frame.locator("[data-kedou=outcome]").first.wait_for()
    seen = frame.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    book.use_theme("JupyterLab Light")
    assert seen == f"rgb({paper})"
