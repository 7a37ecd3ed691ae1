"""Everything the READMEs show runs, and both say the same."""

from pathlib import Path

import pytest

from documents import INSTALL, ROOT, fences, follow

READMES = ("README.md", "README.zh-CN.md")
every_readme = pytest.mark.parametrize("name", READMES)


@every_readme
def test_every_block_runs_and_prints_what_is_shown(name: str, tmp_path: Path) -> None:
    assert follow(ROOT / name, tmp_path) >= 8


@every_readme
def test_both_installing_commands_stand_on_one_line_each(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert [line for line in lines if "pip install" in line] == list(INSTALL)


def test_both_readmes_hold_the_same_blocks() -> None:
    english, chinese = (
        [block.language for block in fences(ROOT / name) if block.language != "text"]
        for name in READMES
    )
    assert english == chinese


@every_readme
def test_each_readme_leads_to_the_other(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    other = next(readme for readme in READMES if readme != name)
    assert f"({other})" in text
