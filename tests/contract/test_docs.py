"""Everything that is shown under docs and in CONTRIBUTING.md runs; every link leads somewhere."""

import re
import tomllib
from pathlib import Path

import pytest

from documents import ROOT, follow, pairs, unbuildable

PAGES = sorted((ROOT / "docs").rglob("*.md"))
RUNNING = [page for page in PAGES if any(True for _ in pairs(page))]
ALL = [*PAGES, *ROOT.glob("*.md")]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", RUNNING, ids=name)
def test_every_block_of_a_page_runs_and_prints_what_is_shown(page: Path, tmp_path: Path) -> None:
    assert follow(page, tmp_path) >= 1


def test_the_recipes_are_complete(tmp_path: Path) -> None:
    assert follow(ROOT / "CONTRIBUTING.md", tmp_path, developing=True) > 30
    if lacks := unbuildable():
        pytest.skip(f"all but building a chapter: {lacks}")


@pytest.mark.parametrize("page", ALL, ids=name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    lost = [link for link in links if not (page.parent / link).exists()]
    assert not lost, lost


def test_every_page_can_be_reached_from_the_first() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
        waiting += [page.parent / link for link in links]
    assert not [name(page) for page in PAGES if page not in seen]


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    reasons = (ROOT / "docs" / "decisions" / "dependencies.md").read_text("utf-8")
    names = [re.split(r"[<>=~ \[]", line)[0] for line in project["dependencies"]]
    assert len(names) >= 6
    assert not [name for name in names if f"**{name}**" not in reasons]


def test_every_public_name_is_in_the_reference() -> None:
    import kedou

    text = (ROOT / "docs" / "reference" / "public-names.md").read_text("utf-8")
    assert not [name for name in kedou.__all__ if f"`{name}`" not in text]


def test_every_layer_is_in_the_architecture() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    layers = [name for line in config["contracts"][0]["layers"] for name in line.split(" | ")]
    assert not [layer for layer in layers if f"`{layer.removeprefix('kedou.')}`" not in text]


def test_every_exit_code_is_told_as_it_is() -> None:
    from kedou.cli.exits import Exit

    for page in ("docs/how-to/exit-codes.md", "docs/zh-CN/getting-started.md"):
        rows = re.findall(r"^\| (\d+) +\|", (ROOT / page).read_text("utf-8"), re.M)
        assert [int(row) for row in rows] == [code.value for code in Exit]
