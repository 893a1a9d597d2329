"""``oscar-sync metrics``."""

from collections.abc import Mapping
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster, service_of
from oscar_sync.cli.tables import show_fields
from oscar_sync.client.connection import Oscar
from oscar_sync.model.exits import Exit
from oscar_sync.semantics.shapes import mapping_of

FORMATS: Final = ("table", "json", "yaml")


@given.command("metrics", "oscar-sync metrics", "oscar-sync metrics thumbnails -o json")
@click.argument("service", required=False, shell_complete=given.SERVICES)
@given.one_cluster
@given.formats(*FORMATS)
def command(service: str | None, **options: Any) -> int:
    """Show what the cluster, or SERVICE, has used in the last 24 hours: requests, hours, users.

    `source` tells which sources of figures answer; JSON and YAML say why one does not.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def metrics(oscar: Oscar) -> Exit:
        if service is not None:
            service_of(oscar, service)  # of an unknown one an administrator is told zeros
        document = oscar.metrics(service or "")
        show_fields(outputs, document, _shown(document))
        return Exit.OK

    return on_cluster(options, outputs, metrics)


def _shown(document: Mapping[str, Any]) -> Mapping[str, object]:
    figures = {
        str(one.get("metric")): f"{one.get('value')} {one.get('unit') or ''}".rstrip()
        for one in map(mapping_of, document.get("metrics") or ())
    }
    sources = {
        str(one.get("name")): one.get("status")
        for one in map(mapping_of, document.get("sources") or ())
    }
    times = {name: document.get(name) for name in ("start", "end")}
    return {**times, **mapping_of(document.get("totals")), **figures, "source": sources}
