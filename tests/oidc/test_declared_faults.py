"""A declared bucket or volume whose write fails or is overtaken: what is reported and is there."""

import json

import pytest

from oscar_sync.client import connect
from oscar_sync.errors import BadAnswerError
from oscar_sync.model.action import ActionKind
from oscar_sync.model.report import Status
from oscar_sync.semantics.bucket_marks import APPLIED, access_mark
from tests.behaviour.execution.carried import answering, carried_out, meanwhile, sent
from tests.emulator.calling import SERVICES, minio
from tests.oidc.provider import uid_of
from tests.property.proxy import no_fault
from tests.property.world import running_world

BUCKETS, VOLUMES = "/system/buckets", "/system/volumes"
SHARED = {"visibility": "restricted", "allowed_users": [uid_of("bob")]}
PUBLIC = {"visibility": "public"}


@pytest.fixture(scope="module")
def _users(served):
    with running_world(oidc_issuers=(served.issuer,), oidc_groups=("g1",)) as world:
        yield world


@pytest.fixture
def ask(_users, provider):
    """Return what sends the request of a user."""

    def asked(name, method, path, body=None):
        return _users.api.call(method, path, body, auth=f"Bearer {provider.token(name)}")

    return asked


@pytest.fixture
def alice(_users, provider, ask):
    """Return a world whose files log in as a user: administrators give no access."""
    world = _users
    world.reset()
    world.environ["TOKEN"] = provider.token("alice")
    world.entry = {"token": "${TOKEN}", "auth_user": None, "auth_password": None}
    for name in ("alice", "bob"):
        assert ask(name, "GET", "/system/config").status == 200
    return world


def declare(world, **red):
    world.write()
    world.write_settings(buckets={"red": red})


def made(world, **red):
    declare(world, **red)
    assert carried_out(world).status is Status.DONE


def visibility(ask):
    (bucket,) = ask("alice", "GET", BUCKETS).json
    return bucket["visibility"]


def listing(*, after=0, **fields):
    """Return a rewriter: lists of buckets, but the first *after*, show other *fields* of each."""
    seen = []

    def rewrite(path, answer):
        if path != BUCKETS or not answer.startswith(b"["):
            return answer
        seen.append(path)
        more = fields if len(seen) > after else {}
        return json.dumps([row | more for row in json.loads(answer)]).encode()

    return rewrite


def on_first_look(act):
    return meanwhile("GET", "buckets", act)


def test_a_bucket_that_somebody_made_since_the_plan_is_not_written_to(alice, ask):
    declare(alice, **SHARED)
    body = {"bucket_name": "red", "visibility": "private"}
    result = carried_out(alice, fault=on_first_look(lambda: ask("alice", "POST", BUCKETS, body)))
    assert (result.status, result.message) == (Status.STALE, "it exists now")
    assert not alice.oscar.writes


def test_a_bucket_that_is_gone_since_the_plan_is_not_made_again(alice, ask):
    made(alice)
    declare(alice, **PUBLIC)
    gone = on_first_look(lambda: ask("alice", "DELETE", f"{BUCKETS}/red"))
    result = carried_out(alice, fault=gone)
    assert (result.status, result.message) == (Status.STALE, "it is gone")
    assert not alice.buckets()


def test_a_bucket_whose_access_changed_since_the_plan_keeps_it(alice, ask):
    made(alice)
    declare(alice, **PUBLIC)
    body = {"bucket_name": "red", **SHARED}
    result = carried_out(alice, fault=on_first_look(lambda: ask("alice", "PUT", BUCKETS, body)))
    assert result.status is Status.STALE
    assert "changed since the plan" in result.message
    assert visibility(ask) == "restricted"


@pytest.mark.parametrize(("kind", "words"), [("403", "403"), ("reset", "it is not there")])
def test_a_bucket_that_was_not_made_is_a_failure_in_words(alice, kind, words):
    declare(alice)
    result = carried_out(alice, fault=answering("POST", "buckets", kind))
    assert result.status is Status.FAILED
    assert words in result.message
    assert not alice.buckets()
    assert carried_out(alice).status is Status.DONE


