"""``oscar-sync metrics``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.fields import Fields, show_one
from oscar_sync.cli.reaching import service_of
from oscar_sync.cli.tables import FORMATS
from oscar_sync.client.connection import Oscar
from oscar_sync.errors import UsageError
from oscar_sync.semantics.shapes import list_of, mapping_of


@given.command("metrics", "oscar-sync metrics", "oscar-sync metrics thumbnails -o json")
@click.argument("service", required=False, shell_complete=given.SERVICES)
@given.one_cluster
@given.formats(*FORMATS)
def command(service: str | None, **options: Any) -> int:
    """Show what the cluster, or SERVICE, has used in the last 24 hours: requests, hours, users.

    `source` tells which sources of figures answer; JSON and YAML say why one does not.
    """

    def metrics(oscar: Oscar) -> Fields:
        if service == "summary" and oscar.service(service) is None:
            raise UsageError("there is no service summary; of the cluster: oscar-sync metrics")
        if service is not None:
            service_of(oscar, service)  # of an unknown one an administrator is shown zeros
        return oscar.metrics(service or "")

    return show_one(options, metrics, _shown)


def _shown(document: Fields) -> Fields:
    figures = {
        str(one.get("metric")): f"{one.get('value')} {one.get('unit') or ''}".rstrip()
        for one in map(mapping_of, list_of(document.get("metrics")))
    }
    sources = {
        str(one.get("name")): one.get("status")
        for one in map(mapping_of, list_of(document.get("sources")))
    }
    times = {name: document.get(name) for name in ("start", "end")}
    return {**times, **mapping_of(document.get("totals")), **figures, "source": sources}
