"""``oscar-sync volume get``."""

from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster, unknown
from oscar_sync.cli.tables import show_fields
from oscar_sync.client.connection import Oscar
from oscar_sync.model.exits import Exit

FORMATS: Final = ("table", "json", "yaml")


@given.command(
    "get", "oscar-sync volume get models", "oscar-sync volume get models -c edge -o json"
)
@click.argument("name", shell_complete=given.VOLUMES)
@given.one_cluster
@given.formats(*FORMATS)
def command(name: str, **options: Any) -> int:
    """Show a volume: its size and state, and the services that it is attached to."""
    outputs = outputs_of(options["outputs"], FORMATS)

    def get(oscar: Oscar) -> Exit:
        found = oscar.volume(name)
        if found is None:
            raise unknown(oscar, "volume", name, (one.name for one in oscar.volumes()))
        show_fields(outputs, found)
        return Exit.OK

    return on_cluster(options, outputs, get)
