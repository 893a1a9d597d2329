"""The board in a real browser: what people see, hear and reach, and how it follows the watch."""

import pytest

from oscar_sync.board.server import BoardServer, ListenOptions
from oscar_sync.board.state import Board
from oscar_sync.model.action import ActionKind
from oscar_sync.model.event import Event, Happening
from oscar_sync.planning.graph import graph_of
from oscar_sync.render.subject import Subject
from tests.board.conftest import TOKEN
from tests.browser.boards import full_survey, some_runs
from tests.servers import until
from tests.support.forms import form
from tests.unit.render.subjects import (
    CLOUD,
    EDGE,
    HOSTILE,
    action,
    change,
    full_plan,
    key,
    plan,
    subject,
)

PAGES = ("", "cluster/edge-1", "service/edge-1/detector")
ROWS = "[...document.querySelectorAll('tbody tr[data-name]')].map(one => one.dataset.name)"
_UPDATE = (change("memory", "1Gi", "2Gi"),)


class Served:
    """A board on an address that stays the same when it is started again."""

    def __init__(self, token_file):
        self._file, self._port = token_file, 0
        self.told = []
        self.start()

    def start(self):
        self.board = Board(60.0, is_applying=True, can_sync=True)
        where = ListenOptions("127.0.0.1", self._port, self._file)
        self._server = BoardServer(self.board, where, self.told.append).__enter__()
        self.url = self._server.url
        self._port = int(self.url.rstrip("/").rpartition(":")[2])

    def stop(self):
        self._server.__exit__(None, None, None)

    def show(self, word=""):
        """Show something of everything."""
        self.board.planned(subject("plan", word))
        self.board.surveyed(full_survey(word))
        self.board.recall(some_runs(word))
        self.board.held(f"paused since 03:17: maintenance {word}", is_paused=True)

    def plan(self, *changed, names=(), clusters=(EDGE,)):
        """Show services in sync but for those that are to be updated."""
        every = {*names, *changed}
        forms = {key(name, cluster): form() for name in every for cluster in clusters}
        made = plan(*(action(name, changes=_UPDATE) for name in changed))
        shown = tuple(one for one in made.clusters if one.id in clusters)
        made = type(made)(made.set_name, made.source, shown, made.actions, digest=made.digest)
        self.board.planned(Subject("plan", made, tuple(sorted(forms)), lambda: graph_of(forms)))


@pytest.fixture
def served(tmp_path):
    token_file = tmp_path / "token"
    token_file.write_text(TOKEN)
    made = Served(token_file)
    yield made
    made.stop()
    assert made.told == []


@pytest.fixture
def shown(page_of, served):
    """Opens a page of the board, logged in unless told otherwise."""

    def opened(path="", *, is_known=True, **options):
        if is_known:
            options["extra_http_headers"] = {"Authorization": f"Bearer {TOKEN}"}
        page = page_of(lambda url: url.startswith(served.url), **options)
        page.goto(served.url + path)
        return page

    return opened


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 400)])
def test_axe_finds_nothing_and_nothing_sticks_out(served, shown, violations, scheme, width):
    served.show()
    served.board.failed("edge-1: no answer")
    page = shown(color_scheme=scheme, viewport={"width": width, "height": 900})
    for path in (*PAGES, "login"):
        page.goto(served.url + path)
        assert violations(page) == [], path


def test_no_name_becomes_markup(served, shown, violations):
    served.show(HOSTILE)
    page = shown(viewport={"width": 400, "height": 900})
    for path in PAGES:
        page.goto(served.url + path)
        assert page.locator("script").count() == 1
        assert page.locator("main img:not(svg), main iframe").count() == 0
        assert page.locator("a[href^='http']:not([rel=noreferrer])").count() == 0
        assert violations(page) == []


def test_whoever_logs_in_sees_the_board_until_the_cookie_ends(served, shown, complaints):
    served.show()
    page = shown(is_known=False)
    page.get_by_label("Token").fill("a-token-of-somebody")
    page.keyboard.press("Enter")
    assert page.get_by_role("alert").text_content() == "That is not the token."
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button", name="Log in").click()
    assert page.get_by_role("heading", level=1).text_content() == "oscar-sync: imaging"
    page.context.clear_cookies()
    served.board.failed("a problem")
    page.get_by_text("The log-in has ended").wait_for()
    assert [one for one in complaints if "401" not in one] == []
    complaints.clear()


