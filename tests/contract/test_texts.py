"""Every sentence exists in every language, with the same places to fill."""

import json
import re
from pathlib import Path
from string import Formatter

import pytest

import kedou
from kedou.texts import LANGUAGES

PACKAGE = Path(kedou.__file__).parent
TEXTS = PACKAGE / "assets" / "texts"
AREAS = sorted({path.stem for language in LANGUAGES for path in (TEXTS / language).glob("*.json")})
CODE = re.compile(r'"([a-z]+)\.([a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*)"')


def load(language: str, area: str) -> dict[str, str]:
    def once(pairs: list[tuple[str, str]]) -> dict[str, str]:
        assert len(dict(pairs)) == len(pairs), f"{area}: a key stands twice"
        return dict(pairs)

    text = (TEXTS / language / f"{area}.json").read_text(encoding="utf-8")
    messages: dict[str, str] = json.loads(text, object_pairs_hook=once)
    return messages


def places(sentence: str) -> set[str]:
    fields = [field for field in Formatter().parse(sentence) if field[1] is not None]
    assert not any(spec or conversion for _, _, spec, conversion in fields), sentence
    return {str(name) for _, name, _, _ in fields}


@pytest.mark.parametrize("area", AREAS)
def test_languages_agree(area: str) -> None:
    first, *others = (load(language, area) for language in LANGUAGES)
    for other in others:
        assert set(other) == set(first)
        for key, sentence in first.items():
            assert sentence.strip(), key
            assert places(other[key]) == places(sentence), key
            assert other[key] != sentence or not re.search("[a-z]{3}", sentence), key


@pytest.mark.parametrize("area", AREAS)
def test_every_code_in_the_package_has_a_sentence(area: str) -> None:
    keys = set(load("en", area))
    for path in PACKAGE.rglob("*.py"):
        for found, key in CODE.findall(path.read_text(encoding="utf-8")):
            if found == area and path.parent.name == area:
                assert key in keys, f"{path.name}: {area}.{key}"
