"""One's own data in a real lab: brought, looked at, trained live, used, by pointer and keyboard."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from page_driver import Lab

import kedou as kd
from lab_process import running

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
HOSTILE = '<img src=x onerror="window.broken=1">'


def write_files(folder: Path) -> None:
    random = np.random.default_rng(3)
    rows = 240
    area = random.uniform(30, 150, rows)
    city = random.choice(["西安", "拉萨", "哈尔滨"], rows)
    price = 2 * area + np.where(city == "西安", 40, 0) + random.normal(0, 8, rows) + 30
    lines = ["面积,城市,价格"]
    lines += [
        f"{'' if i % 40 == 7 else f'{a:.2f}'},{c},{p:.2f}"
        for i, (a, c, p) in enumerate(zip(area, city, price, strict=True))
    ]
    (folder / "房价.csv").write_bytes("\n".join(lines).encode("gb18030"))
    (folder / "hostile.csv").write_text(
        f'"{HOSTILE.replace(chr(34), 2 * chr(34))}","=cmd()",y\n'
        + "\n".join(f"{i % 7},{i % 5},{i % 3 + i}" for i in range(60)),
        "utf-8",
    )
    odd = ["__proto__", "constructor", "line\nbreak", "a" * 300, "\u202eleft", "y"]
    x = random.normal(size=(80, len(odd) - 1))
    rows_of = [f"{','.join(f'{cell:.4f}' for cell in row)},{row.sum():.4f}" for row in x]
    (folder / "odd.csv").write_text(
        "\n".join([",".join(f'"{name}"' for name in odd), *rows_of]), "utf-8"
    )
    bought = (area + random.normal(0, 30, rows) > 90).astype(int)
    (folder / "bought.csv").write_text(
        "\n".join(["area,bought", *(f"{a:.2f},{b}" for a, b in zip(area, bought, strict=True))])
    )
    wide = [f"feature_{n:02d}_of_the_sensor" for n in range(60)]
    cells = random.normal(size=(300, 60)).round(3)
    (folder / "sixty.csv").write_text(
        "\n".join([",".join([*wide, "y"]), *(f"{','.join(map(str, r))},{r.sum()}" for r in cells)])
    )
    days = [date(2022, 1, 1) + timedelta(n) for n in range(120)]
    wet = random.normal(size=120).round(3)
    (folder / "rain.csv").write_text(
        "\n".join(
            ["day,wet,level"]
            + [
                f"{d},{w},{3 * w + 0.01 * n + (d.isoweekday() == 3) + random.normal(0, 0.1):.4f}"
                for n, (d, w) in enumerate(zip(days, wet, strict=True))
            ]
        )
    )
    lower = {"A": 0.0, **dict.fromkeys("BCDEF", -30.0)}
    kinds = random.choice(list(lower), 200)
    (folder / "lower.csv").write_text(
        "\n".join(
            [
                "kind,x,y",
                *(f"{k},{i % 9},{lower[k] + 0.1 * (i % 9) + i % 2}" for i, k in enumerate(kinds)),
            ]
        )
    )
    size = random.normal(size=200).round(3)
    (folder / "numbered.csv").write_text(
        "\n".join(
            ["nr,size,y"]
            + [f"{1001 + (7 * i) % 200},{s},{2 * s + i % 3:.3f}" for i, s in enumerate(size)]
        )
    )
    shops = random.integers(0, 300, 3000)
    (folder / "shops.csv").write_text(
        "\n".join(["shop,size,sales", *(f"shop {k:03d},{k % 7},{k % 5 + k % 7}" for k in shops)])
    )


@pytest.fixture(scope="module")
def own_lab(browser, tmp_path_factory):
    """A lab whose owner has come in: its address, the folder it may read, the owner's cookie."""
    folder = tmp_path_factory.mktemp("data")
    write_files(folder)
    with running("--no-browser", "--data", str(folder)) as process:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{process.origin}/?token={process.token}")
        page.wait_for_selector("main > *")
        state = context.storage_state()
        context.close()
        yield f"{process.origin}/", folder, state


