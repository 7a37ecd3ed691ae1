"""Exported pages as files: whole, small, with their licences, and never written over another."""

from __future__ import annotations

import base64
import errno
import gzip
import hashlib
import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import kedou as kd
from kedou.errors import ExistsError, OptionError, UnreadableFileError
from kedou.exporting import site as site_module
from kedou.pages import CHAPTERS, COVER, Bundle, chapter_named, ordinary_script, page_alone
from kedou.pages.files import read_bundle
from kedou.texts import LANGUAGES, set_language

ROOT = Path(__file__).parents[2]
LARGEST = 300 * 1024


def policy_of(page: str) -> dict[str, str]:
    text = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    return dict(part.split(" ", 1) for part in text.split("; "))


def test_the_chapters_are_those_of_the_page_in_their_order():
    index = (ROOT / "web/view/chapters/index.ts").read_text("utf-8")
    lessons = re.findall(r"lesson: (\w+)[ ,}]", index.split("CHAPTERS")[1])
    homes = dict(re.findall(r'import \{ (\w+) \} from "\./([a-z-]+)\.ts"', index))
    assert [homes[lesson] for lesson in lessons] == [chapter.name for chapter in CHAPTERS]


@pytest.mark.parametrize("chapter", [COVER, *CHAPTERS], ids=lambda chapter: chapter.name)
def test_a_chapter_is_one_small_file_with_a_title_in_each_language(chapter, tmp_path):
    for language in LANGUAGES:
        path = kd.export(chapter.name, tmp_path / f"{language}.html", lang=language)
        page = path.read_text("utf-8")
        assert chapter.title(language) in html.unescape(page.split("<style>")[0])
        assert f'<html lang="{language}"' in page
    assert len(gzip.compress(path.read_bytes())) <= LARGEST


def test_a_file_names_nothing_outside_it_and_runs_nothing_but_its_own(tmp_path):
    page = kd.export("forward", tmp_path / "f.html").read_text("utf-8")
    bare = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.S)
    assert not re.search(r'(?:src|href)="(?!data:)', bare)
    assert "src=" not in re.search(r"<script type=\"module\"[^>]*>", page)[0]
    policy = policy_of(page)
    for tag in ("style", 'script type="module"'):
        name = tag.split()[0]
        text = re.search(rf"<{tag}>(.*?)</{name}>", page, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy[f"{name}-src"] == f"'sha256-{digest}'"
    assert policy["default-src"] == policy["form-action"] == "'none'"
    assert "connect-src" not in policy


def test_licences_go_wherever_the_script_goes(tmp_path):
    notices = read_bundle().notices
    assert "Copyright" in notices
    assert notices in kd.export("forward", tmp_path / "f.html").read_text("utf-8")
    folder = kd.export_all(tmp_path / "site")
    assert (folder / "THIRD-PARTY-NOTICES.txt").read_text("utf-8").strip() == notices


def test_a_folder_has_script_and_style_once_and_everything_it_names(tmp_path):
    folder = kd.export_all(tmp_path / "site")
    pages = sorted(path.name for path in folder.glob("*.html"))
    assert pages == sorted(["index.html", *(f"{chapter.name}.html" for chapter in CHAPTERS)])
    assert len(list(folder.glob("*.js"))) == len(list(folder.glob("*.css"))) == 1
    for name in pages:
        page = (folder / name).read_text("utf-8")
        assert len(page) < 4000
        named = [
            link for link in re.findall(r'(?:src|href)="([^"]*)"', page) if link[:5] != "data:"
        ]
        assert len(named) == 2
        for link in named:
            assert (folder / link).is_file()
        assert "unsafe" not in page


def test_what_is_there_is_left_as_it_is(tmp_path):
    there = tmp_path / "forward.html"
    there.write_text("mine")
    with pytest.raises(ExistsError, match=re.escape(str(there))) as caught:
        kd.export("forward", there)
    assert isinstance(caught.value, FileExistsError)
    assert "没有改动" in caught.value.text("zh-CN")
    with pytest.raises(ExistsError):
        kd.export("forward", tmp_path)
    with pytest.raises(ExistsError):
        kd.export_all(tmp_path)
    with pytest.raises(ExistsError):
        kd.export_all(there)
    with pytest.raises(ExistsError):
        kd.export_all(there, force=True)
    assert there.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["forward.html"]
    kd.export("forward", there, force=True)
    assert there.read_text("utf-8").startswith("<!doctype html>")


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path):
    link = tmp_path / "f.html"
    link.symlink_to(tmp_path / "elsewhere.html")
    with pytest.raises(ExistsError):
        kd.export("forward", link)
    assert not (tmp_path / "elsewhere.html").exists()


