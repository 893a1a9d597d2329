"""``oscar-sync cluster info``."""

from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.fields import Fields, show_one
from oscar_sync.cli.tables import FORMATS
from oscar_sync.client.connection import Oscar
from oscar_sync.render.words import size
from oscar_sync.semantics.shapes import list_of, mapping_of


@given.command("info", "oscar-sync cluster info", "oscar-sync cluster info -c edge -o json")
@given.one_cluster
@given.formats(*FORMATS)
def command(**options: Any) -> int:
    """Show what a cluster says of itself: release, configuration and nodes.

    Keys of the object store are left out. JSON and YAML have all that the cluster says, among it
    what is free; counts of jobs and buckets are for administrators.
    """
    return show_one(options, _said, _shown)


def _said(oscar: Oscar) -> Fields:
    return {**oscar.info().data, **oscar.configuration(), "status": oscar.status()}


def _shown(document: Fields) -> Fields:
    said = {name: value for name, value in document.items() if name not in {"config", "status"}}
    status = mapping_of(mapping_of(document["status"]).get("cluster"))
    nodes = {
        str(node.get("name")): f"{node.get('status')}, {_of_node(node)}"
        for node in map(mapping_of, list_of(status.get("nodes")))
    }
    return {**said, **mapping_of(document.get("config")), "node": nodes}


def _of_node(node: Fields) -> str:
    cores = mapping_of(node.get("cpu")).get("capacity_cores")
    memory = mapping_of(node.get("memory")).get("capacity_bytes")
    return f"{_number(cores) / 1000:g} cores, {size(_number(memory))}"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
