"""The page's files: all of those in one folder, and nothing else."""

import asyncio
import gzip
from pathlib import Path

import pytest
from lab_client import PAGE, Answer, Visitor, make_lab

from kedou.lab.page import Page, read_page

TRAVERSALS = [
    "/../pyproject.toml",
    "/../../../../../../etc/passwd",
    "/./index.html",
    "//index.html",
    "/index.html/",
    "/index.html/..",
    "/sub/../index.html",
    "/..%2fpyproject.toml",
    "/%2e%2e/pyproject.toml",
    "/%252e%252e%252fpyproject.toml",
    "/..\\pyproject.toml",
    "/..%5cpyproject.toml",
    "/index.html\x00.js",
    "/index.html%00",
    "/\x00",
    "/etc/passwd",
    "//etc/passwd",
    "/C:/windows/win.ini",
    "/file:///etc/passwd",
    "/index.html.",
    "/INDEX.HTML",
    "/index.html::$DATA",
    "/～/index.html",
    "/\udcff",
]


def asked(page: Page, target: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
    """Return the answer that the owner of a lab with this page gets."""

    async def run() -> Answer:
        lab = make_lab(page=page)
        visitor = await Visitor(lab).enter(lab)
        return await visitor.ask(target, *headers, method=method)

    return asyncio.run(run())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of a page, beside things that nobody is to see."""
    (tmp_path / "secret.txt").write_text("secret")
    root = tmp_path / "lab"
    (root / "sub").mkdir(parents=True)
    (root / "index.html").write_text("<title>Kedou</title>")
    (root / "bundle.js").write_text("'use strict';" * 100)
    (root / "sub" / "chunk-0a1b2c3d4e.js").write_text("1" * 500)
    (root / ".hidden").write_text("secret")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "links").symlink_to(tmp_path)
    return root


@pytest.mark.parametrize("target", TRAVERSALS)
def test_no_path_leads_out(target: str) -> None:
    answer = asked(PAGE, target)
    assert answer.status == 404
    assert "nothing at this address" in answer.text


def test_only_plain_files_of_the_folder_are_there(folder: Path) -> None:
    page = read_page(folder)
    assert set(page.files) == {"/index.html", "/bundle.js", "/sub/chunk-0a1b2c3d4e.js"}
    for target in ("/link.txt", "/links/secret.txt", "/.hidden", "/sub", "/../secret.txt"):
        answer = asked(page, target)
        assert answer.status == 404
        assert b"secret" not in answer.body
    assert asked(page, "/").body == b"<title>Kedou</title>"


def test_without_a_page_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    answer = asked(read_page(tmp_path / "none"), "/")
    assert answer.status == 503
    assert "Install Kedou again" in answer.text
    assert asked(read_page(tmp_path / "none"), "/bundle.js").status == 404


def test_how_long_files_are_kept(folder: Path) -> None:
    page = read_page(folder)
    assert asked(page, "/")["cache-control"] == "no-store"
    assert asked(page, "/bundle.js")["cache-control"] == "private, no-cache"
    hashed = asked(page, "/sub/chunk-0a1b2c3d4e.js")["cache-control"]
    assert hashed == "private, max-age=31536000, immutable"


def test_types_are_told() -> None:
    assert asked(PAGE, "/")["content-type"] == "text/html; charset=utf-8"
    assert asked(PAGE, "/bundle.js")["content-type"] == "text/javascript; charset=utf-8"
    assert asked(PAGE, "/bundle.css")["content-type"] == "text/css; charset=utf-8"


def test_files_are_compressed_where_that_is_taken() -> None:
    plain = asked(PAGE, "/bundle.js")
    packed = asked(PAGE, "/bundle.js", ("accept-encoding", "br, gzip"))
    assert plain["content-encoding"] is None
    assert packed["content-encoding"] == "gzip"
    assert plain["vary"] == packed["vary"] == "accept-encoding"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 5
    assert packed["content-length"] == str(len(packed.body))
    assert asked(PAGE, "/bundle.js", ("accept-encoding", "gzip;q=0"))["content-encoding"] is None
    small = asked(PAGE, "/third-party-notices.txt", ("accept-encoding", "gzip"))
    assert small["content-encoding"] is None


def test_what_a_browser_has_already_is_not_sent_again() -> None:
    tag = str(asked(PAGE, "/bundle.js")["etag"])
    packed = str(asked(PAGE, "/bundle.js", ("accept-encoding", "gzip"))["etag"])
    assert tag != packed
    again = asked(PAGE, "/bundle.js", ("if-none-match", f'"x", {tag}'))
    assert (again.status, again.body) == (304, b"")
    assert again["etag"] == tag
    assert again["content-security-policy"]
    assert asked(PAGE, "/bundle.js", ("if-none-match", packed)).status == 200
    assert asked(PAGE, "/bundle.js", ("if-none-match", tag), method="HEAD").status == 304
