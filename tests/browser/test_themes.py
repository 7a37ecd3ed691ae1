"""Light or dark: as the system is, until a learner chooses; on paper always light."""

import pytest
from page_driver import Lab

LIGHT = {"paper": "#faf9f5", "ink": "#1b2329", "scheme": "light"}
DARK = {"paper": "#12181c", "ink": "#ecebe4", "scheme": "dark"}
SEEN = """() => {
  const root = getComputedStyle(document.documentElement);
  const colour = name => root.getPropertyValue(name).trim();
  return {paper: colour('--paper'), ink: colour('--ink'), scheme: root.colorScheme.trim()};
}"""


@pytest.fixture
def open_in(browser, address):
    """Open the page where the system is light or dark."""
    opened = []

    def open_(scheme: str) -> Lab:
        lab = Lab(browser, address, reduced_motion="reduce", color_scheme=scheme)
        opened.append(lab)
        lab.open("loss")
        return lab

    yield open_
    for lab in opened:
        lab.close()
        assert not lab.faults, lab.faults


def seen(lab: Lab) -> dict[str, str]:
    return lab.page.evaluate(SEEN)


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
def test_the_system_is_followed_until_a_learner_chooses(open_in, system, other):
    themes = {"light": LIGHT, "dark": DARK}
    lab = open_in(system)
    assert seen(lab) == themes[system]
    lab.page.emulate_media(color_scheme=other)
    assert seen(lab) == themes[other]
    lab.page.emulate_media(color_scheme=system)
    lab.click_summary("more")
    for chosen in ("light", "dark"):
        lab.click("theme")
        assert seen(lab) == themes[chosen]
    lab.page.reload()
    lab.at("chapter").wait_for()
    assert seen(lab) == DARK


@pytest.mark.parametrize("chosen", [None, "dark"])
def test_on_paper_it_is_light(open_in, chosen):
    lab = open_in("dark")
    if chosen:
        lab.click_summary("more")
        lab.click("theme")
        lab.click("theme")
    assert seen(lab) == DARK
    lab.page.emulate_media(media="print")
    assert seen(lab) == LIGHT


def test_the_first_paint_is_dark_before_any_script_has_run(browser, address):
    context = browser.new_context(color_scheme="dark", java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    paper = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    context.close()
    assert paper == "rgb(18, 24, 28)"
