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
KEYS = set(json.loads((TEXTS / "en" / "page.json").read_text("utf-8")))


def test_every_sentence_of_the_page_is_used():
    made = {each.split("${")[0] for each in re.findall(r"`([a-z]+-\$\{[^`]*)`", SOURCE)}
    quoted = set(re.findall(r'"([a-z0-9-]+)"', SOURCE))
    idle = {key for key in KEYS - quoted if not key.startswith(tuple(made))}
    assert not idle


def test_leads_are_short():
    for language, most in (("en", 25), ("zh-CN", 40)):
        texts = json.loads((TEXTS / language / "page.json").read_text("utf-8"))
        for key, text in texts.items():
            if key.endswith("-lead"):
                assert len(text.split() if language == "en" else text) <= most, key


def test_every_name_on_the_page_is_documented():
    page = (WEB.parent / "docs" / "reference" / "page.md").read_text("utf-8")
    names = set(re.findall(r'"data-kedou": "([a-z-]+)"', SOURCE))
    assert not {name for name in names if f"`{name}`" not in page}
