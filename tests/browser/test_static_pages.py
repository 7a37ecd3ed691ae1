"""Exported pages, opened as a reader opens them: from disk, without any network, or from a host."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_driver import Lab

import kedou as kd
from kedou.pages import CHAPTERS

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
LANGUAGES = ("en", "zh-CN")
NAMES = [chapter.name for chapter in CHAPTERS]
TITLES = {chapter.name: chapter for chapter in CHAPTERS}
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']"


class Exported(Lab):
    """A reader of exported pages, from disk without a network; other requests are faults."""

    def __init__(self, browser, address: str, **options: object) -> None:
        self.asked: list[str] = []
        options = {"offline": address.startswith("file:"), "reduced_motion": "reduce", **options}
        super().__init__(browser, address, **options)

    def _asked(self, request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.asked.append(request.url)
        super()._asked(request)

    def link(self) -> str:
        self.click_summary("more")
        self.click("share")
        return self.at("share-link").input_value()

    def barriers(self) -> list[str]:
        """Return what axe finds; it comes in as a debugger does, past the policy of the page."""
        if not AXE.exists():
            pytest.skip("axe-core is not installed: npm ci in web/")
        self.page.evaluate(AXE.read_text("utf-8"))
        return self.page.evaluate(
            f"""() => axe.run(document, {{runOnly: {RULES}}}).then(r => r.violations.map(v =>
              v.id + ': ' + v.nodes.map(n => n.html.slice(0, 120)).join(' | ')))"""
        )


@pytest.fixture
def reader(browser) -> Iterator:
    """Open any number of pages; afterwards nothing has gone wrong in any of them."""
    opened: list[Exported] = []

    def read(address: str, **options: object) -> Exported:
        opened.append(Exported(browser, address, **options))
        return opened[-1]

    yield read
    for each in opened:
        each.close()
        assert not each.faults, each.faults


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """Every chapter as one file, and the cover."""
    folder = tmp_path_factory.mktemp("files")
    for name in ("cover", *NAMES):
        kd.export(name, folder)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    return kd.export_all(tmp_path_factory.mktemp("hosted") / "below" / "a lesson")


class _Plain(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def host(site: Path) -> Iterator[str]:
    """A plain file server, with the lesson two folders below its root."""
    handler = functools.partial(_Plain, directory=str(site.parents[1]))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/below/a%20lesson/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", ["cover", *NAMES])
def test_a_chapter_in_one_file_opens_from_disk_and_asks_for_nothing(reader, files, name):
    address = (files / f"{name}.html").as_uri()
    for lang in LANGUAGES:
        page = reader(address).open(lang=lang)
        assert page.asked == [f"{address}?lang={lang}"]
        assert page.page.evaluate("document.documentElement.lang") == lang
        if name == "cover":
            assert page.at("cover").count() == 1
        else:
            assert page.at("chapter").get_attribute("data-chapter") == name
            assert page.page.locator("h1").inner_text() == TITLES[name].title(lang)
        assert not page.barriers()


def test_a_line_is_dragged_with_the_mouse(reader, files):
    page = reader((files / "forward.html").as_uri()).open()
    before = page.value("loss")
    page.drag_to("line-end", 0.8)
    assert page.value("loss") < 0.2 < before


def test_a_share_link_of_a_file_opens_that_file_in_its_state(reader, files):
    address = (files / "forward.html").as_uri()
    page = reader(address).open()
    page.drag("line-end", 0, 100)
    link = page.link()
    assert link.startswith(f"{address}?lang=en#state=")
    other = reader(address)
    other.page.goto(link)
    assert other.value("loss") == page.value("loss")
    assert "#" not in other.page.url


def test_the_whole_lesson_is_in_one_file(reader, files):
    address = (files / "rules.html").as_uri()
    page = reader(address).open()
    page.click("menu")
    page.at("menu").get_by_role("link", name="Loss").click()
    assert page.at("chapter").get_attribute("data-chapter") == "loss"
    link = page.link()
    assert link.startswith(f"{address}?chapter=loss&lang=en#state=")
    page.page.locator(".brand").click()
    assert page.at("cover").count() == 1
    page.page.go_back()
    page.page.wait_for_selector("[data-chapter=loss]")
    page.page.go_back()
    page.page.wait_for_selector("[data-chapter=rules]")
    page.page.reload()
    page.page.wait_for_selector("[data-chapter=rules]")
    assert all(url.startswith(address) for url in page.asked)
    assert len(page.asked) == 2


def test_a_file_has_no_chapter_that_is_none(reader, files):
    page = reader((files / "rules.html").as_uri())
    page.page.goto(f"{page.address}?chapter=nonsense&lang=en")
    assert "no chapter" in page.text("notice")
    assert page.at("cover").count() == 1


def test_a_file_opens_in_the_language_it_was_written_in_or_the_readers_own(reader, files, tmp_path):
    chinese = kd.export("forward", tmp_path / "zh.html", lang="zh-CN").as_uri()
    page = reader(chinese, locale="en-GB")
    page.page.goto(chinese)
    page.page.wait_for_selector("main > *")
    assert page.page.locator("h1").inner_text() == "前向传播"
    page.click("language")
    assert page.page.locator("h1").inner_text() == "Forward pass"
    assert page.page.url == f"{chinese}?lang=en"
    for locale, title in (("zh-CN", "前向传播"), ("en-GB", "Forward pass")):
        own = reader((files / "forward.html").as_uri(), locale=locale)
        own.page.goto(own.address)
        own.page.wait_for_selector("main > *")
        assert own.page.locator("h1").inner_text() == title


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_needs_python_is_said_where_it_would_be(reader, files, lang):
    page = reader((files / "train.html").as_uri()).open(lang=lang)
    page.click("menu")
    remark = {"en": "with Python", "zh-CN": "需要 Python"}[lang]
    assert page.at("menu").locator("a", has_text=remark).count() == 1
    page.at("menu").locator("a", has_text=remark).click()
    assert "pip install kedou\nkedou lab" in page.text("needs-python")
    assert page.page.evaluate("document.documentElement.dataset.engine") is None
    code = page.copied_python()
    compile(code, "snippet", "exec")
    assert "kd.fit(" in code


def walk_through(page: Exported, start: str) -> None:
    """Follow the lesson from its cover to its end, by the buttons alone."""
    page.page.goto(f"{start}index.html?lang=en")
    page.page.wait_for_selector("[data-kedou=cover]")
    page.at("line-end").focus()
    page.page.keyboard.press("ArrowDown")
    page.click("machine")
    page.at("next").click(timeout=20_000)
    way = [name for name in NAMES if name != "layers"]
    for name in way:
        page.page.wait_for_selector(f"[data-chapter={name}]")
        assert page.page.url == f"{start}{name}.html?lang=en"
        if name != way[-1]:
            page.at("next").click()


def test_the_folder_is_walked_through_from_disk(reader, site):
    start = f"{site.as_uri()}/"
    page = reader(start)
    walk_through(page, start)
    assert {url.split("?")[0].rsplit("/")[-1] for url in page.asked} <= {
        path.name for path in site.iterdir()
    }


def test_the_folder_is_walked_through_below_a_path_of_a_plain_server(reader, host):
    page = reader(host)
    walk_through(page, host)
    page.page.goto(host)
    page.page.wait_for_selector("[data-kedou=cover]")
    page.click("language")
    page.page.goto(f"{host}loss.html")
    page.page.wait_for_selector("[data-chapter=loss]")
    assert page.page.evaluate("document.documentElement.lang") == "zh-CN", "chosen on the cover"
    page.click("menu")
    hrefs = page.at("menu").locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    wanted = {name: f"{name}.html?lang=zh-CN" for name in NAMES} | {"loss": "?lang=zh-CN"}
    assert hrefs == list(wanted.values())


@pytest.mark.parametrize("where", ["disk", "host"])
def test_a_share_link_of_the_folder_opens_its_chapter_in_its_state(reader, site, host, where):
    start = host if where == "host" else f"{site.as_uri()}/"
    page = reader(start)
    page.page.goto(f"{start}backward.html?lang=en")
    for _ in range(3):
        page.click("step-forward")
    link = page.link()
    assert link.startswith(f"{start}backward.html?lang=en#state=")
    other = reader(start)
    other.page.goto(link)
    assert other.value("w") == page.value("w")
    assert other.value("step") == 3
    # The same state, brought to another page of the folder, is shown there.
    third = reader(start)
    third.page.goto(link.replace("backward.html", "index.html"))
    assert third.value("step") == 3
    third.page.reload()
    third.page.wait_for_selector("[data-chapter=backward]")


def test_axe_finds_nothing_in_the_folder(reader, host):
    for name in ("index", "own-data"):
        for lang in LANGUAGES:
            page = reader(host)
            page.page.goto(f"{host}{name}.html?lang={lang}")
            page.page.wait_for_selector("main > *")
            assert not page.barriers()