class OwnLab(Lab):
    """A page of that lab on one's own data."""

    def __init__(self, browser, own_lab, **options) -> None:
        address, self.folder, state = own_lab
        super().__init__(browser, address, storage_state=state, reduced_motion="reduce", **options)
        self.page.set_default_timeout(20_000)

    def bring(self, name: str, target: str | None = None, lang: str = "en") -> OwnLab:
        self.open("own-data", lang)
        self.at("data-set").locator("option").first.wait_for(state="attached")
        self.at("data-set").select_option(name)
        self.click("open-set")
        return self.looked(target)

    def looked(self, target: str | None = None) -> OwnLab:
        self.at("train").wait_for()
        if target is not None:
            self.at("target").select_option(target)
            self.page.wait_for_function(
                "name => [...document.querySelectorAll('tr.is-target th')]"
                ".some(e => e.textContent === name)",
                arg=target,
            )
        return self

    def bring_path(self, path: str, target: str | None = None, lang: str = "en") -> OwnLab:
        self.open("own-data", lang)
        self.at("path").fill(path)
        self.click("open-path")
        return self.looked(target)

    def train(self) -> OwnLab:
        self.click("train")
        self.at("outcome").wait_for()
        return self

    def confirmed(self) -> OwnLab:
        """Wait until Python's own run has taken the place of the page's."""
        self.page.wait_for_function(
            "() => document.querySelector('[data-kedou=computed-by]')"
            "?.textContent.includes('Python')"
        )
        return self

    def set_rate(self, rate: float) -> None:
        self.at("rate-field").fill(str(rate))
        self.at("rate-field").press("Enter")
        self.settle()

    def hold_rate(self) -> tuple[float, float]:
        """Press on the handle of the learning rate, and return where."""
        box = self.at("rate").locator(".handle-dot").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        return x, y

    def theta(self) -> list[float]:
        self.settle()
        return self.each("[data-kedou^=coefficient-]", "e => Number(e.dataset.value)")

    def each(self, selector: str, told: str) -> list:
        """Ask each of some elements, in one task: a table may be drawn anew between two."""
        return self.page.evaluate(f"() => [...document.querySelectorAll({selector!r})].map({told})")

    def save(self, kind: str) -> Path:
        with self.page.expect_download() as download:
            self.click(f"save-{kind}")
        path = Path(download.value.path())
        return path.rename(path.with_name(download.value.suggested_filename))


@pytest.fixture
def own(browser, own_lab):
    opened = OwnLab(browser, own_lab)
    yield opened
    opened.close()
    assert not opened.faults, opened.faults


def test_a_page_without_python_says_how_to_get_it(lab):
    lab.open("own-data")
    assert "kedou lab" in lab.text("needs-python")


def test_a_data_set_is_trained_and_python_confirms_it(own):
    own.bring("engel").train().confirmed()
    engel = kd.data.engel()
    run = kd.descend(kd.scan(engel), standardize=True)
    assert own.theta() == pytest.approx(run.theta[-1].tolist(), rel=1e-12)
    assert own.at("outcome").get_attribute("data-value") == "converged"


def test_the_page_alone_has_pythons_numbers(own):
    """Each rate at once, before any answer: the page's model against the engine."""
    own.bring("longley", kd.data.load("longley").target_name).train().confirmed()
    moments = kd.scan(
        str(kd.data.load("longley").path()), target=kd.data.load("longley").target_name
    )
    for rate in (0.1, 0.25):
        own.page.route_web_socket("**", lambda _: None)
        own.set_rate(rate)
        run = kd.descend(moments, learning_rate=rate, standardize=True)
        scale = np.abs(run.theta[-1]).max()
        assert own.theta() == pytest.approx(run.theta[-1].tolist(), abs=1e-12 * scale)


def test_dragging_the_rate_beyond_the_limit_diverges_with_advice(own):
    own.bring("engel").train()
    training = own.page.locator("path.run-line:not(.left-out, .pin-0, .pin-1)")
    before = training.get_attribute("d")
    x, y = own.hold_rate()
    own.page.mouse.move(x - 120, y, steps=8)
    own.settle()
    slower = training.get_attribute("d")
    own.page.mouse.move(x + 400, y, steps=8)
    own.page.mouse.up()
    own.settle()
    assert before != slower
    assert own.at("outcome").get_attribute("data-value") == "diverged"
    assert "limit" in own.text("advice")
    own.page.keyboard.press("Control+z")
    own.settle()
    assert own.at("outcome").get_attribute("data-value") == "converged"


def test_words_follow_a_hand_that_still_holds(own):
    own.bring("engel").train()
    said = ["gap", "equation", "left-out-error"]
    before = [own.at(name).text_content() for name in said]
    x, y = own.hold_rate()
    own.page.mouse.move(x - 400, y, steps=8)
    own.page.wait_for_function(
        "([name, text]) => document.querySelector(`[data-kedou=${name}]`).textContent !== text",
        arg=[said[0], before[0]],
    )
    own.settle()
    held = [own.at(name).text_content() for name in said]
    field = own.page.evaluate("document.querySelector('.rate-track-row .field').value")
    assert all(a != b for a, b in zip(before, held, strict=True))
    assert float(field) == pytest.approx(own.value("rate"), rel=1e-5)
    own.page.mouse.up()
    own.settle()
    assert [own.at(name).text_content() for name in said] == held


