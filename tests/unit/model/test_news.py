"""What a plan has that the one before had not."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind
from oscar_sync.model.cluster import ReadingState
from oscar_sync.model.field_change import Cause
from oscar_sync.model.form import Form
from oscar_sync.model.news import action_of, entries_of, news_of
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan import Blocked
from oscar_sync.render.news import WatchState, counts, news_text, standing_line
from tests.unit.render.subjects import CLOUD, action, change, key, plan


def seen(*actions, forms=None, before=None, **more):
    return entries_of(plan(*actions, **more), forms or {}, before or {})


def test_new_changed_and_gone_actions_are_told_apart():
    before = seen(action("stays"), action("goes"), action("changes"))
    after = seen(
        action("stays"), action("changes", changes=(change("memory", "1Gi", "2Gi"),)),
        action("comes"),
    )  # fmt: skip
    news = news_of(before, after)
    assert [action_of(one).key.name for one in news.new] == ["comes"]
    assert [action_of(one).key.name for one in news.changed] == ["changes"]
    assert [action_of(one).key.name for one in news.gone] == ["goes"]
    assert not news_of(after, after)


@pytest.mark.parametrize(
    "same",
    [{"origin": Origin("other.yaml", 99)}, {"seconds": 9.0}, {"notes": ("a word",)}],
    ids=str,
)
def test_places_seconds_and_notes_make_no_news(same):
    one = action("one")
    assert not news_of(seen(one), seen(replace(one, **same)))


def test_another_cause_is_news():
    mine, theirs = (
        action("one", changes=(change("memory", "1Gi", "2Gi", cause),))
        for cause in (Cause.MANIFEST, Cause.CLUSTER)
    )
    assert news_of(seen(mine), seen(theirs)).changed == (theirs,)


def test_what_a_new_service_will_be_is_news():
    made = action("one", ActionKind.CREATE)
    before = seen(made, forms={made.id: Form("a", memory="1Gi")})
    after = seen(made, forms={made.id: Form("a", memory="2Gi")})
    assert news_of(before, after).changed == (made,)
    assert not news_of(before, dict(before))


def test_what_is_held_back_now_is_news_and_so_is_another_reason():
    one = action("one")
    held = Blocked(one, "not-ours", "it is another's", ("take it out",))
    other = replace(held, code="needs-replace")
    assert news_of(seen(one), seen(blocked=(held,))).changed == (held,)
    assert news_of(seen(blocked=(held,)), seen(blocked=(other,))).changed == (other,)


def test_what_was_planned_on_a_cluster_that_cannot_be_read_stays_known():
    there = replace(action("there"), key=key("there", CLOUD))
    before = seen(action("here"), there)
    after = seen(action("here"), before=before)
    assert not news_of(before, after)
    assert set(after) == {"update:here", "update:there"}


def test_the_text_shows_each_kind_of_news_and_the_closing_line():
    one = action("one", changes=(change("memory", "1Gi", "2Gi"),))
    drifted = action("moved", changes=(change("cpu", "1.0", "0.5", Cause.CLUSTER),))
    held = Blocked(action("held"), "not-ours", "it is another's", ("take it out",))
    made = plan(one, drifted, blocked=(held,))
    news = news_of(seen(action("gone")), entries_of(made, {}, {}))
    text = news_text(news, made, ["a note that is new"])
    assert "NEW (3)\n ~ edge-1/one" in text
    assert " ! edge-1/moved" in text
    assert " x edge-1/held" in text
    assert "NO LONGER (1)\n ~ edge-1/gone" in text
    assert "NOTES (1)\n   a note that is new" in text
    assert text.endswith("Digest 5f0c9a3e.\n")


STANDING = WatchState(
    plan(action("one"), action("two", ActionKind.CREATE)), "12:03:14", next_at="12:04:14",
    keys="q quit",
)  # fmt: skip
WHOLE = (
    "1 to update, 1 to create   edge-1 ok, cloud-2 unreachable   planned 12:03:14   "
    "next 12:04:14   q quit"
)


def test_the_line_says_how_things_stand():
    assert standing_line(STANDING, 200) == WHOLE


@pytest.mark.parametrize("columns", range(120))
def test_the_line_fits_and_loses_what_matters_least(columns):
    line = standing_line(STANDING, columns)
    assert len(line) <= max(1, columns)
    assert WHOLE.startswith(line.rstrip("…"))


def test_what_is_under_way_comes_first():
    assert standing_line(replace(STANDING, doing="applying: edge-1/one put"), 200) == (
        "applying: edge-1/one put   edge-1 ok, cloud-2 unreachable"
    )


def test_trouble_is_told_in_place_of_the_counts_unless_the_clusters_tell_it():
    away = replace(STANDING, trouble="files cannot be used")
    assert standing_line(away, 200).startswith("files cannot be used   edge-1 ok")
    unread = replace(STANDING, trouble="cloud-2 unreachable")
    assert standing_line(unread, 200) == WHOLE


def test_before_the_first_plan_there_is_only_what_is_under_way():
    assert standing_line(WatchState(doing="planning ..."), 80) == "planning ..."
    assert not standing_line(WatchState(), 80)


def test_counts_name_what_is_held_back_and_not_planned():
    held = Blocked(action("held"), "not-ours", "it is another's", ())
    assert counts(plan(blocked=(held,))) == "1 blocked"
    assert counts(plan()) == "nothing to do"
    assert ReadingState.UNREACHABLE.value in standing_line(WatchState(plan()), 80)
