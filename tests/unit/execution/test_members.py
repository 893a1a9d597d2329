"""The DELETE of an old worker on a member's cluster goes out on evidence, and is looked after."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from oscar_sync.errors import UnreachableError
from oscar_sync.execution.members import take_workers_away
from oscar_sync.execution.ports import ClusterPorts
from oscar_sync.execution.run import FailedError, LostError, NotVerifiedError, StaleServiceError
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import ClusterId, ServiceName
from oscar_sync.model.material import MemberWatch
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.capabilities import NEWEST
from tests.unit.execution.runs import ACTION, run
from tests.unit.planning.built import bucket, live, minio, stamp

NEAR = Cluster(ClusterId("near"), "https://near", "near.example.org", None)
RED = (bucket("red"),)
PLANNED = live(annotations=stamp(), output=minio("red/out"))
DETACHED = {**live(annotations=stamp()).raw}


class Member:
    """A member's cluster with one worker, whose DELETE takes along what it is told to take."""

    def __init__(self, *, found=DETACHED, listed=DETACHED, buckets=RED, after=RED, is_gone=True):
        self.found = found
        self.listed = listed
        self.buckets = buckets
        self.after = after
        self.is_gone = is_gone
        self.deleted = 0

    def list_buckets(self):
        found = self.after if self.deleted else self.buckets
        if found is None:
            raise UnreachableError("near", "https://near", "reset")
        return found

    def list_services(self):
        return [self.listed] if self.listed else []

    def get_service(self, name):
        is_there = self.found and not (self.deleted and self.is_gone)
        return SimpleNamespace(status=200 if is_there else 404, json=self.found)

    def delete_service(self, name):
        self.deleted += 1
        return SimpleNamespace(status=204, text="", shown="")

    def take_away(self, planned=PLANNED):
        one, _ = run(members=(MemberWatch(NEAR, ServiceName("alpha"), NEWEST, planned),))
        one.parts.clusters[NEAR.id] = ClusterPorts(cast("Any", self))
        step = Step(Do.DELETE, "near/alpha", member="near")
        one.action = one.sender.action = replace(ACTION, steps=(step,))
        take_workers_away(one)


def test_a_worker_that_names_no_bucket_is_deleted():
    member = Member()
    member.take_away()
    assert member.deleted == 1


def test_a_bucket_of_a_worker_that_goes_with_its_deletion_is_reported_as_lost():
    with pytest.raises(LostError, match="LOST: red: the bucket was to be kept, and is gone"):
        Member(after=()).take_away()


def test_a_bucket_that_the_worker_made_as_its_tag_says_is_looked_at_too():
    made = (*RED, bucket("blue", from_service="alpha"), bucket("other", from_service="beta"))
    with pytest.raises(LostError, match="LOST: blue:"):
        Member(buckets=made, after=RED).take_away()


def test_buckets_of_a_worker_that_nobody_can_look_at_are_not_called_kept():
    with pytest.raises(NotVerifiedError, match="it is not known whether red"):
        Member(after=None).take_away()


@pytest.mark.parametrize(("member", "error", "words"), [
    ({"buckets": None}, FailedError, "which buckets exist is not known"),
    ({"listed": None}, FailedError, "a GET shows alpha and the list of services does not"),
    ({"listed": PLANNED.raw}, FailedError, "show different `output`"),
    ({"found": PLANNED.raw}, StaleServiceError, "names red, and deleting it would delete that"),
    ({"found": live(annotations=stamp(set_name="theirs")).raw}, StaleServiceError,
     "the member near/alpha is now another service"),
])  # fmt: skip
def test_no_worker_is_deleted_without_evidence_that_nothing_goes_with_it(member, error, words):
    near = Member(**member)
    with pytest.raises(error, match=words):
        near.take_away()
    assert near.deleted == 0


@pytest.mark.parametrize(("found", "planned"), [(None, PLANNED), (DETACHED, None)])
def test_a_worker_that_is_gone_or_was_not_planned_is_let_alone(found, planned):
    near = Member(found=found)
    near.take_away(planned)
    assert near.deleted == 0


def test_a_worker_that_is_still_there_after_its_deletion_fails_the_action():
    with pytest.raises(FailedError, match="still exists after the deletion"):
        Member(is_gone=False).take_away()