# What is seen of a picture's dots, and in pixels of the picture: where the canvas is lit, where the
# dots of the path are, and the ends of the line.
DOTS = """(name) => {
  const svg = document.querySelector(`[data-kedou=${name}]`);
  const canvas = svg.parentElement.querySelector('canvas.pixel-dots');
  const path = svg.querySelector('.sample-dots'), line = svg.querySelector('.model-line');
  const seen = [canvas, path, line].map(e => Boolean(e) && getComputedStyle(e).display !== 'none');
  const dots = path.getAttribute('d').split('M').slice(1).map(
    d => d.replace('h0', '').split(',').map(Number));
  const ends = [1, 2].map(n => ['x', 'y'].map(of => Number(line.getAttribute(of + n))));
  if (!seen[0]) return {seen, lit: [], box: null, dots, ends};
  const [at, from] = [canvas, svg].map(each => each.getBoundingClientRect());
  const {width, height} = canvas, scale = at.width / width;
  const {data} = canvas.getContext('2d').getImageData(0, 0, width, height);
  const lit = [];
  for (let n = 0; n < width * height; n++) {
    if (data[4 * n + 3] === 0) continue;
    const [x, y] = [n % width + 0.5, Math.floor(n / width) + 0.5];
    lit.push([x * scale + at.x - from.x, y * scale + at.y - from.y]);
  }
  const box = [at.left - from.left, at.top - from.top, at.right - from.left, at.bottom - from.top];
  return {seen, lit, box, dots, ends};
}"""


@pytest.mark.parametrize("name", ["scatter", "residuals"])
def test_dots_that_move_are_those_that_rest(own, name):
    own.bring("engel").train()
    own.at("residuals").scroll_into_view_if_needed()
    assert own.page.evaluate(DOTS, name)["seen"] == [False, True, True]
    x, y = own.hold_rate()
    own.page.mouse.move(x - 150, y, steps=8)
    own.settle()
    moving = own.page.evaluate(DOTS, name)
    assert moving["seen"] == [True, False, False]
    own.page.mouse.up()
    own.settle()
    resting = own.page.evaluate(DOTS, name)
    assert resting["seen"] == [False, True, True]
    lit, dots = np.array(moving["lit"]), np.array(resting["dots"])
    assert len(dots) == kd.scan(str(kd.data.load("engel").path()), target="food").count
    left, top, right, bottom = moving["box"]
    inside = (dots > [left + 1, top + 1]).all(axis=1) & (dots < [right - 1, bottom - 1]).all(axis=1)
    away = np.linalg.norm(lit[:, None] - dots[None], axis=2)
    assert (away.min(axis=0)[inside] < 1).all()
    # Nothing else is lit but the line.
    a, b = np.array(resting["ends"])
    along = (b - a) / np.linalg.norm(b - a)
    beside = np.abs((lit - a) @ np.array([-along[1], along[0]]))
    assert ((away.min(axis=1) < 3.6) | (beside < 2.6)).all()
    assert inside.sum() > 100


def test_the_rate_by_keyboard(own):
    own.bring("engel").train()
    own.click("rate-auto")
    own.at("rate").focus()
    before = own.value("rate")
    own.page.keyboard.press("Shift+ArrowLeft")
    assert own.value("rate") == pytest.approx(before / 2, rel=1e-3)
    own.page.keyboard.press("End")
    own.settle()
    assert own.at("outcome").get_attribute("data-value") == "diverged"


def test_a_file_of_ones_own_in_chinese_letters_of_old(own):
    own.open("own-data", "zh-CN")
    own.at("file").set_input_files(own.folder / "房价.csv")
    own.looked("价格").train().confirmed()
    assert "缺失" in own.text("warnings")
    expected = kd.scan(
        str(own.folder / "房价.csv"), target="价格", categorical=["城市"], precision="fast"
    )
    exact = kd.solve(expected).theta
    assert own.theta() == pytest.approx(exact.tolist(), rel=1e-6)


def test_a_path_inside_is_opened_and_one_outside_is_refused(own):
    own.open("own-data")
    own.at("path").fill("房价.csv")
    own.click("open-path")
    own.looked()
    for outside in ("/etc/passwd", "../x.csv", "http://127.0.0.1/x.csv"):
        own.click("phase-bring")
        own.at("path").fill(outside)
        own.click("open-path")
        own.at("trouble").wait_for()
        assert own.text("trouble").strip()
        assert not own.at("train").is_visible()
        assert own.at("phase-bring").get_attribute("aria-current") == "step"
        assert own.at("phase-look").get_attribute("aria-current") is None


