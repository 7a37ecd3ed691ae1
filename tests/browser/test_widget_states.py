"""Python and the page accept and refuse the same states of every chapter."""

from __future__ import annotations

import copy
import json
import random

import pytest

from kedou.widgets.chapters import CHAPTERS
from kedou.widgets.shapes import MisshapenError

CASES = 400
VALUES = (
    *(0, 1, -1, 2, 3, 4, 5, 6, 7, 15, 16, 20, 21, 30, 31, 40, 100, 101, 300, 301, 1000, 1001),
    *(0.5, -0.5, 1e-7, 9e-8, 1e-6, 0.001, 0.0002, 0.01, 0.1, 1.6, 4.5, -0.3, -0.31, -2.5, 1e9, 1e7),
    *(True, False, None, "", "closed", "open", "done", "shown", "typed", "sine", "none", "adam"),
    *("own", "huber", "all", "rain", "descent", "pass", "exact", "exact-line-search", "nonsense"),
    *([], [0], [1, 2], [2, 1], [[0, 0], [1, 1]], [[0, 1], [0, 2]], {}, {"stage": "open"}),
)


def fill(given: object, chance: random.Random) -> object:
    """Return a copy in which one value, however deep, is another one, is gone, or is twice."""
    if isinstance(given, dict) and given and chance.random() < 0.9:
        key = chance.choice(list(given))
        if chance.random() < 0.03:
            return {name: value for name, value in given.items() if name != key}
        if chance.random() < 0.03:
            return {**given, "more": 1}
        return {**given, key: fill(given[key], chance)}
    if isinstance(given, list) and given and chance.random() < 0.8:
        place = chance.randrange(len(given))
        if chance.random() < 0.15:
            return given[:place] + given[place + 1 :]
        if chance.random() < 0.15:
            return [*given, given[place]]
        return [*given[:place], fill(given[place], chance), *given[place + 1 :]]
    if isinstance(given, int | float) and chance.random() < 0.6:
        return not given if isinstance(given, bool) else given * chance.uniform(0.3, 1.7)
    # What a formula means only the page knows.
    return (
        given if isinstance(given, str) and " " in given else copy.deepcopy(chance.choice(VALUES))
    )


def takes(name: str, state: object) -> bool:
    chapter = CHAPTERS[name]
    if not isinstance(state, dict) or set(state) != set(chapter.fields):
        return False
    try:
        chapter.fits({key: shape(state[key]) for key, shape in chapter.fields.items()})
    except MisshapenError:
        return False
    return True


@pytest.mark.parametrize("name", CHAPTERS)
def test_both_sides_take_the_same_states(lab, name) -> None:
    lab.open()
    chance = random.Random(name)
    states: list[object] = [dict(CHAPTERS[name].first)]
    while len(states) < CASES:
        state = fill(dict(CHAPTERS[name].first), chance)
        states.append(fill(state, chance) if chance.random() < 0.5 else state)
    found = lab.page.evaluate(
        """async ([name, states]) => {
          const { states: page } = await import(new URL('bundle.js', location.href).href);
          const takes = state => {
            try { page.read(name, state); return true; } catch { return false; }
          };
          return [page.first(name), states.map(takes)];
        }""",
        [name, states],
    )
    assert found[0] == CHAPTERS[name].first
    differ = [
        f"{'the page' if page else 'Python'} alone takes {json.dumps(state)}"
        for state, page in zip(states, found[1], strict=True)
        if page != takes(name, state)
    ]
    assert not differ, "\n".join(differ[:8])
    assert 0.05 < sum(found[1]) / CASES < 0.95, "the cases tell nothing"
