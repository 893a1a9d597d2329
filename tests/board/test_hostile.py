"""A law: whatever a cluster answers while a board looks at it, its pages are whole and bounded."""

import json
from datetime import UTC, timedelta, timezone
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oscar_sync.board.pages import Pages
from oscar_sync.board.state import Board
from oscar_sync.board.stream import _message
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.state import BucketCount, DeploymentState
from oscar_sync.model.step import Do, Step
from oscar_sync.reconcile.subject import subject_of
from oscar_sync.reconcile.survey import surveys
from tests.browser.boards import full_survey, some_runs
from tests.property.conftest import _world, world
from tests.property.examples import laws
from tests.unit.render.subjects import CLOUD, HOSTILE, action, key, subject

__all__ = ["_world", "world"]

SECRET = "s3cret-of-a-service-0123456789"
MOST_BYTES = 400_000
HEAD = [
    "meta {'charset': 'utf-8'}",
    "meta {'name': 'viewport', 'content': 'width=device-width, initial-scale=1'}",
    "script {'src': '/board.js', 'defer': None}",
]
TIMES = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), None]))
EXPOSED = {"api_port": 80, "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}
TEXTS = [
    HOSTILE, "", "\x1b[2J\x07", "<script>alert(1)</script>", "' onload=x", "\u202e\u2066", "\x00",
    "x" * 200_000, "javascript:alert(1)", "../..", "9" * 400, "Running\n\nok",
    "9999-99-99T99:99:99Z", "0001-01-01T00:00:00+23:59",
]  # fmt: skip
TEXT = st.sampled_from(TEXTS) | st.text(max_size=30)
WORD = TEXT.map(lambda text: text[:9_000])
VALUES: st.SearchStrategy[Any] = st.one_of(
    TEXT,
    st.sampled_from([None, True, -1, 2**80, 1e308, [], {}, [[]], {"": ""}, [None], {"items": 7}]),
)
# The place of a value among all of an answer, and what stands there in its stead; none: it goes.
DAMAGES = st.lists(st.tuples(st.integers(0, 400), st.none() | VALUES.map(lambda one: [one])),
                   min_size=1, max_size=4)  # fmt: skip


def damaged(answer, damages):
    """Return the text of a JSON *answer* with *damages*."""
    try:
        whole = [json.loads(answer)]
    except ValueError:
        return answer
    for number, value in damages:
        places = list(_places(whole))
        where, name = places[number % len(places)]
        if value is not None:
            where[name] = value[0]
        elif where is not whole:
            del where[name]
    return json.dumps(whole[0]).encode()


def _places(value):
    names = value if isinstance(value, dict) else range(len(value))
    for name in names:
        yield value, name
        if isinstance(value[name], dict | list):
            yield from _places(value[name])


class Tags(HTMLParser):
    """What a browser would make of a page: the tags that may do something."""

    def __init__(self, text):
        super().__init__()
        self.acting: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag in {"script", "iframe", "object", "embed", "img", "style", "base", "meta"}:
            self.acting.append(f"{tag} {dict(attrs)}")
        self.acting += [f"{name}={value}" for name, value in attrs if name.startswith("on")]
        links = (value or "" for name, value in attrs if name in {"href", "src", "action"})
        self.acting += [one for one in links if not one.startswith(("/", "#", "http"))]


def check_bounds(texts, pages):
    """Check that nothing is endless, secret or steers a terminal or a reader's eye."""
    for text in texts:
        assert len(text) < MOST_BYTES
        assert SECRET not in text
        text.encode()
    for character in "\x1b\x00\x07\u202e\u2066":
        assert not [page for page in pages if character in page]


@pytest.fixture
def planned(world):
    """Two services, jobs and a bucket that the files declare; and a plan with a change."""
    world.write_settings(buckets={"plants": {}})
    for name in ("alpha", "omega"):
        service = {
            "name": name, "image": "ghcr.io/x/a:1", "script": "s\n",
            "environment": {"secrets": {"TOKEN": SECRET}}, "expose": EXPOSED,
            "input": [{"storage_provider": "minio.default", "path": f"{name}-in/in"}],
        }  # fmt: skip
        world.write_one(service)
    world.apply()
    world.put("alpha-in", "in/x", b"1")
    return world.plan()


def shown(board):
    """Return every page and document of *board*."""
    pages = Pages(board)
    names = ("alpha", "omega", "bucket plants")
    services = [pages.service("edge", name) for name in names]
    documents = [json.dumps(pages.document(name)) for name in ("plan", "status", "history")]
    pictured = [pages.board(""), pages.board("edge"), *services]
    return pictured, [*documents, _message(board.picture).decode()]


@laws(Fraction(1, 15))  # a look takes a dozen requests
@given(damages=DAMAGES)
def test_whatever_a_cluster_answers_while_a_board_looks_its_pages_are_whole(
    world, planned, damages
):
    board = Board(60.0)
    board.planned(subject_of(planned, "plan"))
    world.oscar.rewrite = lambda path, answer: damaged(answer, damages)
    try:
        with world.connections() as connections:
            for found in surveys(planned, connections):
                board.surveyed(found)
    finally:
        world.oscar.rewrite = lambda path, answer: answer
    pages, documents = shown(board)
    assert len(pages) == 5
    for page in pages:
        assert Tags(page).acting == HEAD, page[:200]
    check_bounds([*pages, *documents], pages)


@laws(Fraction(1, 20))
@given(word=WORD, other=WORD, count=st.sampled_from([0, -1, 2**70]), at=TIMES)
def test_whatever_a_look_holds_its_pages_are_whole(word, other, count, at):
    board, before = Board(60.0), full_survey(word, at)
    services = tuple(
        replace(one, deployment=DeploymentState(other, word), revision=word, note=other)
        for one in before.clusters[0].services
    )
    cluster = replace(before.clusters[0], services=services, version=word, problem=other)
    contents = dict.fromkeys(before.contents, BucketCount(count, count, at))
    running = dict.fromkeys((key("detector"), key(word), key("x", CLOUD)), count)
    board.planned(subject("plan", word))
    board.surveyed(replace(before, at=at, clusters=(cluster,), contents=contents, running=running))
    board.recall(tuple(replace(one, at=other) for one in some_runs(word)))
    board.failed(other)
    board.held(word)
    for happening in Happening:
        board.step(Event(happening, action("detector"), Step(Do.PUT, other), 200, word))
    pages = Pages(board)
    names = [(one.key.cluster, one.key.name) for one in services]
    texts = [pages.board(""), pages.board("edge-1"), *(pages.service(*name) for name in names)]
    assert all(texts)
    assert [Tags(text).acting for text in texts] == [HEAD] * len(texts)
    check_bounds([*texts, _message(board.picture).decode()], texts)
    for name in ("plan", "status", "history"):
        json.dumps(pages.document(name)).encode()