def test_hostile_names_are_text(own):
    own.open("own-data")
    own.at("path").fill("hostile.csv")
    own.click("open-path")
    own.looked("y").train()
    assert HOSTILE in own.text("equation")
    own.click("phase-use")
    assert own.page.evaluate("window.broken") is None
    assert own.page.locator("main img").count() == 0


@pytest.mark.parametrize("rows", ["all", "batches", "batches of one feature"])
def test_copied_python_gives_the_numbers_on_screen(own, rows):
    own.open("own-data")
    own.at("path").fill("房价.csv")
    own.click("open-path")
    own.looked("价格").train()
    own.set_rate(0.2)
    own.confirmed()
    if rows != "all":
        own.click("more")
        if rows == "batches of one feature":
            own.click("feature-1")
        own.at("rows").select_option("batches")
        own.page.wait_for_function(
            "() => document.querySelector('[data-kedou=passes]').textContent.includes('looked')"
        )
    code = own.copied_python()
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=own.folder,
        encoding="utf-8",
    )
    printed = dict(line.split()[:2] for line in ran.stdout.splitlines())
    assert printed.pop("outcome") == own.at("outcome").get_attribute("data-value")
    assert len(printed) == (2 if rows == "batches of one feature" else 4)
    for name, value in printed.items():
        assert float(value) == pytest.approx(own.value(name), rel=1e-11), name


def test_find_the_best_says_what_it_tried(own):
    own.bring("longley").train()
    own.click("find-best")
    assert "Tried 18" in own.text("found")
    assert own.value("rate") > 0


def test_features_rules_and_scaling_retrain_at_once(own):
    own.bring("penguins", "body_mass_g").train()
    before = own.theta()
    own.click("more")
    own.click("feature-0")
    assert len(own.theta()) < len(before)
    own.click("feature-0")
    assert own.theta() == pytest.approx(before, rel=1e-11)
    own.click("standardize")
    assert own.at("outcome").get_attribute("data-value") != "converged"
    own.click("standardize")
    own.at("rule").select_option("adam")
    own.settle()
    assert own.theta() != before
    own.click("pin")
    assert own.page.locator("path.run-line.pin-0").get_attribute("d")


def test_a_prediction_by_hand_is_that_of_the_model_taken_away(own):
    own.bring("engel").train().confirmed()
    own.click("phase-use")
    own.at("row-0-field").fill("800")
    own.at("row-0-field").press("Enter")
    model = kd.load_model(own.save("model"))
    value, lower, upper = model.predict({"income": [800.0]}, interval=0.95)
    assert own.value("prediction") == pytest.approx(value[0], rel=1e-12)
    assert float(own.at("interval").get_attribute("data-low")) == pytest.approx(lower[0], rel=1e-9)
    assert float(own.at("interval").get_attribute("data-high")) == pytest.approx(upper[0], rel=1e-9)


def test_a_date_is_set_as_a_date_and_its_weekday_and_month_follow(own):
    """Found by use: 19190 for a date, its weekday set apart from it, and days rounded to tens."""
    own.bring_path("rain.csv", "level").train().confirmed()
    assert "has reached it" in own.text("gap")
    own.click("phase-use")
    assert own.page.locator(".own-fields select").count() == 0
    assert own.at("row-0-field").get_attribute("type") == "date"
    model = kd.load_model(own.save("model"))
    own.at("row-3-field").fill("0.5")
    own.at("row-3-field").press("Enter")
    for day in ("2022-03-09", "2022-03-10", "2022-01-31"):
        own.at("row-0-field").fill(day)
        own.at("row-0-field").press("Enter")
        own.settle()
        value = model.predict({"day": [day], "wet": [0.5]})[0]
        assert own.value("prediction") == pytest.approx(value, rel=1e-9), day
    own.at("row-0").focus()
    own.page.keyboard.press("ArrowRight")
    own.page.keyboard.press("Tab")
    own.settle()
    assert own.at("row-0-field").input_value() == "2022-02-01"
    own.at("row-0-field").fill("2022-07-01")
    own.at("row-0-field").press("Enter")
    own.settle()
    assert "day:month=7" in own.text("interval")
    assert own.text("prediction").strip() == "–"


LABELS_ON_LABELS = """() => {
    const svg = document.querySelector("path.weight-line").ownerSVGElement;
    const texts = [...svg.querySelectorAll("text")].filter((e) => e.getClientRects().length);
    const boxes = texts.map((e) => e.getBoundingClientRect());
    const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
    return texts.flatMap((e, i) => texts.slice(i + 1).filter((_, j) => over(boxes[i],
        boxes[i + 1 + j])).map((f) => `${e.textContent} on ${f.textContent}`));
}"""