def test_the_worst_is_first_in_words_and_what_cannot_be_read_is_not_in_sync(served, shown):
    served.show()
    page = shown()
    rows = [f"edge-1/{name}" for name in (
        "old", "render", "segment", "web", "grayify", "hooked", "detector", "left",
        "bucket plants", "calm", "volume models")]  # fmt: skip
    assert page.evaluate(ROWS) == [*rows, "cloud-2/far"]
    states = page.locator("tbody tr[data-name] .badge").all_text_contents()
    assert states == ["deletes data", "blocked", "missing", "not ready", "drifted", "drifted",
                      "changed in the files", "left alone", *["in sync"] * 3,
                      "not known"]  # fmt: skip
    assert page.get_by_role("link", name="open web").get_attribute("href") == (
        "https://edge.example/system/services/web/exposed/"
    )
    assert page.locator(".flow .jobs").all_text_contents() == ["3 running"]
    page.goto(f"{served.url}service/edge-1/web")
    assert page.get_by_text("failed: ImagePullBackOff").is_visible()


def test_a_screen_reader_hears_what_the_colours_say(served, shown):
    served.show()
    page = shown()
    assert page.get_by_role("main").count() == 1
    region = page.get_by_role("region", name="edge-1")
    assert region.get_by_role("rowheader").count() == 11
    assert region.get_by_role("columnheader", name="buckets").count() == 1
    assert page.get_by_role("status").all_text_contents()[0] == "starting"
    assert "maintenance" in page.get_by_role("status").all_text_contents()[1]
    assert page.get_by_role("img", name="services and").count() == 1
    page.goto(f"{served.url}service/edge-1/detector")
    assert page.get_by_role("region", name="script of edge-1/detector, live and wanted").count()
    assert page.get_by_role("insertion").count() >= 1


def test_everything_is_reached_by_the_keyboard(served, shown):
    served.show()
    page = shown()
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        if reached[-1] == "In words":
            break
    assert reached[0] == "Skip to the content"
    assert {"Plan now", "Resume", "edge-1", "detector", "open", "cloud-2", "In words"} <= {*reached}
    assert page.locator("#flow-words").evaluate("one => one.open") is False
    page.keyboard.press("Enter")
    assert page.locator("#flow-words").evaluate("one => one.open") is True


def test_without_scripts_the_page_is_whole_and_is_loaded_again_by_hand(served, shown):
    served.show()
    page = shown(java_script_enabled=False)
    row = page.locator("tr", has_text="detector").first
    assert row.is_visible()
    page.get_by_label("changed in the files (1)").uncheck()
    assert not row.is_visible()
    assert not page.get_by_label("by name").is_visible()
    assert page.get_by_role("heading", name="What doctor finds").is_visible()
    served.board.failed("edge-1: no answer at all")
    page.reload()
    assert page.get_by_text("no answer at all").is_visible()


def test_a_change_is_shown_and_what_the_reader_has_done_stays(served, shown):
    names = [f"svc-{number}" for number in range(60)]
    served.plan("svc-7", names=names)
    page = shown(viewport={"width": 1000, "height": 500})
    page.locator("#flow-words summary").click()
    page.get_by_label("by name").fill("svc")
    page.get_by_role("link", name="svc-30").focus()
    page.evaluate("window.isTheSame = true; scrollTo(0, 700)")
    served.plan("svc-7", "svc-30", names=[*names, "svc-99"])
    page.get_by_label("changed in the files (2)").wait_for()
    assert page.evaluate("window.isTheSame") is True
    assert page.evaluate(ROWS)[:2] == ["edge-1/svc-7", "edge-1/svc-30"]
    assert page.evaluate("document.activeElement.textContent") == "svc-30"
    assert page.evaluate("scrollY") > 0
    assert page.locator("#flow-words").evaluate("one => one.open") is True
    assert page.get_by_label("by name").input_value() == "svc"
    page.get_by_label("changed in the files (2)").uncheck()
    page.get_by_label("by name").fill("svc-9")
    served.plan("svc-7", "svc-30", "svc-9", names=[*names, "svc-99"])
    box = page.get_by_label("changed in the files (3)")
    box.wait_for()
    assert not box.is_checked()
    assert page.locator("tr[data-name]:visible").all_text_contents()[0].startswith("svc-99")
    assert page.locator("tr[data-name]:visible").count() == 1


