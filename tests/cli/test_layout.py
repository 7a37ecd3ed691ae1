"""Text in cells: wide characters, lines that do not run over, a curve that shows what it should."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedou.cli.answer import finite
from kedou.cli.curve import HEIGHT, curve
from kedou.cli.equation import equation
from kedou.cli.layout import number, shorten, table, wrap
from kedou.cli.options import degrees, names, whole
from kedou.errors import OptionError
from kedou.readable import cells, pad

SOME = st.text("ab ，。（）“”蝌蚪损失xyz-", max_size=120)


@given(SOME, st.integers(20, 60))
def test_wrapped_lines_fit_and_lose_nothing(text, size):
    lines = wrap(text, size, "  ").split("\n")
    longest_word = max([cells(word) for word in text.split()] or [0])
    if longest_word == len(max(text.split() or [""], key=len)):  # no wide characters in it
        assert all(cells(line) <= max(size, longest_word + 2) for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_chinese_breaks_anywhere_but_before_a_closing_mark():
    text = "损失与可能的最小值相差不超过百分之一，它在第一步到达。"
    for size in range(8, 60):
        lines = wrap(text, size).split("\n")
        assert all(line[0] not in "，。" for line in lines)
        assert all(cells(line) <= size + 2 for line in lines)
        assert "".join(lines) == text


@given(SOME, st.integers(3, 40))
def test_padding_and_shortening(text, size):
    assert cells(pad(text, size)) == max(size, cells(text))
    assert cells(shorten(text, size)) <= max(size, 3)
    assert pad(text, size, right=True).endswith(text)


def test_columns_of_a_table_are_straight():
    lines = table([["列", "值"], ["time", "0.5"], ["时间长短", "12.25"]])
    assert len({cells(line) for line in lines}) == 1


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_digits(value):
    assert float(number(value, 6)) == pytest.approx(value, rel=1e-5, abs=1e-320)


def test_equations():
    assert equation("y", ["a", "b"], [-1.5, -2.0], 3.0) == "y = -1.5 · a - 2 · b + 3"
    assert equation("y", [], [], 3.0) == "y = 3"
    assert equation("y", ["a"], [1.0], None) == "y = 1 · a"
    assert equation("y", ["a", "b"], [1.0, 2.0], -1.0, most=1) == "y = 1 · a + ... - 1"
    assert equation("y", ["a", "b"], [1.0, 2.0], None, most=1) == "y = 1 · a + ..."


def heights(lines):
    """Read the bars of a drawn curve back, in eighths of a line."""
    body = [line.split("│", 1)[1] for line in lines if "│" in line]
    width = max(map(len, body))
    marks = " ▁▂▃▄▅▆▇█"
    return [sum(marks.index(line.ljust(width)[j]) for line in body) for j in range(width)]


@given(st.lists(st.floats(0.1, 9.9), min_size=2, max_size=25))
def test_bars_are_as_high_as_the_losses(loss):
    drawn = heights(curve(list(range(len(loss))), loss, 40))
    wide = len(drawn) // len(loss)
    shown = [drawn[j * wide] for j in range(len(loss))]
    if max(loss) / min(loss) <= 100:
        expected = np.maximum(np.round(8 * HEIGHT * np.array(loss) / max(loss)), 1)
        assert shown == expected.tolist()
    assert max(shown) == 8 * HEIGHT


@pytest.mark.parametrize("last", [1, 7, 39, 40, 41, 1000, 99_999])
def test_a_curve_of_any_length_fits(last):
    steps = np.arange(last + 1)
    for loss in (np.exp(-steps / (last / 4)) + 0.5, steps % 7 + 1, 1.0 / (1 + steps) ** 3):
        for blocks in (True, False):
            lines = curve(steps.tolist(), loss.tolist(), 60, blocks)
            assert max(map(cells, lines)) <= 60
            assert f"{last:,}" in "".join(lines)
            assert blocks or "".join(lines).isascii()


def test_a_peak_between_two_cells_is_seen():
    loss = np.ones(1001)
    loss[517] = 9.0
    assert max(heights(curve(range(1001), loss.tolist(), 60))) == 8 * HEIGHT


def test_nothing_is_drawn_of_nothing():
    assert curve([0], [1.0], 60) == []
    assert curve([0, 1], [0.0, 0.0], 60) == []
    assert curve([0, 1], [1.0, float("inf")], 60) == []


def test_no_infinity_leaves_in_json():
    found = finite(
        {"a": [float("nan"), np.float64(2.0), np.int64(3)], 4: (float("inf"), True, None)}
    )
    assert json.dumps(found, allow_nan=False) == '{"a": [null, 2.0, 3], "4": [null, true, null]}'


def test_names_and_degrees():
    assert names(["a, b", "c", 'x,"d,e"', "a"]) == ["a", "b", "c", "x", "d,e"]
    assert names(None) == []
    assert degrees(["a=2,b=3", "c = x=4"]) == {"a": 2, "b": 3, "c = x": 4}
    assert whole("--steps", "1e6") == 1_000_000
    with pytest.raises(OptionError):
        whole("--steps", "1.5")