def test_names_of_weights_do_not_run_into_the_axis(own):
    """Several lines that end close together at the bottom of the picture."""
    own.bring_path("lower.csv", "y").train()
    assert own.page.evaluate(LABELS_ON_LABELS) == []


def test_what_is_taken_away_can_be_used(own):
    own.bring("engel").train().confirmed()
    own.click("phase-use")
    moments = kd.Moments.load(own.save("moments"))
    assert moments.count == 235
    history = own.save("history-csv").read_text("utf-8").splitlines()
    assert len(history) == 1 + 1001
    predictions = own.save("predictions").read_text("utf-8").splitlines()
    assert len(predictions) == 1 + 235
    code = own.save("python").read_text("utf-8")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_page_that_is_loaded_again_comes_back(own):
    own.bring_path("房价.csv", "价格").train()
    own.set_rate(0.02)
    own.confirmed()
    error = own.value("left-out-error")
    own.page.reload()
    own.confirmed()
    assert own.value("left-out-error") == error
    assert own.value("rate") == 0.02
    for chapter in ("forward", "own-data"):
        own.at("menu").locator("summary").click()
        own.at("menu").locator(f"a[href*='chapter={chapter}&']").click()
    own.confirmed()
    assert own.value("left-out-error") == error
    own.open("own-data")
    own.at("drop").wait_for()
    assert not own.at("outcome").is_visible()


def test_a_file_that_was_dropped_comes_back_and_one_that_is_gone_is_said(own):
    own.open("own-data")
    own.at("drop").evaluate(
        """drop => {
          const data = new DataTransfer();
          const rows = Array.from({length: 40}, (_, i) => `${i},${(i * 7) % 5},${2 * i + 1}`);
          data.items.add(new File([['a,b,y', ...rows].join('\\n')], 'mine.csv'));
          for (const type of ['dragenter', 'dragover', 'drop'])
            drop.dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true,
              cancelable: true}));
        }"""
    )
    own.looked("y").train()
    own.confirmed()
    error = own.value("left-out-error")
    own.page.reload()
    own.confirmed()
    assert own.value("left-out-error") == error
    own.page.evaluate(
        """() => {
          const place = JSON.parse(sessionStorage.getItem('kedou.place.own-data'));
          addEventListener('pagehide', () => sessionStorage.setItem('kedou.place.own-data',
            JSON.stringify({...place, source: {...place.source, name: 'another.csv'}})));
        }"""
    )
    own.page.reload()
    own.at("trouble").get_by_text("another.csv").wait_for()
    assert own.at("drop").is_visible()


def test_a_link_opens_the_same_run_elsewhere(browser, own_lab, own):
    own.bring("engel").train()
    own.set_rate(0.03)
    own.click("more")
    own.click("share")
    link = own.at("share-link").input_value()
    other = OwnLab(browser, own_lab)
    other.page.goto(link)
    other.at("outcome").wait_for()
    assert other.theta() == own.theta()
    other.close()
    assert not other.faults


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_axe_finds_nothing_in_any_phase(browser, own_lab, lang):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in web/")
    own = OwnLab(browser, own_lab, bypass_csp=True)

    def check(phase: str) -> None:
        own.settle()
        own.page.add_script_tag(path=str(AXE))
        found = own.page.evaluate(
            """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
              'wcag22aa']}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n =>
              n.html.slice(0, 120) + ' ' + n.failureSummary).join(' | ')))"""
        )
        assert not found, (phase, found)

    own.open("own-data", lang)
    own.at("data-set").locator("option").first.wait_for(state="attached")
    check("bring")
    own.bring("penguins", "body_mass_g", lang)
    check("look")
    own.train()
    own.click("more")
    check("train")
    own.click("phase-use")
    check("use")
    own.close()
    assert not own.faults


@pytest.mark.parametrize("width", [390, 820])
def test_nothing_is_wider_than_the_screen(browser, own_lab, width):
    own = OwnLab(browser, own_lab, viewport={"width": width, "height": 844}, has_touch=True)
    own.bring("penguins", "body_mass_g", "zh-CN")

    def fits() -> bool:
        own.settle()
        return own.page.evaluate("document.documentElement.scrollWidth") <= width

    assert fits()
    own.train()
    assert fits()
    own.click("phase-use")
    assert fits()
    own.close()


