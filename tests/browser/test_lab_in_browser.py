"""``kedou lab`` itself, a process of its own, in a real browser: what it lets in, and what out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kedou.lab.headers import DEFAULTS
from lab_process import Running, running

HEARD = "() => window.violations"
LISTEN = """window.violations = [];
addEventListener('securitypolicyviolation', event =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));"""
OPENED = """address => new Promise(done => {
  const socket = new WebSocket(address);
  socket.onopen = () => socket.send('{"type": "hello"}');
  socket.onmessage = event => { socket.close(); done(JSON.parse(event.data).type); };
  socket.onerror = () => done('refused');
})"""


@dataclass
class Visitor:
    """A browser of somebody, which writes down whom it talks to and what goes wrong."""

    context: Any
    lab: Running
    asked: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.add_init_script(LISTEN)
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.context.on("response", lambda response: self.answers.append(response))
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def at(self, name: str) -> Any:
        return self.page.locator(f'[data-kedou="{name}"]')

    def settle(self) -> None:
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def elsewhere(self) -> list[str]:
        """Return whom it asked that is not this lab."""
        own = (f"{self.lab.origin}/", f"ws://{self.lab.authority}/", "data:", "blob:")
        return [url for url in self.asked if not url.startswith(own)]


@pytest.fixture(scope="module")
def lab() -> Iterator[Running]:
    """Return a lab for a class: each visitor comes in by its join link."""
    with running("--class", "--lang", "en") as found:
        yield found


@pytest.fixture
def visitor(browser: Any, lab: Running) -> Iterator[Visitor]:
    """Return a browser that nobody has used, not let in yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield Visitor(context, lab)
    context.close()


def joined(visitor: Visitor, query: str = "") -> Visitor:
    visitor.page.goto(f"{visitor.lab.origin}/?join={visitor.lab.join}{query}")
    visitor.page.wait_for_selector("main > *")
    return visitor


def test_the_printed_link_opens_the_lesson_once(browser: Any) -> None:
    with running("--lang", "en") as lab:
        link = next(line.strip() for line in lab.printed if "token=" in line)
        owner = Visitor(browser.new_context(), lab)
        owner.page.goto(link)
        owner.at("cover").wait_for()
        assert owner.page.url == f"{lab.origin}/?lang=en"
        assert lab.token not in owner.page.content()
        owner.page.reload()
        owner.at("cover").wait_for()
        thief = Visitor(browser.new_context(), lab)
        assert thief.page.goto(link).status == 403
        assert "used already" in thief.page.inner_text("body")
        assert not owner.faults + owner.elsewhere()
        owner.context.close()
        thief.context.close()


def test_a_walk_through_all_of_it_asks_nobody_else_and_nothing_is_blocked(
    visitor: Visitor,
) -> None:
    page = joined(visitor).page
    visitor.at("line-end").press("ArrowDown")
    visitor.at("machine").click()
    page.goto(f"{visitor.lab.origin}/?chapter=forward&lang=en")
    menu = visitor.at("menu")
    count = menu.locator("a").count()
    assert count >= 5
    for chapter in range(count):
        menu.locator("summary").click()
        menu.locator("a").nth(chapter).click()
        visitor.settle()
        for drawer in ("python", "more"):
            visitor.at(drawer).locator("summary").click()
        if visitor.at("guess-show").count():
            visitor.at("guess-show").click()
        if visitor.at("play").is_visible():
            visitor.at("play").click()
        visitor.at("share").click()
        for button, start in (("save-svg", b"<svg"), ("save-png", b"\x89PNG")):
            if not visitor.at(button).is_enabled():
                continue  # one's own data have no picture yet
            with page.expect_download() as download:
                visitor.at(button).click()
            assert Path(download.value.path()).read_bytes().startswith(start)
        visitor.at("theme").click()
        visitor.at("projector").click()
        visitor.at("language").click()
        visitor.settle()
        assert not page.evaluate(HEARD)
        assert not visitor.faults
    assert not visitor.elsewhere()
    assert {response.status for response in visitor.answers} <= {200, 303, 304}
    for response in visitor.answers:
        if response.url.startswith("http"):
            for name, value in DEFAULTS.items():
                if name != "cache-control":
                    assert response.all_headers()[name] == value, response.url


