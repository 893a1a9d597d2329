"""The client's federation calls against two emulated clusters."""

import pytest

from oscar_sync.client import Client, connect
from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.client.conftest import definition

TOKEN = {"secrets": {"refresh_token": "fresh"}}
BARE: dict[str, list[object]] = {"input": [], "output": []}


@pytest.fixture
def far(oscar_emulator):
    """The client of a second cluster, which takes the same log-in."""
    options = EmulatorOptions(user=oscar_emulator.user, password=oscar_emulator.password)
    with Emulator(options) as emulator:
        made = Client(
            {
                "cluster_id": "far",
                "endpoint": emulator.url,
                "user": emulator.user,
                "password": emulator.password,
                "ssl": "True",
            }
        )
        yield made
        made.close()


def test_a_removal_writes_nothing_to_the_members(oscar_emulator, client, far):
    """OSCAR would write the service of that name there, whoever's it is by now."""
    body = definition("gray", cluster_id="edge", environment=TOKEN)
    member = {"type": "oscar", "cluster_id": "far", "service_name": "copy"}
    clusters = {"far": {"endpoint": far.endpoint, "ssl_verify": False}}
    federation = {"topology": "star", "members": [member]}
    client.create_service({**body, "federation": federation, "clusters": clusters})
    far.remove_service("copy")
    far.create_service(definition("copy", **BARE))
    before = far.get_service("copy").json()
    with connect(
        oscar_emulator.url, user=oscar_emulator.user, password=oscar_emulator.password
    ) as oscar:
        oscar.remove("gray")
        assert oscar.service("gray") is None
    assert far.get_service("copy").json() == before


def test_members_are_added_updated_and_removed(client, far):
    client.create_service(definition("gray", cluster_id="edge", environment=TOKEN, **BARE))
    far.create_service(definition("copy", **BARE))
    assert client.get_federation("gray").json() == {"topology": "none", "members": None}

    clusters = {"far": {"endpoint": far.endpoint, "ssl_verify": False}}
    member = {"type": "oscar", "cluster_id": "far", "service_name": "copy"}
    added = client.add_federation_members("gray", [member], clusters).json()["members"]
    assert [one["service_name"] for one in added] == ["copy"]
    assert far.get_service("copy").json()["annotations"]["oscar.grycap/origin-service"] == "gray"

    first = member | {"priority": 2}
    client.update_federation_members("gray", [member], [first])
    assert client.get_federation("gray").json()["members"][0]["priority"] == 2

    missing = client.add_federation_members("gray", [member | {"service_name": "none"}])
    assert missing.text.startswith("Updated with federation warnings: [")

    both = [member, member | {"service_name": "none"}]
    assert client.remove_federation_members("gray", both).json()["members"] is None
    assert far.get_service("copy").status_code == 200
