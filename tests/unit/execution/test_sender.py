"""What is sent is counted and told, and a stop comes between two requests."""

from math import ceil
from types import SimpleNamespace
from typing import Any, cast

import pytest

from oscar_sync.errors import BadAnswerError, StoreError, UnreachableError
from oscar_sync.execution.effect import POLL_S, made_by_post, wait_for_effect
from oscar_sync.execution.ports import ClusterPorts, Parts
from oscar_sync.execution.sender import EVENT_BYTES, ReachError, Reply, Sender, Sent, StopError
from oscar_sync.model.action import Action, ActionKind
from oscar_sync.model.event import Happening
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.state import BucketFacts, Upload
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.answers import Meaning, Outcome
from oscar_sync.semantics.restarts import effect_wait_s
from tests.support.services import minio
from tests.unit.planning.built import live

KEY = ServiceKey(ClusterId("edge"), ServiceName("alpha"))
ACTION = Action("1", KEY, ActionKind.SEED, "seed", ())
SIZE = 2 * EVENT_BYTES


class Told:
    """A sender, what it told, and whether the user wants to end."""

    def __init__(self):
        self.events: list[Any] = []
        self.wants_to_end = False
        self.slept_s: list[float] = []
        self.parts = Parts(
            clusters={}, holds=lambda *_: True, key=lambda: None, on_event=self.events.append,
            is_stopping=lambda: self.wants_to_end, now=lambda: 0.0, sleep=self.sleep,
        )  # fmt: skip
        self.sender = Sender(ACTION, ClusterPorts(cast("Any", None), None, "no store"), self.parts)

    def sleep(self, seconds):
        self.slept_s.append(seconds)
        assert len(self.slept_s) < 1000, "it waits for ever"

    def happenings(self):
        return [(one.happening, one.step.target, one.sent_bytes) for one in self.events]


class Files:
    """A store that takes an upload in pieces, during which the user may want to end."""

    def __init__(self, told, *, resumes, pieces):
        self.told, self.resumes, self.pieces = told, resumes, pieces

    def upload(self, item, on_bytes):
        for piece in self.pieces:
            self.told.wants_to_end = True
            on_bytes(piece)


@pytest.fixture
def told():
    return Told()


def upload(told, *, resumes, pieces=(EVENT_BYTES, EVENT_BYTES)):
    item = Upload("file", "red/file", SIZE, "")
    files = Files(told, resumes=resumes, pieces=pieces)
    told.sender.upload(Step(Do.UPLOAD, "red/file"), files, item)


def test_an_upload_tells_after_each_mebibyte_and_its_end_has_an_event_of_its_own():
    sent = Sent(2 * EVENT_BYTES + 2)
    pieces = [EVENT_BYTES - 1, 1, EVENT_BYTES - 1, 1, 1, 1]
    assert [sent.add(piece) for piece in pieces] == [False, True, False, True, False, False]
    assert sent.is_whole


def test_an_upload_that_can_be_taken_up_again_ends_in_its_midst_when_the_user_wants_to_end(told):
    with pytest.raises(StopError):
        upload(told, resumes=True)
    assert told.happenings() == [
        (Happening.STEP_START, "red/file", 0), (Happening.STEP_PROGRESS, "red/file", EVENT_BYTES)
    ]  # fmt: skip
    assert told.sender.sent == []


@pytest.mark.parametrize(
    ("resumes", "pieces"),
    [(False, (EVENT_BYTES, EVENT_BYTES)), (True, (SIZE,))],
    ids=["it would be begun again", "all of it is there"],
)
def test_an_upload_that_gains_nothing_by_a_stop_is_finished(told, resumes, pieces):
    upload(told, resumes=resumes, pieces=pieces)
    assert told.happenings()[-1] == (Happening.STEP_DONE, "red/file", 0)
    assert [one.status for one in told.sender.sent] == [200]


def test_an_upload_to_a_store_out_of_reach_is_told_as_failed(told):
    with pytest.raises(ReachError, match="no store"):
        told.sender.upload(Step(Do.UPLOAD, "red/file"), None, Upload("file", "red/file", 1, ""))
    assert told.happenings()[-1][0] is Happening.STEP_FAILED