TRIES = {
    "a request elsewhere": ("fetch('http://127.0.0.1:9/').catch(() => 0)", "connect-src"),
    "a picture from elsewhere": ("new Image().src = 'http://127.0.0.1:9/x.png'", "img-src"),
    "a style from elsewhere": (
        "document.head.append(Object.assign(document.createElement('link'),"
        " {rel: 'stylesheet', href: 'http://127.0.0.1:9/x.css'}))",
        "style-src-elem",
    ),
    "a style attribute": ("document.body.setAttribute('style', 'color: red')", "style-src-attr"),
    "a frame": (
        "document.body.append(Object.assign(document.createElement('iframe'),"
        " {src: 'http://127.0.0.1:9/'}))",
        "frame-src",
    ),
    "a script of its own": (
        "try { document.createElement('script').text = '1' } catch {}",
        "require-trusted-types-for",
    ),
    "a script from elsewhere": (
        "try { document.createElement('script').src = 'http://127.0.0.1:9/' } catch {}",
        "require-trusted-types-for",
    ),
    "text as HTML": (
        "try { document.createElement('p').innerHTML = '<b>' } catch {}",
        "require-trusted-types-for",
    ),
    "text as a program": (
        "setTimeout(() => { try { eval('1') } catch {} })",
        "require-trusted-types-for",
    ),
}


@pytest.mark.parametrize("what", TRIES)
def test_the_policy_holds_and_the_ears_of_these_tests_hear(visitor: Visitor, what: str) -> None:
    code, directive = TRIES[what]
    page = joined(visitor).page
    page.evaluate(f"() => {{ {code}; }}")
    page.wait_for_function("() => window.violations.length > 0")
    assert page.evaluate(HEARD)[0].startswith(directive)
    assert visitor.faults  # the console says it too


def test_a_page_of_another_address_gets_nothing_though_the_cookie_comes_along(
    browser: Any, lab: Running, address: str
) -> None:
    context = browser.new_context(bypass_csp=True)
    inside = joined(Visitor(context, lab))
    socket = f"ws://{lab.authority}/socket"
    assert inside.page.evaluate(OPENED, socket) == "hello"
    other = context.new_page()
    other.goto(address)
    assert other.evaluate(OPENED, socket) == "refused"
    read = "url => fetch(url, {credentials: 'include'}).then(r => r.text(), () => 'refused')"
    assert other.evaluate(read, f"{lab.origin}/") == "refused"
    assert other.evaluate(read, f"{lab.origin}/bundle.js") == "refused"
    with other.expect_event("framenavigated"):
        other.evaluate(
            "url => document.body.append(Object.assign(document.createElement('iframe'),"
            " {src: url}))",
            f"{lab.origin}/",
        )
    assert other.frames[-1].url.startswith("chrome-error:")
    context.close()


def test_a_link_on_a_page_of_another_site_leads_in(visitor: Visitor, address: str) -> None:
    page = visitor.page
    page.goto(address.replace("127.0.0.1", "localhost"))
    page.evaluate(
        "url => document.body.prepend(Object.assign(document.createElement('a'),"
        " {href: url, id: 'way', textContent: 'way'}))",
        f"{visitor.lab.origin}/?chapter=rules&join={visitor.lab.join}",
    )
    page.click("#way")
    page.wait_for_selector("[data-chapter=rules]")
    assert page.url == f"{visitor.lab.origin}/?chapter=rules"


def test_each_guest_of_a_class_is_somebody_else(browser: Any, lab: Running) -> None:
    guests = [joined(Visitor(browser.new_context(), lab)) for _ in range(2)]
    cookies = [guest.context.cookies()[0] for guest in guests]
    assert cookies[0]["value"] != cookies[1]["value"]
    for guest, cookie in zip(guests, cookies, strict=True):
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        assert guest.page.evaluate("document.cookie") == ""
        assert not guest.faults
        guest.context.close()


def test_the_lesson_goes_on_when_the_lab_is_closed(browser: Any) -> None:
    with running("--lang", "en") as lab:
        visitor = Visitor(browser.new_context(reduced_motion="reduce"), lab)
        visitor.page.goto(f"{lab.origin}/?token={lab.token}&chapter=backward")
        visitor.at("step-forward").wait_for()
        assert lab.interrupt()[0] == 0
    visitor.at("step-forward").click()
    visitor.settle()
    assert visitor.at("step").get_attribute("data-value") == "1"
    visitor.at("menu").locator("summary").click()
    visitor.at("menu").locator("a").nth(0).click()
    visitor.page.wait_for_selector("[data-chapter=derivative]")
    assert not visitor.faults
    visitor.context.close()
