"""What a write is judged by: the service before it, the one after it, and the answer."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from oscar_sync.errors import UnreachableError
from oscar_sync.execution.run import STORE_WAIT_S, step_of
from oscar_sync.execution.sender import Reply
from oscar_sync.model.step import Do
from oscar_sync.semantics.answers import Meaning, Outcome
from oscar_sync.semantics.restarts import PREFETCH_TIMEOUT_S
from oscar_sync.semantics.stamp import OWNER
from tests.unit.execution.runs import ACTION, STEPS, run
from tests.unit.planning.built import live

MINE = {OWNER: "laws/edge/alpha"}


@pytest.mark.parametrize(("after", "outcome", "shows"), [
    ({}, Outcome.UNKNOWN, False),
    ({}, Outcome.APPLIED, True),
    ({}, Outcome.APPLIED_WITH_WARNING, True),
    ({}, Outcome.NOT_APPLIED, False),
    ({"memory": "7Gi"}, Outcome.UNKNOWN, True),
    ({"annotations": {OWNER: "theirs/edge/alpha"}}, Outcome.APPLIED, False),
    ({"owner": "eve"}, Outcome.APPLIED, False),
    ({"memory": "7Gi", "owner": "eve"}, Outcome.APPLIED, False),
])  # fmt: skip
def test_a_put_shows_by_what_it_changed_or_else_by_a_good_answer(after, outcome, shows):
    before = live(annotations=MINE)
    found = live(**{"annotations": MINE, **after})
    body = cast("Any", {"annotations": MINE, "owner": "cluster_admin"})
    reply = Reply(Meaning(outcome, "why"), 200)
    assert run()[0].shows(found, live().form, before, body, reply) is shows


def test_a_put_shows_by_a_mark_that_it_wrote():
    body = cast("Any", {"annotations": MINE, "owner": "cluster_admin"})
    reply = Reply(Meaning(Outcome.UNKNOWN, "lost-answer"))
    assert run()[0].shows(live(annotations=MINE), live().form, live(), body, reply)


def test_a_put_does_not_show_in_a_service_that_is_gone_or_is_not_as_wanted():
    body = cast("Any", {"annotations": {}, "owner": "cluster_admin"})
    reply = Reply(Meaning(Outcome.APPLIED, "ok"), 200)
    assert run()[0].shows(live(), live().form, live(), body, reply)
    assert not run()[0].shows(None, live().form, live(), body, reply)
    assert not run(holds=False)[0].shows(live(), live().form, live(), body, reply)


def test_a_step_of_a_kind_is_the_one_on_the_services_own_cluster():
    assert step_of(ACTION, Do.PUT) == STEPS[1]
    assert step_of(replace(ACTION, steps=STEPS[::-1]), Do.PUT) == STEPS[1]
    assert step_of(ACTION, Do.DELETE) == STEPS[2]


def test_a_store_that_does_not_come_back_is_waited_for_a_minute():
    class Gone:
        def list_buckets(self):
            raise UnreachableError("edge", "https://edge", "reset")

    waiting, clock = run(Gone())
    assert waiting.wait_for_store() is None
    assert clock.now_s == STORE_WAIT_S


@pytest.mark.parametrize(("prefetch", "least_s"), [(True, PREFETCH_TIMEOUT_S), (False, None)])
def test_a_write_that_pulls_the_image_before_it_answers_has_time_for_it(prefetch, least_s):
    one, _ = run()
    one.material = cast("Any", SimpleNamespace(image_prefetch=prefetch))
    assert one.write_timeout_s == least_s
