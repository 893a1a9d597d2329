"""``oscar-sync cluster info``."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from oscar_sync.cli import options as given
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.tables import show_fields
from oscar_sync.client.connection import Oscar
from oscar_sync.model.exits import Exit
from oscar_sync.render.words import size
from oscar_sync.semantics.shapes import mapping_of

FORMATS: Final = ("table", "json", "yaml")


@given.command("info", "oscar-sync cluster info", "oscar-sync cluster info -c edge -o json")
@given.one_cluster
@given.formats(*FORMATS)
def command(**options: Any) -> int:
    """Show what a cluster says of itself: release, configuration and nodes.

    Keys of the object store are left out. JSON and YAML have all that the cluster says, among it
    what is free; counts of jobs and buckets are for administrators.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def show_cluster(oscar: Oscar) -> Exit:
        document = {**oscar.info().data, **oscar.configuration(), "status": oscar.status()}
        show_fields(outputs, document, _shown(document))
        return Exit.OK

    return on_cluster(options, outputs, show_cluster)


def _shown(document: Mapping[str, Any]) -> Mapping[str, object]:
    said = {name: value for name, value in document.items() if name not in {"config", "status"}}
    status = mapping_of(mapping_of(document["status"]).get("cluster"))
    nodes = {
        str(node.get("name")): f"{node.get('status')}, {_of_node(node)}"
        for node in map(mapping_of, _listed(status.get("nodes")))
    }
    return {**said, **mapping_of(document.get("config")), "node": nodes}


def _of_node(node: Mapping[str, Any]) -> str:
    cores = mapping_of(node.get("cpu")).get("capacity_cores")
    memory = mapping_of(node.get("memory")).get("capacity_bytes")
    return f"{_number(cores) / 1000:g} cores, {size(_number(memory))}"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