def test_a_bucket_that_shows_late_after_an_answer_that_was_lost_is_waited_for(alice, ask):
    declare(alice)
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            ask("alice", "POST", BUCKETS, {"bucket_name": "red", "visibility": "private"})

    result = carried_out(alice, fault=answering("POST", "buckets", "reset"), sleep=sleep)
    assert (result.status, len(waits)) == (Status.DONE, 3)
    assert result.warnings == ("no answer came; verified: the change is in place",)
    assert sent(alice, "POST", "buckets") == 1


def test_access_that_shows_late_after_an_answer_that_was_lost_is_waited_for(alice, ask):
    made(alice)
    declare(alice, **SHARED)
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            ask("alice", "PUT", BUCKETS, {"bucket_name": "red", **SHARED})

    result = carried_out(alice, fault=answering("PUT", "buckets", "reset"), sleep=sleep)
    assert (result.status, len(waits)) == (Status.DONE, 3)
    assert sent(alice, "PUT", "buckets") == 1


def test_access_that_is_refused_leaves_what_was(alice, ask):
    made(alice)
    declare(alice, **PUBLIC)
    assert carried_out(alice, fault=answering("PUT", "buckets", "403")).status is Status.FAILED
    assert visibility(ask) == "private"


def test_access_that_was_accepted_and_does_not_show_is_not_verified(alice):
    made(alice)
    declare(alice, **PUBLIC)
    result = carried_out(alice, rewrite=listing(visibility="private"))
    assert result.status is Status.NOT_VERIFIED
    assert "red is private still" in result.message


def test_a_bucket_that_is_gone_once_it_was_given_access_is_not_verified(alice, ask):
    made(alice)
    declare(alice, **PUBLIC)
    gone = meanwhile("GET", "buckets", lambda: ask("alice", "DELETE", f"{BUCKETS}/red"), at=2)
    result = carried_out(alice, fault=gone)
    assert result.status is Status.NOT_VERIFIED
    assert "not listed any more" in result.message


def test_a_bucket_is_there_whose_mark_the_store_refuses_and_the_next_run_marks_it(alice):
    declare(alice)
    result = carried_out(alice, store_fault=lambda *_: "403")
    assert result.status is Status.DONE
    assert "is not marked as managed by this set" in result.warnings[0]
    (adopted,) = alice.plan().draft.plan.actions
    assert adopted.kind is ActionKind.ADOPT_BUCKET
    assert carried_out(alice, store_fault=lambda *_: "403").status is not Status.DONE
    assert carried_out(alice).status is Status.DONE
    assert not alice.plan().draft.plan.actions


def test_a_mark_that_does_not_show_is_not_verified(alice):
    declare(alice)
    result = carried_out(alice, rewrite=listing(metadata={}))
    assert result.status is Status.NOT_VERIFIED
    assert "does not show its mark" in result.message


def test_a_bucket_that_is_opened_to_be_closed_is_marked_as_open_until_it_is_closed(alice, ask):
    """Its name was public, and looked private as a service used it: OSCAR shows neither (229)."""
    assert ask("alice", "POST", BUCKETS, {"bucket_name": "red", **PUBLIC}).status == 201
    body = {"name": "gone", "image": "x/y:1", "script": "s"}
    ask("alice", "POST", SERVICES, body)
    ask("alice", "PUT", SERVICES, {**body, "output": minio("red/out")})
    ask("alice", "PUT", SERVICES, body)
    ask("alice", "DELETE", f"{SERVICES}/gone")
    ask("alice", "DELETE", f"{BUCKETS}/red")
    declare(alice)
    for fault, applied in ((answering("PUT", "buckets", "403"), "public"), (no_fault, "private")):
        carried_out(alice, fault=fault)
        (bucket,) = ask("alice", "GET", BUCKETS).json
        assert bucket["visibility"] == applied
        assert bucket["metadata"][APPLIED] == access_mark(applied, ())


