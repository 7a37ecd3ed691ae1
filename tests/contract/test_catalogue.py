"""Both languages say the same things, and every code in the source has its words."""

import ast
import json
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kedou.texts import LANGUAGES, show

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "kedou"
TEXTS = SOURCE / "assets" / "texts"
AREAS = sorted(file.stem for file in (TEXTS / "en").glob("*.json"))
every_area = pytest.mark.parametrize("area", AREAS)

CODE = re.compile(r"[a-z_]+\.\w(?:[\w-]*\w)?")
CHINESE = re.compile("[\u4e00-\u9fff]")


def words(area: str, language: str) -> dict[str, str]:
    """Return the sentences of an area, refusing a key that stands there twice."""

    def once(pairs: list[tuple[str, str]]) -> dict[str, str]:
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), f"{area}, {language}: a key stands there twice"
        return dict(pairs)

    text = (TEXTS / language / f"{area}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text, object_pairs_hook=once)
    return found


def placeholders(sentence: str) -> set[str]:
    """Return the names between braces; they carry no format."""
    parsed = list(string.Formatter().parse(sentence))
    assert not any(spec or conversion for _, _, spec, conversion in parsed), sentence
    return {name for _, name, _, _ in parsed if name is not None}


KEYS = {
    f"{area}.{key}": placeholders(text) for area in AREAS for key, text in words(area, "en").items()
}


@dataclass(frozen=True)
class Use:
    """A code in the source: where, and the values it is given there (None: not to be seen)."""

    code: str
    where: str
    values: frozenset[str] | None = None


def trees() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(SOURCE.rglob("*.py")):
        yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text("utf-8"))


def code_in(node: ast.AST) -> str | None:
    """Return the code that a constant is, if it is one."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return None
    known = CODE.fullmatch(node.value) is not None and node.value.split(".")[0] in AREAS
    return node.value if known else None


def uses() -> Iterator[Use]:
    for file, tree in trees():
        for node in ast.walk(tree):
            if (code := code_in(node)) is not None:
                yield Use(code, f"{file}:{getattr(node, 'lineno', 0)}")
            if isinstance(node, ast.Call) and speaks(node.func) and node.args:
                code, given = code_in(node.args[0]), values_of(node)
                if code is not None and given is not None:
                    yield Use(code, f"{file}:{node.lineno}", given)


def speaks(function: ast.expr) -> bool:
    """Say whether a call makes a sentence: ``say``, ``Message``, or one of the errors."""
    name = function.id if isinstance(function, ast.Name) else ""
    return name in ("say", "Message") or name.endswith("Error")


def values_of(call: ast.Call) -> frozenset[str] | None:
    """Return the names that a call fills in, where all of them are written out in it."""
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    names = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
    if isinstance(call.func, ast.Name) and call.func.id == "Message":
        if len(call.args) == 1:
            return frozenset()
        keys = call.args[1].keys if isinstance(call.args[1], ast.Dict) else [None]
        if not all(isinstance(key, ast.Constant) for key in keys):
            return None
        names |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    return frozenset(names)


def patterns() -> Iterator[re.Pattern[str]]:
    """Codes put together in the source: ``f"columns.left-{kind}"``, ``f"{code}-near"``."""
    for _, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.JoinedStr):
                continue
            pieces = [
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                for part in node.values
            ]
            whole = "".join(pieces)
            if re.match(rf"({'|'.join(AREAS)})\\\.", whole) or re.fullmatch(r"\.\+\\-\w+", whole):
                yield re.compile(whole)


USES = list(uses())


def test_both_languages_have_the_same_areas() -> None:
    for language in LANGUAGES:
        assert sorted(file.stem for file in (TEXTS / language).iterdir()) == AREAS


@every_area
def test_both_languages_have_the_same_keys_in_the_same_order(area: str) -> None:
    assert list(words(area, "en")) == list(words(area, "zh-CN"))


@every_area
def test_both_languages_fill_in_the_same_values(area: str) -> None:
    chinese = words(area, "zh-CN")
    for key, sentence in words(area, "en").items():
        assert placeholders(sentence) == placeholders(chinese[key]), f"{area}.{key}"


@every_area
def test_no_sentence_is_empty_and_each_is_in_its_language(area: str) -> None:
    for language in LANGUAGES:
        for key, sentence in words(area, language).items():
            where = f"{area}.{key}, {language}"
            assert sentence.strip(), where
            bare = re.sub(r"\{\w*\}", "", sentence)
            if language == "en":
                assert not CHINESE.search(re.sub("蝌蚪|[年月日]", "", bare)), where
            elif re.search(r"[A-Za-z]{4,} [a-z]{2,} [a-z]{2,}", bare):
                assert CHINESE.search(bare), where


@every_area
def test_every_sentence_can_be_said(area: str) -> None:
    for language in LANGUAGES:
        for key, sentence in words(area, language).items():
            said = sentence.format(**{name: show(1.5) for name in placeholders(sentence)})
            assert "{" not in said.replace('={"', ""), f"{area}.{key}, {language}"


def test_every_code_in_the_source_has_its_words() -> None:
    assert len(USES) > 150
    lacking = sorted({f"{use.where} {use.code}" for use in USES if use.code not in KEYS})
    assert not lacking, lacking


def test_every_call_gives_the_values_that_its_sentence_needs() -> None:
    checked = [use for use in USES if use.values is not None and use.code in KEYS]
    assert len(checked) > 80
    lacking = [
        f"{use.where} {use.code} needs {sorted(KEYS[use.code] - use.values)}"
        for use in checked
        if use.values is not None and not KEYS[use.code] <= use.values
    ]
    assert not lacking, lacking


def test_every_sentence_is_said_somewhere() -> None:
    said = {use.code for use in USES}
    made = list(patterns())
    idle = [
        code
        for code in KEYS
        if not code.startswith("page")  # said in web/view; tests/browser/test_page_words.py
        and code not in said
        and not any(pattern.fullmatch(code) for pattern in made)
    ]
    assert not idle, idle
