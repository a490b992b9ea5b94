"""The report in a real browser: by keyboard, on a telephone, without a network, and for screen readers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leumund.reports import write_report
from tests.conftest import missing
from tests.reports.pictures import Plan, make_picture

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
ALONE = ("--disable-background-networking", "--disable-component-update", "--disable-sync")

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        missing("browser", f"no {CHROMIUM}; apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("browser", "pip install playwright")
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=str(CHROMIUM), args=[*QUIET, *ALONE])
        yield running
        running.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "picture.html"
    write_report(make_picture(Plan(weeks=30, brands=3, aspects=3)), path, language="de")
    return path.as_uri()


def opened(browser: Any, address: str, *, width: int = 1280, script: bool = True, scheme: str = "light") -> Any:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=script, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.asked = []
    page.complaints = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(address)
    return page


def test_the_page_asks_for_nothing_but_itself_and_does_not_complain(browser: Any, report: str) -> None:
    page = opened(browser, report)
    assert [address for address in page.asked if not address.startswith("data:")] == [report]
    assert page.complaints == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_is_never_wider_than_the_screen(browser: Any, report: str, width: int) -> None:
    page = opened(browser, report, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shown = page.locator("#lead svg:visible")
    assert shown.count() == 1


def test_a_figure_opens_by_keyboard_and_closes_again(browser: Any, report: str) -> None:
    page = opened(browser, report)
    stops = page.locator('#lead .wide svg a[tabindex="0"]')
    assert stops.count() == 1
    stops.focus()
    before = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("ArrowRight")
    after = page.evaluate("document.activeElement.getAttribute('href')")
    assert after != before
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    assert after.removeprefix("#f-") in dialog.inner_text()
    assert dialog.locator("article").count() > 0
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.getAttribute('href')") == after


def test_without_script_a_figure_is_an_anchor_to_its_row(browser: Any, report: str) -> None:
    page = opened(browser, report, script=False)
    link = page.locator("#lead .wide svg a").first
    address = link.get_attribute("href")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    assert page.locator(f'tr[id="{address[1:]}"] a').count() > 0


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1280, "light", "en"), (390, "dark", "en"), (1280, "dark", "de"), (390, "light", "de")],
)
@pytest.mark.parametrize("support", ["measured", "unproven"])
def test_a_screen_reader_finds_nothing_amiss(
    browser: Any, tmp_path: Path, *, width: int, scheme: str, language: str, support: str
) -> None:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe", "pip install axe-playwright-python")
    path = tmp_path / "picture.html"
    write_report(make_picture(Plan(weeks=14, brands=3, aspects=2, support=support)), path, language=language)
    page = opened(browser, path.as_uri(), width=width, scheme=scheme)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found] == []