def test_writing_again_takes_an_older_script_away_and_nothing_else(tmp_path):
    folder = kd.export_all(tmp_path / "site")
    mine = ["picture.png", "kedou-notes.js", "kedou-000000000000.txt"]
    old = ["kedou-000000000000.js", "kedou-0123456789ab.css"]
    for name in (*mine, *old):
        (folder / name).write_text("x")
    before = {path.name for path in folder.iterdir()}
    kd.export_all(folder, force=True, lang="en")
    assert {path.name for path in folder.iterdir()} == before - set(old)
    assert 'data-lang="en"' in (folder / "index.html").read_text("utf-8")


def test_a_folder_that_cannot_be_finished_has_no_page_without_its_script(tmp_path, monkeypatch):
    written = []

    def replacing(path):
        if path.name == "rules.html":
            raise UnreadableFileError("saving.cannot-write", path="x", reason="full")
        written.append(path.name)
        return original(path)

    original = site_module.replacing
    monkeypatch.setattr(site_module, "replacing", replacing)
    with pytest.raises(UnreadableFileError):
        kd.export_all(tmp_path / "site")
    assert {name.rsplit(".")[-1] for name in written[:2]} == {"js", "css"}
    assert "index.html" not in written


@pytest.mark.parametrize(
    ("asked", "near"),
    [("foward", "forward"), ("learningrate", "learning-rate"), ("求导数", "derivative")],
)
def test_a_chapter_that_is_not_there_is_told_with_the_nearest(asked, near, tmp_path):
    with pytest.raises(OptionError) as caught:
        kd.export(asked, tmp_path / "f.html")
    assert caught.value.values["near"] == near
    assert "cover, derivative, forward" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_names_are_taken_as_people_write_them():
    assert chapter_named("Learning Rate").name == chapter_named("learning_rate").name
    with pytest.raises(OptionError, match="cover, derivative"):
        chapter_named("zzz")


@pytest.mark.parametrize("asked", ["all", "All", "*", "全部"])
def test_all_chapters_are_exported_in_another_way(asked, tmp_path):
    with pytest.raises(OptionError, match="export_all") as caught:
        kd.export(asked, tmp_path / "f.html")
    assert "export_all" in caught.value.text("zh-CN")


def test_a_place_that_cannot_be_written_to_is_told(tmp_path):
    with pytest.raises(UnreadableFileError):
        kd.export("forward", tmp_path / "none" / "f.html")
    (tmp_path / "file").write_text("")
    with pytest.raises(UnreadableFileError) as caught:
        kd.export_all(tmp_path / "file" / "site")
    assert "file" in str(caught.value)


def test_a_package_without_its_page_says_so(tmp_path):
    with pytest.raises(UnreadableFileError, match="npm run build"):
        read_bundle(tmp_path)


def test_a_bundle_that_would_end_its_own_element_is_refused():
    bad = Bundle("'</SCRIPT>'", "", "", "")
    with pytest.raises(ValueError, match="inside another page"):
        page_alone(bad, title="", language="en")


def test_a_module_becomes_an_ordinary_script_whatever_it_exports():
    plain = ordinary_script(Bundle("var a=1;export{a as default,a as render};", "", "", ""))
    assert "export" not in plain
    with pytest.raises(ValueError, match="imports"):
        ordinary_script(Bundle('import{a}from"./a.js";a()', "", "", ""))


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js parses the script")
def test_the_ordinary_script_parses_as_one(tmp_path):
    path = tmp_path / "kedou.cjs"
    path.write_text(ordinary_script(read_bundle()), "utf-8")
    assert (
        subprocess.run(["node", "--check", path], capture_output=True, check=False).returncode == 0
    )


def test_no_room_on_the_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        kd.export("forward", tmp_path / "f.html")
    assert not list(tmp_path.iterdir())


def test_the_language_in_force_is_not_the_readers(tmp_path):
    set_language("zh")
    try:
        page = kd.export("forward", tmp_path / "f.html").read_text("utf-8")
    finally:
        set_language(None)
    assert "data-lang" not in page
    assert "<title>前向传播 · Forward pass · Kedou</title>" in page
