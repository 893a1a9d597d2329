"""When an access token is fetched anew, and who waits for whom."""

import threading

import pytest

from oscar_sync.model.secret import Secret
from oscar_sync.wire.failures import UnusableLoginError
from oscar_sync.wire.oidc_claims import Claims, claims_of
from oscar_sync.wire.token_source import Fetched, TokenSource
from oscar_sync.wire.warm_up import WarmUp
from tests.machine import PATIENCE_S


class Counter:
    """Fetches tokens that are numbered, of a given life."""

    def __init__(self, lifetime_s):
        self.lifetime_s = lifetime_s
        self.wanted = []
        self.now = 1000.0

    def __call__(self, wanted_s):
        self.wanted.append(wanted_s)
        return Fetched(Secret(f"token-{len(self.wanted)}"), self.lifetime_s)

    def source(self):
        return TokenSource(self, lambda: self.now)


@pytest.mark.parametrize(
    ("lifetime_s", "after_s", "fetches"),
    [
        (3600, 3539, 1),
        (3600, 3541, 2),
        (100, 39, 1),
        (100, 51, 2),
        (30, 14, 1),
        (30, 16, 2),
        (None, 10**6, 1),
        (-5, 0, 2),
    ],
)
def test_a_token_is_fetched_anew_a_minute_or_half_its_life_before_its_end(
    lifetime_s, after_s, fetches
):
    counter = Counter(lifetime_s)
    source = counter.source()
    source.token()
    counter.now += after_s
    source.token()
    assert len(counter.wanted) == fetches


def test_a_refused_token_is_replaced_by_one_that_holds_longer():
    counter = Counter(600)
    source = counter.source()
    first = source.token()
    counter.now += 100
    assert source.renewed(first) == Secret("token-2")
    assert counter.wanted == [60.0, 560.0]


def test_a_token_refused_before_another_thread_renewed_it_is_not_renewed_twice():
    source = (counter := Counter(600)).source()
    first = source.token()
    second = source.renewed(first)
    assert source.renewed(first) == second
    assert len(counter.wanted) == 2


def test_a_failed_fetch_leaves_nothing_behind():
    counter = Counter(600)

    def fetch(wanted_s):
        if not counter.wanted:
            counter.wanted.append(wanted_s)
            raise UnusableLoginError("not now")
        return counter(wanted_s)

    source = TokenSource(fetch, lambda: 0.0)
    with pytest.raises(UnusableLoginError):
        source.token()
    assert source.token() == Secret("token-2")


def test_the_first_request_with_a_new_token_goes_alone_and_the_others_together():
    door, log, guard = WarmUp(), [], threading.Lock()
    inside, first_may_go, together = threading.Event(), threading.Event(), threading.Barrier(3)

    def first():
        with door.passing(Secret("new")):
            inside.set()
            first_may_go.wait(PATIENCE_S)
            with guard:
                log.append("first done")

    def other():
        with door.passing(Secret("new")):
            with guard:
                log.append("other in")
            together.wait(PATIENCE_S)

    threads = [threading.Thread(target=first), *(threading.Thread(target=other) for _ in range(3))]
    threads[0].start()
    inside.wait(PATIENCE_S)
    for thread in threads[1:]:
        thread.start()
    first_may_go.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert log == ["first done", "other in", "other in", "other in"]


def test_a_new_token_waits_for_the_requests_under_way():
    door, done = WarmUp(), []
    inside, may_go = threading.Event(), threading.Event()
    with door.passing(Secret("old")):
        pass

    def old():
        with door.passing(Secret("old")):
            inside.set()
            may_go.wait(PATIENCE_S)
            done.append("old")

    def new():
        with door.passing(Secret("new")):
            done.append("new")

    threads = [threading.Thread(target=old), threading.Thread(target=new)]
    threads[0].start()
    inside.wait(PATIENCE_S)
    threads[1].start()
    may_go.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert done == ["old", "new"]


def test_a_request_that_fails_opens_the_door_again():
    door = WarmUp()
    with pytest.raises(KeyError), door.passing(Secret("a")):
        raise KeyError
    with door.passing(Secret("b")):
        pass
    with door.passing(Secret("b")), door.passing(Secret("b")):
        pass


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "a.e30.c", "a.W10.c", "a.bnVsbA.c"])
def test_a_token_that_says_nothing_has_no_claims(token):
    assert claims_of(Secret(token)) == Claims()
