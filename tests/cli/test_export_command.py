"""``kedou export``: what it writes, what it says, and what it never writes over."""

from pathlib import Path

import pytest

import kedou as kd


def test_a_chapter_is_written_and_said_to_be(kedou):
    ended = kedou("export", "forward", "-o", "f.html")
    assert (ended.code, ended.err) == (0, "")
    assert "f.html: Forward pass" in ended.out
    assert Path("f.html").read_bytes() == kd.export("forward", "again.html").read_bytes()


def test_without_a_name_it_is_called_as_its_chapter(kedou):
    assert kedou("export", "learning-rate", "--quiet").out == ""
    assert Path("learning-rate.html").exists()
    Path("folder").mkdir()
    assert kedou("export", "cover", "-o", "folder").code == 0
    assert Path("folder/cover.html").exists()


@pytest.mark.parametrize(("lang", "said"), [("zh-CN", "前向传播"), ("en", "Forward pass")])
def test_lang_is_what_the_page_opens_in(kedou, lang, said):
    ended = kedou("export", "forward", "--lang", lang)
    assert said in ended.out
    assert f'data-lang="{lang}"' in Path("forward.html").read_text("utf-8")


def test_a_locale_is_not_the_readers_language(kedou, monkeypatch):
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert kedou("export", "forward", "--lang", "zh", "--quiet").code == 0
    assert kedou("export", "loss", "--quiet").code == 0
    assert "data-lang" not in Path("loss.html").read_text("utf-8")


def test_the_whole_lesson_is_a_folder(kedou):
    ended = kedou("export", "--all", "site/")
    assert ended.code == 0
    assert "site/" in ended.out
    assert Path("site/index.html").exists()


def test_nothing_is_written_over_unless_it_is_said(kedou):
    Path("f.html").write_text("mine")
    ended = kedou("export", "forward", "-o", "f.html")
    assert ended.code == 3
    assert "--force" in ended.err
    assert Path("f.html").read_text() == "mine"
    assert kedou("export", "forward", "-o", "f.html", "--force").code == 0
    assert Path("f.html").read_text("utf-8") != "mine"
    ended = kedou("export", "--all", ".", "--lang", "zh")
    assert ended.code == 3
    assert "--force" in ended.err
    assert not Path("index.html").exists()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_makes_no_sense_is_told(kedou, lang):
    for words, known in (
        (("foward",), "forward"),
        ((), "learning-rate"),
        (("forward", "--all", "site"), "--all"),
        (("all",), "kedou export --all site"),
        (("foward",), "cover, derivative"),
    ):
        ended = kedou("export", *words, "--lang", lang)
        assert ended.code == 2
        assert known in ended.err
    assert not list(Path().glob("*.html"))
