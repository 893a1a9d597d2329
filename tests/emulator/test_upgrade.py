"""Another release over what is stored: nothing is migrated (oscar-server 11); names (6.4)."""

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.emulator.calling import SERVICES, Api, minimal


@pytest.fixture
def old():
    with Emulator(EmulatorOptions(oscar_version="4.0", admin=True)) as emulator:
        yield Api(emulator)


def test_what_4_0_stored_poisons_the_list_of_4_1(old):
    old.post(minimal("web"))
    old.emulator.upgrade("4.1")
    assert old.get("/system/info").json["version"] == "4.1.2"
    for path in (SERVICES, f"{SERVICES}/web"):
        got = old.get(path)
        assert (got.status, got.text) == (500, 'the FDL of the service "web" cannot be read')
    assert old.delete(f"{SERVICES}/web").status == 500


def test_what_is_made_after_the_upgrade_is_read(old):
    old.emulator.upgrade("4.1")
    assert old.post(minimal("web")).status == 201
    assert old.shown("web")["expose"]["cpu_threshold"] == 0
    old.emulator.upgrade("4.1.1")
    assert old.get(SERVICES).status == 200


def test_an_upgrade_is_an_admin_call(old):
    old.post(minimal("web"))
    assert old.call("POST", "/_emulator/upgrade", b"4.1\n").status == 204
    assert old.get(SERVICES).status == 500
    assert old.call("POST", "/_emulator/upgrade", b"5.0").status == 400
    old.emulator.reset()
    assert old.get("/system/info").json["version"] == "4.0.0"


def test_until_4_1_a_name_belongs_to_a_namespace(old):
    assert old.post(minimal("twin")).status == 201
    assert old.post(minimal("twin")).status == 409
    assert old.post(minimal("twin", namespace="default")).status == 201
    assert len(old.get(SERVICES).json) == 2
    text = 'service "twin" found in multiple namespaces'
    assert old.get(f"{SERVICES}/twin").text == text
    assert old.put(minimal("twin")).text == f"Error updating the service: {text}"
    assert old.delete(f"{SERVICES}/twin").text == text
    old.emulator.reset()
    old.emulator.upgrade("4.1")
    old.post(minimal("twin"))
    assert old.post(minimal("twin", namespace="default")).status == 400
