"""Each kind of fault at each kind of request: no traceback, no loss, the right code, and an end."""

import pytest

from tests.property.witness import check_deletes, check_nothing_lost
from tests.support.answers import DONE, REFUSALS, SERVICES, UNDONE, full, service
from tests.support.services import minio


def create(world, apply):
    world.write(full())


def attach(world, apply):
    world.api.post({"bucket_name": "red"}, "/system/buckets")
    world.put("red", "in/kept", b"x")
    world.write(full())


def update(world, apply):
    world.write(full())
    assert apply()[0] == 0
    world.put("blue", "kept", b"x")
    world.write(full(memory="1Gi"))


def move(world, apply):
    """An update with work on the store: the input moves, an output bucket is let go."""
    update(world, apply)
    world.write(service(input=minio("red/in2"), output=minio("green/out")))


def remove(world, apply):
    world.write(full(), service("beta"))
    assert apply()[0] == 0
    world.put("red", "kept", b"x")
    world.put("blue", "kept", b"x")
    world.write(service("beta"))
    world.write_settings(removed=["alpha"])


def strike(world, apply, prepare, *faults):
    """Prepare, install *faults*, apply; return the exit code and what was said."""
    prepare(world, apply)
    before = world.objects()
    world.forget()
    for fault in faults:
        world.emulator.fault(fault)
    code, text = apply()
    world.emulator.clear_faults()
    check_nothing_lost(before, world.objects())
    check_deletes(world)
    return code, text


def settle(world, apply, run):
    """The second apply mends what the first left, and the third plan is empty."""
    before = world.objects()
    code, text = apply()
    assert code == 0, text
    check_nothing_lost(before, world.objects())
    code, text = run("plan", "--detailed-exitcode")
    assert code == 0, text


WRITES = (
    (create, "POST"),
    (attach, "POST"),
    (attach, "PUT"),
    (update, "PUT"),
    (move, "PUT"),
    (remove, "PUT"),
    (remove, "DELETE"),
)


@pytest.mark.parametrize("kind", [*REFUSALS, *UNDONE, *DONE])
@pytest.mark.parametrize(("prepare", "method"), WRITES)
def test_a_write_that_fails_once_loses_nothing_and_is_mended(  # noqa: PLR0917 - what strikes what
    world, apply, run, prepare, method, kind
):
    path = f"{SERVICES}/alpha" if method == "DELETE" else SERVICES
    code, text = strike(world, apply, prepare, f"{method} {path}#1:{kind}")
    # What made nothing is sent again, a POST too (trust 3.6).
    assert code == (4 if kind in REFUSALS else 0), text
    settle(world, apply, run)


@pytest.mark.parametrize("kind", ["500-after", "after", "reset"])
def test_a_write_answered_by_an_error_and_read_back_is_done_with_a_warning(world, apply, kind):
    code, text = strike(world, apply, update, f"PUT {SERVICES}:{kind}")
    assert code == 0
    assert "verified: the change is in place" in text


@pytest.mark.parametrize("kind", [*REFUSALS, *UNDONE, "500-after", "truncate", "reset"])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("prepare", [create, attach, remove])
def test_a_read_by_name_that_fails_once_loses_nothing_and_is_mended(  # noqa: PLR0917 - what strikes what
    world, apply, run, prepare, nth, kind
):
    code, text = strike(world, apply, prepare, f"GET {SERVICES}/alpha#{nth}:{kind}")
    assert code in {0, 4, 5, 6, 7, 9}, text
    settle(world, apply, run)


@pytest.mark.parametrize("kind", [*REFUSALS, "500-before", "truncate"])
@pytest.mark.parametrize("path", ["/system/info", "/system/config", SERVICES, "/system/buckets"])
def test_a_cluster_that_cannot_be_read_is_no_empty_one(world, apply, run, path, kind):
    code, text = strike(world, apply, remove, f"GET {path}:{kind}")
    assert code == 6, text
    assert not world.oscar.writes
    settle(world, apply, run)


@pytest.mark.parametrize("kind", ["refuse", "reset", "truncate"])
def test_a_read_that_passes_is_asked_again(world, apply, kind):
    code, text = strike(world, apply, create, f"GET {SERVICES}#1:{kind}")
    assert code == 0, text


@pytest.mark.parametrize("prune", [True, False])
def test_a_truncated_list_removes_nothing_and_creates_nothing(world, apply, run, prune):
    update(world, apply)
    world.write(service("beta"))
    world.write_settings(prune=prune)
    world.emulator.fault(f"GET {SERVICES}:truncate")
    world.forget()
    code, text = apply()
    assert code == 6, text
    assert not world.oscar.writes
    assert "NOT PLANNED" in text.upper() or "UNREACHABLE" in text.upper()


def test_a_write_after_the_plan_stops_that_step_alone(world, apply, run):
    world.write(full(), service("beta"))
    assert apply()[0] == 0
    world.write(full(memory="1Gi"), service("beta", memory="1Gi"))
    world.forget()
    world.emulator.fault(f'GET {SERVICES}#2:meanwhile=alpha:cpu="3"')
    code, text = apply()
    assert code == 5, text
    assert [seen.sent["name"] for seen in world.oscar.writes] == ["beta"]
    world.emulator.clear_faults()
    settle(world, apply, run)


def test_a_service_that_names_a_bucket_again_is_not_deleted(world, apply, run):
    remove(world, apply)
    before = world.objects()
    reads = []

    def someone_writes(method, path, query):
        if method == "GET" and path == f"{SERVICES}/alpha":
            reads.append(path)
            if len(reads) == 3:
                world.api.put({**world.live("alpha"), "output": minio("red/out")}, SERVICES)
        return ""

    world.oscar.fault = someone_writes
    world.forget()
    code, text = apply()
    assert code == 5, text
    assert not [seen for seen in world.oscar.writes if seen.method == "DELETE"]
    check_nothing_lost(before, world.objects())
    settle(world, apply, run)


def test_a_put_of_secrets_alone_that_never_arrives_is_a_failure(world, apply, run):
    world.write(service(environment={"secrets": {"TOKEN": "one"}}))
    assert apply()[0] == 0
    world.write(service(environment={"secrets": {"TOKEN": "two"}}))
    code, text = strike(world, apply, lambda *_: None, f"PUT {SERVICES}:500-before")
    assert code == 4, text
    settle(world, apply, run)


def test_a_put_of_secrets_without_a_stamp_needs_a_good_answer(world, apply, run):
    world.write(service(environment={"secrets": {"TOKEN": "one"}}))
    world.write_settings(set=None)
    assert apply()[0] == 0
    world.write(service(environment={"secrets": {"OTHER": "two"}}))
    code, text = strike(world, apply, lambda *_: None, f"PUT {SERVICES}:500-before")
    assert code == 4, text
    settle(world, apply, run)


@pytest.mark.parametrize("kind", ["reset", "reset-after", "503", "403"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("prepare", [attach, move, remove])
def test_a_store_in_trouble_loses_nothing_and_is_mended(  # noqa: PLR0917 - what strikes what
    world, apply, run, prepare, nth, kind
):
    prepare(world, apply)
    before = world.objects()
    count = []

    def fault(method, path, query):
        count.append(path)
        return kind if len(count) >= nth else ""

    world.s3.fault = fault
    code, text = apply()
    world.s3.fault = lambda *_: ""
    assert code in {0, 4, 7, 9}, text
    check_nothing_lost(before, world.objects())
    if code != 0 or "notifications not checked" not in text:
        settle(world, apply, run)