def test_a_name_of_ordinary_length_is_not_broken(browser, own_lab):
    own = OwnLab(browser, own_lab, viewport={"width": 820, "height": 1180})
    own.bring("penguins", "body_mass_g")
    lines = own.each(
        ".own-columns tbody th span",
        "e => e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight)",
    )
    assert lines
    assert max(lines) < 1.5
    table = own.page.locator(".table-scroll:has(.own-columns)")
    assert table.evaluate("e => e.scrollWidth <= e.clientWidth")
    aligned = own.at("role-0").evaluate("e => getComputedStyle(e).textAlign")
    assert aligned == "left"
    own.close()


def test_on_a_phone_each_number_of_a_column_says_what_it_is(browser, own_lab):
    own = OwnLab(browser, own_lab, viewport={"width": 390, "height": 844}, has_touch=True)
    own.bring("penguins", "body_mass_g", "zh-CN")
    words = own.each("[data-kedou=column-2] td", "e => getComputedStyle(e, '::before').content")
    assert [word for word in words if word not in ("none", "normal")] == [
        '"缺失"',
        '"与目标的关系"',
    ]
    own.close()


def test_on_a_phone_what_is_further_down_slides_over_the_picture(browser, own_lab):
    own = OwnLab(browser, own_lab, viewport={"width": 390, "height": 844}, has_touch=True)
    own.bring("engel").train()
    own.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    own.settle()
    covers = own.page.evaluate(
        "() => !!document.elementFromPoint(innerWidth / 2, 150).closest('.own-below')"
    )
    assert covers
    own.close()


def test_words_of_the_rate_stay_within_its_track_on_a_projector(own):
    own.bring("engel").train()
    own.page.keyboard.press("p")
    own.settle()
    track = own.page.locator(".rate-track").bounding_box()
    words = own.page.locator(".rate-track text.bad").bounding_box()
    assert words["y"] >= track["y"] - 8
    dot = own.at("rate").locator(".handle-dot").bounding_box()
    assert words["y"] + words["height"] <= dot["y"] + 2


@pytest.mark.parametrize(("width", "track"), [(390, 340), (820, 400), (1440, 400)])
def test_the_rate_has_room_and_stays_in_the_dock(browser, own_lab, width, track):
    own = OwnLab(browser, own_lab, viewport={"width": width, "height": 900})
    own.bring("engel", lang="zh-CN").train()
    for projector in (False, True):
        if projector:
            own.page.keyboard.press("p")
            own.settle()
        dock = own.at("rate-field").locator("xpath=ancestor::*[@class='dock']").bounding_box()
        for selector in (".rate-track", "[data-kedou=rate-field]", "[data-kedou=rate-auto]"):
            box = own.page.locator(selector).bounding_box()
            assert box["x"] + box["width"] <= dock["x"] + dock["width"] + 1
            if selector == ".rate-track":
                assert box["width"] >= (track if not projector else 0.75 * track)
    own.close()


def test_the_intercept_has_a_chinese_name(own):
    own.bring("engel", lang="zh-CN").train()
    assert own.page.locator(".own-coefficients tbody th").last.inner_text() == "截距"
    assert own.at("pair-1").locator("option").last.inner_text() == "截距"


def test_a_guest_of_a_class_sees_only_what_is_theirs(browser, tmp_path):
    write_files(tmp_path)
    with running("--no-browser", "--class", "--data", str(tmp_path)) as process:
        guest = Lab(browser, f"{process.origin}/", reduced_motion="reduce")
        guest.page.goto(f"{process.origin}/?join={process.join}")
        guest.open("own-data")
        guest.at("data-set").locator("option").first.wait_for(state="attached")
        assert not guest.at("path").is_visible()
        guest.at("file").set_input_files(tmp_path / "hostile.csv")
        guest.at("train").wait_for(timeout=20_000)
        guest.close()
        assert not guest.faults


def test_messages_of_the_page_are_those_of_the_lab(own):
    """What the page sends is understood: no question is refused for its form."""
    sent: list[str] = []

    def hear(socket) -> None:
        socket.on("framereceived", lambda text: sent.append(text))

    own.page.on("websocket", hear)
    own.bring("engel").train().confirmed()
    answers = [json.loads(each) for each in sent if isinstance(each, str)]
    assert answers
    assert not [each for each in answers if each["type"] == "error"]


