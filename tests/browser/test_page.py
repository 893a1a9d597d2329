"""The HTML report in a real browser: what people see, hear and reach, with and without scripts."""

import pytest

from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.render.html import html_cell
from tests.unit.render.subjects import HOSTILE, subject

COMMANDS = ("plan", "drift", "apply")


@pytest.fixture
def shown(page_of, tmp_path):
    """Opens a report in a page of its own; whatever the page complains of is an error."""

    def opened(command="plan", word="", *, text="", **options):
        path = tmp_path / f"{command}.html"
        path.write_text(text or FORMATS["html"].write(subject(command, word)), encoding="utf-8")
        page = page_of(lambda url: url == path.as_uri(), **options)
        page.goto(path.as_uri())
        return page

    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("command", COMMANDS)
def test_axe_finds_nothing_and_nothing_sticks_out(shown, violations, command, scheme, width):
    page = shown(command, color_scheme=scheme, viewport={"width": width, "height": 900})
    assert violations(page) == []


def test_the_colours_are_those_that_the_reader_prefers(shown):
    ground = "getComputedStyle(document.body).backgroundColor"
    assert shown(color_scheme="light").evaluate(ground) == "rgb(255, 255, 255)"
    assert shown(color_scheme="dark").evaluate(ground) == "rgb(13, 17, 23)"


@pytest.mark.parametrize("scripts", [True, False])
def test_filters_work_without_scripts(shown, scripts):
    page = shown(java_script_enabled=scripts)
    entry = page.locator(".entry", has_text="segment").first
    assert entry.is_visible()
    page.get_by_label("create (1)").uncheck()
    assert not entry.is_visible()
    assert page.locator(".entry", has_text="detector").first.is_visible()
    page.get_by_label("create (1)").check()
    assert entry.is_visible()
    assert page.get_by_label("by name").is_visible() is scripts


def test_a_name_is_found_by_typing_and_the_count_is_told(shown):
    page = shown()
    page.get_by_label("by name").fill("grayify")
    assert page.locator(".entry:visible[data-name]").count() == 1
    assert page.get_by_role("status").text_content() == "1 of 8 shown"


def test_everything_is_reached_by_the_keyboard(shown):
    page = shown()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.locator(".entry.k-update summary").focus()
    opened = "document.activeElement.parentElement.open"
    assert page.evaluate(opened) is True
    page.keyboard.press("Enter")
    assert page.evaluate(opened) is False
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_screen_reader_hears_what_the_colours_say(shown):
    page = shown()
    assert page.get_by_role("heading", level=1).text_content() == "oscar-sync plan"
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("region", name="script of edge-1/detector, live and wanted").count()
    assert page.get_by_role("deletion").count() >= 1
    assert page.get_by_role("insertion").count() >= 1
    assert page.get_by_role("img", name="services and").count() == 1
    assert page.get_by_role("columnheader", name="live").count() >= 1


def test_paper_shows_what_is_folded_and_no_filters(shown):
    page = shown()
    page.locator(".entry.k-update summary").click()
    row = page.locator("td.ins").first
    assert not row.is_visible()
    page.emulate_media(media="print")
    assert row.is_visible()
    assert not page.locator(".filters").is_visible()
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_name_becomes_markup(shown, violations, command):
    page = shown(command, HOSTILE)
    assert page.locator("script").count() == 1
    assert page.locator("main a, main img:not(svg), main iframe").count() == 0
    assert violations(page) == []


def test_a_notebook_shows_the_page_in_its_frame(shown):
    cell = html_cell(subject("plan", HOSTILE))
    text = f"<!doctype html><title>a notebook</title><style>td {{ color: red }}</style>{cell}"
    page = shown(text=text, java_script_enabled=False)
    frame = page.frame_locator("iframe")
    assert frame.get_by_role("heading", level=1).text_content() == "oscar-sync plan"
    frame.get_by_label("create (1)").uncheck()
    assert not frame.locator(".entry.k-create").first.is_visible()
    assert page.locator("iframe").bounding_box()["height"] > 300


@pytest.mark.parametrize("width", [600, 1200])
def test_the_frame_of_a_notebook_is_as_tall_as_its_content(shown, width):
    cell = html_cell(subject("plan", HOSTILE))
    page = shown(
        text=f"<!doctype html><title>a notebook</title>{cell}",
        viewport={"width": width, "height": 800},
    )
    inside = page.frame_locator("iframe").locator("html")
    page.wait_for_function("document.querySelector('iframe').style.height.endsWith('px')")
    height = page.locator("iframe").bounding_box()["height"]
    assert 0 <= height - inside.evaluate("one => one.scrollHeight") < 20
