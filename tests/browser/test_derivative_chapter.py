"""Chapter 1: functions of one's own, read, refused, derived, shared."""

import subprocess
import sys

import pytest


def type_in(lab, text: str) -> None:
    if not lab.at("typed").is_visible():
        lab.click("more")
    lab.at("typed").fill(text)
    lab.at("typed").press("Enter")
    lab.settle()


def go_to(lab, x: float) -> None:
    """Walk the point to x by keys."""
    lab.at("point").focus()
    for _ in range(400):
        now = lab.value("point")
        if abs(now - x) < 1e-9:
            return
        far = "Shift+" if abs(now - x) > 0.1 - 1e-9 else ""
        lab.page.keyboard.press(f"{far}Arrow{'Right' if x > now else 'Left'}")
    raise AssertionError(now)


@pytest.mark.parametrize(
    ("text", "formula", "slope"),
    [
        ("x^3 - 3x", "f(x) = x³ − 3x", "f′(x) = 3x² − 3"),
        ("sin(x)/x", "f(x) = sin(x) / x", "f′(x) = (cos(x) · x − sin(x)) / x²"),
        ("exp(-x^2)", "f(x) = exp(−x²)", "f′(x) = −2x · exp(−x²)"),
        ("（x＋１）×（x－１）", "f(x) = (x + 1) · (x − 1)", "f′(x) = 2x"),
        ("|x-1|", "f(x) = |x − 1|", "f′(x) = |x − 1| / (x − 1)"),
        ("Ｘ² ÷ 2", "f(x) = x² / 2", "f′(x) = x"),
    ],
)
def test_a_typed_function_has_its_formulas(lab, text, formula, slope):
    lab.open("derivative")
    type_in(lab, text)
    assert lab.text("formula") == formula
    lab.page.wait_for_function(
        "() => !document.querySelector('[data-kedou=slope-formula]').textContent.endsWith('…')"
    )
    assert lab.text("slope-formula") == slope
    assert lab.at("curve-typed").get_attribute("aria-pressed") == "true"


def test_typed_places_are_named(lab):
    lab.open("derivative")
    type_in(lab, "x^3 - 3x")
    go_to(lab, 1)
    assert "a local minimum; at x = −3.00 it lies lower still" in lab.text("place")
    type_in(lab, "abs(x-1)")
    go_to(lab, 1)
    assert "corner" in lab.text("place")
    assert "never straightens" in lab.text("place")
    assert lab.text("slope") == "none"
    type_in(lab, "sqrt(x)")
    go_to(lab, 0)
    assert "its lowest place" in lab.text("place")
    go_to(lab, -0.5)
    assert lab.text("place") == "no value here"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sin(", "missing at the end"),
        ("y^2", "“y” is not known here"),
        ("sinx", "sin needs brackets: sin(x)"),
        ("foo(x)", "no function “foo”"),
        ("x = 3", "has no place here"),
        ("x.constructor", "has no place here"),
        ("constructor(x)", "no function “constructor”"),
        ("sqrt(-1-x^2)", "no value anywhere from -3 to 3"),
        ("x+" * 70 + "x", "longer than 120"),
    ],
)
def test_what_cannot_be_read_is_told_and_changes_nothing(lab, text, words):
    lab.open("derivative")
    before = lab.text("height")
    type_in(lab, text)
    assert words in lab.text("typed-trouble")
    assert lab.text("height") == before
    type_in(lab, "x^2")
    assert not lab.at("typed-trouble").is_visible()


def test_refusals_are_told_in_chinese(lab):
    lab.open("derivative", "zh-CN")
    type_in(lab, "sinx")
    assert lab.text("typed-trouble") == "sin 要加括号：sin(x)。"


def test_typing_is_live_and_one_undo(lab):
    lab.open("derivative")
    lab.click("more")
    lab.at("typed").press_sequentially("x^2+1")
    assert lab.text("formula") == "f(x) = x² + 1"
    lab.at("typed").press("Enter")
    lab.click("undo")
    assert lab.text("formula").startswith("L(w) = 10.004286w² − 15.928571w + 6.507143")
    assert lab.at("typed").input_value() == ""
    lab.click("redo")
    assert lab.text("formula") == "f(x) = x² + 1"
    assert lab.at("typed").input_value() == "x^2+1"


def test_a_typed_function_is_shared(lab, another):
    lab.open("derivative")
    type_in(lab, "sin(x)/x")
    lab.at("typed-from").fill("-12")
    lab.at("typed-from").press("Enter")
    go_to(lab, -9.5)
    lab.click("share")
    another.page.goto(lab.at("share-link").input_value())
    assert another.value("height") == lab.value("height")
    assert another.value("slope") == lab.value("slope")
    another.click("more")
    assert another.at("typed").input_value() == "sin(x)/x"
    assert another.at("typed-from").input_value() == "-12"


def test_a_link_with_a_formula_that_is_none_is_refused(lab):
    lab.open("derivative")
    forged = lab.page.evaluate(
        """() => {
          const state = {curve: 'typed', typed: {text: 'import(x)', from: -3, to: 3}, x: 1, pen: [],
            loupe: 1, guess: {stage: 'closed', value: 0}};
          const text = btoa(JSON.stringify(['derivative', state])).replaceAll('=', '')
            .replaceAll('+', '-').replaceAll('/', '_');
          let hash = 0x811c9dc5;
          for (const c of text) hash = Math.imul(hash ^ c.charCodeAt(0), 0x01000193);
          return `#state=1.${(hash >>> 0).toString(16).padStart(8, '0')}.${text}`;
        }"""
    )
    lab.page.goto("about:blank")
    lab.page.goto(lab.address + "?chapter=derivative&lang=en" + forged)
    assert "damaged" in lab.text("notice")
    assert lab.text("slope") == "4.08"


def test_the_python_of_a_typed_function(lab):
    lab.open("derivative")
    type_in(lab, "max(0, x) + tan(x)^2/sec(x) + ln(2 + |x|) * e^-x - x^-2")
    go_to(lab, 0.7)
    code = lab.copied_python()
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    got = dict(line.split()[:2] for line in ran.stdout.splitlines() if line[0] != "#")
    for name in ("height", "slope", "secant"):
        assert float(got[name]) == pytest.approx(lab.value(name), rel=1e-11)


def test_curves_with_poles_and_borders_are_walked_without_a_fault(lab):
    """`lab` counts every error and warning of the browser as a fault."""
    lab.open("derivative")
    for text in ("1/x", "ln(x)", "sqrt(1-x^2)", "tan(3x)", "x/|x|", "exp(x^2)"):
        type_in(lab, text)
        lab.click("loupe")
        lab.at("point").focus()
        lab.page.keyboard.press("Home")
        for _ in range(60):
            lab.page.keyboard.press("Shift+ArrowRight")
        lab.settle()
