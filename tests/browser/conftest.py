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
def page_of(chromium):
    """Makes pages whose complaints are errors; ``may_ask`` tells which addresses they may ask."""
    complaints: list[str] = []
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

    made.complaints = complaints
    yield made
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def violations():
    def found(page):
        from axe_playwright_python.sync_playwright import Axe

        items = Axe().run(page).response["violations"]
        return [(item["id"], [node["html"][:120] for node in item["nodes"]]) for item in items]

    return found


@pytest.fixture
def sticks_out():
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return lambda page: page.evaluate(wide)
