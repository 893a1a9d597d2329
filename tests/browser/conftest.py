"""Debian's Chromium, and axe-core in it."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="package")
def chromium():
    if CHROMIUM is None:
        pytest.skip("no Chromium here: sudo scripts/install-system-packages.sh")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Containers of CI run as root, where Chromium's own sandbox does not start.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def complaints():
    """What the pages of a test complain of: an error where the test does not expect it."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def page_of(chromium, complaints):
    """Makes pages; ``may_ask`` tells which addresses they may ask."""
    contexts = []

    def made(may_ask, **options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: None if may_ask(request.url) else
                complaints.append(request.url))  # fmt: skip
        return page

    yield made
    for context in contexts:
        context.close()


@pytest.fixture
def violations():
    """Tells what axe finds in a page, and whether something sticks out of it."""
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

    def found(page):
        from axe_playwright_python.sync_playwright import Axe

        items = Axe().run(page).response["violations"]
        said = [(item["id"], [node["html"][:120] for node in item["nodes"]]) for item in items]
        return [*said, *([("sticks out", [])] if page.evaluate(wide) else [])]

    return found
