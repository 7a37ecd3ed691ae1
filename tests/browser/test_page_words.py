"""Every sentence of the page is used, and every sentence that is used exists."""

import json
import re
from pathlib import Path

import kedou

WEB = Path(__file__).resolve().parents[2] / "web"
TEXTS = Path(kedou.__file__).parent / "assets" / "texts"
SOURCE = "\n".join(
    path.read_text("utf-8")
    for folder in ("view", "hosts")
    for path in sorted((WEB / folder).rglob("*.ts"))
)


def sentences(language: str) -> dict[str, str]:
    """All sentences of the page; no two files of them have a key in common."""
    found: dict[str, str] = {}
    for path in sorted((TEXTS / language).glob("page*.json")):
        more = json.loads(path.read_text("utf-8"))
        assert not found.keys() & more.keys(), path
        found |= more
    return found


KEYS = set(sentences("en"))


def test_every_sentence_of_the_page_is_used():
    made = {each.split("${")[0] for each in re.findall(r"`([a-z-]+-\$\{[^`]*)`", SOURCE)}
    quoted = set(re.findall(r'"([a-z0-9-]+)"', SOURCE))
    idle = {key for key in KEYS - quoted if not key.startswith(tuple(made))}
    assert not idle


def test_every_file_of_sentences_is_in_the_page():
    words = (WEB / "view" / "kit" / "words.ts").read_text("utf-8")
    for language in ("en", "zh-CN"):
        for path in (TEXTS / language).glob("page*.json"):
            assert f"texts/{language}/{path.name}" in words, path


def test_leads_are_short():
    for language, most in (("en", 25), ("zh-CN", 40)):
        for key, text in sentences(language).items():
            if key.endswith("-lead"):
                assert len(text.split() if language == "en" else text) <= most, key


def test_every_name_on_the_page_is_documented():
    page = (WEB.parent / "docs" / "reference" / "page.md").read_text("utf-8")
    names = set(re.findall(r'"data-kedou": "([a-z-]+)"', SOURCE))
    assert not {name for name in names if f"`{name}`" not in page}
