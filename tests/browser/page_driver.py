"""What a visitor does on the page, with pointer and keyboard, and what the page then shows."""

from __future__ import annotations


class Lab:
    """One browser context on the page; `faults` collects what must not happen."""

    def __init__(self, browser, address: str, **options: object) -> None:
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        self.address = address
        self.context = browser.new_context(**options)
        self.faults: list[str] = []
        self.context.on("request", self._asked)
        self.page = self.context.new_page()
        self.page.set_default_timeout(5000)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))

    def _asked(self, request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"request to {request.url}")

    def _said(self, message) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def open(self, chapter: str | None = None, lang: str = "en") -> Lab:
        query = f"?lang={lang}" + (f"&chapter={chapter}" if chapter else "")
        self.page.goto(self.address + query)
        self.page.wait_for_selector("main > *")
        return self

    def at(self, name: str):
        return self.page.locator(f'[data-kedou="{name}"]')

    def click(self, name: str) -> None:
        self.at(name).click()
        self.settle()  # what the click brings can take the focus only once it is painted

    def click_summary(self, name: str) -> None:
        """Open or close a drawer."""
        self.at(name).locator("summary").first.click()
        self.settle()

    def value(self, name: str) -> float:
        self.settle()
        return float(self.at(name).get_attribute("data-value"))

    def text(self, name: str) -> str:
        self.settle()
        return self.at(name).evaluate("e => e.innerText ?? e.textContent")

    def copied_python(self) -> str:
        """Copy the Python with the button, and return what the clipboard then holds."""
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        if not self.at("snippet").is_visible():
            self.at("python").locator("summary").click()
        self.click("copy-python")
        self.page.wait_for_function(
            "() => document.querySelector('[data-kedou=python] .note').textContent !== ''"
        )
        return self.page.evaluate("navigator.clipboard.readText()")

    def verdict(self) -> str | None:
        self.settle()
        return self.at("guess-verdict").get_attribute("data-verdict")

    def settle(self) -> None:
        """Wait until what was asked for is painted."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def middle(self, name: str) -> tuple[float, float]:
        dot = self.at(name).locator(".handle-dot")
        box = dot.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, name: str, right: float, down: float, pieces: int = 12) -> None:
        """Drag a handle with the mouse."""
        x, y = self.middle(name)
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + right, y + down, steps=pieces)
        mouse.up()
        self.settle()

    def drag_to(self, name: str, wanted: float, axis: str = "x", tolerance: float = 0.002) -> None:
        """Drag a handle until its value is what is wanted, as a hand does: look and correct."""
        x, y = self.middle(name)
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        pixels, slope = 0.0, None
        before = float(self.at(name).get_attribute("data-value"))
        trial = 6.0
        for _ in range(14):
            pixels += trial
            mouse.move(x + (pixels if axis == "x" else 0), y + (pixels if axis == "y" else 0))
            self.settle()
            now = float(self.at(name).get_attribute("data-value"))
            if abs(now - wanted) <= tolerance:
                break
            if now != before:
                slope = (now - before) / trial
            before = now
            trial = max(-150.0, min(150.0, (wanted - now) / slope)) if slope else 6.0
        mouse.up()
        self.settle()

    def close(self) -> None:
        self.context.close()
