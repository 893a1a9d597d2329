"""``oscar-sync service list``."""

from collections.abc import Sequence
from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.output import Output, outputs_of
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.tables import FORMATS, show
from oscar_sync.client.connection import Oscar
from oscar_sync.render.table import Row, Table
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.masking import masked_service
from oscar_sync.semantics.use import kind_of


@given.command("list", "oscar-sync service list", "oscar-sync service list -c edge -o json")
@given.one_cluster
@given.formats(*FORMATS)
def command(**options: Any) -> int:
    """List the services that I can see: my own, public ones, and those shared with me.

    KIND tells what starts a service: exposed (requests to its address), uploads (to its input
    folders) or calls (`service run`).
    """
    outputs = outputs_of(options["outputs"], FORMATS)
    return on_cluster(options, outputs, lambda oscar: _list(oscar, outputs))


def _list(oscar: Oscar, outputs: Sequence[Output]) -> None:
    listed = sorted(oscar.api.list_services(), key=lambda raw: str(raw.get("name")))
    rows = []
    for raw in listed:
        form = live_service(oscar.cluster.id, raw).form
        cells = (raw.get("name"), form.image, form.cpu, form.memory, kind_of(form))
        rows.append(Row((*map(str, cells), str(raw.get("owner") or "-"))))
    table = Table(("NAME", "IMAGE", "CPU", "MEMORY", "KIND", "OWNER"), tuple(rows), cut=1)
    show(outputs, table, [masked_service(raw) for raw in listed])