def test_a_loss_that_moments_cannot_carry_is_walked_over_the_rows(own):
    own.bring("engel").train()
    own.click("more")
    own.at("loss-name").select_option("huber")
    own.page.wait_for_function(
        "() => document.querySelector('[data-kedou=outcome]').dataset.value === 'slow'"
    )
    run = kd.descend(kd.data.engel(), loss="huber", standardize=True)
    assert own.theta() == pytest.approx(run.theta[-1].tolist(), rel=1e-9)
    assert "reads all rows" in own.text("passes") or "read all rows" in own.text("passes")
    own.click("phase-use")
    assert kd.load_model(own.save("model")).loss["name"] == "huber"
    own.click("phase-train")
    own.at("loss-name").select_option("squared")
    own.page.wait_for_function(
        "() => document.querySelector('[data-kedou=outcome]').dataset.value === 'converged'"
    )


@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_mini_batches_hover_above_the_dashed_line(own, loss):
    own.bring("engel").train()
    own.click("more")
    own.at("loss-name").select_option(loss)
    own.at("rows").select_option("batches")
    own.at("batchSize-field").fill("8")
    own.at("batchSize-field").press("Enter")
    own.at("epochs-field").fill("12")
    own.at("epochs-field").press("Enter")
    run = kd.descend(kd.data.engel(), loss=loss, standardize=True, batch_size=8, epochs=12)
    own.page.wait_for_function(
        "steps => document.querySelector('[data-kedou=passes]').textContent.includes(steps)"
        " && document.querySelector('[data-kedou=outcome]').dataset.value !== ''",
        arg=f"{run.steps[-1]} of {run.steps[-1]}",
    )
    assert own.theta() == pytest.approx(run.theta[-1].tolist(), rel=1e-9)
    assert own.at("outcome").get_attribute("data-value") == run.outcome
    assert float(own.at("gap").get_attribute("data-value")) == pytest.approx(run.gap[-1], rel=1e-9)
    assert own.page.locator("[data-kedou=steps-field]").is_hidden()
    own.click("phase-use")
    saved = kd.load_model(own.save("model"))
    assert saved.theta.tolist() == run.theta[-1].tolist()
    own.click("phase-train")
    own.at("rows").select_option("all")
    own.at("loss-name").select_option("squared")
    own.confirmed()
    assert own.at("steps-field").is_visible()


def test_a_link_keeps_the_batches(browser, own_lab, own):
    own.bring("engel").train()
    own.click("more")
    own.at("rows").select_option("batches")
    own.page.wait_for_function(
        "() => document.querySelector('[data-kedou=passes]').textContent.includes('looked')"
    )
    own.click("share")
    other = OwnLab(browser, own_lab)
    other.page.goto(own.at("share-link").input_value())
    other.page.wait_for_function(
        "() => document.querySelector('[data-kedou=passes]')?.textContent.includes('looked')"
    )
    assert other.theta() == own.theta()
    other.close()
    assert not other.faults


def test_the_report_of_the_page_works_alone_from_disk(browser, own):
    own.bring("penguins", "body_mass_g", "zh-CN").train().confirmed()
    own.click("phase-use")
    path = own.save("report")
    context = browser.new_context(offline=True)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.goto(path.as_uri())
    page.wait_for_selector("[data-kedou=outcome]")
    field = page.locator("[data-kedou=rate-field]")
    before = page.locator("path.run-line:not(.left-out)").first.get_attribute("d")
    field.fill("0.05")
    field.press("Enter")
    # A line also changes when the page is laid out: its words tell that the run is a new one.
    page.wait_for_function(
        "() => document.querySelector('[data-kedou=computed-by]').textContent.includes('重新训练')"
    )
    line = page.locator("path.run-line:not(.left-out, .pin-0, .pin-1)").first
    assert line.get_attribute("d") != before
    context.close()
    assert asked == [path.as_uri()]
    assert not faults


def test_names_that_every_object_has_are_columns_like_others(own):
    own.bring_path("odd.csv", "y")
    assert own.at("role-0").input_value() == "feature"
    own.at("power-1").select_option("2")
    own.train()
    assert len(own.theta()) == 5 + 1 + 1
    own.click("phase-use")
    before = own.value("prediction")
    own.at("row-0-field").fill("3")
    own.at("row-0-field").press("Enter")
    assert own.value("prediction") > before + 1


def test_a_feature_stays_although_names_have_line_breaks(own):
    own.bring_path("odd.csv", "y").train()
    own.click("more")
    for n in range(5):
        own.click(f"feature-{n}")
    assert own.page.locator("[data-kedou^=feature-][aria-pressed=true]").count() == 1


