"""Who reads the buckets of an administrator's public service, and that plans say the same.

Its POST opens nothing; a PUT that adds a bucket or changes the visibility opens it to everybody
(create.go and update.go in pkg/handlers of grycap/oscar, from 3.6.4 to 4.1.2).
"""

import json
from typing import Any

import pytest
from minio.commonconfig import Tags

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.oidc.project import places

PUBLIC: dict[str, Any] = {"visibility": "public"}
EXPOSE = {"api_port": 80, "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}
OPENS = "would let everybody read, write and delete it"
IN: dict[str, Any] = {"input": places("red/in"), **PUBLIC}
OUT: dict[str, Any] = {"output": places("red/out"), **PUBLIC}
REMOVED = "removed: [{service: plants, close_access: true}]\n"


@pytest.fixture(scope="module", params=["4.1", "3.7"])
def emulator(request, served):
    options = EmulatorOptions(
        oidc_issuers=(served.issuer,), oidc_groups=("g1",), oscar_version=request.param
    )
    with Emulator(options) as running:
        yield running


@pytest.fixture
def admin(project, emulator):
    """Return the project of an administrator; bob has logged in once."""
    emulator.reset()
    project.emulator = emulator
    project.settings_of_admin()
    project.http("bob", "GET", "/system/config")
    return project


def fill(admin):
    """Put an object into red with the store's own keys."""
    admin.put("admin", "red", "out/precious")


def opens(admin, *args):
    """Return whether the plan says that everybody gains access to red."""
    plan = admin.document(*args)
    notes = [note for action in plan["actions"] for note in action["notes"]]
    return any(
        f"bucket red is private; the service's visibility public {OPENS}" in note for note in notes
    )


def test_a_post_opens_nothing_and_nothing_says_so(admin):
    admin.write("plants", **OUT)
    admin.apply()
    fill(admin)
    assert not admin.reads("bob")
    admin.write("plants", **PUBLIC)
    [action] = admin.document()["actions"]
    assert not any("open" in note or "public" in note for note in action["notes"])
    assert not any(item.get("is_public") for item in action["keeps"])
    admin.apply()
    assert not admin.reads("bob")
    assert "OSY615" not in admin.run("doctor")[1]


@pytest.mark.parametrize("change", ["attach", "visibility", "inputs", "replace"])
def test_a_put_that_opens_a_bucket_with_data_needs_the_word_and_says_so(admin, change):
    is_old = admin.emulator.options.oscar_version == "3.7"
    before: dict[str, Any] = {"attach": {}, "visibility": {"output": OUT["output"]}}.get(change, IN)
    after: dict[str, Any] = {
        "attach": OUT,
        "visibility": OUT,
        "inputs": {**IN, "memory": "1Gi"},
        "replace": {**IN, "expose": EXPOSE},
    }[change]
    if change == "attach":
        admin.http("admin", "POST", "/system/buckets", {"bucket_name": "red"})
    admin.write("plants", **before)
    admin.apply()
    fill(admin)
    assert not admin.reads("bob")
    admin.write("plants", **after)
    does_open = change != "inputs" or is_old
    words = ["--allow", "replace:plants"] if change == "replace" else []
    blocked = admin.document(*words)["blocked"]
    assert [item["code"] for item in blocked] == ["foreign-bucket"] * does_open
    words += ["--allow", "attach:plants=red"]
    assert opens(admin, *words) is does_open
    admin.apply(*words)
    assert admin.reads("bob") is does_open
    assert admin.is_quiet()


def applied(admin):
    admin.apply()


def posted_by_another_client(admin):
    body = {"name": "plants", "image": "ghcr.io/x/i:1", "script": "echo\necho", **IN}
    assert admin.http("admin", "POST", "/system/services", body).status_code == 201


@pytest.mark.parametrize(
    ("command", "prepare"), [("adopt", posted_by_another_client), ("forget", applied)]
)
def test_a_mark_that_is_written_in_two_puts_opens_buckets_as_an_update_does(
    admin, command, prepare
):
    is_old = admin.emulator.options.oscar_version == "3.7"
    admin.write("plants", **IN)
    prepare(admin)
    fill(admin)
    code, said, _ = admin.run(command, "--yes", "plants")
    assert code == (7 if is_old else 0)
    assert (OPENS in " ".join(said.split())) is is_old
    assert not admin.reads("bob")
    assert admin.run(command, "--yes", "plants", "--allow", "attach:plants=red")[0] == 0
    assert admin.reads("bob") is is_old


@pytest.mark.parametrize("way", ["removed", "update"])
def test_what_a_put_opened_is_closed_by_a_put_to_private_while_it_is_named(admin, way):
    admin.write("plants", **PUBLIC)
    admin.apply()
    admin.write("plants", **OUT)
    admin.apply()
    fill(admin)
    assert admin.reads("bob")
    if way == "removed":
        (admin.folder / "plants.yaml").unlink()
        admin.settings_of_admin("removed: [{service: plants, close_access: true}]\n")
    else:
        admin.write("plants", **PUBLIC)
        admin.settings_of_admin("services: {plants: {close_access: true}}\n")
    assert "closes red to everybody, while the service names it" in admin.apply()
    assert not admin.reads("bob")
    assert admin.is_quiet()


def test_what_stays_open_is_found_by_doctor_and_closed_by_its_command(admin):
    admin.write("plants", **PUBLIC)
    admin.apply()
    admin.write("plants", **OUT)
    admin.apply()
    fill(admin)
    admin.write("plants", **PUBLIC)
    assert "red stays open to everybody" in admin.apply()
    assert admin.reads("bob")
    found = " ".join(admin.run("doctor")[1].split())
    assert "OSY615" in found
    body = '{"bucket_name": "red", "visibility": "private"}'
    assert body in found
    assert "mc tag set edge/red owner=oscar" in found
    assert admin.http("admin", "PUT", "/system/buckets", json.loads(body)).status_code == 500
    assert admin.reads("bob")
    admin.store("admin").set_bucket_tags("red", tags(owner="oscar"))
    answer = admin.http("admin", "PUT", "/system/buckets", json.loads(body))
    assert "specified user does not exist" in answer.text
    assert "OSCAR answers 500 (the specified user does not exist), and closes it" in found
    assert not admin.reads("bob")
    assert "OSY615" not in admin.run("doctor")[1]


def tags(**values):
    found = Tags.new_bucket_tags()
    found.update(values)
    return found
