"""A service whose name another user has taken as well: no request by name works (record 211)."""

from typing import Any

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.oidc.project import places

COMMANDS = {
    "remove": ["remove", "plants"],
    "removed": ["apply"],
    "update": ["apply"],
    "replace": ["apply", "--allow", "replace:plants"],
    "forget": ["forget", "plants"],
}


@pytest.fixture(scope="module")
def emulator(served):
    options = EmulatorOptions(
        oidc_issuers=(served.issuer,), oidc_groups=("g1",), oscar_version="4.0"
    )
    with Emulator(options) as running:
        yield running


@pytest.fixture
def alice(project, emulator):
    emulator.reset()
    project.emulator = emulator
    project.environ.setenv("TOKEN", project.provider.token("alice"))
    project.settings("token: ${TOKEN}")
    project.write("plants", output=places("red/out"))
    project.apply()
    return project


def change(alice, what):
    """Write down what *what* does to plants."""
    if what in {"remove", "removed"}:
        (alice.folder / "plants.yaml").unlink()
        entry = "removed: [plants]\n" if what == "removed" else ""
        alice.settings("token: ${TOKEN}", entry)
    changes: dict[str, dict[str, Any]] = {
        "update": {"memory": "1Gi"},
        "replace": {"volume": {"size": "1Gi", "mount_path": "/data"}},
    }
    if what in changes:
        alice.write("plants", output=places("red/out"), **changes[what])


@pytest.mark.parametrize("what", COMMANDS)
def test_nothing_is_planned_for_it_and_the_reason_says_what_can_be_done(alice, what):
    alice.post("bob", "plants")
    change(alice, what)
    alice.writes()
    command, *rest = COMMANDS[what]
    code, said, _ = alice.run(command, "--yes", *rest)
    said = " ".join(said.split())
    assert code == 7, said
    assert "name-not-unique" in said
    assert "another user has a service called plants" in said
    assert alice.writes() == []


def test_a_name_that_two_others_have_is_not_taken_by_a_third(alice):
    alice.post("bob", "trees")
    alice.post("dave", "trees")
    alice.write("trees")
    [held] = alice.document()["blocked"]
    assert held["code"] == "name-not-unique"


def test_one_get_is_made_for_a_service_that_has_a_step_and_none_for_others(alice):
    alice.write("trees")
    alice.apply()
    change(alice, "update")
    alice.emulator.forget_requests()
    assert len(alice.document()["actions"]) == 1
    asked = [path for _, path, _ in alice.emulator.requests if path.startswith("/system/services/")]
    assert asked == ["/system/services/plants"]


def test_doctor_tells_the_owner_and_how_the_service_is_kept(alice):
    assert "OSY403" not in alice.run("doctor")[1]
    alice.post("bob", "plants")
    said = " ".join(alice.run("doctor")[1].split())
    assert "OSY403 service plants: another user has a service of this name" in said
    assert "delete configmap,ksvc plants" in said