def test_long_names_take_little_room_and_none_turns_its_neighbours_around(own):
    own.bring_path("odd.csv", "y").train()
    equation = own.text("equation")
    assert "a" * 41 not in equation
    assert "\u2068\u202eleft\u2069" in equation
    heights = own.page.locator(".own-coefficients tr").evaluate_all(
        "all => all.map(row => row.getBoundingClientRect().height)"
    )
    assert max(heights) < 100
    own.click("more")
    own.settle()
    assert own.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_sixty_parameters_scroll_in_a_place_of_their_own(own):
    own.bring_path("sixty.csv", "y").train()
    box = own.page.locator(".own-all-parameters")
    assert box.evaluate("e => e.scrollHeight > e.clientHeight && e.clientHeight < 700")
    names = own.page.locator(".plot[data-kedou=weight-curves] g text.tick").evaluate_all(
        "all => all.map(e => e.textContent).filter(text => text.includes('…'))"
    )
    assert names
    more = own.at("more").bounding_box()
    assert more["y"] < own.page.locator(".own-gallery").bounding_box()["y"]


def test_a_chance_is_drawn_as_a_chance_under_the_log_loss(own):
    own.bring_path("bought.csv", "bought").train()
    limit = own.page.locator(".rate-track text.bad")
    assert limit.is_visible()
    own.click("more")
    own.at("loss-name").select_option("log")
    own.page.wait_for_function(
        "() => document.querySelector('[data-kedou=passes]').textContent.includes('1000 of 1000')"
    )
    assert "log loss" in own.at("run-curves").locator("text.title").last.text_content()
    assert not limit.is_visible()
    assert "1 / (1 + e^−z)" in own.text("equation")
    end = own.at("scatter").locator(".model-line").get_attribute("x1")
    spots = own.at("scatter").locator(".sample-dots").get_attribute("d")
    across = [float(each.split(",")[0]) for each in spots.split("M")[1:]]
    axis = own.at("scatter").locator("path.axis").get_attribute("d")
    assert min(across) > float(end) > 0
    assert max(across) < float(axis.split("H")[1])


def test_the_limit_is_marked_for_gradient_descent_alone(own):
    own.bring("engel").train()
    assert own.page.locator(".rate-track text.bad").is_visible()
    own.click("more")
    own.at("rule").select_option("adam")
    own.settle()
    assert not own.page.locator(".rate-track text.bad").is_visible()
    assert "limit" not in own.at("rate").get_attribute("aria-valuetext")


def test_what_was_found_goes_when_something_else_is_set(own):
    own.bring("longley").train()
    own.click("find-best")
    assert own.text("found")
    own.click("more")
    own.click("standardize")
    assert own.text("found") == ""


def test_a_category_of_three_hundred_values_is_left_out_with_the_reason(own):
    own.bring_path("shops.csv", "sales")
    assert own.at("role-0").input_value() == "leave"
    assert "300" in own.at("column-0").inner_text()
    own.train()
    assert len(own.theta()) == 2
    assert "300" in own.text("warnings")
    assert "categorical=" not in own.text("warnings")


def test_a_feature_that_may_only_number_the_rows_is_asked_about_unless_it_was_chosen(own):
    own.bring_path("numbered.csv", "y")
    own.train()
    assert "'nr' holds each whole number from 1,001 to 1,200 once" in own.text("warnings")
    for role, parameters in (("feature", 3), ("leave", 2)):
        own.bring_path("numbered.csv", "y")
        own.at("role-0").select_option("leave")
        own.at("role-0").select_option(role)
        own.train()
        assert len(own.theta()) == parameters
        assert "'nr'" not in own.text("warnings")


def test_a_killed_worker_is_told_and_goes_with_what_it_did(browser, tmp_path):
    if not Path("/proc/self/task").exists():
        pytest.skip("needs /proc")
    write_files(tmp_path)
    with running("--no-browser", "--data", str(tmp_path)) as process:
        own = Lab(browser, f"{process.origin}/", reduced_motion="reduce")
        own.page.set_default_timeout(20_000)
        own.page.goto(f"{process.origin}/?token={process.token}")
        own.open("own-data")
        own.at("path").fill("bought.csv")
        own.click("open-path")
        own.click("train")
        own.at("outcome").wait_for()
        own.click("more")
        own.at("steps-field").fill("10000")
        own.at("steps-field").press("Enter")
        own.at("loss-name").select_option("huber")
        own.page.wait_for_function(
            "() => /step [1-9]/.test(document.querySelector('[data-kedou=passes]').textContent)"
        )
        lab = process.process.pid
        for worker in Path(f"/proc/{lab}/task/{lab}/children").read_text().split():
            os.kill(int(worker), signal.SIGKILL)
        own.at("trouble").wait_for()
        assert "ended" in own.text("trouble")
        own.at("loss-name").select_option("squared")
        own.page.wait_for_function(
            "() => document.querySelector('[data-kedou=computed-by]')"
            ".textContent.includes('Python')"
        )
        assert own.text("trouble") == ""
        own.close()