@pytest.mark.parametrize(
    ("answer", "happening", "may_still_run"),
    [
        (204, Happening.STEP_DONE, False),
        (403, Happening.STEP_FAILED, False),
        (504, Happening.STEP_FAILED, True),
        (UnreachableError("edge", "https://edge", "reset"), Happening.STEP_FAILED, True),
        (BadAnswerError("edge", "https://edge", "too long"), Happening.STEP_FAILED, False),
    ],
    ids=str,
)
def test_what_came_of_a_write_is_told_and_whether_it_may_go_on(
    told, answer, happening, may_still_run
):
    class Api:
        def put_service(self, body, least_s):
            if isinstance(answer, Exception):
                raise answer
            return SimpleNamespace(status=answer, text="", shown="")

    told.sender.ports = ClusterPorts(cast("Any", Api()))
    reply = told.sender.put(Step(Do.PUT, "alpha"), {})
    assert told.happenings()[-1] == (happening, "alpha", 0)
    assert reply.may_still_run is may_still_run


STEPS = {f"red/{name}": Step(Do.DELETE_OBJECT, f"red/{name}") for name in "abc"}


def test_of_many_deletions_each_is_counted_and_the_first_that_failed_is_told(told):
    with pytest.raises(ReachError, match=r"^red/b: denied$"):
        told.sender.on_many(STEPS, lambda names: {names[1]: "denied"})
    assert [(one.target, one.status) for one in told.sender.sent] == [
        ("red/a", 200), ("red/b", 0), ("red/c", 200)
    ]  # fmt: skip
    ends = [happening for happening, *_ in told.happenings()[len(STEPS) :]]
    assert ends == [Happening.STEP_DONE, Happening.STEP_FAILED, Happening.STEP_DONE]


def test_many_deletions_whose_answer_is_lost_are_all_told_as_failed(told):
    def lost(names):
        raise StoreError("minio.default", "reset")

    with pytest.raises(ReachError, match=r"^red/a: "):
        told.sender.on_many(STEPS, lost)
    assert [one.status for one in told.sender.sent] == [0, 0, 0]


@pytest.mark.parametrize(
    ("text", "remedy", "sentence"),
    [
        ("", "", "the server answered 500"),
        ("boom", "", "the server answered 500: boom"),
        ("", "wait", "the server answered 500; wait"),
        ("boom", "wait", "the server answered 500: boom; wait"),
    ],
)
def test_an_answer_is_told_with_its_words_and_what_to_do_where_there_are_any(
    text, remedy, sentence
):
    meaning = Meaning(Outcome.NOT_APPLIED, "refused", remedy=remedy)
    assert Reply(meaning, 500, text).sentence == sentence
    assert Reply(meaning, 0, text).sentence == sentence.replace(
        "the server answered 500", "no answer came"
    )


@pytest.mark.parametrize("restarts", [0, 2])
def test_a_lost_answer_is_waited_for_as_long_as_the_server_may_be_at_work_and_no_longer(
    told, restarts
):
    reply = Reply(Meaning(Outcome.UNKNOWN, "lost-answer"), may_still_run=True)
    wait_for_effect(told, reply, restarts, lambda: False)
    assert sum(told.slept_s) == ceil(effect_wait_s(restarts) / POLL_S) * POLL_S


class Made:
    """A creation whose service and bucket are there, and whose notification cannot be seen."""

    def __init__(self, told, seen):
        self.parts, self.seen = told.parts, seen

    def wait_for_store(self):
        return (BucketFacts(BucketName("red")),)

    def read_back(self):
        return live()

    def sees_hook(self, bucket, prefix):
        if self.seen is ReachError:
            raise ReachError
        return self.seen


@pytest.mark.parametrize(
    ("seen", "waits"), [(True, False), (None, False), (False, True), (ReachError, True)]
)
def test_a_post_without_an_answer_is_waited_for_until_its_notification_shows(told, seen, waits):
    """None: nobody can look at it from here, so that waiting would show nothing more."""
    reply = Reply(Meaning(Outcome.UNKNOWN, "lost-answer"), may_still_run=True)
    form = live(input=minio("red/in")).form
    assert made_by_post(cast("Any", Made(told, seen)), form, reply)[0] == live()
    assert bool(told.slept_s) is waits


def test_nobody_waits_for_an_effect_that_shows_or_whose_answer_came(told):
    lost = Reply(Meaning(Outcome.UNKNOWN, "lost-answer"), may_still_run=True)
    wait_for_effect(told, lost, 1, lambda: True)
    answered = Reply(Meaning(Outcome.UNKNOWN, "bug"), 500)
    wait_for_effect(told, answered, 1, lambda: False)
    assert told.slept_s == []
