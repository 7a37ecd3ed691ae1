"""What a notebook shows of a run: the report in a frame, the tables in any theme."""

from __future__ import annotations

import json

import pytest

import kedou as kd

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A notebook</title>
<style>body {{ font: 16px/1.5 sans-serif; color: {ink}; background: {paper} }}</style>
<body {attributes}><main><h1>A notebook</h1>{body}</main></body></html>"""
THEMES = {"light": ("#111111", "#ffffff"), "dark": ("#eeeeee", "#111111")}
CONTRAST = """() => [...document.querySelectorAll('caption, th, td, p')].map(e => {
  const style = getComputedStyle(e);
  return [style.color, style.backgroundColor];
})"""


@pytest.fixture
def notebook(browser):
    """Show what one cell has given, with no network; nothing may be asked for or go wrong."""
    contexts, faults = [], []

    def show(body: str, theme: str = "light", attributes: str = ""):
        context = browser.new_context(
            offline=True,
            viewport={"width": 1200, "height": 900},
            color_scheme="null",  # the browser's own: one that is set holds in every frame
        )
        contexts.append(context)
        context.on("request", lambda r: faults.append(r.url) if r.url[:5] != "data:" else None)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None
        )
        ink, paper = THEMES[theme]
        page.set_content(PAGE.format(ink=ink, paper=paper, body=body, attributes=attributes))
        return page

    yield show
    for context in contexts:
        context.close()
    assert not faults, faults


def test_a_report_works_in_its_frame_and_asks_for_nothing(notebook):
    run = kd.descend(kd.data.penguins(), standardize=True)
    page = notebook(kd.report(run, data=kd.data.penguins(), lang="zh-CN")._repr_html_())
    frame = page.frame_locator("iframe")
    frame.locator("[data-kedou=outcome]").first.wait_for()
    line = frame.locator("path.run-line:not(.left-out, .pin-0, .pin-1)").first
    before = line.get_attribute("d")
    field = frame.locator("[data-kedou=rate-field]")
    field.fill("0.05")
    field.press("Enter")
    frame.locator("[data-kedou=computed-by]", has_text="重新训练").wait_for()
    assert line.get_attribute("d") != before


def test_a_report_of_a_rule_of_ones_own_opens(notebook):
    run = kd.descend(kd.data.tadpoles(), rule=lambda theta, slope: theta - 0.02 * slope, steps=30)
    page = notebook(kd.report(run, lang="en")._repr_html_())
    frame = page.frame_locator("iframe")
    assert "cannot retrain" in frame.locator("[data-kedou=without]").inner_text()


PAPER = {"light": "rgb(250, 249, 245)", "dark": "rgb(18, 24, 28)"}


def paper_of(page) -> str:
    frame = page.frame_locator("iframe")
    frame.locator("[data-kedou=outcome]").first.wait_for()
    return frame.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")


@pytest.mark.parametrize(
    ("attributes", "theme"),
    [
        ("", "light"),
        ('data-jp-theme-light="true"', "light"),
        ('data-jp-theme-light="false"', "dark"),
        ('data-vscode-theme-kind="vscode-light"', "light"),
        ('data-vscode-theme-kind="vscode-high-contrast-light"', "light"),
        ('data-vscode-theme-kind="vscode-dark"', "dark"),
        ('data-vscode-theme-kind="vscode-high-contrast"', "dark"),
        ('style="color-scheme: dark"', "dark"),
    ],
)
def test_a_report_is_light_or_dark_as_its_notebook_is(notebook, attributes, theme):
    run = kd.descend(kd.data.tadpoles(), steps=5)
    page = notebook(kd.report(run, lang="en")._repr_html_(), theme, attributes)
    assert paper_of(page) == PAPER[theme]


def test_a_report_follows_when_the_notebook_turns_dark_until_it_is_told_otherwise(notebook):
    run = kd.descend(kd.data.tadpoles(), steps=5)
    shown = kd.report(run, lang="en")._repr_html_()
    page = notebook(shown, attributes='data-jp-theme-light="true"')
    frame = page.frame_locator("iframe")
    assert paper_of(page) == PAPER["light"]
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert frame.locator("body").evaluate(
        """body => new Promise(done => {
          const look = () => getComputedStyle(body).backgroundColor === 'rgb(18, 24, 28)'
            ? done(true) : requestAnimationFrame(look);
          look();
          setTimeout(() => done(false), 5000);
        })"""
    )
    theme = frame.locator("[data-kedou=theme]")
    frame.locator("[data-kedou=more] > summary").click()
    assert theme.inner_text() == "Colours: as the system"
    theme.click()
    assert theme.inner_text() == "Colours: light"
    assert paper_of(page) == PAPER["light"]


@pytest.mark.parametrize("theme", THEMES)
def test_tables_take_the_colours_around_them_and_run_nothing(notebook, theme):
    hostile = "<img src=x onerror='document.title=1'>"
    x = [1.0, 2.0, 4.0, 3.0, 5.0]
    moments = kd.scan(kd.open({hostile: x, "y": [1.0, 3.0, 2.0, 5.0, 4.0]}, target="y"))
    shown = (moments, kd.diagnose(moments), kd.solve(moments), kd.descend(moments, steps=3))
    page = notebook("".join(thing._repr_html_() for thing in shown), theme)
    assert page.locator("table").count() == 4
    assert page.title() == "A notebook"
    assert page.locator("img").count() == 0
    ink = THEMES[theme][0].lstrip("#")
    wanted = "rgb({}, {}, {})".format(*bytes.fromhex(ink))
    colours = {json.dumps(pair) for pair in page.evaluate(CONTRAST)}
    assert colours == {json.dumps([wanted, "rgba(0, 0, 0, 0)"])}


def test_a_figure_is_shown_as_vectors(notebook):
    figure = kd.plot(kd.descend(kd.data.tadpoles(), steps=20))
    page = notebook(figure._repr_svg_())
    box = page.locator("svg").bounding_box()
    assert box["width"] > 300
    assert box["height"] > 100
