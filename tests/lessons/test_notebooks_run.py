"""Every notebook, in both languages, runs whole: unanswered and solved, with the right numbers."""

import math

import pytest
from lesson_numbers import LESSON, NUMBERS
from notebook_runs import run

from kedou.exercises import CHAPTERS
from kedou.notebooks import chapters, notebook
from kedou.texts import LANGUAGES

ALL = [chapter for language in LANGUAGES for chapter in chapters(language)]
LOOSE = {"huber.exact.coefficients[0]": 1e-7, "absolute.exact.coefficients[0]": 1e-6}
"""Where Kedou itself stops earlier: minima without a closed form."""


def shows(value, printed):
    """Whether a number, rounded to the digits printed, is what is printed."""
    mantissa, _, exponent = printed.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return abs(float(value) - float(printed)) <= 0.5000001 * 10.0 ** (int(exponent or 0) - decimals)


def same(chapter, numbers):
    """Assert that exactly the numbers of the table were printed, and are right to all digits."""
    table = NUMBERS[chapter]
    assert set(numbers) == set(table)
    for expression, (printed, value) in numbers.items():
        expected = float(table[expression])
        assert shows(expected, printed), f"{expression} is {expected}, {printed} was printed"
        tolerance = LOOSE.get(expression, 1e-11)
        assert math.isclose(value, expected, rel_tol=tolerance, abs_tol=1e-300), expression


@pytest.mark.parametrize("chapter", ALL, ids=lambda c: f"{c.name}-{c.language}")
def test_a_notebook_runs_unanswered_and_solved(chapter, tmp_path):
    given, solved = run(notebook(chapter), NUMBERS[chapter.name], tmp_path)
    assert not given.errors, given.errors[0]
    assert not solved.errors, solved.errors[0]
    assert given.verdicts
    assert [verdict[0] for verdict in given.verdicts] == ["○"] * len(given.verdicts)
    assert [verdict[0] for verdict in solved.verdicts] == ["✓"] * len(given.verdicts)
    same(chapter.name, given.numbers)
    same(chapter.name, solved.numbers)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_numbers_are_those_of_the_lesson(chapter):
    for expression, printed in LESSON[chapter].items():
        assert shows(NUMBERS[chapter][expression], printed), expression
