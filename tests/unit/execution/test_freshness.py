"""The precondition of a write is at most five seconds old, whichever write it is (L6)."""

from typing import Any, cast

import pytest

from oscar_sync.errors import BadAnswerError
from oscar_sync.execution.freshness import MAX_AGE_S, Newest
from oscar_sync.model.identity import ClusterId, ServiceName
from oscar_sync.wire.answers import Answer
from tests.support.services import service

ALPHA = ServiceName("alpha")


class Listing:
    """A cluster that counts how often its list is read."""

    def __init__(self):
        self.reads = 0

    def newest(self, clock):
        return Newest(ClusterId("edge"), "https://x", cast("Any", self), lambda: clock[0])

    def list_services(self):
        self.reads += 1
        return [service()]


@pytest.mark.parametrize(
    ("seconds", "reads"), [(0.0, 1), (3.9, 1), (MAX_AGE_S, 1), (4.1, 2), (5.0, 2), (3600.0, 2)]
)
def test_a_list_is_read_again_before_it_is_five_seconds_old(seconds, reads):
    api, clock = Listing(), [100.0]
    newest = api.newest(clock)
    assert newest.service(ALPHA)
    clock[0] += seconds
    assert newest.service(ALPHA)
    assert api.reads == reads
    assert MAX_AGE_S < 5


def test_the_age_of_a_list_counts_from_when_it_was_asked_for():
    clock = [100.0]

    class Slow(Listing):
        def list_services(self):
            clock[0] += 4.5
            return super().list_services()

    api = Slow()
    newest = api.newest(clock)
    newest.service(ALPHA)
    newest.service(ALPHA)
    assert api.reads == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("found in multiple namespaces", ": found in multiple namespaces"),
        ("", ""),
    ],
)
def test_a_get_by_name_that_fails_is_told_with_the_words_of_the_server(said, words):
    class Failing(Listing):
        def get_service(self, name):
            return Answer(500, said, shown=said)

    with pytest.raises(BadAnswerError) as problem:
        Failing().newest([100.0]).by_name(ALPHA)
    assert str(problem.value).endswith(f"GET of service alpha answered 500{words}")


@pytest.mark.parametrize(
    "answer", [Answer(500, "{}", json={"name": "alpha"}), Answer(200, "[]", json=[])]
)
def test_neither_an_error_nor_a_list_is_read_as_a_service(answer):
    class Strange(Listing):
        def get_service(self, name):
            return answer

    with pytest.raises(BadAnswerError, match="GET of service alpha answered"):
        Strange().newest([100.0]).by_name(ALPHA)
