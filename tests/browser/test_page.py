"""What every chapter can do: undo, links, both languages, Python, no barrier, keys."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from page_driver import Lab

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHAPTERS = re.findall(
    r'^  name: "([a-z-]+)",$',
    "\n".join(p.read_text("utf-8") for p in sorted((ROOT / "web/view/chapters").glob("*.ts"))),
    re.MULTILINE,
)
# The page of one's own data has no guess, and needs a lab: tests/browser/test_own_data.py.
LESSONS = [name for name in CHAPTERS if name != "own-data"]
LANGUAGES = ("en", "zh-CN")


def test_every_chapter_is_in_the_menu(lab):
    lab.open(CHAPTERS[0])
    lab.click("menu")
    links = lab.at("menu").locator("a").evaluate_all("all => all.map(a => a.search)")
    assert sorted(links) == sorted(f"?chapter={name}&lang=en" for name in CHAPTERS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nine_chapters_are_numbered_and_ones_own_data_is_in_the_ninth(lab, lang):
    lab.open(CHAPTERS[0], lang)
    lab.click("menu")
    read = "all => all.map(a => [a.search, a.textContent.trim().split(/\\s/)[0]])"
    pages = lab.at("menu").locator("a").evaluate_all(read)
    (last, word) = pages.pop()
    assert [number for _, number in pages] == [str(n + 1) for n in range(9)]
    assert pages[8][0] == f"?chapter=train&lang={lang}"
    assert last == f"?chapter=own-data&lang={lang}"
    assert not word.isdigit()


@pytest.mark.parametrize("chapter", [None, *CHAPTERS])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing(browser, address, chapter, lang):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in web/")
    for scheme in ("light", "dark") if lang == "en" else ("light",):
        lab = Lab(browser, address, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
        lab.open(chapter, lang)
        if chapter:
            for name in ("more", "python"):
                lab.click_summary(name)
            if chapter in LESSONS:
                lab.click("guess-show")
        lab.settle()
        lab.page.add_script_tag(path=str(AXE))
        found = lab.page.evaluate(
            """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
              'wcag22aa']}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n =>
              n.html.slice(0, 120) + ' ' + n.failureSummary).join(' | ')))"""
        )
        lab.close()
        assert not found, found


@pytest.mark.parametrize("chapter", LESSONS)
def test_python_gives_the_numbers_of_the_page(lab, chapter):
    lab.open(chapter)
    if lab.at("step-forward").count():
        for _ in range(3):
            lab.click("step-forward")
    code = lab.copied_python()
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = [line.split()[:2] for line in ran.stdout.splitlines()]
    assert lines
    for name, value in lines:
        if name == "#":
            continue
        assert float(value) == pytest.approx(lab.value(name), rel=1e-11, abs=1e-12), name


def test_undo_and_redo(lab):
    lab.open("forward")
    before = lab.value("loss")
    lab.drag("line-end", 0, 100)
    after = lab.value("loss")
    assert after != before
    lab.page.keyboard.press("Control+z")
    assert lab.value("loss") == before
    lab.page.keyboard.press("Control+Shift+z")
    assert lab.value("loss") == after
    lab.click("more")
    lab.click("undo")
    assert lab.value("loss") == before


def test_a_share_link_restores_everything_elsewhere(lab, another):
    lab.open("backward")
    for _ in range(3):
        lab.click("step-forward")
    lab.click("more")
    lab.at("rate-field").fill("0.03")
    lab.at("rate-field").press("Enter")
    lab.click("share")
    link = lab.at("share-link").input_value()
    another.page.goto(link)
    assert another.at("chapter").get_attribute("data-chapter") == "backward"
    assert another.value("step") == 3
    assert another.value("w") == lab.value("w")
    assert "#" not in another.page.url


@pytest.mark.parametrize("damage", ["cut", "letter", "version", "foreign"])
def test_a_damaged_link_is_refused_in_a_sentence(lab, damage):
    lab.open("forward")
    lab.drag("line-end", 0, 60)
    lab.click("more")
    lab.click("share")
    link = lab.at("share-link").input_value()
    broken = {
        "cut": link[:-7],
        "letter": link[:-9] + ("A" if link[-9] != "A" else "B") + link[-8:],
        "version": link.replace("#state=1.", "#state=9."),
        "foreign": link.split("#")[0] + "#state=1.00000000.AAAA",
    }[damage]
    lab.page.goto("about:blank")
    lab.page.goto(broken)
    assert "damaged" in lab.text("notice")
    assert lab.text("loss") == "5.124"


def test_a_chapter_that_is_not_there(lab):
    lab.page.goto(lab.address + "?chapter=nonsense&lang=en")
    assert "no chapter" in lab.text("notice")
    assert lab.at("cover").count() == 1


def test_the_language_changes_and_the_state_stays(lab):
    lab.open("forward")
    lab.drag("line-end", 0, 100)
    before = lab.value("loss")
    lab.click("language")
    assert lab.value("loss") == before
    assert lab.page.locator("h1").inner_text() == "前向传播"
    assert lab.page.evaluate("document.documentElement.lang") == "zh-CN"


def test_progress_is_kept_in_this_browser_only(lab, another):
    lab.open("forward")
    lab.click("guess-start")
    lab.at("line-end").focus()
    for _ in range(7):
        lab.page.keyboard.press("Shift+ArrowDown")
    lab.click("guess-lock")
    assert lab.verdict() == "right"
    lab.open("forward")
    lab.click("menu")
    assert "✓" in lab.text("menu")
    another.open("forward")
    another.click("menu")
    assert "✓" not in another.text("menu")


def test_a_table_is_pasted_and_a_bad_one_refused(lab):
    lab.open("forward")
    lab.click("more")
    lab.at("paste-area").fill("x, y\n1, 1\n2, 2\n3 3")
    lab.click("paste")
    lab.at("w-field").fill("1")
    lab.at("w-field").press("Enter")
    assert lab.value("loss") == 0
    lab.at("paste-area").fill("1, 1\n2, two")
    lab.click("paste")
    assert "not two numbers" in lab.text("table-trouble")
    assert lab.value("loss") == 0


def test_pictures_are_saved_as_they_stand_on_the_screen(lab):
    lab.open("rules", "zh-CN")
    lab.click("guess-show")
    lab.click("play")  # pause
    lab.click_summary("more")
    saved = {}
    for name in ("save-svg", "save-png"):
        with lab.page.expect_download() as download:
            lab.click(name)
        saved[name] = Path(download.value.path()).read_bytes()
    boxes = [
        lab.page.locator(f"[data-kedou={name}]").bounding_box()
        for name in ("race-picture", "bowl-picture", "line-picture")
    ]
    left, top = (min(box[side] for box in boxes) - 16 for side in ("x", "y"))
    width = max(box["x"] + box["width"] for box in boxes) + 16 - left
    height = max(box["y"] + box["height"] for box in boxes) + 16 - top

    svg = ElementTree.fromstring(saved["save-svg"])
    assert float(svg.get("width")) == pytest.approx(width, abs=1)
    assert float(svg.get("height")) == pytest.approx(height, abs=1)
    inner = svg.findall("{http://www.w3.org/2000/svg}svg")
    places = [(float(each.get("x")), float(each.get("y"))) for each in inner]
    wanted = [(box["x"] - left, box["y"] - top) for box in boxes]
    assert len(places) == 3
    for place, want in zip(places, wanted, strict=True):
        assert place == pytest.approx(want, abs=1)
    ids = [each.get("id") for each in svg.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    text = saved["save-svg"].decode()
    assert set(re.findall(r"url\([^#)]*#([^\")&]+)", text)) <= set(ids)
    assert "梯度下降" in text
    assert not re.search(r"var\(|calc\(|rgba\(| style=| class=", text)

    png = saved["save-png"]
    assert png.startswith(b"\x89PNG")
    size = [int.from_bytes(png[at : at + 4], "big") for at in (16, 20)]
    assert size == pytest.approx([2 * width, 2 * height], abs=2)


def test_a_saved_picture_has_the_colours_of_the_screen(lab):
    """What is in the middle of a tail, a dot, the paper is so in the saved picture too."""
    lab.page.emulate_media(color_scheme="dark")
    lab.open("forward")
    lab.click_summary("more")
    with lab.page.expect_download() as download:
        lab.click("save-svg")
    svg = ElementTree.parse(download.value.path()).getroot()
    assert svg[0].get("fill") == "rgb(18, 24, 28)"
    fills = {each.get("fill") for each in svg.iter()}
    assert "rgb(236, 235, 228)" in fills  # ink
    assert "rgb(68, 228, 237)" in fills  # model
    assert any(fill and fill.startswith("url(") for fill in fills)  # hatched


def test_beats_and_the_projector(lab):
    lab.open("backward")
    lab.page.keyboard.press("PageDown")
    assert lab.value("step") == 1
    lab.page.keyboard.press("PageUp")
    assert lab.value("step") == 0
    size = "parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)"
    before = lab.page.evaluate(size)
    lab.page.keyboard.press("p")
    assert lab.page.evaluate(size) == pytest.approx(1.6 * before)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_at_rest_there_are_at_most_seven_controls(lab, chapter):
    """A guess is one, whatever buttons it has; a slider and its field are one number."""
    lab.open(chapter)
    names = lab.page.locator(".lesson").evaluate(
        """lesson => [...lesson.querySelectorAll('button, input, summary, [role=slider]')]
          .filter(e => e.checkVisibility() && !e.disabled && !e.closest('.guess'))
          .filter(e => getComputedStyle(e).display !== 'none')
          .filter(e => e.type !== 'range').map(e => e.dataset.kedou ?? e.textContent)"""
    )
    assert len(names) + 1 <= 7, names


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("width", [390, 820])
def test_nothing_is_wider_than_the_screen_and_touch_targets_are_large(
    browser, address, chapter, width
):
    lab = Lab(browser, address, viewport={"width": width, "height": 844}, has_touch=True)
    lab.open(chapter, "zh-CN")
    wide = "document.documentElement.scrollWidth"
    assert lab.page.evaluate(wide) <= width
    for name in ("more", "python"):
        lab.click_summary(name)
        assert lab.page.evaluate(wide) <= width
    small = lab.page.evaluate(
        """() => [...document.querySelectorAll('button, summary, input, a')]
          .filter(e => e.checkVisibility()).filter(e => e.getBoundingClientRect().height < 43.5)
          .map(e => e.outerHTML.slice(0, 100))"""
    )
    labels = lab.page.evaluate(
        """() => [...document.querySelectorAll('svg .axes')].flatMap(axes => {
          const boxes = [...axes.querySelectorAll('text')].map(t => t.getBoundingClientRect());
          const hit = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 &&
            a.top < b.bottom - 3 && b.top < a.bottom - 3;
          return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b => hit(a, b)));
        }).length"""
    )
    lab.close()
    assert not small
    assert labels == 0
    assert not lab.faults


def test_a_tadpole_is_dragged_moved_by_keys_added_and_removed(lab):
    lab.open("forward")

    def place(i: int) -> tuple[float, float]:
        lab.settle()
        dot = lab.at(f"tadpole-{i}")
        return float(dot.get_attribute("data-x")), float(dot.get_attribute("data-y"))

    before = lab.value("loss")
    box = lab.at("tadpole-6").locator(".tadpole-dot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    lab.page.mouse.move(x, y + 90, steps=6)
    lab.page.mouse.up()
    moved = place(6)
    assert moved[0] == 4.2
    assert moved[1] < 2
    assert lab.value("loss") > before

    lab.page.keyboard.press("ArrowUp")
    lab.page.keyboard.press("Shift+ArrowLeft")
    assert place(6) == pytest.approx((3.7, moved[1] + 0.1))

    picture = lab.at("line-picture").bounding_box()
    lab.page.mouse.dblclick(picture["x"] + 90, picture["y"] + 90)
    lab.settle()
    assert lab.page.locator(".tadpole").count() == 8
    lab.at("tadpole-7").focus()
    lab.page.keyboard.press("Delete")
    lab.settle()
    assert lab.page.locator(".tadpole").count() == 7
    for _ in range(4):
        lab.page.keyboard.press("Control+z")
    assert place(6) == (4.2, 2.7)
    assert lab.value("loss") == before
