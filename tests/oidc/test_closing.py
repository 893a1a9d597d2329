"""What a stranger can read of a bucket that a public service lets go of, with and without a word.

As record 229: nothing takes access away but a PUT to private while the service names the bucket.
"""

from collections import Counter
from typing import Any

import pytest

from tests.oidc.project import places
from tests.oidc.provider import uid_of

SERVICES = "/system/services"
OPEN: dict[str, dict[str, Any]] = {
    "public": {"visibility": "public"},
    "restricted": {"visibility": "restricted", "allowed_users": [uid_of("bob")]},
}
WHO = {"public": "everybody", "restricted": f"the user {uid_of('bob')}"}
CLOSES = "services: {plants: {close_access: true}}\n"
WAYS = ("removed", "update")


@pytest.fixture
def alice(project):
    project.environ.setenv("TOKEN", project.provider.token("alice"))
    project.settings("token: ${TOKEN}")
    project.http("bob", "GET", "/system/config")  # whoever is let in must have logged in once
    return project


def test_users_who_never_logged_in_are_said_to_be_shut_out_and_let_in_as_it_says(alice):
    open_to_dave = {"visibility": "restricted", "allowed_users": [uid_of("dave")]}
    alice.write("plants", output=places("red/out"), **open_to_dave)
    assert "once they have, apply with `visibility: private`" in alice.apply()
    alice.put("alice", "red", "out/precious")
    alice.http("dave", "GET", "/system/config")
    assert not alice.reads("dave")
    for change in ({"visibility": "private"}, open_to_dave):
        alice.write("plants", output=places("red/out"), **change)
        alice.apply("--allow", "attach:plants=red")
    assert alice.reads("dave")


def opened(alice, visibility):
    """Let plants open red, with an object in it."""
    alice.write("plants", output=places("red/out"), **OPEN[visibility])
    alice.apply()
    alice.put("alice", "red", "out/precious")
    assert alice.reads("bob")


def let_go(alice, way, visibility, more=""):
    """Write down that plants lets go of red."""
    removed = "removed: [plants]\n" if way == "removed" else ""
    alice.settings("token: ${TOKEN}", removed + more)
    if removed:
        (alice.folder / "plants.yaml").unlink()
    else:
        alice.write("plants", **OPEN[visibility])


@pytest.mark.parametrize("visibility", OPEN)
@pytest.mark.parametrize("way", WAYS)
def test_a_stranger_reads_on_unless_the_bucket_is_closed_and_the_plan_says_so(
    alice, way, visibility
):
    opened(alice, visibility)
    let_go(alice, way, visibility)
    [action] = alice.document()["actions"]
    assert any(f"red stays open to {WHO[visibility]}" in note for note in action["notes"])
    alice.apply()
    assert alice.reads("bob")


@pytest.mark.parametrize("visibility", OPEN)
@pytest.mark.parametrize("way", WAYS)
def test_a_stranger_reads_no_longer_once_the_bucket_was_closed(alice, way, visibility):
    opened(alice, visibility)
    let_go(alice, way, visibility, CLOSES)
    [action] = alice.document()["actions"]
    assert not any("stays open" in note for note in action["notes"])
    alice.writes()
    said = alice.apply()
    assert f"closes red to {WHO[visibility]}, while the service names it" in said
    ends = [("DELETE", f"{SERVICES}/plants")] if way == "removed" else []
    assert alice.writes() == [("PUT", SERVICES), ("PUT", SERVICES), *ends]
    assert not alice.reads("bob")
    assert alice.reads("alice")
    assert alice.is_quiet()


def test_a_bucket_that_stays_with_a_public_service_stays_open(alice):
    opened(alice, "public")
    alice.write("plants", output=places("red/out", "blue/out"), **OPEN["public"])
    alice.apply()
    alice.put("alice", "blue", "out/precious")
    alice.settings("token: ${TOKEN}", CLOSES)
    alice.write("plants", output=places("blue/out"), **OPEN["public"])
    alice.apply()
    assert (alice.reads("bob"), alice.reads("bob", "blue")) == (False, True)
    assert alice.is_quiet()


def test_an_entry_of_removed_closes_too_and_a_run_cut_short_goes_on(alice):
    opened(alice, "public")
    closed = {**alice.live("alice", "plants"), "visibility": "private"}
    closed.pop("token")
    assert alice.http("alice", "PUT", SERVICES, closed).status_code in (200, 204)
    (alice.folder / "plants.yaml").unlink()
    alice.settings("token: ${TOKEN}", "removed: [{service: plants, close_access: true}]\n")
    alice.apply()
    assert not alice.reads("bob")
    assert alice.live("alice", "plants") is None


def test_closing_costs_one_put_and_one_look(alice):
    def asked(more=""):
        opened(alice, "public")
        let_go(alice, "removed", "public", more)
        alice.emulator.forget_requests()
        alice.apply()
        found = Counter((method, path) for method, path, _ in alice.emulator.requests)
        assert alice.http("alice", "DELETE", "/system/buckets/red").status_code == 204
        alice.settings("token: ${TOKEN}")
        return found

    left, closed = asked(), asked(CLOSES)
    assert closed - left == {("PUT", SERVICES): 1, ("GET", f"{SERVICES}/plants"): 1}
    assert not left - closed