def test_rows_and_clusters_come_move_and_go(served, shown):
    served.plan(names=["a", "b", "c"])
    page = shown()
    for changed, names, rows in (
        ((), "abcd", "abcd"), (("c",), "abcd", "cabd"), (("d", "a"), "abcd", "adbc"),
        ((), "bd", "bd"), (("x",), "xyzbd", "xbdyz"), ((), "", ""), ((), "ab", "ab"),
    ):  # fmt: skip
        served.plan(*changed, names=names)
        wanted = [f"edge-1/{name}" for name in rows]
        until(lambda wanted=wanted: page.evaluate(ROWS) == wanted, name="the rows")
    served.plan("a", names="ab", clusters=(EDGE, CLOUD))
    page.get_by_role("region", name="cloud-2").wait_for()
    served.plan("b", names="ab", clusters=(CLOUD,))
    page.get_by_role("region", name="edge-1").wait_for(state="detached")
    fresh = shown()
    assert page.locator("main").inner_html() == fresh.locator("main").inner_html()


def test_a_page_of_a_service_follows_too(served, shown):
    served.show()
    page = shown("service/edge-1/detector")
    page.locator("details.entry > summary").click()
    assert page.locator("details.entry").evaluate("one => one.open") is False
    served.board.held("")
    page.get_by_text("Not applied now").wait_for(state="detached")
    assert page.locator("details.entry").evaluate("one => one.open") is False
    served.plan(names=["detector"])
    page.locator("#state .badge", has_text="in sync").wait_for()


def test_the_steps_of_an_apply_are_told_as_they_go(served, shown):
    served.show()
    page = shown()
    first, row = (
        full_plan().actions[0],
        page.locator("tr", has=page.get_by_role("link", name="old")),
    )
    assert first.kind is ActionKind.REMOVE
    for happening, words in (
        (Happening.STEP_START, "remove"),
        (Happening.STEP_FAILED, "remove, failed"),
        (Happening.VERIFY, "remove, verifying"),
    ):
        served.board.step(Event(happening, first))
        page.locator("#phase").get_by_text(f"applying: edge-1/old ({words})", exact=True).wait_for()
        row.get_by_text(words, exact=True).wait_for()
    served.board.failed("a new page while it is applied")
    page.get_by_text("a new page while it is applied").wait_for()
    assert row.get_by_text("remove, verifying", exact=True).is_visible()
    served.board.waiting("03:18:00")
    page.get_by_text("waiting", exact=True).wait_for()
    assert row.locator("[data-step]").text_content() == ""


def test_a_board_that_stops_is_told_and_the_page_goes_on_with_the_next(served, shown, complaints):
    served.plan(names=["a"])
    page = shown()
    page.evaluate("window.isTheSame = true")
    served.stop()
    page.get_by_text("The board does not answer; trying again.").wait_for()
    served.start()
    served.plan("b", names=["a"])
    page.get_by_role("link", name="b", exact=True).wait_for()
    assert page.evaluate("window.isTheSame") is True
    assert not page.locator("#connection").is_visible()
    assert [one for one in complaints if "net::ERR" not in one] == []
    complaints.clear()


def test_of_300_services_only_what_differs_is_changed(served, shown):
    names = [f"svc-{number:03}" for number in range(300)]
    served.plan("svc-100", names=names)
    page = shown()
    page.evaluate("""() => {
      window.changed = 0;
      new MutationObserver((all) => { for (const one of all)
        window.changed += one.addedNodes.length + one.removedNodes.length + 1;
      }).observe(document.querySelector(".clusters"), {
        subtree: true, childList: true, characterData: true, attributes: true });
    }""")
    served.plan("svc-100", "svc-200", names=names)
    page.get_by_label("changed in the files (2)").wait_for()
    assert 0 < page.evaluate("window.changed") < 20
