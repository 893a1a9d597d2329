"""``oscar-sync federation get``."""

from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster, unknown_service
from oscar_sync.cli.tables import show_fields
from oscar_sync.client.connection import Oscar
from oscar_sync.model.exits import Exit

FORMATS: Final = ("table", "json", "yaml")


@given.command(
    "get", "oscar-sync federation get plants", "oscar-sync federation get plants -c edge -o json"
)
@click.argument("name", shell_complete=given.SERVICES)
@given.one_cluster
@given.formats(*FORMATS)
def command(name: str, **options: Any) -> int:
    """Show the topology of a service's federation and its members. Secrets are masked."""
    outputs = outputs_of(options["outputs"], FORMATS)

    def get(oscar: Oscar) -> Exit:
        found = oscar.federation(name)
        if found is None:
            raise unknown_service(oscar, name)
        show_fields(outputs, found)
        return Exit.OK

    return on_cluster(options, outputs, get)