def test_access_whose_first_of_two_steps_is_refused_is_not_given_by_the_second(alice, ask):
    made(alice)
    for users in ([uid_of("alice")], []):
        body = {"bucket_name": "red", "visibility": "restricted", "allowed_users": users}
        assert ask("alice", "PUT", BUCKETS, body).status == 204
    declare(alice, **PUBLIC)
    assert carried_out(alice, fault=answering("PUT", "buckets", "403")).status is Status.FAILED
    assert sent(alice, "PUT", "buckets") == 1
    assert visibility(ask) == "restricted"


@pytest.mark.parametrize(
    ("wanted", "shown", "words"),
    [
        (PUBLIC, {"visibility": "private"}, "is not public: .* the bucket is still private"),
        (SHARED, {**SHARED, "allowed_users": ["eve"]}, "is shared with eve"),
        (SHARED, {**SHARED, "allowed_users": []}, "is shared with nobody"),
        (PUBLIC, {"bucket_name": "another"}, "and there is no bucket red"),
    ],
)
def test_a_client_takes_access_for_given_only_once_it_shows(alice, provider, wanted, shown, words):
    made(alice)
    alice.oscar.rewrite = listing(after=1, **shown)
    with (
        connect(alice.oscar.url, token=provider.token("alice"), environ={}) as oscar,
        pytest.raises(BadAnswerError, match=words),
    ):
        oscar.share_bucket("red", wanted["visibility"], wanted.get("allowed_users", ()))


def volume(world, **settings):
    world.write()
    world.write_settings(**settings)


def test_a_volume_that_somebody_made_since_the_plan_is_not_written_to(alice, ask):
    volume(alice, volumes={"disk": {"size": "1Gi"}})
    body = {"name": "disk", "size": "2Gi"}
    make = meanwhile("GET", "volumes", lambda: ask("alice", "POST", VOLUMES, body))
    result = carried_out(alice, fault=make)
    assert (result.status, result.message) == (Status.STALE, "it exists now")
    assert not alice.oscar.writes


@pytest.fixture
def going(alice, ask):
    """Return a world with a volume that is to be deleted."""
    assert ask("alice", "POST", VOLUMES, {"name": "disk", "size": "1Gi"}).status == 201
    volume(alice, removed=[{"volume": "disk", "erase": True}])
    return alice


def test_a_volume_that_a_service_uses_since_the_plan_stays(going, ask):
    body = {"name": "alpha", "image": "x/y:1", "script": "s",
            "volume": {"name": "disk", "mount_path": "/d"}}  # fmt: skip
    use = meanwhile("GET", "volumes", lambda: ask("alice", "POST", "/system/services", body))
    result = carried_out(going, fault=use)
    assert result.status is Status.STALE
    assert "volume disk is used by alpha; it stays" in result.message
    assert not going.oscar.writes


def test_a_volume_that_is_gone_since_the_plan_is_deleted(going, ask):
    gone = meanwhile("GET", "volumes", lambda: ask("alice", "DELETE", f"{VOLUMES}/disk"))
    assert carried_out(going, fault=gone).status is Status.DONE
    assert not going.oscar.writes


def test_a_volume_that_a_pod_still_uses_is_left_to_the_cluster_with_a_warning(going):
    seen = []

    def held(path, answer):
        if path != VOLUMES or not answer.startswith((b"[", b"{")):
            return answer
        seen.append(answer)
        return seen[0] if len(seen) == 1 else seen[0].replace(b'"ready"', b'"deleting"')

    result = carried_out(going, rewrite=held)
    assert result.status is Status.DONE
    assert result.warnings == ("volume disk is deleted as soon as no pod uses it",)


def test_a_volume_of_another_size_than_was_planned_stays(going, ask):
    def again():
        ask("alice", "DELETE", f"{VOLUMES}/disk")
        ask("alice", "POST", VOLUMES, {"name": "disk", "size": "2Gi"})

    result = carried_out(going, fault=meanwhile("GET", "volumes", again))
    assert result.status is Status.STALE
    assert "volume disk has 2Gi now, not 1Gi; it stays" in result.message
    assert not going.oscar.writes
