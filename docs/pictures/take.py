"""Take the pictures of the READMEs anew, in both languages, from the lab as it is.

python docs/pictures/take.py            # needs playwright and Chromium
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LANGUAGES = {"en": "en", "zh": "zh-CN"}
SIZE = {"width": 1200, "height": 860}


def learning_rate(page: Any, address: str, lang: str) -> None:
    """Three steps with a rate that is too small."""
    page.goto(f"{address}?lang={lang}&chapter=learning-rate")
    for _ in range(3):
        page.click("[data-kedou=step-forward]")


def own_data(page: Any, address: str, lang: str) -> None:
    """Penguins, trained."""
    page.goto(f"{address}?lang={lang}&chapter=own-data")
    page.wait_for_selector("[data-kedou=data-set] option", state="attached")
    page.select_option("[data-kedou=data-set]", "penguins")
    page.click("[data-kedou=open-set]")
    page.wait_for_selector("[data-kedou=train]")
    page.select_option("[data-kedou=target]", "body_mass_g")
    page.wait_for_function(
        "() => document.querySelector('tr.is-target th')?.textContent === 'body_mass_g'"
    )
    page.click("[data-kedou=train]")
    page.wait_for_selector("[data-kedou=outcome]")
    page.wait_for_function(
        "() => document.querySelector('[data-kedou=computed-by]')?.textContent.includes('Python')"
    )


def main() -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        lab = subprocess.Popen(
            [sys.executable, "-m", "kedou", "lab", "--no-browser", "--lang", "en"],
            cwd=folder, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert lab.stdout is not None
        try:
            link = next(line.strip() for line in lab.stdout if "http://" in line)
            address = re.sub(r"\?.*", "", link)
            with sync_playwright() as play:
                browser = play.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                )
                context = browser.new_context(
                    viewport=SIZE, color_scheme="light", reduced_motion="reduce"
                )
                page = context.new_page()
                page.goto(link)
                for suffix, lang in LANGUAGES.items():
                    for name, pose in {"learning-rate": learning_rate, "own": own_data}.items():
                        pose(page, address, lang)
                        page.mouse.move(0, 0)
                        page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
                        page.wait_for_timeout(500)
                        path = HERE / f"{name}-{suffix}.png"
                        page.screenshot(path=path)
                        print(f"{path.name}  {path.stat().st_size // 1024} KB")
                browser.close()
        finally:
            lab.send_signal(signal.SIGINT)
            lab.wait(10)


if __name__ == "__main__":
    main()
