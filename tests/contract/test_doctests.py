"""Every example in a docstring runs and prints what is shown."""

import doctest
import importlib
import pkgutil

import pytest

import kedou

MODULES = [
    "kedou",
    *(
        found.name
        for found in pkgutil.walk_packages(kedou.__path__, "kedou.")
        if not found.name.endswith("__main__")
    ),
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    kedou.set_language(None)
    module = importlib.import_module(name)
    results = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert results.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = sum(
        len(found.examples)
        for name in MODULES
        for found in finder.find(importlib.import_module(name))
    )
    assert examples > 150
