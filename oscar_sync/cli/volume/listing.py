"""``oscar-sync volume list``."""

from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.tables import FORMATS, show
from oscar_sync.client.connection import Oscar
from oscar_sync.client.values import Volume
from oscar_sync.render.table import Row, Table


@given.command("list", "oscar-sync volume list", "oscar-sync volume list -c edge -o json")
@given.one_cluster
@given.formats(*FORMATS)
def command(**options: Any) -> int:
    """List my managed volumes: their sizes, and the services that they were made for."""
    outputs = outputs_of(options["outputs"], FORMATS)

    def listing(oscar: Oscar) -> None:
        volumes = oscar.volumes()
        rows = tuple(
            Row((one.name, one.size or "-", one.phase or "-", one.made_by or "-"))
            for one in volumes
        )
        table = Table(("VOLUME", "SIZE", "STATE", "MADE FOR"), rows)
        show(outputs, table, [_document(one) for one in volumes])

    return on_cluster(options, outputs, listing)


def _document(volume: Volume) -> dict[str, object]:
    return {
        "name": volume.name,
        "size": volume.size,
        "state": volume.phase,
        "made_for": volume.made_by,
    }
